"""What a browser sends to the routes."""

from starlette.requests import Request


def is_json(request: Request) -> bool:
    """Whether it is said to be JSON, which no other site's page may send."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return kind == "application/json"


async def read_body(request: Request, most: int) -> bytes | None:
    """The whole body, read no further than it may be long; ``None`` where it is longer.

    Args:
        request: whose body is read.
        most: bytes.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
