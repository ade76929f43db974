"""Reads an untrusted file in a child process with limits on memory, time and output.

The parent writes the file to a temporary folder, starts this module, and waits. The child sets its limits before
it imports a parser, may not use the network or start programs, and writes its result as JSON. One program is let
through: Tesseract with fixed arguments, for pages that are pictures. It inherits the limits, and ends with the child.
The parent always gets a text or a `ReadError`.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import corpus
from corpus.errors import ReadError
from corpus.layout import from_json_lines, to_json_lines
from corpus.readers import limits
from corpus.readers.extracted import Extracted
from corpus.scans.tesseract import LANGUAGES, Tesseract, find_tesseract

READERS = {".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html"}
_VERSION = 4  # of the readers, to be raised when they extract another text from the same file
_COMMAND = (sys.executable, "-m", "corpus.readers.sandbox")
_SOURCE, _RESULT = "source", "result.json"
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_SPLIT = "split the document, or save it anew by the program that made it"


def extract(data: bytes, suffix: str, file: str, languages: str = LANGUAGES) -> tuple[Extracted, str]:
    """The text of a PDF, DOCX or HTML file, and the name of its reader with versions.

    Scanned pages are read in these languages, where Tesseract is installed. Raises `ReadError` naming `file` if the reader
    refuses it, fails, or goes over a limit.
    """
    tesseract = find_tesseract(languages) if READERS[suffix] == "pdf" else None
    program = (tesseract.program, languages) if tesseract else ()
    seconds = limits.WALL_SECONDS + (limits.RECOGNITION_SECONDS if tesseract else 0)
    with TemporaryDirectory(prefix="bali-read-") as folder:
        (Path(folder) / _SOURCE).write_bytes(data)
        child = subprocess.Popen(
            [*_COMMAND, READERS[suffix], folder, *program],
            cwd=Path(corpus.__file__).parent.parent,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ReadError(f"took longer than {seconds} s to read", where=file, remedy=_SPLIT) from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        return _result(Path(folder) / _RESULT, child.returncode, file)


def _result(path: Path, code: int, file: str) -> tuple[Extracted, str]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8")) if code == 0 else {}
    except (OSError, ValueError):
        found = {}
    if "problem" in found:
        raise ReadError(found["problem"], where=file, remedy=found["remedy"])
    if "text" in found:
        return _extracted(found["text"]), found["extractor"]
    raise ReadError(_end(code), where=file, remedy=_SPLIT)


def _extracted(said: dict[str, Any]) -> Extracted:
    pieces = from_json_lines(said.pop("pieces"), _RESULT)
    return Extracted(**said | {"pieces": pieces, "warnings": tuple(said["warnings"])})


def _end(code: int) -> str:
    match -code:
        case signal.SIGXCPU | signal.SIGKILL:
            return f"took more than {limits.CPU_SECONDS} s of processor time to read"
        case signal.SIGXFSZ:
            return f"holds more than {limits.TEXT_CHARACTERS} characters"
        case number if number > 0:
            name = signal.Signals(number).name
            return f"broke its reader ({name}), or needs more than {limits.MEMORY_BYTES} bytes of memory"
        case _:
            return "broke its reader"


def main(kind: str, folder: Path, *program: str) -> None:
    """Read `folder/source` under the limits and write `folder/result.json`.

    `program` are the path of Tesseract and its languages.
    """
    tesseract = (Tesseract(*program),) if program else ()
    _limit()
    try:
        reader = import_module(f"corpus.readers.{kind}")
        sys.addaudithook(partial(_refuse, {command for one in tesseract for command in one.commands}))
        read: Callable[..., Extracted] = getattr(reader, f"read_{kind}")
        extracted = read((folder / _SOURCE).read_bytes(), "", *tesseract)
        if len(extracted.text) > limits.TEXT_CHARACTERS:
            raise ReadError(
                f"holds more than {limits.TEXT_CHARACTERS} characters", where="", remedy="split the document"
            )
        names = ", ".join(f"{name} {version(name)}" for name in reader.LIBRARIES)
        names += f", {extracted.recogniser}" if extracted.recogniser else ""
        fields = asdict(replace(extracted, pieces=())) | {"pieces": to_json_lines(extracted.pieces)}
        result = {"text": fields, "extractor": f"{kind} {_VERSION}, {names}"}
    except ReadError as error:
        result = {"problem": error.problem, "remedy": error.remedy}
    except MemoryError:
        result = {
            "problem": f"needs more than {limits.MEMORY_BYTES} bytes of memory to read",
            "remedy": _SPLIT,
        }
    except Exception as error:  # parsers raise anything on a damaged file
        said = f"cannot be read ({type(error).__name__}: {str(error)[:200]})"
        result = {"problem": said, "remedy": "check the file, or save it anew by the program that made it"}
    written = json.dumps(result)
    (folder / _RESULT).write_text(written, "utf-8")
    os._exit(0)  # skips the libraries' own clean-up, which a damaged file may break


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 24 * limits.TEXT_CHARACTERS),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _refuse(allowed: Collection[tuple[str, ...]], event: str, said: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and tuple(said[1]) in allowed and said[0] == said[1][0]:
        return
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a reader may not use {event}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
