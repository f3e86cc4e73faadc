"""The hub and the store as pages and routes have them: every call needs the right to it.

A page may hide a button; what it would have sent is refused here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from dashboard.server.roots import check_paths
from dashboard.server.tiers import Tier, tier_of
from dashboard.server.visitors import require, session_name
from kdcore.asking import PATIENCE
from kdcore.commands import Command
from kdcore.hub import Hub
from kdcore.jobs.kind import JobConfig
from kdcore.queries import Answer, Query


class Guarded:
    """A thing whose methods ask for the right to call them; what has no tier is not there.

    Args:
        kind: of the thing, one of ``tiers.KINDS``.
        target: the thing.
    """

    def __init__(self, kind: str, target: object) -> None:
        self._kind, self._target = kind, target

    def __getattr__(self, name: str) -> Any:
        return _guarded(self._kind, self._target, name)


class GuardedHub(Guarded):
    """A ``Hub``; commands and queries have a tier each."""

    def __init__(self, hub: Hub) -> None:
        super().__init__("hub", hub)
        self._hub = hub

    def submit(self, config: JobConfig) -> str:
        """As ``Hub.submit``, of settings whose paths may be read.

        Raises:
            UserError: also for a path that may not.
        """
        require(tier_of("hub", "submit"))
        check_paths(config.to_dict())
        return self._hub.submit(config, session_name())

    def resume(self, job: str) -> None:
        """As ``Hub.resume``, of settings whose paths may be read.

        Raises:
            UserError: also for a path that may not.
        """
        require(tier_of("hub", "resume"))
        check_paths(self._hub.store.find(job).settings)
        self._hub.resume(job)

    def send(self, run: str, command: Command) -> None:
        """As ``Hub.send``, where the command is allowed."""
        require(tier_of("commands", command.name_on_the_line))
        self._hub.send(run, command)

    def ask(self, run: str, query: Query, timeout: float = PATIENCE) -> Answer:
        """As ``Hub.ask``, where the query is allowed."""
        require(tier_of("queries", query.kind))
        return self._hub.ask(run, query, timeout)


def _guarded(kind: str, target: object, name: str) -> Any:
    try:
        tier = tier_of(kind, name)
    except LookupError as error:
        raise AttributeError(str(error)) from None
    value = getattr(target, name)
    if callable(value):
        return _asking(tier, value)
    require(tier)
    return value


def _asking(tier: Tier, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def asking(*given: Any, **named: Any) -> Any:
        require(tier)
        return method(*given, **named)

    return asking
