"""Scans: read where Tesseract is, marked as such, and refused with the remedy where it is not."""

from pathlib import Path

import pytest
from fpdf import FPDF

from corpus.errors import ReadError
from corpus.passages import passages
from corpus.readers import limits, sandbox
from corpus.readers.extracted import PAGE_BREAK, Extracted
from corpus.readers.pdf import read_pdf
from corpus.readers.sandbox import extract
from corpus.scans.tesseract import Tesseract
from corpus.types import Document
from tests.corpus.scanned import BLANK, as_scan, hocr, needs_tesseract, picture, printed, stand_in, sure

SCAN = as_scan([BLANK])
MIXED = as_scan(["The ferry leaves at dawn.", BLANK, BLANK])
DOCUMENT = Document("log", "Log", "Harbour", "log", (2031, 2031), "documents/log.pdf", "0" * 64)


def without_tesseract(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", str(folder))


def with_stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, said: str) -> None:
    stand_in(folder, said)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


def shown(found: Extracted) -> list[tuple[str, bool, bool, str]]:
    """The kind of each piece, whether it is a header or bold, and its text."""
    return [
        (piece.kind, piece.header, piece.look.bold, found.text[piece.start : piece.end])
        for piece in found.pieces
    ]


def test_without_tesseract_a_scan_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_tesseract(monkeypatch, tmp_path)
    with pytest.raises(ReadError) as refused:
        extract(SCAN, ".pdf", "scan.pdf")
    assert refused.value.where == "scan.pdf"
    assert refused.value.problem == "holds no text, only pictures"
    assert "apt-get install tesseract-ocr" in refused.value.remedy
    assert "\n" not in str(refused.value)


def test_without_tesseract_a_warning_names_the_pages_that_are_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_tesseract(monkeypatch, tmp_path)
    found, extractor = extract(MIXED, ".pdf", "mixed.pdf")
    assert found.text == "The ferry leaves at dawn.\n"
    (warning,) = found.warnings
    assert warning.startswith("pages 2, 3: only pictures, not read")
    assert "apt-get install tesseract-ocr" in warning
    assert "tesseract" not in extractor


def test_pages_of_text_and_scans_are_one_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_stand_in(monkeypatch, tmp_path, sure("The keeper lights the lamp.", "Nobody sleeps."))
    found, extractor = extract(MIXED, ".pdf", "mixed.pdf")
    first, second, _ = found.text.split(f"\n{PAGE_BREAK}")
    assert first == "The ferry leaves at dawn."
    assert second.startswith("The keeper lights the lamp.")
    assert found.warnings == ("pages 2, 3: read by character recognition, so letters may be wrong",)
    assert extractor.endswith("tesseract 5.0 eng")
    marked = [(passage.page, passage.recognised) for passage in passages(DOCUMENT, found.text, found.pieces)]
    assert marked == [(1, False), (2, True), (3, True)]


def test_a_page_of_text_with_a_picture_is_not_recognised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_stand_in(monkeypatch, tmp_path, sure("Misread."))
    found, _ = extract(printed(), ".pdf", "printed.pdf")
    assert "Misread" not in found.text
    assert not any(piece.recognised for piece in found.pieces)


def test_noise_is_dropped_but_no_word_within_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = hocr(
        [
            [("|", 40), ("Some", 96), ("ropes", 96), ("are", 95), ("worn’", 22), ("out.", 90)],
            [("eJ4", 12), ("~~", 31), ("oO", 40)],
        ]
    )
    with_stand_in(monkeypatch, tmp_path, said)
    assert extract(SCAN, ".pdf", "scan.pdf")[0].text == "Some ropes are worn’ out.\n"


def test_a_word_that_a_line_cuts_is_made_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_stand_in(monkeypatch, tmp_path, sure("Every old rope is re-", "placed by a new one."))
    assert "is replaced by" in extract(SCAN, ".pdf", "scan.pdf")[0].text


def test_a_picture_without_words_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_stand_in(monkeypatch, tmp_path, sure())
    with pytest.raises(ReadError, match="holds no text, only pictures — scan it anew"):
        extract(SCAN, ".pdf", "scan.pdf")


def test_a_missing_language_says_which_package_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_stand_in(monkeypatch, tmp_path, sure("Never read."))
    with pytest.raises(ReadError) as refused:
        extract(SCAN, ".pdf", "scan.pdf", "eng+chi_sim")
    assert refused.value.where == "scan.pdf"
    assert "the language chi_sim" in refused.value.problem
    assert "apt-get install tesseract-ocr-chi-sim" in refused.value.remedy
    assert "BALI_OCR_LANGUAGES" in refused.value.remedy


