"""Style, scripts and icon: read once, served under a name that changes with their bytes, and kept for good."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_KEPT = "public, max-age=31536000, immutable"

router = APIRouter()


@cache
def assets() -> Mapping[str, bytes]:
    """The bytes of each file under `static/`, by name."""
    folder = files("service.pages") / "static"
    named = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_bytes() for file in named if PurePath(file.name).suffix in _TYPES}


@cache
def version() -> str:
    """Stands for the bytes of all of them; modules that import one another thus change their names together."""
    whole = hashlib.sha256()
    for name, data in assets().items():
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()[:12]


@router.get("/static/{made}/{name}", include_in_schema=False)
def asset(made: str, name: str) -> Response:
    """A file of this version; others are not kept."""
    if made != version() or name not in assets():
        raise HTTPException(404, f"there is no asset {name!r} of version {made!r}")
    return Response(
        assets()[name], headers={"Cache-Control": _KEPT}, media_type=_TYPES[PurePath(name).suffix]
    )
