"""Class mode in process: the page comes to the lecturer's, and the lecturer asks the class."""

import json

import pytest
from support import events as make
from support.runs import record
from support.sweeps import record_sweep
from support.visitors import lecturer

from dashboard.components.class_bar import KEY
from dashboard.page.following import FOLLOW
from dashboard.page.jobs.ask_class import JOB, KIND, OPTIONS, TEMPERATURES, TEXT
from dashboard.server.classroom import classroom
from dashboard.server.classroom.place import Place
from dashboard.server.classroom.question import NEXT, OWN, WHICH_T
from dashboard.server.engine import RECORDED
from dashboard.server.visitors import Role, acting_as
from dashboard.text.languages import LANGUAGES, words

RUN = "20260101-000000-aaaa"


def bar(app):
    """What the line of the class is given; ``None`` where there is none."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if KEY in one.proto.id]
    return found[0] if found else None


@pytest.fixture
def room(hub):
    """The class, as the lecturer has it."""
    return Steered()


class Steered:
    """Calls the classroom as the lecturer, whoever looks at the page."""

    def __getattr__(self, name):
        def called(*given, **named):
            with acting_as(Role.LECTURER):
                return getattr(classroom(), name)(*given, **named)

        return called

    @property
    def question(self):
        with acting_as(Role.LECTURER):
            return classroom().question


@pytest.fixture
def teaching(follower, visitor):
    """The app is shared, and the page is the lecturer's."""
    visitor.be(lecturer())


def come(app):
    """The line of the class asks for it, which AppTest cannot."""
    app.session_state[FOLLOW] = True
    return app.run()


def test_a_followers_page_comes_to_the_lecturers_and_keeps_its_language(
    follower, open_page, room, store
):
    record(store, RUN, make.whole_run())
    app = open_page("help", lang="zh", run="recorded-mnist5k")
    room.look_at(Place("calibration", {"run": RUN, "bins": "20"}), None)
    app = come(app)

    assert not app.exception
    assert app.title[0].value == words("zh")["calibration.title"]
    assert app.query_params["run"] == RUN
    assert app.query_params["bins"] == "20"
    assert (bar(app)["steers"], len(bar(app)["at"]) > 0) == (False, True)


def test_where_the_page_already_is_it_stays_and_says_so(follower, open_page, room):
    app = open_page("right", run=RECORDED)
    room.look_at(Place("right", {"run": RECORDED}), None)
    before = bar(app)["at"]
    app = come(app)

    assert app.title[0].value == words("en")["right.title"]
    assert bar(app)["at"] != before


def test_a_place_that_there_is_not_moves_nobody(follower, open_page, room):
    app = open_page("right", run=RECORDED)
    room.look_at(Place("no_such_page", {}), None)

    assert come(app).title[0].value == words("en")["right.title"]


def test_on_this_computer_alone_there_is_no_line_of_a_class(open_page):
    assert bar(open_page("live")) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lecturer_asks_whether_distilling_will_help(teaching, open_page, room, language):
    room.look_at(Place("live", {"run": RECORDED}), None)
    app = open_page("classroom", lang=language)
    app.button(key="ask_class").click().run()

    assert not app.exception
    assert (room.question.kind, room.question.job) == ("helps", RECORDED)
    assert room.question.text[language] == words(language)["classroom.helps.question"]
    assert bar(app)["steers"]


def test_a_sweep_says_which_temperatures_there_are_to_choose_from(teaching, open_page, room, store):
    sweep = record_sweep(store).id
    app = open_page("classroom", {KIND: WHICH_T, JOB: sweep, f"{JOB}_of": WHICH_T})
    app.button(key="ask_class").click().run()

    assert [one["en"] for one in room.question.options[:-1]] == ["T = 1", "T = 4"]


def test_temperatures_are_typed_for_a_sweep_that_is_to_come(teaching, open_page, room):
    app = open_page("classroom", {KIND: WHICH_T, TEMPERATURES: "8, 1，2"})
    app.button(key="ask_class").click().run()
    assert (room.question.temperatures, room.question.job) == ([1.0, 2.0, 8.0], NEXT)

    before = room.question
    app.text_input(key=TEMPERATURES).set_value("hot, cold").run()
    app.button(key="ask_class").click().run()
    assert "no temperatures" in app.toast[0].value
    assert room.question == before


def test_a_question_of_ones_own_and_the_one_before_with_its_votes(teaching, open_page, room):
    app = open_page("classroom", {KIND: OWN, TEXT: "*Why?*", OPTIONS: "this\n\nthat\n"})
    app.button(key="ask_class").click().run()
    room.vote("b" * 16, room.question.id, 1, number=1)
    room.reveal(1)
    app.button(key="ask_class").click().run()

    said = " ".join(one.value for one in (*app.markdown, *app.caption))
    assert r"\*Why?\*" in said
    assert words("en")["classroom.past_right"].format(option="that", count=1) in said


def test_a_follower_asks_the_class_nothing(follower, visitor, open_page, room):
    assert not [one for one in open_page("classroom").button if one.key == "ask_class"]

    visitor.be(lecturer())
    app = open_page("classroom")
    visitor.be(None)  # nobody known asks
    app.button(key="ask_class").click().run()
    assert room.question is None


def test_damage_in_the_file_of_the_class_is_said_to_the_lecturer(teaching, open_page, store):
    store.root.mkdir(parents=True, exist_ok=True)
    (store.root / "classroom.jsonl").write_bytes(b'["vote","q')

    assert "1 line" in open_page("classroom").warning[0].value
