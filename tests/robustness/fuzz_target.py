"""What atheris runs, for tests.robustness.fuzzing: one reader in this process, on mutated files of its kind.

`python -m tests.robustness.fuzz_target KIND FOLDER [libFuzzer's options]`. For DOCX the first byte says which part of a sound
file the rest is put in the place of, so that mutations reach further than the checksum of an archive.
"""

import io
import sys
import zipfile

import atheris

from tests.corpus.made import HARBOUR, as_docx, with_part

PARTS = ("word/document.xml", "word/numbering.xml", "word/styles.xml", "docProps/core.xml")
SOUND = as_docx(HARBOUR)


def whole(kind: str, data: bytes) -> bytes:
    """The file that a fuzzed input stands for."""
    if kind != "docx" or not data or data[0] % 8 >= len(PARTS):
        return data[1:] if kind == "docx" else data
    return with_part(SOUND, PARTS[data[0] % 8], data[1:])


def seeds() -> list[bytes]:
    """Inputs for DOCX that stand for the sound file and for each of its parts."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        return [b"\7" + SOUND, *(bytes([n]) + archive.read(part) for n, part in enumerate(PARTS))]


def main() -> None:
    """Fuzz until libFuzzer's options say to stop; only what ends the process is a crash."""
    kind = sys.argv.pop(1)
    with atheris.instrument_imports(include=["corpus", "docx", "pdfplumber", "pdfminer"]):
        from corpus.readers.docx import read_docx
        from corpus.readers.html import read_html
        from corpus.readers.pdf import read_pdf
    read = {"docx": read_docx, "html": read_html, "pdf": read_pdf}[kind]

    def one(data: bytes) -> None:
        try:
            text = read(whole(kind, data), "fuzzed").text
        except Exception:  # the child tells of any exception as of a file that cannot be read
            return
        text.encode()  # what is kept must be writable

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
