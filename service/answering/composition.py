"""An extractive answer: the parts of the found passages that answer, quoted word for word, with markers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.cells import Span, sentences_of
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.generation import Index
from index.retrieval.highlights import Highlight
from index.search import Result
from index.terms import terms
from service.answering.extraction import extract, first_clause, has_expected_type, trimmed_item
from service.answering.types import Citation, Listing
from service.lookups.lists import (
    MOST_ITEMS,
    count_entries,
    enumerates,
    items_of,
    lead_in_of,
    series,
    topic_overlap,
)
from service.questions.analysis import QuestionAnalysis


@dataclass(frozen=True, slots=True)
class Closeness:
    """Distances from the best score within which a passage is quoted too, or named as worth reading.

    At most `side_by_side` passages are quoted.
    """

    quoted: float
    side_by_side: int
    nearby: float


ALONE = Closeness(quoted=0.02, side_by_side=2, nearby=0.06)
FOLLOW_UP = Closeness(quoted=0.04, side_by_side=3, nearby=0.1)  # its meaning is less sure

_PREFERRED = 0.1  # distance within which a list that is asked for, or a meaning, comes first
_MAY_MEAN = 0.3  # probability from which a meaning may be asked for
_SHORT = 300  # characters that passages of one period may have together
_SEE_ALSO = 2  # passages that are named besides
_READ = 5  # passages that are worth reading
_A_FEW_ITEMS = 5  # of a list that are quoted whole, whatever is asked; of more, the first clauses


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is quoted of a passage: spans of it, and a span of each item of the list that it leads in to."""

    passage: Passage
    spans: Sequence[Span]
    items: Sequence[tuple[Passage, Span]]

    @property
    def quoted(self) -> list[tuple[Passage, Sequence[Span]]]:
        return [(self.passage, self.spans), *((item, [span]) for item, span in self.items)]

    @property
    def count(self) -> int:
        """The number of entries, if it is a list."""
        text = self.passage.text[self.spans[0][0] : self.spans[-1][1]]
        return count_entries(text, [item for item, _ in self.items])


@dataclass(frozen=True, slots=True)
class Composed:
    """The text of an answer, its citations, and the list that it gives, if any."""

    text: str
    citations: tuple[Citation, ...]
    listing: Listing | None


def compose(
    index: Index, question: QuestionAnalysis, results: Sequence[Result], closeness: Closeness
) -> Composed:
    """Quotes the best of `results`, and refers to the others nearby. `results` must not be empty."""
    ranked = _preferred(index, question, results)
    quoted = excerpts(index, question, select(index, question, ranked, closeness))
    used = {passage.id for excerpt in quoted for passage, _ in excerpt.quoted}
    near = [
        result.passage
        for result in ranked
        if result.passage.id not in used and ranked[0].score - result.score <= closeness.nearby
    ]
    return render(index, quoted, near)


def select(
    index: Index, question: QuestionAnalysis, ranked: Sequence[Result], closeness: Closeness
) -> list[Result]:
    """The results to quote, in order: one list that is asked for, or the best and those about as good."""
    if question.lists and enumerates(index, ranked[0].passage):
        return [ranked[0]]
    return _side_by_side(question, ranked, closeness)


def excerpts(index: Index, question: QuestionAnalysis, chosen: Sequence[Result]) -> list[Excerpt]:
    """What is quoted of each chosen result; an item of a list before it is not quoted again."""
    found: list[Excerpt] = []
    for result in chosen:
        if any(result.passage.id == passage.id for excerpt in found for passage, _ in excerpt.quoted):
            continue
        spans = extract(question, result)
        items = _items(index, question, result.passage, spans)
        part = first_clause if len(items) > _A_FEW_ITEMS else trimmed_item
        found.append(Excerpt(result.passage, spans, [(item, part(item)) for item in items]))
    return found


def render(index: Index, excerpts: Sequence[Excerpt], near: Sequence[Passage]) -> Composed:
    """The text and citations of `excerpts`, with titles where they are of several documents, then markers for `near`."""
    several = len({excerpt.passage.document.id for excerpt in excerpts}) > 1
    said: list[str] = []
    citations: list[Citation] = []
    listing: Listing | None = None
    for excerpt in excerpts:
        first = len(citations)
        parts = []
        for passage, spans in excerpt.quoted:
            citations.append(cited(len(citations) + 1, passage, spans))
            parts.append(f"{shown(index, passage, spans)} [{len(citations)}]")
        title = f"{short_title(excerpt.passage.document)}: " if several else ""
        said.append(title + parts[0] + (f"\n{bullets(parts[1:])}" if parts[1:] else ""))
        if listing is None and excerpt.count > 1:
            listing = Listing(excerpt.count, tuple(citations[first:]))
    text = ("\n\n" if several or any(excerpt.items for excerpt in excerpts) else " ").join(said)
    if near:
        more = whole_passages(near[:_SEE_ALSO], len(citations) + 1)
        text += "\n\nSee also " + "; ".join(f"{_place(one.passage)} [{one.marker}]" for one in more) + "."
        citations += more
    return Composed(text, tuple(citations), listing)


def _place(passage: Passage) -> str:
    """Where a passage stands: its heading, or its document."""
    return plain(passage.section[-1]) if passage.section else short_title(passage.document)


def _items(
    index: Index, question: QuestionAnalysis, passage: Passage, spans: Sequence[Span]
) -> list[Passage]:
    """The items of the list that the quoted part of a passage leads in to."""
    leads_in = passage.text[: spans[-1][1]].endswith(":") or (
        question.lists and series(passage.text) is not None
    )
    most = MOST_ITEMS if question.lists else _A_FEW_ITEMS
    return items_of(index, passage, most) if leads_in else []


