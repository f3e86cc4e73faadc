"""Somebody who plays a lesson: reads each card and does on the page what it asks for.

All goes through what is seen: sliders are dragged, buttons pressed, rows clicked. What a learner
would stumble over is kept in ``faults``, a line each.
"""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import TimeoutError as NeverHappened
from playwright.sync_api import expect

from dashboard.text.languages import words
from support.pages import PATIENCE, READY, WAITING, keep_errors, layout_faults, visit

OPENED = 900
"""Milliseconds after which a card has scrolled to its part, and would be complete by itself."""
HIT = 40_000
"""Milliseconds within which a part is in sight and can be pressed; else something lies over it."""
GOES_ON = ("waiting", "live")
"""Moods of the bar below the charts while a live run goes on."""
SIGHT = """() => {
  const part = document.querySelector("[data-lesson-part]");
  if (!part) return null;
  const panel = document.querySelector(".kd-lesson").getBoundingClientRect();
  const box = part.getBoundingClientRect();
  const beside = panel.left >= box.right - 4;
  const header = document.querySelector("[data-testid=stHeader]").getBoundingClientRect().bottom;
  const [top, bottom] = [header, beside ? innerHeight : Math.min(innerHeight, panel.top)];
  const seen = Math.max(0, Math.min(box.bottom, bottom) - Math.max(box.top, top));
  return seen / Math.min(box.height, bottom - top);
}"""
TOLD = """what => {
  const texts = document.createTreeWalker(
    document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT);
  const told = [];
  while (texts.nextNode()) {
    const at = texts.currentNode.parentElement;
    if (at.closest(".kd-lesson, [data-lesson-hidden]")) continue;
    if (!at.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (texts.currentNode.textContent.includes(what)) told.push(texts.currentNode.textContent);
  }
  return told.join("; ");
}"""
SLIDERS = {
    "start": "hero-temperature",
    "temperature": "lab-temperature",
    "microscope": "microscope-temperature",
}


