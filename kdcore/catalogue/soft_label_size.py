"""What soft labels take in a cache."""

VALUE = 2
"""Bytes of a probability's logarithm, as float16."""


def soft_label_bytes(classes: int, kept: int) -> int:
    """Bytes of one example's answer of which the likeliest classes are kept.

    Each of them needs its value and its number, which has one byte for up to 256 classes; where
    that is more than all values in their order, these are kept.

    Args:
        classes: how many there are.
        kept: of them; as many as there are for the whole answer.

    Example:
        >>> soft_label_bytes(10, 3), soft_label_bytes(10, 10), soft_label_bytes(32_000, 128)
        (9, 20, 512)
    """
    number = next(size for size in (1, 2, 4) if classes <= 256**size)
    return min(classes * VALUE, kept * (VALUE + number))