def _preferred(index: Index, question: QuestionAnalysis, results: Sequence[Result]) -> list[Result]:
    """The results worth reading; first a close one with what is asked for: a list, a meaning, a column, a type."""
    first = (
        (question.lists and _list_asked_for(index, question, results))
        or _explaining(question, results)
        or _best_of_close(question, results)
    )
    rest = [result for result in results[:_READ] if result.passage.id != first.passage.id]
    return [first, *rest]


def _best_of_close(question: QuestionAnalysis, results: Sequence[Result]) -> Result:
    best = results[0]
    if question.yes_or_no and best.passage.kind == "definition":
        close = _PREFERRED  # the meaning of a name does not say whether it was there
    elif not has_expected_type(question, best.passage.text):
        close = ALONE.nearby
    else:
        close = ALONE.quoted
    near = [result for result in results if best.score - result.score <= close]
    return max(near, key=lambda result: (_fitness(question, result.passage), result.score))


def _list_asked_for(index: Index, question: QuestionAnalysis, results: Sequence[Result]) -> Result | None:
    """The close passage that leads in to a list of what is asked for, or names it; found by itself or by its items.

    None where two lists match the question equally well.
    """
    found: dict[str, tuple[float, Result]] = {}
    for result in results:
        if results[0].score - result.score > _PREFERRED:
            break
        for passage in (lead_in_of(index, result.passage), result.passage):
            if passage and (share := topic_overlap(question.terms, passage)) and enumerates(index, passage):
                listed = replace(result, passage=passage, highlights=(_introduction(passage),))
                found.setdefault(passage.id, (share, listed))
                break
    most = max((share for share, _ in found.values()), default=0.0)
    best = [listed for share, listed in found.values() if share == most]
    return best[0] if len(best) == 1 else None


def _introduction(passage: Passage) -> Highlight:
    """The sentence that leads in to a list, or all of a passage that names it."""
    if not passage.text.rstrip().endswith(":"):
        return Highlight(0, len(passage.text))
    return Highlight(*sentences_of(passage)[-1])


def _explaining(question: QuestionAnalysis, results: Sequence[Result]) -> Result | None:
    """The close entry of a glossary for a term that the question names, if its meaning may be asked for."""
    if question.yes_or_no or question.chances["meaning"] < _MAY_MEAN:
        return None
    near = (result for result in results if results[0].score - result.score <= _PREFERRED)
    return next((one for one in near if _explains(one.passage, question.terms)), None)


def _explains(passage: Passage, asked: Sequence[str]) -> bool:
    named = terms(passage.fields.get("Term", ""))
    return passage.kind == "definition" and bool(named) and set(named) <= set(asked)


def _fitness(question: QuestionAnalysis, passage: Passage) -> tuple[bool, bool, bool]:
    column_asked = question.role in passage.roles
    return passage.kind != "definition", column_asked, has_expected_type(question, passage.text)


def _side_by_side(
    question: QuestionAnalysis, results: Sequence[Result], closeness: Closeness
) -> list[Result]:
    """The best passage, and those about as good that are short or of another period; then the newest first."""
    best = results[0]
    taken = [best]
    length = len(_joined(best.passage, extract(question, best)))
    for result in results[1 : closeness.side_by_side]:
        longer = length + len(_joined(result.passage, extract(question, result)))
        gap = abs(best.score - result.score)
        if result.passage.kind == "definition" != best.passage.kind:
            continue
        other = len(taken) == 1 and result.passage.document.period != best.passage.document.period
        if gap <= closeness.quoted and (longer <= _SHORT or (other and gap <= ALONE.quoted)):
            taken.append(result)
            length = longer
    if len({result.passage.document.period for result in taken}) > 1:
        taken.sort(key=lambda result: result.passage.document.period, reverse=True)
    return taken


def cited(marker: int, passage: Passage, spans: Sequence[Span]) -> Citation:
    """Cites from the first of `spans` to the last; a row or a definition whole, since a cell needs its row."""
    whole = passage.kind in ("row", "definition")
    return Citation(marker, passage.text if whole else passage.text[spans[0][0] : spans[-1][1]], passage)


def whole_passages(passages: Sequence[Passage], first: int = 1) -> tuple[Citation, ...]:
    """Cites each passage whole, with markers from `first` on."""
    return tuple(Citation(n, passage.text, passage) for n, passage in enumerate(passages, first))


def shown(index: Index, passage: Passage, spans: Sequence[Span]) -> str:
    """`spans` of a passage without markup; joint leads as "A and B", a row of a glossary as "term: definition"."""
    text = _joined(passage, spans)
    if passage.kind == "definition" and text == plain(passage.text) and passage.fields.get("Definition"):
        return f"{passage.fields['Term']}: {passage.fields['Definition']}"
    leads = index.records.leads(passage)
    if len(leads) > 1 and text == " ".join(leads):
        return f"{', '.join(leads[:-1])} and {leads[-1]}"
    return text


def _joined(passage: Passage, spans: Sequence[Span]) -> str:
    return " … ".join(plain(passage.text[start:end]) for start, end in spans)


def bullets(lines: Sequence[str]) -> str:
    """A list in Markdown, an entry a line."""
    return "\n".join(f"- {line}" for line in lines)


def short_title(document: Document) -> str:
    """The title of a document without what it says of its issuer after a comma."""
    return document.title.split(",")[0]


def period_of(passage: Passage) -> str:
    """The years of its document: "2024" or "2024-2026"."""
    first, last = passage.document.period
    return str(first) if first == last else f"{first}-{last}"
