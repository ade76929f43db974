"""Documents of other kinds: what is in the file is in the text, in order, and passages quote it to the character."""

import io
import string
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corpus.errors import ReadError
from corpus.passages import passages
from corpus.proposals import propose
from corpus.readers.docx import read_docx
from corpus.readers.html import read_html
from corpus.readers.pdf import read_pdf
from corpus.types import Document, Passage
from tests.corpus.made import HARBOUR, Written, as_docx, as_html, as_pdf

MAKERS = {".docx": as_docx, ".html": as_html, ".pdf": as_pdf}
READERS = {".docx": read_docx, ".html": read_html, ".pdf": read_pdf}

_words = st.text(string.ascii_lowercase, min_size=4, max_size=9)
_sentences = st.lists(_words, min_size=6, max_size=30).map(lambda words: " ".join(words).capitalize() + ".")
_headings = st.lists(_words, min_size=2, max_size=4).map(lambda words: " ".join(words).title())
_written = st.builds(
    Written,
    _headings,
    st.lists(st.tuples(_headings, st.lists(_sentences, min_size=1, max_size=4)), min_size=1, max_size=4),
    st.lists(_sentences, max_size=4),
    st.lists(st.tuples(_headings, _words, _sentences), min_size=2, max_size=5),
)
_quick = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _document(suffix: str) -> Document:
    return Document(
        "made", HARBOUR.title, "Harbour Group", "rules", (2031, 2031), f"documents/made{suffix}", "0" * 64
    )


def _passages(suffix: str, source: str) -> list[Passage]:
    return passages(_document(suffix), source)


@pytest.mark.parametrize("suffix", MAKERS)
def test_headings_items_and_rows_are_read_as_such(suffix: str) -> None:
    text = READERS[suffix](MAKERS[suffix](HARBOUR), "made").text
    found = _passages(suffix, text)
    by_text = {" ".join(passage.text.split()): passage for passage in found}
    lamp = by_text["The northern lighthouse is lit at dusk. The keeper reports every morning."]
    assert lamp.section[-1:] == ("Lighthouses",)
    rows = [passage.fields for passage in found if passage.kind == "row"]
    assert rows == [
        {"Action": "Repair the lamp", "Lead": "Norway", "Status": "Complete"},
        {"Action": "Paint buoys", "Lead": "Iceland", "Status": "Ongoing"},
    ]
    assert [p.text.split(maxsplit=1)[1] for p in found if p.kind == "item"] == list(HARBOUR.items)
    assert "secret" not in text


@pytest.mark.parametrize("suffix", MAKERS)
@_quick
@given(written=_written)
def test_every_word_comes_back_in_its_order_and_passages_quote_it(suffix: str, written: Written) -> None:
    text = READERS[suffix](MAKERS[suffix](written), "made").text
    expected = [written.title]
    for heading, paragraphs in written.sections:
        expected += [heading, *paragraphs]
    expected += [*written.items, *(cell for row in written.rows for cell in row)]
    shown = [word for word in text.split() if word.strip("#-0123456789.")]
    assert shown == " ".join(expected).split(), text
    found = _passages(suffix, text)
    assert all(passage.text == text[passage.start : passage.end] for passage in found)
    pages = [passage.page for passage in found]
    if suffix == ".pdf":
        assert all(page == text.count("\f", 0, p.start) + 1 for page, p in zip(pages, found, strict=True))
        assert pages == sorted(pages, key=lambda page: page or 0)
    else:
        assert set(pages) == {None}
        assert "\f" not in text


@_quick
@given(
    bodies=st.lists(_sentences, min_size=2, max_size=5, unique=True)
)  # what several pages have is furniture
def test_a_passage_of_a_pdf_has_the_page_it_stands_on(bodies: list[str]) -> None:
    written = Written("Rules", [(f"Part {number}", [body]) for number, body in enumerate(bodies, 1)])
    text = read_pdf(as_pdf(written, page_for_each=True), "made").text
    found = _passages(".pdf", text)
    for number, body in enumerate(bodies, 1):
        start = " ".join(body.split()[:3])
        assert number in {passage.page for passage in found if start in " ".join(passage.text.split())}


def test_columns_are_read_one_after_another() -> None:
    sentences = [
        f"Rule {number} says that boats with more than {number} masts give way to all others."
        for number in range(40)
    ]
    text = read_pdf(as_pdf(Written("Rules", [("Boats", sentences)]), columns=2), "made").text
    flat = " ".join(text.split())
    places = [flat.find(sentence) for sentence in sentences]
    assert -1 not in places
    assert places == sorted(places)


def test_what_stands_on_every_page_is_left_out() -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", "", 11)
    pdf.set_auto_page_break(False)
    for number in range(1, 6):
        pdf.add_page()
        pdf.text(20, 10, "Harbour Rules, second edition")
        pdf.text(20, 100, f"The {number * 7}th rule is about ropes and knots.")
        pdf.text(100, 290, str(number))
    extracted = read_pdf(bytes(pdf.output()), "made")
    assert [(piece.kind, extracted.text[piece.start : piece.end]) for piece in extracted.pieces] == [
        ("furniture", "Harbour Rules, second edition"),
        *(("text", f"The {number * 7}th rule is about ropes and knots.") for number in range(1, 6)),
    ]


