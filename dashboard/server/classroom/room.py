"""The class as one object: thread-safe, kept in a file, the same for all browsers.

Knows neither Streamlit nor the network: who may call what is in ``tiers.py``, and how browsers
hear of it in ``class_stream.py``.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from dashboard.server.classroom.class_log import ClassLog, Entry
from dashboard.server.classroom.place import Moment, Place
from dashboard.server.classroom.question import Outcome, Question
from kdcore.errors import UserError

FILE = "classroom.jsonl"
"""In the store."""
BROWSER = re.compile("[A-Za-z0-9_-]{16,64}")
"""What a browser calls itself; nobody else hears of it."""
MOST_BROWSERS = 2000
"""That vote on a question, or have raised a hand."""
MOST_CHANGES = 50
"""Votes of one browser on one question."""
MOST_IN_A_WHILE, WHILE = 30, 10.0
"""Requests of one browser in so many seconds."""
GONE = 60.0
"""Seconds after which the hand of who has left is down."""
MOST_PAST = 20
"""Former questions that are kept."""
TOPICS = ("place", "moment", "question", "votes", "people")
"""What browsers are told, each as a whole."""

Listener = Callable[[str], None]
"""Called with the topic that has changed, in any thread; may not call back."""


class Classroom:
    """Where the lecturer looks, who follows, hands, the question and its votes.

    Args:
        folder: in which its file lies; what it holds is read.
    """

    def __init__(self, folder: Path) -> None:
        self._log = ClassLog(folder / FILE)
        self._lock = Lock()
        self._listeners: list[Listener] = []
        self._boot = secrets.token_hex(4)
        self._leads, self._locked = True, False
        self._place: tuple[str, Place] | None = None
        self._calls = 0
        self._moment = Moment()
        self._present: dict[str, int] = {}
        self._left: dict[str, float] = {}
        self._hands: set[str] = set()
        self._hand_round = "0"
        self._question: Question | None = None
        self._state = "open"
        self._votes: dict[str, tuple[int, int]] = {}
        self._changes: dict[str, int] = {}
        self._right: int | None = None
        self._outcome: Outcome | None = None
        self._past: list[dict[str, Any]] = []
        self._requests: dict[str, tuple[int, float]] = {}
        entries, self._damaged = self._log.read()
        for entry in entries:
            try:
                self._apply(*entry)
            except (TypeError, ValueError, LookupError):
                self._damaged += 1

    # -- looking ---------------------------------------------------------------------------------

    @property
    def damaged(self) -> int:
        """Lines of the file that could not be read when the app was started."""
        return self._damaged

    @property
    def locked(self) -> bool:
        """Whether followers stay where the lecturer looks."""
        return self._locked

    @property
    def place(self) -> tuple[str, Place] | None:
        """Where the lecturer looks and its number; ``None`` where that is not known."""
        return self._place

    @property
    def question(self) -> Question | None:
        """What is asked now."""
        return self._question

    def news(self, topic: str, *, steers: bool) -> dict[str, Any]:
        """One of ``TOPICS`` as JSON values.

        Args:
            topic: which.
            steers: for the lecturer, who sees the votes before they are revealed.
        """
        with self._lock:
            match topic:
                case "place":
                    return self._news_of_place()
                case "moment":
                    return asdict(self._moment)
                case "question":
                    return self._news_of_question()
                case "votes":
                    return self._news_of_votes(steers=steers)
                case "people":
                    return {
                        "viewers": len(self._present),
                        "hands": len(self._hands),
                        "hand_round": self._hand_round,
                    }
        raise LookupError(topic)

    def past(self) -> list[dict[str, Any]]:
        """Former questions with their votes and outcomes, the newest first."""
        with self._lock:
            return list(reversed(self._past))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have it called at each change; returns the way out."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def enter(self, browser: str) -> Callable[[], None]:
        """A follower's browser looks; returns the way out."""
        self._check_browser(browser)
        with self._lock:
            self._present[browser] = self._present.get(browser, 0) + 1
            self._left.pop(browser, None)
        self._changed("people")

        def leave() -> None:
            with self._lock:
                self._present[browser] -= 1
                if not self._present[browser]:
                    del self._present[browser]
                    if browser in self._hands:
                        self._left[browser] = time.monotonic()
            self._changed("people")

        return leave

    def tidy(self) -> None:
        """Take down the hands of those who have left."""
        long_ago = time.monotonic() - GONE
        with self._lock:
            gone = {browser for browser, since in self._left.items() if since < long_ago}
            self._hands -= gone
            for browser in gone:
                del self._left[browser]
        if gone:
            self._changed("people")

    # -- taking part -----------------------------------------------------------------------------

    def vote(self, browser: str, question: str, option: int, number: int) -> int:
        """Count a browser's vote, once; it is on the disk when this returns.

        Args:
            browser: what it calls itself.
            question: whose id it voted on.
            option: from 0.
            number: grows with each vote of the browser: an older one that comes late, or one
                that comes again, changes nothing.

        Returns:
            The option that counts now.

        Raises:
            UserError: the question is no longer open, or there are too many votes.
        """
        self._check_browser(browser)
        self._check_rate(browser)
        with self._lock:
            asked = self._question
            if asked is None or asked.id != question:
                raise UserError("class_other_question")
            known = self._votes.get(browser)
            if known and number <= known[1]:
                entry, counted = self._log.newest, known[0]
            else:
                if self._state != "open":
                    raise UserError("class_closed")
                if not 0 <= option < len(asked.options):
                    raise UserError("class_unreadable")
                changes = self._changes.get(browser, 0)
                if changes >= MOST_CHANGES:
                    raise UserError("class_many_changes", most=MOST_CHANGES)
                if known is None and len(self._votes) >= MOST_BROWSERS:
                    raise UserError("class_full", most=MOST_BROWSERS)
                entry = self._do("vote", question, browser, option, number)
                counted = option
        self._log.sync(entry)
        self._changed("votes")
        return counted

    def raise_hand(self, browser: str, *, up: bool) -> None:
        """Raise or lower a browser's hand.

        Raises:
            UserError: there are too many.
        """
        self._check_browser(browser)
        self._check_rate(browser)
        with self._lock:
            if up and browser not in self._hands and len(self._hands) >= MOST_BROWSERS:
                raise UserError("class_full", most=MOST_BROWSERS)
            if up:
                self._hands.add(browser)
                if browser not in self._present:
                    self._left[browser] = time.monotonic()
            else:
                self._hands.discard(browser)
                self._left.pop(browser, None)
        self._changed("people")

    # -- steering --------------------------------------------------------------------------------

    def look_at(self, place: Place | None, moment: Moment | None, *, calls: bool = False) -> None:
        """The lecturer looks there now; what is ``None`` stays.

        Args:
            place: page and query.
            moment: of a run, and what else the page shows.
            calls: whether those who explore are asked to come too.
        """
        with self._lock:
            self._calls += calls
            moved = place is not None and (self._place is None or self._place[1] != place)
            if moved and place is not None:
                self._place = secrets.token_hex(6), place
            turned = moment is not None and moment != self._moment
            if turned and moment is not None:
                self._moment = moment
        for topic, changed in (("place", moved or calls), ("moment", turned)):
            if changed:
                self._changed(topic)

    def lead(self, *, on: bool) -> None:
        """Let the followers' pages move with the lecturer's, or let them go."""
        self._write("place", "lead", on)

    def lock(self, *, on: bool) -> None:
        """Close the followers' controls, so that they stay where you look, or open them."""
        self._write("place", "lock", on)

    def lower_hands(self) -> None:
        """Take all hands down."""
        self._write("people", "lower", secrets.token_hex(4))

    def ask(self, question: Question) -> None:
        """Put a question to the class, in the place of the one before."""
        with self._lock:
            before, hands, left = self._state_entries(), set(self._hands), dict(self._left)
            self._apply("ask", question.to_json())
            try:
                self._log.replace(self._state_entries())
            except UserError:
                self._forget()
                for entry in before:
                    self._apply(*entry)
                self._hands, self._left = hands, left
                raise
        self._changed("question")

    def close(self) -> None:
        """Take no more votes."""
        self._set_state("closed")

    def reopen(self) -> None:
        """Take votes again, which nobody sees until they are revealed."""
        self._set_state("open")

    def reveal(self, right: int | None = None) -> None:
        """Show all the votes, beside what then happened.

        Args:
            right: the option that came true, where the lecturer says it.
        """
        self._set_state("revealed", right)

    def remove(self) -> None:
        """Take the question away."""
        self._write("question", "remove")

    def set_outcome(self, question: str, outcome: Outcome) -> None:
        """What then happened, as far as it is known; kept once it is final."""
        with self._lock:
            if self._question is None or self._question.id != question or outcome == self._outcome:
                return
            self._outcome = outcome
            number = self._log.add(["outcome", question, asdict(outcome)]) if outcome.final else 0
        self._changed("question")
        self._log.sync(number)

    @property
    def needs_outcome(self) -> Question | None:
        """A question that is revealed and has a job of which the end is not known yet."""
        with self._lock:
            asked, settled = self._question, self._outcome is not None and self._outcome.final
            waits = asked is not None and asked.job and self._state == "revealed" and not settled
            return asked if waits else None

    # -- what it is made of ----------------------------------------------------------------------

    def _news_of_place(self) -> dict[str, Any]:
        place = None
        if self._place is not None:
            number, where = self._place
            place = {"number": number, "page": where.page, "query": dict(where.query)}
        return {
            "boot": self._boot,
            "leads": self._leads,
            "locked": self._locked,
            "calls": self._calls,
            "place": place,
        }

    def _news_of_votes(self, *, steers: bool) -> dict[str, Any]:
        if self._question is None:
            return {"id": ""}
        shown = steers or self._state == "revealed"
        counts = self._counts() if shown else None
        return {"id": self._question.id, "voters": len(self._votes), "counts": counts}

    def _news_of_question(self) -> dict[str, Any]:
        if self._question is None:
            return {"id": ""}
        revealed = self._state == "revealed"
        return {
            "id": self._question.id,
            "kind": self._question.kind,
            "text": self._question.text,
            "options": self._question.options,
            "job": self._question.job,
            "state": self._state,
            "right": self._right if revealed else None,
            "outcome": asdict(self._outcome) if revealed and self._outcome else None,
        }

    def _counts(self) -> list[int]:
        assert self._question is not None
        chosen = [option for option, _ in self._votes.values()]
        return [chosen.count(option) for option in range(len(self._question.options))]

    def _set_state(self, state: str, right: int | None = None) -> None:
        if self._question is None:
            return
        if right is not None and not 0 <= right < len(self._question.options):
            raise UserError("class_unreadable")
        self._write("question", "state", state, right)

    def _write(self, topic: str, *entry: Any) -> None:
        with self._lock:
            number = self._do(*entry)
        self._changed(topic)
        self._log.sync(number)

    def _do(self, *entry: Any) -> int:
        """Apply an entry and have it written; its number. With the lock held."""
        self._apply(*entry)
        return self._log.add(list(entry))

    def _apply(self, what: str, *values: Any) -> None:
        match what, values:
            case "lead", (bool(on),):
                self._leads, self._locked = on, self._locked and on
            case "lock", (bool(on),):
                self._locked, self._leads = on, self._leads or on
            case "lower", (str(hand_round),):
                self._hands.clear()
                self._left.clear()
                self._hand_round = hand_round
            case "ask", (dict(asked),):
                question = Question.from_json(asked)
                self._remember()
                self._clear_question()
                self._question = question
            case "vote", (str(asked), str(browser), int(option), int(number)):
                if self._question is None or self._question.id != asked:
                    raise LookupError(asked)
                if not 0 <= option < len(self._question.options):
                    raise ValueError(option)
                self._votes[browser] = option, number
                self._changes[browser] = self._changes.get(browser, 0) + 1
            case "state", (str(state), right):
                self._state, self._right = state, right
            case "outcome", (str(_), dict(outcome)):
                self._outcome = Outcome(**outcome)
            case "remove", ():
                self._remember()
                self._clear_question()
            case "past", (dict(past),):
                self._past = [*self._past, past][-MOST_PAST:]
            case _:
                raise ValueError(what)

    def _remember(self) -> None:
        if self._question is not None and self._votes:
            known = self._question.to_json() | {"counts": self._counts(), "right": self._right}
            known["outcome"] = asdict(self._outcome) if self._outcome else None
            self._past = [*self._past, known][-MOST_PAST:]

    def _clear_question(self) -> None:
        self._question, self._state = None, "open"
        self._votes, self._changes = {}, {}
        self._right = self._outcome = None

    def _forget(self) -> None:
        self._clear_question()
        self._past = []

    def _state_entries(self) -> list[Entry]:
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        """What makes this state of an empty one, hands aside."""
        yield ["lead", self._leads]
        yield ["lock", self._locked]
        yield ["lower", self._hand_round]
        for past in self._past:
            yield ["past", past]
        if self._question is None:
            return
        yield ["ask", self._question.to_json()]
        for browser, (option, number) in self._votes.items():
            yield ["vote", self._question.id, browser, option, number]
        yield ["state", self._state, self._right]
        if self._outcome is not None:
            yield ["outcome", self._question.id, asdict(self._outcome)]

    def _check_browser(self, browser: str) -> None:
        if not BROWSER.fullmatch(browser):
            raise UserError("class_unreadable")

    def _check_rate(self, browser: str) -> None:
        now = time.monotonic()
        with self._lock:
            if len(self._requests) > 2 * MOST_BROWSERS:
                self._requests.clear()
            count, since = self._requests.get(browser, (0, now))
            if now - since > WHILE:
                count, since = 0, now
            self._requests[browser] = count + 1, since
        if count >= MOST_IN_A_WHILE:
            raise UserError("class_too_quick")

    def _changed(self, topic: str) -> None:
        topics = ("question", "votes") if topic == "question" else (topic,)
        for listener in list(self._listeners):
            for one in topics:
                listener(one)


def new_id() -> str:
    """Of a question."""
    return secrets.token_hex(6)
