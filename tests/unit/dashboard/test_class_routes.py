"""What browsers send to a class and hear of it: who may, and that the slow hold nobody back."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.server import engine, routes, sharing
from dashboard.server.classroom import class_stream as streams
from dashboard.server.classroom import classroom
from dashboard.server.classroom.place import Moment
from dashboard.server.classroom.question import helps, own
from dashboard.server.classroom.room import TOPICS, Classroom
from dashboard.server.gate import Gate
from dashboard.server.visitors import Role, acting_as
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.store import Store

HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.168.1.7", 50000)
BROWSER = "b" * 16


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setenv(sharing.SHARE, "1")
    hub = Hub(Store(tmp_path / "store"))
    with engine.use(hub), acting_as(Role.LECTURER):
        yield classroom()
    hub.close()


@pytest.fixture
def lecturer(room):
    return TestClient(Gate(Starlette(routes=routes.ROUTES)), "http://localhost", client=HERE)


@pytest.fixture
def follower(room):
    app = Gate(Starlette(routes=routes.ROUTES))
    return TestClient(app, "http://192.168.1.2:8501", client=ELSEWHERE)


def asked(room):
    room.ask(own("q1", "Which?", ["this", "that"], "", 0.0))
    return {"browser": BROWSER, "question": "q1", "option": 1, "number": 1}


def counts(room):
    return room.news("votes", steers=True)["counts"]


STEERING = [
    {"act": "lead", "on": False},
    {"act": "lock", "on": True},
    {"act": "close"},
    {"act": "reopen"},
    {"act": "reveal"},
    {"act": "reveal", "right": 1},
    {"act": "remove"},
    {"act": "lower_hands"},
]


@pytest.mark.parametrize("act", STEERING, ids=lambda act: "-".join(map(str, act.values())))
def test_the_lecturer_steers_the_class_and_a_follower_does_not(room, lecturer, follower, act):
    asked(room)
    before = [room.news(topic, steers=True) for topic in TOPICS]
    refused = follower.post("/kd/class/steer", json=act)

    assert (refused.status_code, refused.json()["code"]) == (403, "lecturer_only")
    assert [room.news(topic, steers=True) for topic in TOPICS] == before
    assert lecturer.post("/kd/class/steer", json=act).json() == {}


def test_where_the_lecturer_looks_is_the_lecturers_to_say(room, lecturer, follower):
    look = {"place": {"page": "live", "query": {"run": "r"}}}
    assert follower.post("/kd/class/look", json=look).status_code == 403
    assert room.place is None

    assert lecturer.post("/kd/class/look", json=look).status_code == 200
    assert room.place[1].page == "live"


def test_a_follower_votes_and_raises_a_hand(room, follower):
    vote = asked(room)
    assert follower.post("/kd/class/vote", json=vote).json() == {"option": 1}
    assert follower.post("/kd/class/vote", json=vote).json() == {"option": 1}
    follower.post("/kd/class/hand", json={"browser": BROWSER, "up": True})

    assert counts(room) == [0, 1]
    assert room.news("people", steers=True)["hands"] == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 20_000,
        b'{"browser":"' + b"b" * 16 + b'","question":"q1","option":true,"number":1}',
        b'{"browser":"' + b"b" * 16 + b'","question":"q1","option":1,"number":-1}',
        b'{"browser":"' + b"b" * 16 + b'","question":"q1","option":1e999,"number":1}',
        b'{"browser":"' + b"b" * 200_000 + b'","question":"q1","option":1,"number":1}',
        b'{"browser":"../../../etc/passwd","question":"q1","option":1,"number":1}',
    ],
    ids=range(9),
)
def test_what_is_no_vote_is_refused_in_a_sentence(room, follower, sent):
    asked(room)
    answer = follower.post(
        "/kd/class/vote", content=sent, headers={"content-type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "class_unreadable")
    assert counts(room) == [0, 0]


def test_another_sites_form_votes_for_nobody(room, follower):
    vote = asked(room)
    answer = follower.post(
        "/kd/class/vote", content=json.dumps(vote), headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 400
    assert counts(room) == [0, 0]


def test_a_closed_question_says_so_in_the_status_too(room, follower):
    vote = asked(room)
    room.close()

    assert follower.post("/kd/class/vote", json=vote).status_code == 409


def test_while_the_controls_are_closed_the_models_answer_the_lecturer_alone(
    room, lecturer, follower
):
    ask = {"json": {"query": "layers"}, "params": {"run": "no-such-run"}}
    room.lock(on=True)
    assert follower.post("/kd/ask", **ask).json()["code"] == "class_locked"
    assert lecturer.post("/kd/ask", **ask).json()["code"] != "class_locked"

    room.lock(on=False)
    assert follower.post("/kd/ask", **ask).json()["code"] != "class_locked"


# -- the stream ------------------------------------------------------------------------------------


def finished(coroutine):
    """The coroutine's answer, from a thread of its own: a browser test may hold this one's loop."""

    def run():
        with acting_as(Role.LECTURER):
            return asyncio.run(asyncio.wait_for(coroutine, 30))

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def told(text):
    """Topic and values of the messages in a part of a stream."""
    for message in filter(None, text.split("\n\n")):
        kind, _, data = message.partition("\n")
        if kind.startswith("event: ") and not kind.endswith("beat"):
            yield kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def heard(messages, topic, true):
    """The values of the first message on a topic for which something is true."""
    async for text in messages:
        for kind, values in told(text):
            if kind == topic and true(values):
                return values
    return None


def test_who_comes_hears_everything_and_then_what_is_new(room):
    async def follow():
        stream = streams.ClassStream(room)
        messages = stream.messages(BROWSER, steers=False)
        await anext(messages)
        topics = [kind for kind, _ in told(await anext(messages))]
        room.lead(on=False)
        place = await heard(messages, "place", lambda values: not values["leads"])
        await messages.aclose()
        return topics, place

    topics, place = finished(follow())
    assert topics == list(TOPICS)
    assert place["locked"] is False


def test_votes_come_in_at_the_lecturers_page_and_at_nobody_elses(room):
    asked(room)

    async def follow():
        stream = streams.ClassStream(room)
        own, others = stream.messages("l" * 16, steers=True), stream.messages(BROWSER, steers=False)
        await anext(own)
        await anext(others)
        room.vote(BROWSER, "q1", 1, number=1)
        seen = [
            await heard(messages, "votes", lambda values: values["voters"] == 1)
            for messages in (own, others)
        ]
        for messages in (own, others):
            await messages.aclose()
        return [values["counts"] for values in seen]

    assert finished(follow()) == [[0, 1], None]


def test_a_slow_browser_gets_the_newest_and_holds_nobody_back(room):
    async def follow():
        stream = streams.ClassStream(room)
        slow, quick = (stream.messages(name * 16, steers=False) for name in "sq")
        await anext(slow)
        await anext(quick)
        for epoch in range(40):
            moment = Moment("r", float(epoch))
            room.look_at(None, moment)
            await heard(quick, "moment", lambda values, epoch=epoch: values["position"] == epoch)
        waiting = [values for kind, values in told(await anext(slow)) if kind == "moment"]
        for messages in (slow, quick):
            await messages.aclose()
        return waiting

    assert [values["position"] for values in finished(follow())] == [39.0]


def test_each_change_is_written_once_however_many_listen(room, monkeypatch):
    written = []
    news = Classroom.news

    def counted(self, topic, *, steers):
        written.append((topic, steers))
        return news(self, topic, steers=steers)

    async def follow():
        stream = streams.ClassStream(room)
        listening = [stream.messages(f"{number:016}", steers=False) for number in range(50)]
        for messages in listening:
            await anext(messages)
            await anext(messages)
        await asyncio.sleep(3 * streams.COUNTING)
        monkeypatch.setattr(Classroom, "news", counted)
        room.lead(on=False)
        for messages in listening:
            await heard(messages, "place", lambda values: not values["leads"])
        found = written.count(("place", False))
        for messages in listening:
            await messages.aclose()
        return found

    assert finished(follow()) == 1


def test_viewers_are_counted_while_they_listen(room):
    def viewers():
        return room.news("people", steers=True)["viewers"]

    async def follow():
        stream = streams.ClassStream(room)
        listening = [stream.messages(name * 16, steers=name == "l") for name in "lab"]
        for messages in listening:
            await anext(messages)
        during = viewers()
        for messages in listening:
            await messages.aclose()
        return during

    assert (finished(follow()), viewers()) == (2, 0)


def test_no_more_listen_than_there_is_room_for_and_the_lecturer_always_does(room, monkeypatch):
    monkeypatch.setattr(streams, "MOST_CONNECTIONS", 1)

    async def follow():
        stream = streams.ClassStream(room)
        first = stream.messages("a" * 16, steers=False)
        await anext(first)
        with pytest.raises(UserError, match="No more than 1"):
            stream.messages("b" * 16, steers=False)
        own = stream.messages("l" * 16, steers=True)
        await anext(own)
        for messages in (first, own):
            await messages.aclose()

    finished(follow())


def test_a_browser_without_a_proper_name_hears_nothing(follower):
    assert follower.get("/kd/class", params={"browser": "x"}).status_code == 400


def test_a_revealed_question_is_looked_up_while_somebody_listens(room, monkeypatch):
    monkeypatch.setattr(streams, "LOOK_AGAIN", -1.0)
    room.ask(helps("q2", "no-such-run", 0.0))
    room.reveal()

    async def follow():
        stream = streams.ClassStream(room)
        messages = stream.messages(BROWSER, steers=False)
        found = await heard(messages, "question", lambda values: values["outcome"])
        await messages.aclose()
        return found

    outcome = finished(follow())["outcome"]
    assert (outcome["option"], outcome["final"]) == (None, False)


def test_a_job_that_nobody_can_judge_does_not_silence_the_class(room, monkeypatch):
    def broken(_):
        raise RuntimeError("a record like no other")

    monkeypatch.setattr(streams, "LOOK_AGAIN", -1.0)
    monkeypatch.setattr(streams, "outcome_of", broken)
    room.ask(helps("q2", "no-such-run", 0.0))
    room.reveal()

    async def follow():
        stream = streams.ClassStream(room)
        messages = stream.messages(BROWSER, steers=False)
        await anext(messages)
        await asyncio.sleep(4 * streams.PERIOD)
        room.lead(on=False)
        place = await heard(messages, "place", lambda values: not values["leads"])
        await messages.aclose()
        return place

    assert not finished(follow())["leads"]


def test_the_streams_end_with_the_server(room):
    async def follow():
        stream = streams.class_stream(room)
        messages = stream.messages(BROWSER, steers=False)
        await anext(messages)
        await anext(messages)
        streams.end_class_streams()
        async for _ in messages:
            pass
        return room.news("people", steers=True)["viewers"]

    assert finished(follow()) == 0
