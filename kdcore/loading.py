"""Modules stay once they are loaded: nobody need look for garbage among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Garbage is not looked for meanwhile, a tenth of the time; nor later in what is there by then.

    After an error it is looked for everywhere again. Where nobody looks for garbage, nobody does
    afterwards.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if looks:
            gc.enable()
