"""API keys. A key is shown once; only its SHA-256 is stored, in one file that only its owner may read.

A key has 256 random bits, so nobody guesses it, and a slow hash would protect nothing more.
"""

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

from filelock import FileLock

from corpus.disk import write_atomically
from corpus.errors import BaliError

FILE = "keys.json"
_VERSION = 1
_KEY = re.compile(r"bali_([0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
_NO_KEY = hashlib.sha256(b"").hexdigest()


class Scope(StrEnum):
    """What a key permits; no scope includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class KeysError(BaliError):
    """The file of the keys cannot be used, or there is no such key."""


@dataclass(frozen=True, slots=True)
class Key:
    """The record of a key. Times are UTC, ISO 8601; a key without `expires` does not expire."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    created: str
    expires: str | None = None
    revoked: str | None = None

    def invalid(self, now: datetime) -> str | None:
        """Why the key is not valid at `now`, or None."""
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
        """The record of a presented key, valid or not; compared in constant time. Raises KeysError."""
        match = _KEY.fullmatch(presented)
        key = self.get(match[1]) if match else None
        digest = hashlib.sha256(presented.encode("utf-8", "surrogateescape")).hexdigest()
        same = hmac.compare_digest(digest, key.sha256 if key else _NO_KEY)
        return key if same else None

    def get(self, id: str) -> Key | None:
        """Raises KeysError."""
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
    """All keys that were ever made, the oldest first. Raises KeysError."""
    path = var / FILE
    try:
        if path.stat().st_mode & 0o077:
            raise KeysError("others may read it", where=str(path), remedy=f"run `chmod 600 {path}`")
        stored = json.loads(path.read_bytes())
        if stored["version"] != _VERSION:
            raise ValueError(f"version {stored['version']!r}")
        return [_key(entry) for entry in stored["keys"]]
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
    """Make a key. Returns its record and the key itself, which is stored nowhere. Raises KeysError."""
    now = datetime.now(UTC)
    with _changed(var) as keys:
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
    """Revoke a key; a running service sees it with its next request. Raises KeysError."""
    with _changed(var) as keys:
        position = next((n for n, key in enumerate(keys) if key.id == id), None)
        if position is None:
            raise KeysError(f"no key has the id {id!r}", where="ID", remedy="see `bali keys list`")
        if not keys[position].revoked:
            keys[position] = replace(keys[position], revoked=datetime.now(UTC).isoformat(timespec="seconds"))
        return keys[position]


def usable(var: Path) -> bool:
    """Whether any key is valid now. Raises KeysError."""
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
def _changed(var: Path) -> Iterator[list[Key]]:
    """The keys for one process to change; they are written whole or not at all."""
    path = var / FILE
    try:
        var.mkdir(parents=True, exist_ok=True)
        with FileLock(var / "keys.lock", fallback_to_soft=False):
            keys = read_keys(var)
            yield keys
            text = json.dumps({"version": _VERSION, "keys": [asdict(key) for key in keys]}, indent=1)
            write_atomically(path, f"{text}\n".encode(), 0o600)
    except OSError as error:
        raise KeysError(
            f"cannot be written ({error.strerror})", where=str(path), remedy="make room, or mend its owner"
        ) from error
