"""What is said to who is refused before any page is there."""


def refusal(code: str) -> str:
    """The message of a ``UserError`` in all languages; the words are loaded when they are needed.

    Args:
        code: of the error, which names nothing.
    """
    from dashboard.text.errors import in_all_languages  # noqa: PLC0415  (the server starts sooner)

    return in_all_languages(code)
