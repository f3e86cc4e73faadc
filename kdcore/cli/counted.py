"""A number with its noun."""


def counted(count: int, noun: str) -> str:
    """``count`` and ``noun`` in the form that goes with it.

    Example:
        >>> counted(1, "error"), counted(1200, "error")
        ('1 error', '1,200 errors')
    """
    return f"{count:,} {noun if count == 1 else noun + 's'}"
