"""Who may do what in a class, in one table: look, explore, act.

Whoever follows a class may look and explore; who steers it may act. Every command and query of the
engine, every route and everything that the hub and the store offer stands in exactly one tier: a
test fails for what stands in none or in two.
"""

from dataclasses import dataclass, fields
from enum import IntEnum


class Tier(IntEnum):
    """What is asked of a person's rights; who has one has those below it."""

    LOOK = 1
    """See what there is: changes nothing, costs the server little."""
    EXPLORE = 2
    """Ask the learners of a run: changes nothing, costs the server some work."""
    ACT = 3
    """Change what others see or what is stored, name a file of the server or take one away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What stands in a tier, by its kind."""

    commands: frozenset[str] = frozenset()
    """Of the engine, by ``Command.name_on_the_line``."""
    queries: frozenset[str] = frozenset()
    """Of the engine, by ``Query.kind``."""
    routes: frozenset[str] = frozenset()
    """What stands behind ``/kd/`` in ``dashboard/server/routes.py``."""
    streamlit: frozenset[str] = frozenset()
    """Routes of Streamlit's own behind ``/_stcore/``; those that are not named are pages."""
    hub: frozenset[str] = frozenset()
    """Of ``kdcore.hub.Hub``."""
    store: frozenset[str] = frozenset()
    """Of ``kdcore.store.Store``."""
    classroom: frozenset[str] = frozenset()
    """Of ``dashboard.server.classroom.room.Classroom``."""


KINDS = tuple(item.name for item in fields(Things))

TIERS = {
    Tier.LOOK: Things(
        routes=frozenset(
            {
                "plotly.min.js",
                "static/{name}",
                "live",
                "charts",
                "figure/{name}",
                "moment",
                "measures",
                "soft",
                "lecturer/{token}",
                "class",
            }
        ),
        hub=frozenset(
            {
                "events",
                "state",
                "commandable",
                "active",
                "queue",
                "queue_position",
                "wait",
                "subscribe",
                "can_resume",
                "can_ask",
            }
        ),
        store=frozenset(
            {
                "root",
                "find",
                "row",
                "list",
                "readable",
                "recorded",
                "not_begun",
                "pinned",
                "trash",
                "compare",
            }
        ),
        classroom=frozenset(
            {
                "damaged",
                "locked",
                "place",
                "question",
                "needs_outcome",
                "news",
                "past",
                "listen",
                "enter",
                "tidy",
            }
        ),
    ),
    Tier.EXPLORE: Things(
        queries=frozenset({"predict", "layers", "decision_map", "unit_map", "step", "words"}),
        routes=frozenset({"ask", "class/vote", "class/hand"}),
        hub=frozenset({"ask", "warm_answers"}),
        classroom=frozenset({"vote", "raise_hand"}),
    ),
    Tier.ACT: Things(
        commands=frozenset({"retune", "pause", "resume", "step", "stop"}),
        routes=frozenset({"note", "class/look", "class/steer"}),
        streamlit=frozenset({"upload_file", "metrics", "agent"}),
        hub=frozenset({"submit", "resume", "send", "delete", "warm", "close", "store"}),
        store=frozenset(
            {
                "create",
                "rebuild",
                "note",
                "pin",
                "unpin",
                "rename",
                "star",
                "delete",
                "restore",
                "purge",
                "empty_trash",
                "export",
            }
        ),
        classroom=frozenset(
            {
                "look_at",
                "lead",
                "lock",
                "lower_hands",
                "ask",
                "close",
                "reopen",
                "reveal",
                "remove",
                "set_outcome",
            }
        ),
    ),
}


def tier_of(kind: str, name: str) -> Tier:
    """The one tier of a thing.

    Args:
        kind: one of ``KINDS``.
        name: as the table has it.

    Raises:
        LookupError: it stands in no tier, or in several.
    """
    found = [tier for tier, things in TIERS.items() if name in getattr(things, kind)]
    if len(found) != 1:
        raise LookupError(f"{kind} {name!r} stands in {len(found)} tiers")
    return found[0]
