"""Everything that can be asked of the app stands in one tier, and pages act by way of the guard."""

import ast
import inspect
from pathlib import Path

import pytest
from support.visitors import ELSEWHERE, HERE

import dashboard
from dashboard.server import routes
from dashboard.server.classroom.room import Classroom
from dashboard.server.guarded import Guarded, GuardedHub
from dashboard.server.tiers import KINDS, TIERS, Tier, tier_of
from dashboard.server.visitors import Role, acting_as, may, require
from kdcore.commands import COMMANDS, Pause
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.jobs.run.config import RunConfig
from kdcore.queries import QUERIES, Layers
from kdcore.store import Store

PAGES = Path(dashboard.__file__).parent
OF_FUNCTIONS = {"save_upload", "branch"}
"""Functions that keep something in the store."""


def offered(kind):
    """The public names of a class, and the attributes that its ``__init__`` gives an object."""
    source = ast.parse(inspect.getsource(kind)).body[0]
    given = {
        node.attr
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) == "self"
    }
    return {name for name in {*vars(kind), *given} if not name.startswith("_")}


THINGS = {
    "commands": set(COMMANDS),
    "queries": set(QUERIES),
    "routes": {route.path.removeprefix("/kd/") for route in routes.ROUTES},
    "hub": offered(Hub),
    "store": offered(Store),
    "classroom": offered(Classroom),
}


@pytest.mark.parametrize("kind", THINGS)
def test_each_thing_stands_in_exactly_one_tier(kind):
    assert {name: tier_of(kind, name) for name in THINGS[kind]}.keys() == THINGS[kind]


@pytest.mark.parametrize("kind", THINGS)
def test_nothing_stands_in_a_tier_that_there_is_not(kind):
    known = set().union(*(getattr(things, kind) for things in TIERS.values()))

    assert known == THINGS[kind]


def test_all_kinds_are_looked_at():
    assert {*THINGS, "streamlit"} == {*KINDS}


def test_what_stands_in_no_tier_or_in_two_is_an_error(monkeypatch):
    with pytest.raises(LookupError):
        tier_of("commands", "explode")
    monkeypatch.setitem(TIERS, Tier.LOOK, TIERS[Tier.ACT])
    with pytest.raises(LookupError):
        tier_of("commands", "stop")


def test_all_commands_of_the_engine_and_no_question_act():
    assert {tier_of("commands", name) for name in COMMANDS} == {Tier.ACT}
    assert {tier_of("queries", name) for name in QUERIES} == {Tier.EXPLORE}


def test_a_follower_looks_and_explores_and_nobody_known_does_the_same():
    assert (ELSEWHERE.role, HERE.role) == (Role.FOLLOWER, Role.LECTURER)
    assert may(Tier.EXPLORE)
    assert not may(Tier.ACT)
    with acting_as(Role.LECTURER):
        require(Tier.ACT)
    with pytest.raises(UserError, match="lecturer"):
        require(Tier.ACT)


class Refused:
    """Stands in the place of a hub and its store: nothing of it may be reached."""

    store = property(lambda self: pytest.fail("it was reached"))

    def __getattr__(self, name):
        return lambda *given, **named: pytest.fail(f"{name} was reached")


@pytest.mark.parametrize("name", sorted(TIERS[Tier.ACT].store))
def test_the_store_refuses_a_follower(name):
    with pytest.raises(UserError) as raised, acting_as(Role.FOLLOWER):
        getattr(Guarded("store", Refused()), name)("a-job")

    assert raised.value.code == "lecturer_only"


@pytest.mark.parametrize("name", sorted(TIERS[Tier.ACT].hub - {"send", "submit", "store"}))
def test_the_hub_refuses_a_follower(name):
    with pytest.raises(UserError) as raised, acting_as(Role.FOLLOWER):
        getattr(GuardedHub(Refused()), name)(*(["a-job"] if name in ("resume", "delete") else []))

    assert raised.value.code == "lecturer_only"


@pytest.mark.parametrize("name", sorted(TIERS[Tier.ACT].classroom))
def test_the_classroom_refuses_a_follower(name):
    with pytest.raises(UserError) as raised, acting_as(Role.FOLLOWER):
        getattr(Guarded("classroom", Refused()), name)()

    assert raised.value.code == "lecturer_only"


def test_a_follower_sends_no_command_and_starts_nothing_and_may_ask():
    asked = []

    class Asked(Refused):
        def ask(self, *given):
            asked.append(given[:2])

    hub = GuardedHub(Asked())
    with acting_as(Role.FOLLOWER):
        for refused in (lambda: hub.send("a-job", Pause()), lambda: hub.submit(RunConfig())):
            with pytest.raises(UserError) as raised:
                refused()
            assert raised.value.code == "lecturer_only"
        hub.ask("a-job", Layers())

    assert asked == [("a-job", Layers())]


def test_what_has_no_tier_is_not_reached_even_by_the_lecturer():
    with acting_as(Role.LECTURER), pytest.raises(AttributeError):
        Guarded("store", Refused()).invented_tomorrow("a-job")


def acting_names():
    acting = TIERS[Tier.ACT]
    return {"hub": acting.hub, "store": acting.store, "classroom": acting.classroom}


def acts_by(call):
    """Whether a call changes something: of the hub, of the store, or what keeps a file."""
    of = call.func
    if isinstance(of, ast.Name):
        return of.id in OF_FUNCTIONS
    on = getattr(of, "value", None)
    on_call = isinstance(on, ast.Call) and isinstance(on.func, ast.Name) and on.func.id
    return bool(on_call) and of.attr in acting_names().get(on_call, ())


def functions_that_act():
    """``file.function`` and its decorators, of every outermost function of the pages that acts."""
    for folder in ("views", "page"):
        for path in sorted((PAGES / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for statement in tree.body:
                calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
                if any(map(acts_by, calls)):
                    marks = {ast.unparse(one) for one in getattr(statement, "decorator_list", [])}
                    yield f"{path.stem}.{getattr(statement, 'name', '')}", marks


LATER = {"export_menu.exported_file", "actions._send_and_wait"}
"""The first is carried out without a page, by the store's own guard; the second is called by what
is marked."""


def test_whatever_acts_on_a_page_goes_through_the_guard():
    found = dict(functions_that_act())

    assert len(found) > 20
    assert [
        name for name, marks in found.items() if "acts" not in marks and name not in LATER
    ] == []
