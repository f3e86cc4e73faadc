"""What is asked of every mistake that a person is told."""

import json

MOST = 20_000


def code_of(error):
    """The code of a ``UserError``; it is one readable line, and what it names can be kept."""
    assert "\n" not in str(error)
    assert 0 < len(str(error)) < MOST
    assert str(error).encode()
    assert json.dumps(error.values)
    return error.code
