"""The hash chain of the audit log, without files: each line has the hash of the line before it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
HEAD_SIZE = 256  # bytes; a head of one size can be overwritten in one go
FILE_NAME = re.compile(r"\d{12}\.jsonl")


@dataclass(frozen=True, slots=True)
class HashChain:
    """The end of a chain: number and SHA-256 of its last line."""

    n: int = 0
    sha256: str = GENESIS

    def line(self, event: Mapping[str, Any], at: str) -> bytes:
        """The next line: `event` after its number, its time `at` and the hash of the line before."""
        record = {"n": self.n + 1, "at": at, "prev": self.sha256, **event}
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"

    def is_continued_by(self, line: bytes) -> bool:
        """Whether `line` is whole and may come next."""
        record = record_of(line)
        return line.endswith(b"\n") and record.get("n") == self.n + 1 and record.get("prev") == self.sha256

    def continued(self, line: bytes) -> "HashChain":
        return HashChain(self.n + 1, hashlib.sha256(line).hexdigest())

    @property
    def next_file(self) -> str:
        """The name of a file that begins with the next line."""
        return f"{self.n + 1:012d}.jsonl"


EMPTY = HashChain()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: its chain, the file of the last line, and that file's size up to the line's end."""

    chain: HashChain
    file: str
    size: int

    @classmethod
    def parse(cls, data: bytes) -> "Head":
        """Raises ValueError for anything but the bytes of a head."""
        try:
            given = json.loads(data)
            head = cls(HashChain(given["n"], given["sha256"]), given["file"], given["size"])
            whole = head.data() == data and FILE_NAME.fullmatch(head.file)
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from error
        if not whole:
            raise ValueError("it is not as it was written")
        return head

    def data(self) -> bytes:
        """The bytes of the head's file."""
        fields = {"n": self.chain.n, "sha256": self.chain.sha256, "file": self.file, "size": self.size}
        return json.dumps(fields).encode().ljust(HEAD_SIZE - 1) + b"\n"

    def after(self, line: bytes) -> "Head":
        """The head once `line` is appended."""
        return Head(self.chain.continued(line), self.file, self.size + len(line))

    def in_new_file(self) -> "Head":
        """The head once the next line's file is begun."""
        return Head(self.chain, self.chain.next_file, 0)


def record_of(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; empty if the line has none."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
