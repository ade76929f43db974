"""Pages and assets as small as the browser takes them."""

import gzip
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

_SMALL = 1_000  # bytes below which nothing is won
_LEVEL = 6


def packed(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str], status: int = 200
) -> Response:
    """A response with `body`, in gzip where the browser reads that."""
    told = {**headers, "Vary": "Accept-Encoding"}
    accepted = {one.split(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")}
    if len(body) >= _SMALL and "gzip" in accepted:
        body, told["Content-Encoding"] = gzip.compress(body, _LEVEL, mtime=0), "gzip"
    return Response(body, status, told, media_type)
