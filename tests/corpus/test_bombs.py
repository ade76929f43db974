"""Files made to do harm: the process that reads them is stopped, and the one that asked gets an error in words."""

import io
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.readers import limits, sandbox
from corpus.readers.sandbox import extract
from tests.corpus.made import HARBOUR, as_docx, as_pdf, with_part

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
).encode()
ELSEWHERE = (
    LAUGHS.split(b"[", 1)[0] + b'[<!ENTITY j SYSTEM "file:///etc/hostname">]' + LAUGHS.split(b"]", 1)[1]
)


def zipped(entries: dict[str, bytes]) -> bytes:
    """An archive of these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the first of them its catalogue, with a table of where they are."""
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, len(data))
    )


def looping() -> bytes:
    """A PDF whose form draws itself, and whose pages are their own parents."""
    draw = b"<</Length 6>>stream\n/F Do \nendstream"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>/Length 6>>stream\n/F Do \nendstream"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R/Resources<</XObject<</F 4 0 R>>>>>>"
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 2/Kids[3 0 R 2 0 R]/Parent 2 0 R>>",
            page,
            form,
            draw,
        ]
    )


def flooding(mebibytes: int) -> bytes:
    """A PDF whose page inflates to as much: a piece that ends on a byte is repeated without being packed anew."""
    packer = zlib.compressobj(9)
    piece = packer.compress(b"q Q " * 2**18) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"q Q " * 2**18) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = piece + again * (mebibytes - 1) + packer.flush()
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
            b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        ]
    )


def many_pages(number: int) -> bytes:
    """A PDF of one page many times."""
    kids = b"3 0 R " * number
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%b]>>" % (number, kids),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        ]
    )


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "zip.docx": lambda: with_part(as_docx(HARBOUR), "word/document.xml", b"<w:p/>" * 4_000_000),
    "nested.docx": lambda: zipped(
        {"inner.zip": zipped({"inner.zip": zipped({"zeros": b"\0" * 50_000_000})})}
    ),
    "entries.docx": lambda: zipped({f"{number}.xml": b"" for number in range(limits.ZIP_ENTRIES + 1)}),
    "laughs.docx": lambda: with_part(as_docx(HARBOUR), "word/document.xml", LAUGHS),
    "elsewhere.docx": lambda: with_part(as_docx(HARBOUR), "word/document.xml", ELSEWHERE),
    "deep.html": lambda: b"<div>" * 3_000 + b"deep",
    "deep.pdf": lambda: pdf_of([b"<</Type/Catalog/Pages " + b"[" * 50_000 + b"]" * 50_000 + b">>"]),
    "pages.pdf": lambda: many_pages(limits.PAGES + 1),
    "looping.pdf": looping,
    "flooding.pdf": lambda: flooding(2_000),
    "cut.pdf": lambda: as_pdf(HARBOUR)[:-600],
}
REFUSED = {
    "zip.docx": "inflates more than 100 times",
    "entries.docx": "2001 entries, more than 2000",
    "laughs.docx": "declares entities",
    "elsewhere.docx": "declares entities",
    "deep.html": "nested too deep",
    "pages.pdf": "2001 pages, more than 2000",
    "flooding.pdf": f"needs more than {limits.MEMORY_BYTES} bytes of memory",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_harms_no_one_but_its_reader(name: str) -> None:
    bomb = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ReadError) as error:
        extract(bomb, Path(name).suffix, name)
    assert error.value.where == name
    assert REFUSED.get(name, "") in error.value.problem
    assert error.value.remedy
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB
    assert grown < 64 * 2**10


GOES_WRONG = """
import sys, types
from pathlib import Path
from corpus.readers import limits, sandbox

limits.CPU_SECONDS = 1

def read_html(data, file):
    {code}

reader = types.ModuleType("corpus.readers.html")
reader.read_html, reader.LIBRARIES = read_html, ()
sys.modules["corpus.readers.html"] = reader
sandbox.main(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("while True: pass", "processor time"),
        ("return bytearray(2**31)", "bytes of memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os; os._exit(3)", "broke its reader"),
        ("import time; time.sleep(60)", "longer than 1 s"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "may not use socket"),
        ("import subprocess; subprocess.run(['true'])", "may not use subprocess"),
    ],
)
def test_a_reader_that_goes_wrong_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, problem: str
) -> None:
    script = tmp_path / "goes_wrong.py"
    script.write_text(GOES_WRONG.format(code=code), "utf-8")
    bootstrap = f"import runpy; runpy.run_path({str(script)!r})"
    monkeypatch.setattr(sandbox, "_COMMAND", (sys.executable, "-c", bootstrap))
    monkeypatch.setattr(limits, "WALL_SECONDS", 1 if "sleep" in code else 60)
    with pytest.raises(ReadError) as error:
        extract(b"<p>sound", ".html", "sound.html")
    assert error.value.where == "sound.html"
    assert problem in error.value.problem
    assert error.value.remedy
