"""API keys. A key is shown once; what is kept of it is its SHA-256, in one file that only its owner may read.

A key is 256 random bits, so nobody finds it by trying, and a slow hash would protect nothing more.
"""

import fcntl
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from corpus.disk import write_whole
from corpus.errors import BaliError

FILE = "keys.json"
_VERSION = 1
_SHAPE = re.compile(r"bali_([0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
_NOBODY = hashlib.sha256(b"").hexdigest()  # which no key has


class Scope(StrEnum):
    """What a key opens; none includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class KeysError(BaliError):
    """The file of the keys cannot be used, or there is no such key."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key. Times are UTC, ISO 8601; one without `expires` does not."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    created: str
    expires: str | None = None
    revoked: str | None = None

    def invalid(self, now: datetime) -> str | None:
        """Why it opens nothing at `now`, or None."""
        if self.revoked:
            return "revoked"
        expired = self.expires is not None and datetime.fromisoformat(self.expires) <= now
        return "expired" if expired else None


class KeyRing:
    """The keys under `var`, read again whenever their file has changed."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}

    def find(self, presented: str) -> Key | None:
        """The key that `presented` is, valid or not; compared in constant time. Raises KeysError."""
        shape = _SHAPE.fullmatch(presented)
        key = self.get(shape[1]) if shape else None
        digest = hashlib.sha256(presented.encode("utf-8", "surrogateescape")).hexdigest()
        same = hmac.compare_digest(digest, key.sha256 if key else _NOBODY)
        return key if same else None

    def get(self, id: str) -> Key | None:
        """The key of this id. Raises KeysError."""
        try:
            state = (self._var / FILE).stat()
            seen = (state.st_ino, state.st_size, state.st_mtime_ns)
        except FileNotFoundError:
            seen = (0, 0, 0)
        if seen != self._seen:
            self._keys = {key.id: key for key in read_keys(self._var)}
            self._seen = seen
        return self._keys.get(id)


def read_keys(var: Path) -> list[Key]:
    """All keys that were ever made, in that order. Raises KeysError."""
    path = var / FILE
    try:
        if path.stat().st_mode & 0o077:
            raise KeysError("others may read it", where=str(path), remedy=f"run `chmod 600 {path}`")
        kept = json.loads(path.read_bytes())
        if kept["version"] != _VERSION:
            raise ValueError(f"version {kept['version']!r}")
        return [_key(entry) for entry in kept["keys"]]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise KeysError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="mend its owner or its folder"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KeysError(
            f"is not what was written ({error})",
            where=str(path),
            remedy="restore it, or remove it and add keys",
        ) from error


def add(var: Path, name: str, scopes: Sequence[Scope], lasts: timedelta | None = None) -> tuple[Key, str]:
    """Make a key; the second of the pair is the key itself, which is kept nowhere. Raises KeysError."""
    now = datetime.now(UTC)
    with _changing(var) as keys:
        id = _unused(keys)
        presented = f"bali_{id}_{secrets.token_urlsafe(32)}"
        key = Key(
            id=id,
            name=name,
            scopes=tuple(scope for scope in Scope if scope in scopes),
            sha256=hashlib.sha256(presented.encode()).hexdigest(),
            created=now.isoformat(timespec="seconds"),
            expires=(now + lasts).isoformat(timespec="seconds") if lasts else None,
        )
        keys.append(key)
    return key, presented


def revoke(var: Path, id: str) -> Key:
    """Make a key open nothing from now on; a running service sees it with its next request. Raises KeysError."""
    with _changing(var) as keys:
        place = next((n for n, key in enumerate(keys) if key.id == id), None)
        if place is None:
            raise KeysError(f"no key has the id {id!r}", where="ID", remedy="see `bali keys list`")
        if not keys[place].revoked:
            keys[place] = replace(keys[place], revoked=datetime.now(UTC).isoformat(timespec="seconds"))
        return keys[place]


def usable(var: Path) -> bool:
    """Whether some key opens something now. Raises KeysError."""
    now = datetime.now(UTC)
    return any(key.invalid(now) is None for key in read_keys(var))


def _unused(keys: Sequence[Key]) -> str:
    taken = {key.id for key in keys}
    return next(id for id in iter(lambda: secrets.token_hex(4), "") if id not in taken)


def _key(entry: Any) -> Key:
    key = Key(**entry | {"scopes": tuple(Scope(scope) for scope in entry["scopes"])})
    if not re.fullmatch(r"[0-9a-f]{64}", key.sha256):
        raise ValueError(f"key {key.id!r} has no hash")
    for time in (key.created, key.expires, key.revoked):
        if time is not None and datetime.fromisoformat(time).tzinfo is None:
            raise ValueError(f"key {key.id!r} has a time without a zone")
    return key


@contextmanager
def _changing(var: Path) -> Iterator[list[Key]]:
    """The keys, to be changed by one process at a time; written whole, or not at all."""
    path = var / FILE
    try:
        var.mkdir(parents=True, exist_ok=True)
        with (var / "keys.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = read_keys(var)
            yield keys
            text = json.dumps({"version": _VERSION, "keys": [asdict(key) for key in keys]}, indent=1)
            write_whole(path, f"{text}\n".encode(), 0o600)
    except OSError as error:
        raise KeysError(
            f"cannot be written ({error.strerror})", where=str(path), remedy="make room, or mend its owner"
        ) from error
