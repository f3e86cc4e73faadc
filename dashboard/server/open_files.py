"""How many connections the server may hold: each takes one of the files that a process may open."""

import resource
from contextlib import suppress

WANTED = (65_536, 10_240, 4_096)
"""From which the first is taken that the system grants; a page needs three to nine."""


def allow_many_files() -> int:
    """Raise the limit of this process, often 1024 or 256, as far as it may; returns the limit.

    Beyond it nobody can connect, and nothing can be written: a class of a hundred reaches it.
    """
    for wanted in WANTED:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            break
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # macOS says that there is no limit, and has one
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
