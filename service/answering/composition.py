"""What is quoted of the passages found: the parts that answer, with markers, in the documents' own words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.cells import Span, sentences_of
from corpus.records import column
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.retrieval.highlights import Highlight
from index.search import Result
from service.answering.extraction import beginning, extract, has_asked, trimmed_item
from service.answering.lists import MOST_ITEMS, about, entries, enumerates, items_of, lead_in_of, series
from service.answering.types import Citation, Listing
from service.questions.analysis import Question, does

_CLOSE = 0.02  # a passage whose score is this close to the best one's answers beside it
_SIDE_BY_SIDE = 2  # passages at most
# the same after other questions, where what is meant is less sure
_CLOSE_AFTER, _SIDE_BY_SIDE_AFTER = 0.04, 3
_SHORT = 300  # characters that they may have together, if they are of one period
_NEARBY = 0.06  # a passage whose score is this close is worth reading too
_NEARBY_AFTER = 0.1  # the same after other questions
_PREFERRED = 0.1  # so close is a list that is asked for, or who did what
_READ = 5  # passages that are worth reading
_A_FEW_ITEMS = 5  # of a list that are quoted whole, whatever is asked; of more, the beginnings


@dataclass(frozen=True, slots=True)
class Composed:
    """What is said, its citations, and the list it gives, if it is one."""

    text: str
    citations: tuple[Citation, ...]
    listing: Listing | None


def compose(
    index: Index, question: Question, results: Sequence[Result], *, follows: bool = False
) -> Composed:
    """The parts of the best of `results` that answer, each with its marker, and the markers of what else lies near.

    `follows` says that the question leans on those before it.
    """
    ranked = _preferred(index, question, results)
    if question.lists and enumerates(index, ranked[0].passage):
        quoted = ranked[:1]
    else:
        close = (_CLOSE_AFTER, _SIDE_BY_SIDE_AFTER) if follows else (_CLOSE, _SIDE_BY_SIDE)
        quoted = _alike(question, ranked, *close)
    dated = len({result.passage.document.period for result in quoted}) > 1
    said: list[str] = []
    citations: list[Citation] = []
    listing: Listing | None = None

    def cite(passage: Passage, spans: Sequence[Span]) -> str:
        citations.append(cited(len(citations) + 1, passage, spans))
        return f"{words(index, passage, spans)} [{len(citations)}]"

    for result in quoted:
        if any(citation.passage.id == result.passage.id for citation in citations):
            continue  # an item of the list before it
        passage, spans = result.passage, extract(question, result)
        before = len(citations)
        said.append(f"{years(passage)}: " * dated + cite(passage, spans))
        items = _items(index, question, passage, spans)
        part = beginning if len(items) > _A_FEW_ITEMS else trimmed_item
        said += [cite(item, [part(item)]) for item in items]
        count = entries(passage.text[spans[0][0] : spans[-1][1]], items)
        if count > 1 and listing is None:
            listing = Listing(count, tuple(citations[before:]))
    used = {citation.passage.id for citation in citations}
    best, also = ranked[0], _NEARBY_AFTER if follows else _NEARBY
    near = [r.passage for r in ranked if r.passage.id not in used and best.score - r.score <= also]
    if near:
        more = [Citation(len(citations) + n, passage.text, passage) for n, passage in enumerate(near, 1)]
        said.append("See also " + ", ".join(f"[{citation.marker}]" for citation in more) + ".")
        citations += more
    return Composed(" ".join(said), tuple(citations), listing)


def _items(index: Index, question: Question, passage: Passage, spans: Sequence[Span]) -> list[Passage]:
    """What stands below the part of a passage that is quoted, if that leads in to it."""
    leads_in = passage.text[: spans[-1][1]].endswith(":") or (
        question.lists and series(passage.text) is not None
    )
    most = MOST_ITEMS if question.lists else _A_FEW_ITEMS
    return items_of(index, passage, most) if leads_in else []


def _preferred(index: Index, question: Question, results: Sequence[Result]) -> list[Result]:
    """A close passage that has what is asked for, a list or a doer or a column or a date, comes before one that has not."""
    best = results[0]
    if question.lists and (listed := _list_asked_for(index, question, results)):
        first = listed
    elif question.deed and (doing := _doing(question, results)):
        first = doing
    else:
        close = _CLOSE
        if question.yes_or_no and best.passage.kind == "definition":
            close = _PREFERRED  # what a name means says nothing of whether it was there
        elif not has_asked(question, best.passage.text):
            close = _NEARBY
        near = [result for result in results if best.score - result.score <= close]
        first = max(near, key=lambda result: (_has(question, result.passage), result.score))
    rest = [result for result in results[:_READ] if result.passage.id != first.passage.id]
    return [first, *rest]


def _list_asked_for(index: Index, question: Question, results: Sequence[Result]) -> Result | None:
    """The close passage that leads in to a list of what is asked for, or names it; found by itself or by its items.

    None where two lists are so to the same degree: it is not clear which of them is meant.
    """
    found: dict[str, tuple[float, Result]] = {}
    for result in results:
        if results[0].score - result.score > _PREFERRED:
            break
        for passage in (lead_in_of(index, result.passage), result.passage):
            if passage and (share := about(question.terms, passage)) and enumerates(index, passage):
                listed = replace(result, passage=passage, highlights=(_introducing(passage),))
                found.setdefault(passage.id, (share, listed))
                break
    most = max((share for share, _ in found.values()), default=0.0)
    best = [listed for share, listed in found.values() if share == most]
    return best[0] if len(best) == 1 else None


def _introducing(passage: Passage) -> Highlight:
    """The sentence that leads in to a list, or all of a passage that names it."""
    if not passage.text.rstrip().endswith(":"):
        return Highlight(0, len(passage.text))
    return Highlight(*sentences_of(passage)[-1])


def _doing(question: Question, results: Sequence[Result]) -> Result | None:
    """The best passage that says who did what is asked, unless the best of all has it."""
    near = (result for result in results if results[0].score - result.score <= _PREFERRED)
    return next((result for result in near if does(question, plain(result.passage.text))), None)


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
        if result.passage.kind == "definition" != best.passage.kind:
            continue
        other = len(taken) == 1 and result.passage.document.period != best.passage.document.period
        if gap <= close and (longer <= _SHORT or (other and gap <= _CLOSE)):
            taken.append(result)
            length = longer
    if len({result.passage.document.period for result in taken}) > 1:
        taken.sort(key=lambda result: result.passage.document.period, reverse=True)
    return taken


def cited(marker: int, passage: Passage, spans: Sequence[Span]) -> Citation:
    """What `spans` reach over, and of a row or a definition all: a cell means nothing without its row."""
    whole = passage.kind in ("row", "definition")
    return Citation(marker, passage.text if whole else passage.text[spans[0][0] : spans[-1][1]], passage)


def _words(passage: Passage, spans: Sequence[Span]) -> str:
    return " … ".join(plain(passage.text[start:end]) for start, end in spans)


def words(index: Index, passage: Passage, spans: Sequence[Span]) -> str:
    """What is shown of a passage: `spans` without markup; of joint leads that lost what stood between them, "A and B".

    A row of a glossary has a colon between its cells.
    """
    shown = _words(passage, spans)
    if passage.kind == "definition" and shown == plain(passage.text) and passage.fields.get("Definition"):
        return f"{passage.fields['Term']}: {passage.fields['Definition']}"
    record = index.records.of(passage)
    if record and len(record.lead) > 1 and shown == " ".join(record.lead):
        return f"{', '.join(record.lead[:-1])} and {record.lead[-1]}"
    return shown


def years(passage: Passage) -> str:
    """What its document speaks for."""
    first, last = passage.document.period
    return str(first) if first == last else f"{first}-{last}"