def test_recognition_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = Tesseract(str(stand_in(tmp_path, does="exec sleep 60")), "eng")
    monkeypatch.setattr(limits, "SCANNED_PAGE_SECONDS", 0.2)
    with pytest.raises(ReadError, match=r"scan\.pdf: takes too long .*page 1"):
        read_pdf(SCAN, "scan.pdf", slow)


def test_recognition_that_fails_names_the_page(tmp_path: Path) -> None:
    broken = Tesseract(str(stand_in(tmp_path, does="exit 1")), "eng")
    with pytest.raises(ReadError, match=r"mixed\.pdf: has a page 2 that character recognition cannot read"):
        read_pdf(MIXED, "mixed.pdf", broken)


def test_too_many_scanned_pages_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tesseract = Tesseract(str(stand_in(tmp_path, sure("One."))), "eng")
    monkeypatch.setattr(limits, "SCANNED_PAGES", 1)
    with pytest.raises(ReadError, match="has 2 scanned pages, more than 1"):
        read_pdf(MIXED, "mixed.pdf", tesseract)


def test_a_huge_page_is_rendered_within_bounds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counted = f"wc -c > '{tmp_path}/bytes'; cat '{tmp_path}/said'"
    tesseract = Tesseract(str(stand_in(tmp_path, sure("One."), counted)), "eng")
    monkeypatch.setattr(limits, "SCANNED_PIXELS", 10_000)
    assert read_pdf(SCAN, "scan.pdf", tesseract).text == "One.\n"
    assert 5_000 < int((tmp_path / "bytes").read_text("utf-8")) < 11_000


@pytest.mark.parametrize(
    "arguments",
    [
        ["list.txt", "stdout"],
        ["stdin", "elsewhere"],
        ["--version", "more"],
        ["http://192.0.2.1/a.png", "stdout"],
    ],
)
def test_the_child_runs_tesseract_with_its_own_arguments_only(arguments: list[str]) -> None:
    tesseract = Tesseract("/usr/bin/tesseract", "eng")
    for command in tesseract.commands:
        sandbox._refuse(tesseract.commands, "subprocess.Popen", (command[0], command, None, None))
    given = ("/usr/bin/tesseract", ["/usr/bin/tesseract", *arguments], None, None)
    with pytest.raises(PermissionError):
        sandbox._refuse(tesseract.commands, "subprocess.Popen", given)


@needs_tesseract
@pytest.mark.parametrize("angle", [0, -1.2, 90, 180])
def test_a_scan_is_read_as_what_was_printed_however_it_lay(angle: float) -> None:
    before, _ = extract(printed(), ".pdf", "printed.pdf")
    found, extractor = extract(as_scan([picture(printed(), angle)]), ".pdf", "scan.pdf")
    assert shown(found) == shown(before)
    assert all(piece.recognised for piece in found.pieces)
    assert found.pieces[0].look.size > 1.2 * found.pieces[1].look.size
    assert "tesseract" in extractor


@needs_tesseract
def test_spots_before_lines_are_bullets() -> None:
    pdf = FPDF(unit="pt")
    pdf.add_page(format=(420, 160))
    pdf.set_font("Helvetica", "", 11)
    pdf.text(40, 40, "The harbour asks everyone who comes aboard to do as follows:")
    for number, said in enumerate(("Bring a rope of hemp.", "Wear a vest.", "Each ferry rings its bell.")):
        pdf.ellipse(42, 60.5 + 20 * number, 4, 4, "F")
        pdf.text(56, 66 + 20 * number, said)
    found, _ = extract(as_scan([picture(bytes(pdf.output()))]), ".pdf", "scan.pdf")
    items = [found.text[piece.start : piece.end] for piece in found.pieces if piece.kind == "item"]
    assert items == ["• Bring a rope of hemp.", "• Wear a vest.", "• Each ferry rings its bell."]


@needs_tesseract
def test_a_scan_gives_the_same_text_each_time() -> None:
    data = as_scan([picture(printed(), 0.7)])
    assert extract(data, ".pdf", "scan.pdf") == extract(data, ".pdf", "scan.pdf")


@needs_tesseract
def test_a_page_in_fonts_that_do_not_say_their_letters_is_read_off_its_picture() -> None:
    data = (Path(__file__).parent / "cases" / "19-no-tounicode-2024.pdf").read_bytes()
    found, _ = extract(data, ".pdf", "fonts.pdf")
    assert all(piece.recognised for piece in found.pieces)
    assert " the " in found.text
