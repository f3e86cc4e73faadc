"""Sharing with a class: whether the app is shared, by which links, and the lecturer's token."""

import hashlib
import io
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import segno
from streamlit import config

from kdcore.store_root import default_root

SHARE = "KDCORE_SHARE"
"""Environment: ``1`` shares, whatever the server listens on."""
TOKEN_FILE = "lecturer.token"
"""In the store; only its owner may read it."""
TOKEN_BYTES = 24
LASTS = 30 * 86_400
"""Seconds for which a lecturer's browser stays the lecturer's."""
EVERYBODY = "0.0.0.0"
"""Address on which the server listens to all."""
HERE = ("localhost", "127.0.0.1", "::1")
"""Addresses on which only this machine is listened to."""
PRIVATE = ("10.255.255.255", "192.168.255.255", "172.31.255.255", "1.1.1.1")
"""Asked for the way there, nothing is sent: each may begin at another address of this machine."""


def is_shared() -> bool:
    """Whether others may open the app: it was asked for, or the server listens to them."""
    return is_shared_by_environment() or not listens_here_alone()


def listens_here_alone() -> bool:
    """Whether the server takes connections of this machine only, such as those of a proxy."""
    return config.get_option("server.address") in HERE


def is_shared_by_environment() -> bool:
    """Whether the environment asks for it."""
    return os.environ.get(SHARE, "").strip().lower() in ("1", "true", "yes", "on")


# -- the token ---------------------------------------------------------------------------------


def token() -> str:
    """By which a browser becomes the lecturer's; it stays the same over restarts of the server."""
    return _token_in(default_root())


def is_token(text: str) -> bool:
    """Whether it is the token; takes as long for any text."""
    return secrets.compare_digest(text.encode("utf-8", "replace"), token().encode())


def is_lecturers(cookies: Mapping[str, str]) -> bool:
    """Whether a browser was opened by the lecturer's link."""
    return is_token(cookies.get(cookie_name(), ""))


def cookie_name() -> str:
    """Of this store: the apps of one machine share their cookies, whatever their ports."""
    return f"kdcore_{hashlib.sha256(token().encode()).hexdigest()[:8]}"


@cache
def _token_in(root: Path) -> str:
    """What the file holds, made where there is none; where it cannot be kept, for this process."""
    path, fresh = root.expanduser() / TOKEN_FILE, secrets.token_urlsafe(TOKEN_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
            return path.read_text(encoding="utf-8").strip() or fresh
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(place, "w", encoding="utf-8") as file:
            file.write(fresh)
    except OSError:
        return fresh
    return fresh


# -- the links ---------------------------------------------------------------------------------


def join_links() -> list[str]:
    """Addresses at which a class reaches the app, the likeliest first."""
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    port, base = config.get_option("server.port"), config.get_option("server.baseUrlPath")
    path = f"/{base.strip('/')}/" if base else "/"
    return [f"{scheme}://{_in_a_link(host)}:{port}{path}" for host in _hosts()]


def lecturer_link(join: str) -> str:
    """The link that makes a browser the lecturer's."""
    return f"{join.rstrip('/')}/kd/lecturer/{token()}"


def _hosts() -> list[str]:
    listened = config.get_option("server.address")
    return network_addresses() if listened in (None, "", EVERYBODY, "::") else [listened]


def network_addresses() -> list[str]:
    """What this machine is called in the networks that it is in, the likeliest first."""
    found = dict.fromkeys(filter(None, map(_way_to, PRIVATE)))
    return list(found) or [socket.gethostname()]


def _way_to(address: str) -> str:
    """The address of this machine from which a connection would go out; empty for none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect((address, 9))
        except OSError:
            return ""
        host: str = way.getsockname()[0]
    return "" if host.startswith(("127.", "0.")) else host


def _in_a_link(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@cache
def code_picture(link: str) -> str:
    """A link as a QR code: an SVG, black on white with the margin that readers need, as a URI."""
    return segno.make(link, error="m", micro=False).svg_data_uri(
        scale=10, border=4, dark="#000", light="#fff", omitsize=True, nl=False
    )


def print_links() -> None:
    """Say on the terminal by which links the lecturer and the class come in."""
    join, *others = join_links()
    lines = ["", "  Shared with a class.", f"  Join link:       {join}"]
    lines += [f"                   {link}" for link in others]
    lines += [f"  Lecturer's link: {lecturer_link(join)}", "  (keep it to yourself)", ""]
    if listens_here_alone():
        lines += [
            "  The server listens on this machine alone: a proxy here must pass it on, or",
            "",
        ]
        lines += ["  start it with: python -m dashboard --share", ""]
    if sys.stdout.isatty():
        code = io.StringIO()
        segno.make(join, error="l", micro=False).terminal(code, border=4, compact=True)
        lines.append(code.getvalue())
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
