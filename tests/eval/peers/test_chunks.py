"""A chunk is judged by the place it came from, so the place has to be right or plainly missing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from eval.peers.chunks import chunk_document, locate

PROSE = st.text(alphabet="ab \n", max_size=40)
"""Few letters and much white space, so that nearly every chunk occurs more than once."""

WORDS = st.integers(min_value=1, max_value=40).map(lambda count: [f"w{number}" for number in range(count)])
GAPS = st.sampled_from([" ", "  ", "\n", "\n\n\n", "\t", " \n "])


@st.composite
def partitions(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """A source, and spans that cut it into consecutive pieces."""
    source = draw(PROSE)
    cuts = sorted(draw(st.sets(st.integers(0, len(source)))) | {0, len(source)})
    return source, list(pairwise(cuts))


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], int]:
    """A source of distinct words, spans in it that each go further than the last, and the largest overlap."""
    words = draw(WORDS)
    source = "".join(word + draw(GAPS) for word in words)
    spans = []
    at = 0
    for word in words:
        start = source.index(word, at)
        at = start + len(word)
        spans.append((start, at))
    width = draw(st.integers(1, 5))
    step = draw(st.integers(1, width))
    chosen = [
        (spans[first][0], spans[min(first + width, len(spans)) - 1][1])
        for first in range(0, len(spans), step)
    ]
    growing = [span for number, span in enumerate(chosen) if number == 0 or span[1] > chosen[number - 1][1]]
    overlap = max([0, *(one[1] - two[0] for one, two in pairwise(growing))])
    return source, growing, overlap


@given(partitions())
def test_consecutive_pieces_map_back_exactly_even_where_text_repeats(
    cut: tuple[str, list[tuple[int, int]]],
) -> None:
    source, spans = cut
    texts = [source[start:end] for start, end in spans]
    expected = [span if text.strip() else None for span, text in zip(spans, texts, strict=True)]
    assert locate(source, texts, overlap=0) == expected


@given(windows())
def test_overlapping_chunks_map_back_exactly(cut: tuple[str, list[tuple[int, int]], int]) -> None:
    source, spans, overlap = cut
    assert locate(source, [source[start:end] for start, end in spans], overlap) == spans


@given(windows())
def test_chunks_with_rewritten_white_space_map_to_the_same_places(
    cut: tuple[str, list[tuple[int, int]], int],
) -> None:
    source, spans, _ = cut
    texts = [" ".join(source[start:end].split()) for start, end in spans]
    assert locate(source, texts, overlap=len(source)) == spans


@given(windows(), st.data())
def test_a_chunk_with_an_altered_character_has_no_place_and_leaves_the_others_theirs(
    cut: tuple[str, list[tuple[int, int]], int], data: st.DataObject
) -> None:
    source, spans, overlap = cut
    texts = [source[start:end] for start, end in spans]
    altered = data.draw(st.integers(0, len(texts) - 1))
    at = data.draw(
        st.sampled_from([place for place, letter in enumerate(texts[altered]) if not letter.isspace()])
    )
    texts[altered] = texts[altered][:at] + "X" + texts[altered][at + 1 :]
    expected = [None if number == altered else span for number, span in enumerate(spans)]
    assert locate(source, texts, overlap) == expected


@given(partitions(), st.integers(0, 60))
def test_a_place_holds_the_text_it_is_given_for(cut: tuple[str, list[tuple[int, int]]], overlap: int) -> None:
    source, spans = cut
    texts = [source[start:end] for start, end in spans]
    for place, text in zip(locate(source, texts, overlap), texts, strict=True):
        if place is not None:
            assert source[slice(*place)].split() == text.split()


def test_words_run_together_are_not_found() -> None:
    assert locate("the rapist", ["therapist"], overlap=0) == [None]


def test_a_short_chunk_is_not_found_inside_the_one_before() -> None:
    source = "Members agreed.\n\nAgreed actions: Members to report.\n\nMembers"
    chunks = ["Members agreed.", "Agreed actions: Members to report.", "Members"]
    assert locate(source, chunks, overlap=40) == [(0, 15), (17, 51), (53, 60)]


def test_a_chunk_is_not_found_before_the_start_of_the_one_before() -> None:
    assert locate("a b c a b c", ["b", "a b c"], overlap=20) == [(2, 3), (6, 11)]


def test_a_chunk_is_not_found_further_back_than_the_overlap_reaches() -> None:
    assert locate("aaaa", ["aa", "aa"], overlap=0) == [(0, 2), (2, 4)]


def test_a_later_exact_copy_does_not_draw_a_rewritten_chunk_away() -> None:
    source = "one  two\nthree one two"
    assert locate(source, ["one two", "three", "one two"], overlap=0) == [(0, 8), (9, 14), (15, 22)]


def test_a_chunk_without_a_place_is_kept_and_marked() -> None:
    chunks = chunk_document("plan", "one two", ["one", "2"], overlap=0)
    assert [(chunk.id, chunk.start, chunk.end, chunk.text) for chunk in chunks] == [
        ("plan#0", 0, 3, "one"),
        ("plan#1", -1, -1, "2"),
    ]
