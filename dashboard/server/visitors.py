"""Who asks: the lecturer or a follower, for every request and every page.

What nobody is known to have asked for has a follower's rights, so that what is forgotten is
refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit import runtime
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from dashboard.server.sharing import is_lecturers, is_shared
from dashboard.server.tiers import Tier
from kdcore.errors import UserError

FORWARDED = frozenset(
    {
        "cf-connecting-ip",
        "client-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-real-ip",
    }
)
"""Headers by which a proxy says that somebody else asks; also all that begin with ``FAMILY``."""
FAMILY = "x-forwarded"


class Role(Enum):
    """What a person is in a class; the value is the highest tier that is theirs."""

    FOLLOWER = Tier.EXPLORE
    LECTURER = Tier.ACT


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request or a page's connection comes from."""

    address: str
    """IP address of who connected: of a proxy where there is one."""
    headers: Mapping[str, str]
    """By name in small letters."""
    cookies: Mapping[str, str]

    @classmethod
    def of(cls, scope: Scope) -> "Visitor":
        """Of an ASGI request or web socket."""
        asked = HTTPConnection(scope)
        address = asked.client.host if asked.client else ""
        return cls(address, dict(asked.headers.items()), asked.cookies)

    @property
    def is_here(self) -> bool:
        """Whether a browser of this machine asks, by no proxy and by the machine's own name.

        The name shuts out pages of other sites whose name was pointed here, and proxies that pass
        on the public one.
        """
        forwarded = any(name in FORWARDED or name.startswith(FAMILY) for name in self.headers)
        host = self.headers.get("host", "")
        return is_loopback(self.address) and not forwarded and is_loopback(host_name(host))

    @property
    def role(self) -> Role:
        """Of this machine everyone is the lecturer; from elsewhere who has the token."""
        steers = self.is_here or (is_shared() and is_lecturers(self.cookies))
        return Role.LECTURER if steers else Role.FOLLOWER


_given: ContextVar[Role | None] = ContextVar("given_role", default=None)
"""The role in which a request is carried out, or the program itself."""


@contextmanager
def acting_as(role: Role) -> Iterator[None]:
    """Everything in this context is asked for in ``role``; threads that it starts know nothing."""
    token = _given.set(role)
    try:
        yield
    finally:
        _given.reset(token)


def role() -> Role:
    """Who asks now: of a request, else of the page whose script runs in this thread."""
    if (given := _given.get()) is not None:
        return given
    visitor = session_visitor()
    return visitor.role if visitor else Role.FOLLOWER


def may(tier: Tier) -> bool:
    """Whether who asks now has the right."""
    return role().value >= tier


def require(tier: Tier) -> None:
    """Refuse what is not the right of who asks.

    Raises:
        UserError: it is the lecturer's.
    """
    if not may(tier):
        raise UserError("lecturer_only")


def session_name() -> str:
    """Of the open page whose script runs in this thread; empty where there is none."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def session_visitor() -> Visitor | None:
    """Who looks at the page whose script runs in this thread; ``None`` where that is not known."""
    context = get_script_run_ctx(suppress_warning=True)
    client = runtime.get_instance().get_client(context.session_id) if context else None
    if client is None or (asked := client.client_context) is None:
        return None
    return Visitor(asked.remote_ip or "", _lowered(asked.headers), asked.cookies)


def _lowered(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def host_name(host: str) -> str:
    """``localhost`` of ``localhost:8501``; empty where it is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine alone."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