class LessonPlayer:
    """Plays one lesson in one language.

    Args:
        page: a browser's page.
        lesson: of ``dashboard.lessons.finding``.
        language: of the page.
        live: press Start where a run is to be started, instead of taking the recorded one.
        folder: where a picture of every card is put, before and after it is done.
    """

    def __init__(self, page, lesson, language, *, live=False, folder=None, name=""):
        self.page, self.lesson, self.live = page, lesson, live
        self.language, self.words = language, words(language)
        self.folder, self.name = folder and Path(folder), name or lesson.name
        self.faults = []
        self.errors = keep_errors(page)
        self.predicted = {}
        self.at = 0

    # -------------------------------------------------------------------------- what is seen

    @property
    def panel(self):
        return self.page.get_by_test_id("lesson")

    @property
    def card(self):
        return self.lesson.cards[self.at]

    @property
    def texts(self):
        return self.card.words[self.language]

    def is_done(self):
        return self.panel.get_attribute("data-done") == "true"

    def fault(self, text):
        self.faults.append(f"card {self.at + 1} “{self.texts['title']}”: {text}")

    @property
    def run(self):
        """The one that the page shows."""
        return parse_qs(urlsplit(self.page.url).query).get("run", [self.lesson.recording])[0]

    def measures(self):
        """What is measured on it."""
        return self.page.evaluate(
            "async run => await (await fetch(`/kd/measures?run=${run}`)).json()", self.run
        )

    def filled(self, text):
        known = self.measures()
        return re.sub(r"\{(\w+)\}", lambda found: known[found[1]]["text"], text)

    def keep(self, moment):
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.folder / f"{self.name}-{self.at + 1:02}-{moment}.png")

    # -------------------------------------------------------------------------- from card to card

    def begin(self, app, run=""):
        """From the list of lessons to the first card; ``run`` is shown on the way there."""
        lang = f"lang={self.language}"
        visit(self.page, f"{app}/lessons?{lang}{f'&run={run}' if run else ''}")
        self.page.locator(f".st-key-begin-{self.lesson.name} button").click()

    def play(self, reload_at=None):
        """Every card, to the end; the page is loaded anew at card ``reload_at``, from 0."""
        self.page.set_default_timeout(PATIENCE * 1000)
        for at in range(len(self.lesson.cards)):
            self.at = at
            self.meet()
            self.do()
            if self.at == reload_at:
                self.page.reload()
                self.meet(again=True)
            self.look_back()
            self.page.get_by_test_id("lesson-next").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words["lessons.title"])
        expect(self.panel).to_have_count(0)

    def meet(self, *, again=False):
        """The card is open on its page, speaks of a part in sight, and is not done yet."""
        expect(self.panel.locator(".kd-lesson-count")).to_have_text(
            f"{self.at + 1} / {len(self.lesson.cards)}"
        )
        expect(self.panel.locator(".kd-lesson-title")).to_have_text(self.texts["title"])
        expect(self.page.get_by_role("heading", level=1)).to_have_text(
            self.words[f"{self.card.page}.title"]
        )
        self.page.wait_for_function(READY, arg=WAITING)
        if self.card.part and not self.live:  # where it does not come into sight, that is a fault
            with suppress(NeverHappened):
                self.page.wait_for_function(f"({SIGHT})() >= 0.5", timeout=HIT)
        self.page.wait_for_timeout(OPENED)
        if again:
            if (self.card.done or self.card.predict) and not self.is_done():
                self.fault("a reload forgets that it is done")
            return
        hidden = self.page.locator("[data-lesson-hidden]").count()
        if hidden != len(self.card.hidden):
            self.fault(f"hides {hidden} parts, not {len(self.card.hidden)}")
        if self.card.predict and not self.live:
            measured = self.measures()[self.card.predict.measure]["text"]
            if told := self.page.evaluate(TOLD, measured):
                self.fault(f"the page tells what is to be predicted: {told}")
        asks = self.card.done and self.card.done.reading != "page"
        reading = self.card.done.reading if self.card.done else ""
        goes_on = reading == "epoch" and self.card.epoch is None
        ends = self.live and reading in ("epoch", "run_finished")  # it may be over by now
        if asks and not (goes_on or ends) and self.is_done():
            self.fault("done without the act")
        if self.card.part:
            sight = self.page.evaluate(SIGHT)
            waits = self.live and sight is None  # the students have not begun
            if not waits and (sight is None or sight < 0.5):
                self.fault(f"its part is out of sight: {sight}")
        self.keep("a")

    def look_back(self):
        """What stands on a card that is done, and what is broken on the page."""
        self.page.wait_for_timeout(500)
        if (self.card.done or self.card.predict) and not self.is_done():
            self.fault("not done")
        if self.page.locator("[data-lesson-hidden]").count():
            self.fault("still hides its part")
        shown = self.panel.inner_text()
        if self.words["component.lesson_panel.unknown"] in shown and not self.live:
            self.fault("speaks of what is not measured")
        if not self.live and not (self.card.predict and self.card.predict.later):
            for name in ("text", "then"):
                for paragraph in filter(None, self.filled(self.texts.get(name, "")).split("\n\n")):
                    if paragraph.strip() not in shown:
                        self.fault(f"does not say: {paragraph}")
        self.faults += [f"card {self.at + 1}: {line}" for line in layout_faults(self.page)]
        self.faults += [f"card {self.at + 1}: {line}" for line in self.errors]
        self.errors.clear()
        if self.at == len(self.lesson.cards) - 1:
            self.compare_predictions()
        self.keep("b")

    def compare_predictions(self):
        """The last card has every prediction beside what was measured, once the run is over."""
        self.page.wait_for_function(
            "async run => 'gain' in await (await fetch(`/kd/measures?run=${run}`)).json()",
            arg=self.run,
            polling=1000,
        )
        self.page.wait_for_timeout(1500)
        lines = self.panel.locator(".kd-lesson-all li").all_inner_texts()
        made = {at: chosen for at, chosen in self.predicted.items() if at != self.at}
        if len(lines) != len(made):
            self.fault(f"{len(made)} predictions, {len(lines)} kept")
        known = self.measures()
        for line, (at, chosen) in zip(lines, made.items(), strict=False):
            card = self.lesson.cards[at]
            texts, found = card.words[self.language], known[card.predict.measure]
            right = sum(found["value"] >= cut for cut in card.predict.cuts)
            for part in (texts["options"][chosen], texts["options"][right], found["text"]):
                if part not in line:
                    self.fault(f"“{part}” is missing in “{line}”")

    # -------------------------------------------------------------------------- what is done

    def do(self):
        """What the card asks for."""
        self.page.mouse.move(self.page.viewport_size["width"] / 2, 200)
        self.page.mouse.wheel(0, 1)  # from now on the page is where the learner moves it
        if self.card.predict:
            return self.predict()
        if not self.card.done:
            return None
        reading, bound, value = self.card.done
        try:
            match reading:
                case "page":
                    pass
                case "run_started":
                    self.start()
                case "epoch" | "run_finished":
                    self.watch()
                case "temperature":
                    self.turn(value * (0.9 if bound == "at_most" else 1.1))
                case "entropy" | "highest":
                    self.turn_far()
                case "ratio":
                    self.choose_a_certain_example()
                case "pinned" | "plain_differs" | "distilled_differs" | "students_differ":
                    self.find()
                case "set_calibrated":
                    self.page.locator(".st-key-calibrated label").first.click(timeout=HIT)
                case _:
                    self.set(reading.removeprefix("set_"), up=bound == "at_least")
            expect(self.panel).to_have_attribute("data-done", "true")
        except NeverHappened as error:
            self.fault(f"cannot be done: {str(error).splitlines()[0]}")
        return None

    def predict(self):
        """Another place of the options on each card, so that some predictions come true."""
        chosen = self.at % len(self.texts["options"])
        self.predicted[self.at] = chosen
        self.panel.locator(".kd-lesson-predict button").nth(chosen).click(timeout=HIT)
        expect(self.panel).to_have_attribute("data-done", "true")

    def start(self):
        if self.live:
            self.page.locator(".st-key-start button").click(timeout=HIT)
        else:
            self.page.get_by_test_id("lesson-recording").click(timeout=HIT)

    def watch(self):
        """A live run by itself; one that is over is replayed, unless a replay goes on."""
        mood = self.page.locator(".kd-transport-state").get_attribute("data-mood")
        goes_on = mood == "replaying" or (self.live and mood in GOES_ON)
        if not goes_on and not self.is_done():
            self.page.get_by_test_id("replay").click(timeout=HIT)

    def turn(self, temperature):
        """Drag the page's T there."""
        slider = self.page.get_by_test_id(SLIDERS[self.card.page])
        share = slider.evaluate(
            """async (node, temperature) => {
              const { shareOf } = await import(new URL("kd/static/numbers.js", document.baseURI));
              return [node.value / 100, shareOf(temperature)];
            }""",
            temperature,
        )
        self.drag(slider, *share)

    def turn_far(self):
        """Drag T further than any page shows at first."""
        self.turn(9)

    def drag(self, slider, start, end):
        """With the mouse, or with a finger, the thumb from one share of the track to another."""
        slider.scroll_into_view_if_needed()
        thumb = 16
        box = slider.bounding_box()
        x = [thumb / 2 + share * (box["width"] - thumb) for share in (start, min(max(end, 0), 1))]
        middle = box["height"] / 2
        slider.hover(position={"x": x[0], "y": middle}, timeout=HIT)
        box = slider.bounding_box()
        y = box["y"] + middle
        places = [box["x"] + x[0] + (x[1] - x[0]) * part / 12 for part in range(13)]
        if self.page.evaluate("navigator.maxTouchPoints"):
            session = self.page.context.new_cdp_session(self.page)
            for kind, place in [("touchStart", places[0]), *(("touchMove", x) for x in places)]:
                session.send(
                    "Input.dispatchTouchEvent",
                    {"type": kind, "touchPoints": [{"x": place, "y": y}]},
                )
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            session.detach()
            return
        self.page.mouse.down()
        for place in places:
            self.page.mouse.move(place, y)
        self.page.mouse.up()

    def choose_a_certain_example(self):
        """From the right end of the row, at a low T."""
        self.turn(1)
        options = self.page.locator(".kd-strip button")
        for at in range(options.count() - 1, -1, -20):
            options.nth(at).click(timeout=HIT)
            self.page.wait_for_timeout(500)
            if self.is_done():
                return

    def find(self):
        """Sort by the plain student's distance and click row after row."""
        if self.card.done.reading != "pinned":
            self.page.locator(".kd-micro-tools select").select_option("sort_plain")
        canvas = self.page.locator(".kd-micro-map canvas").first
        canvas.scroll_into_view_if_needed()
        for place in range(60):
            box = canvas.bounding_box()
            canvas.click(position={"x": box["width"] / 2, "y": 3 + place * 4}, timeout=HIT)
            self.page.wait_for_timeout(100)
            if self.is_done():
                return

    def set(self, name, *, up):
        """Move a slider of the page's settings by the keys until the card is done."""
        key = {"temperature": "T"}.get(name, name)
        thumb = self.page.locator(f".st-key-{key} input[type=range]")
        thumb.scroll_into_view_if_needed()
        thumb.focus()
        for _ in range(30):
            self.page.keyboard.press("ArrowRight" if up else "ArrowLeft")
            self.page.wait_for_timeout(250)
            if self.is_done():
                return
