"""What is quoted of the passages found: the parts that answer, with markers, in the documents' own words."""

from collections.abc import Sequence

from corpus.markup import plain
from corpus.records import column
from corpus.types import Passage
from index.generation import Generation
from index.search import Result
from service.citations import Citation
from service.extract import Span, extract, has_asked, trimmed_item
from service.question import Question

_CLOSE = 0.02  # a passage whose score is this close to the best one's answers beside it
_SIDE_BY_SIDE = 2  # passages at most
# the same after other questions, where what is meant is less sure
_CLOSE_AFTER, _SIDE_BY_SIDE_AFTER = 0.04, 3
_SHORT = 300  # characters that they may have together, if they are of one period
_NEARBY = 0.1  # a passage whose score is this close is worth reading too
_ENOUGH = 40  # characters of a lead-in that tell it from others
_MOST_ITEMS = 5  # of a list that are quoted


def quote(
    generation: Generation, question: Question, results: Sequence[Result], *, follows: bool = False
) -> tuple[str, tuple[Citation, ...]]:
    """The parts of the best of `results` that answer, each with its marker, and the markers of what else lies near.

    `follows` says that the question leans on those before it.
    """
    ranked = _preferred(question, results)
    quoted = _alike(
        question, ranked, *((_CLOSE_AFTER, _SIDE_BY_SIDE_AFTER) if follows else (_CLOSE, _SIDE_BY_SIDE))
    )
    dated = len({result.passage.document.period for result in quoted}) > 1
    said: list[str] = []
    citations: list[Citation] = []

    def cite(passage: Passage, spans: Sequence[Span]) -> str:
        whole = passage.kind in ("row", "definition")  # a cell means nothing without its row
        text = passage.text if whole else passage.text[spans[0][0] : spans[-1][1]]
        citations.append(Citation(len(citations) + 1, text, passage))
        return f"{_words(passage, spans)} [{len(citations)}]"

    for result in quoted:
        if any(citation.passage.id == result.passage.id for citation in citations):
            continue  # an item of the list before it
        passage, spans = result.passage, extract(question, result)
        said.append(f"{_years(passage)}: " * dated + cite(passage, spans))
        if passage.text[: spans[-1][1]].endswith(":"):
            said += [cite(item, [trimmed_item(item)]) for item in _listed(generation, passage)]
    used = {citation.passage.id for citation in citations}
    best = ranked[0]
    near = [r.passage for r in ranked if r.passage.id not in used and best.score - r.score <= _NEARBY]
    if near:
        more = [Citation(len(citations) + n, passage.text, passage) for n, passage in enumerate(near, 1)]
        said.append("See also " + ", ".join(f"[{citation.marker}]" for citation in more) + ".")
        citations += more
    return " ".join(said), tuple(citations)


def _preferred(question: Question, results: Sequence[Result]) -> list[Result]:
    """A close passage that has what is asked for, a column or a date or the like, comes before one that has not."""
    near = [result for result in results if results[0].score - result.score <= _CLOSE]
    first = max(near, key=lambda result: (_has(question, result.passage), result.score))
    return [first, *(result for result in results if result is not first)]


def _has(question: Question, passage: Passage) -> tuple[bool, bool, bool]:
    column_asked = question.role is not None and column(passage.fields, question.role) is not None
    return passage.kind != "definition", column_asked, has_asked(question, passage.text)


def _alike(question: Question, results: Sequence[Result], close: float, most: int) -> list[Result]:
    """The best passage, and those about as good that are short or of another period; then the newest first."""
    best = results[0]
    taken = [best]
    length = len(_words(best.passage, extract(question, best)))
    for result in results[1:most]:
        longer = length + len(_words(result.passage, extract(question, result)))
        gap = abs(best.score - result.score)
        other = len(taken) == 1 and result.passage.document.period != best.passage.document.period
        if gap <= close and (longer <= _SHORT or (other and gap <= _CLOSE)):
            taken.append(result)
            length = longer
    if len({result.passage.document.period for result in taken}) > 1:
        taken.sort(key=lambda result: result.passage.document.period, reverse=True)
    return taken


def _listed(generation: Generation, lead_in: Passage) -> list[Passage]:
    """The items of the list that a passage leads in to; none where they are too many to be quoted."""
    row, introduced = generation.positions[lead_in.id], plain(lead_in.text)[-_ENOUGH:]
    found: list[Passage] = []
    for n in range(row + 1, generation.passages.of_document(lead_in.document.id).stop):
        passage = generation.passages[n]
        if introduced not in plain(passage.context):
            break
        found.append(passage)
        if len(found) > _MOST_ITEMS:
            return []
    return found


def _words(passage: Passage, spans: Sequence[Span]) -> str:
    return " … ".join(plain(passage.text[start:end]) for start, end in spans)


def _years(passage: Passage) -> str:
    first, last = passage.document.period
    return str(first) if first == last else f"{first}-{last}"
