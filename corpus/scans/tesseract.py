"""Tesseract, which reads the words of a picture; a program of its own, used where it is installed."""

import shutil
import subprocess
from dataclasses import dataclass

from corpus.errors import ReadError

LANGUAGES = "eng"  # as Tesseract names them, with "+" between several
INSTALL = "install Tesseract (apt-get install tesseract-ocr), then add the document anew"
DPI = 300  # the resolution it reads best
_ALONE = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}  # threads would change rounding, and gain nothing
_SECONDS = 10.0  # to tell its version


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program by its path, and the languages it is to know. It gets pictures and gives words by pipes only."""

    program: str
    languages: str

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """All that is ever run: its version, its languages, and reading a picture."""
        reading = ("stdin", "stdout", "-l", self.languages, "--psm", "1", "--dpi", str(DPI))
        return (
            (self.program, "--version"),
            (self.program, "--list-langs"),
            (self.program, *reading, "-c", "tessedit_create_hocr=1"),
        )

    def described(self, file: str) -> str:
        """Its name, version and languages; raises `ReadError` where it does not have one of these."""
        version, known = (self._run(command, b"", _SECONDS).decode() for command in self.commands[:2])
        missing = [name for name in self.languages.split("+") if name not in known.split()]
        if missing:
            packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
            raise ReadError(
                f"is a scan, and Tesseract does not have the language {' and '.join(missing)}",
                where=file,
                remedy=f"install it (apt-get install {packages}), or set BALI_OCR_LANGUAGES to others",
            )
        return f"{version.splitlines()[0]} {self.languages}"

    def read(self, picture: bytes, seconds: float) -> bytes:
        """The words of a picture (PGM) as hOCR; raises `subprocess.SubprocessError`, also after so many seconds."""
        return self._run(self.commands[2], picture, seconds)

    def _run(self, command: tuple[str, ...], given: bytes, seconds: float) -> bytes:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=seconds, env=_ALONE, check=True
        )
        return done.stdout


def find_tesseract(languages: str) -> Tesseract | None:
    """Tesseract, where it is installed."""
    program = shutil.which("tesseract")
    return Tesseract(program, languages) if program else None
