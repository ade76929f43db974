"""Only the allowed emphasis ever comes out, balanced; the words and the marks stay what they are."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from service.pages.markup import TAGS, answer_html, render, split, visible

PIECES = [
    *(f"<{slash}{tag}>" for tag in TAGS for slash in ("", "/")),
    *(
        "**",
        "*",
        "***",
        "<",
        ">",
        "&",
        "&lt;",
        '"',
        "'",
        "\t",
        "\n",
        " ",
        "<B>",
        "<b >",
        "<b onclick=x>",
        "</b/>",
    ),
    *(
        "<script>",
        "</script>",
        "<mark>",
        "</mark>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "-->",
        "<a href=//evil>",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join)


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = self.marked = ""
        self.styled: list[tuple[str, frozenset[str]]] = []
        self.feed(html.encode().decode())  # Markup would escape what is added to it
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in (*TAGS, "mark")
        assert attrs == []
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self.styled.append((data, frozenset(self.open)))
        if "mark" in self.open:
            self.marked += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came out: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration came out: {decl}")


def spans(text: str) -> st.SearchStrategy[tuple[int, int]]:
    places = st.integers(0, len(text))
    return st.tuples(places, places).map(lambda pair: (min(pair), max(pair)))


def is_part(small: str, large: str) -> bool:
    """Whether `small` is `large` with characters left out."""
    rest = iter(large)
    return all(character in rest for character in small)


@given(TEXTS, st.data())
def test_no_other_tag_ever_comes_out(text: str, data: st.DataObject) -> None:
    marks = data.draw(st.lists(spans(text), max_size=3))
    seen = Seen(render(text, marks))
    assert seen.text == visible(text)
    assert is_part(seen.text, text)


@given(st.text())
def test_text_without_emphasis_is_only_escaped(text: str) -> None:
    bare = text.replace("**", "*.")
    assert render(bare) == escape(bare) or "<" in bare
    assert Seen(render(text.replace("<", "(").replace("**", "*."))).text == text.replace("<", "(").replace(
        "**", "*."
    )


@given(TEXTS, st.data())
def test_what_is_marked_is_what_the_offsets_say(text: str, data: st.DataObject) -> None:
    span = data.draw(spans(text))
    marked = Seen(render(text, [span])).marked
    assert marked == Seen(render(text, window=span)).text
    assert is_part(marked, text[slice(*span)])


@given(TEXTS)
def test_splitting_and_joining_gives_the_text_again(text: str) -> None:
    assert "\t".join(text[start:end] for start, end in split(text)) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("the 16<sup>th</sup> meeting", "the 16<sup>th</sup> meeting"),
        ("**Bold** and *not*", "<strong>Bold</strong> and *not*"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("<b>never closed", "&lt;b&gt;never closed"),
        ("</b>never opened", "&lt;/b&gt;never opened"),
        ("<b>over<i>lapping</b> tags</i>", "<b>over</b><b><i>lapping</i></b><i> tags</i>"),
        ("<B>other case</B>", "&lt;B&gt;other case&lt;/B&gt;"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
    ],
)
def test_emphasis(text: str, html: str) -> None:
    assert render(text) == html


def test_a_mark_survives_emphasis_and_cuts() -> None:
    text = "a **bold word** here"
    assert render(
        text, [(7, 20)]
    ) == "a <strong>bo</strong><mark><strong>ld word</strong> here</mark>".replace(
        "bo</strong><mark><strong>ld", "bol</strong><mark><strong>d"
    )
    assert render(text, window=(4, 8)) == "<strong>bold</strong>"


def test_lists_and_tables_of_an_answer_are_lists_and_tables() -> None:
    html = answer_html("Two:\n- one [1]\n- two [7]\n\n| Lead | No. |\n|---|---|\n| **A** | 4 |", 2, {1})
    assert html == (
        '<p>Two:</p><ul><li>one <a class="marker" href="#c2-1">[1]</a></li><li>two [7]</li></ul>'
        '<table><tr class="header"><th scope="col">Lead</th><th scope="col">No.</th></tr>'
        '<tr><td data-header="Lead"><strong>A</strong></td><td data-header="No.">4</td></tr></table>'
    )
