"""What is said to who is refused before any page is there."""

from anyio import to_thread


async def refusal(code: str) -> str:
    """The message of a ``UserError`` in all languages.

    The words are loaded when they are needed, in a thread: others are answered meanwhile.

    Args:
        code: of the error, which names nothing.
    """
    return await to_thread.run_sync(_said, code)


def _said(code: str) -> str:
    from dashboard.text.errors import in_all_languages  # noqa: PLC0415  (the server starts sooner)

    return in_all_languages(code)
