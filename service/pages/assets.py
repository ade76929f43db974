"""Style, scripts and icon: read once, and cached for good under an address that changes with their bytes."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_CACHED = "public, max-age=31536000, immutable"

router = APIRouter()


@cache
def assets() -> Mapping[str, bytes]:
    """The bytes of each file under `static/`, by name."""
    folder = files("service.pages") / "static"
    named = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_bytes() for file in named if PurePath(file.name).suffix in _TYPES}


@cache
def version() -> str:
    """A hash of all files: modules that import one another change their addresses together."""
    whole = hashlib.sha256()
    for name, data in assets().items():
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()[:12]


@router.get("/static/{digest}/{name}", include_in_schema=False)
def asset(digest: str, name: str) -> Response:
    """A file of the current version."""
    if digest != version() or name not in assets():
        raise HTTPException(404, f"there is no asset {name!r} of version {digest!r}")
    return Response(
        assets()[name], headers={"Cache-Control": _CACHED}, media_type=_TYPES[PurePath(name).suffix]
    )