def test_cells_that_span_rows_stand_in_each_of_them() -> None:
    page = b"<table><tr><th>Lead<th>Action<th>Year</tr><tr><td rowspan=2>Norway<td>Lamps<td>2030</tr><tr><td>Bells<td>2031"
    assert read_html(page, "made").text == "Lead\tAction\tYear\nNorway\tLamps\t2030\nNorway\tBells\t2031\n"
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, cells in zip(table.rows, (("Lead", "Action"), ("Norway", "Lamps"), ("", "Bells")), strict=True):
        row.cells[0].text, row.cells[1].text = cells
    table.cell(1, 0).merge(table.cell(2, 0))
    stream = io.BytesIO()
    document.save(stream)
    assert read_docx(stream.getvalue(), "made").text == "Lead\tAction\nNorway\tLamps\nNorway\tBells\n"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (b"<p>caf\xe9", "café\n"),
        ("<p>café".encode(), "café\n"),
        ('<meta charset="shift_jis"><p>港'.encode("shift_jis"), "港\n"),
        ("\ufeff<p>港".encode("utf-16-le"), "港\n"),
        (b'<meta charset="hex"><p>Oslo', "Oslo\n"),
        (b'<meta charset="iso-8859-1"><p>\x93Oslo\x94', "“Oslo”\n"),
        (b'<meta charset="utf-16"><p>caf\xc3\xa9', "café\n"),
        (b"<p>a &amp; b &lt;i&gt; &#8211; c", "a & b <i> – c\n"),
        (b"<p>one<br>two<ul><li>three<li>four</ul>five", "one\ntwo\n\n- three\n- four\n\nfive\n"),
    ],
)
def test_html_is_read_as_a_browser_shows_it(page: bytes, text: str) -> None:
    assert read_html(page, "made").text == text


@pytest.mark.parametrize("suffix", MAKERS)
def test_what_a_file_says_of_itself_is_proposed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rules{suffix}"
    path.write_bytes(MAKERS[suffix](HARBOUR))
    proposal = propose(path)
    assert proposal.document.title == "Harbour Rules 2031"
    assert "issuer" in proposal.document.confirm  # its text does not name who made it
    assert proposal.document.period == (2031, 2031)
    assert proposal.document.file == f"documents/rules{suffix}"
    assert proposal.text is not None
    assert proposal.text == READERS[suffix](path.read_bytes(), "made").text


@pytest.mark.parametrize(
    "text", ["First made in 2004, this edition in 2023.", "First made in 2004.", "Made."]
)
def test_the_year_a_file_gives_itself_is_taken_and_none_out_of_its_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "card.html"
    path.write_text(
        f'<title>Card</title><meta name="date" content="2023-03-22"><h1>Card</h1><p>{text}', "utf-8"
    )
    assert propose(path).document.period == (2023, 2023)


@pytest.mark.parametrize(
    ("head", "body", "title", "issuer"),
    [
        ("<title>Tide Tables 2031</title>", "<h1>Tide tables 2031</h1>", "Tide tables 2031", "unknown"),
        ("<title>x</title><meta name=author content=htmltool>", "<h1>Tides in 2031</h1>", "Tides in 2031", "unknown"),
        ("<title>Untitled draft</title>", "<p>Tides in 2031</p>", "Tides in 2031", "unknown"),
        ("<meta name=author content='Port Office'>", "<p>The Port  Office, 2031</p>", "The Port Office, 2031", "Port Office"),
    ],
)  # fmt: skip
def test_a_file_is_believed_of_itself_where_its_text_says_so_too(
    tmp_path: Path, head: str, body: str, title: str, issuer: str
) -> None:
    path = tmp_path / "tides.html"
    path.write_text(f"{head}<nav>Home About</nav>{body}", "utf-8")
    proposed = propose(path).document
    assert (proposed.title, proposed.issuer) == (title, issuer)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2027-28", (2027, 2028)),
        ("2027–2029", (2027, 2029)),
        ("2027/28 and 2030", (2027, 2030)),
        ("2027-11-30", (2027, 2027)),
        ("resolution 2027/48", (2027, 2027)),
    ],
)
def test_the_years_of_a_title_are_its_period(tmp_path: Path, written: str, period: tuple[int, int]) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(f"Work plan {written}\n\nThe first was in 1999.\n", "utf-8")
    assert propose(path).document.period == period


def test_a_damaged_page_is_named() -> None:
    broken = as_pdf(HARBOUR).replace(b"/Type /Page\n", b"/Type /Pigs\n")
    with pytest.raises(ReadError, match="page 1 that cannot be opened"):
        read_pdf(broken, "broken.pdf")
