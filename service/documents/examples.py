"""Example questions of different kinds that the documents held answer, made from what the index knows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from re import findall

import numpy as np

from corpus.identity.names import full_name
from corpus.identity.series import same_series
from corpus.records import Record
from corpus.text.markup import plain
from corpus.types import Document
from index.generation import Index
from index.passages.filters import Filter
from index.terms import FUNCTION_WORDS, terms
from service.answering.composition import short_title

_MOST = 6
_READ = 2000  # passages in which topics are looked for
_FEWEST = 3  # passages that speak of a topic
_OPEN_INDEXES = 2
_WORD = r"[^\W\d_]{4,}|\W*[.,;:()]\W*|\w+"


@lru_cache(_OPEN_INDEXES)
def examples(index: Index) -> tuple[str, ...]:
    """At most six questions, each of another kind; fewer where the documents give no more."""
    return tuple(islice(dict.fromkeys(_questions(index)), _MOST))


def _questions(index: Index) -> Iterator[str]:
    newest_first = sorted(index.documents.values(), key=lambda document: document.period, reverse=True)
    plans = (_items(index, document) for document in newest_first)
    yield from _of_plan(next(filter(None, plans), []))
    yield from _of_topics(index, newest_first)
    if term := _defined(index):
        yield f"What does {term} mean?"
    yield "Which documents do you have?"
    if newest_first:
        yield f"Summarise the {short_title(newest_first[0])}"


def _items(index: Index, document: Document) -> list[Record]:
    """The numbered action items of a document that have leads."""
    mask = index.fields.mask(Filter(document=(document.id,)))
    return [record for record in index.records.under(mask) if record.lead and record.number]


def _defined(index: Index) -> str:
    """The abbreviation of a glossary that most passages have, or ""."""
    everything = np.ones(len(index.passages), np.bool_)
    named = {passage.fields.get("Term", "") for passage in index.passages.of_kind("definition", everything)}
    short = [term for term in named if term.isupper() and len(terms(term)) == 1]
    return min(short, key=lambda term: (-index.lexical.frequency(terms(term)[0]), term), default="")


def _of_plan(records: Sequence[Record]) -> Iterator[str]:
    """Questions on the items of a plan: who leads one, what one leads, and whether someone leads an item of another."""
    if not records:
        return
    plan = short_title(records[0].passage.document)
    counts = Counter(lead for record in records for lead in record.lead)
    busiest = min(counts, key=lambda lead: (-counts[lead], lead))
    rarest = min(records, key=lambda record: max(counts[lead] for lead in record.lead))
    yield f"Who leads item {rarest.number} of the {plan}?"
    yield f"How many action items does {busiest} lead in the {plan}?"
    if busiest not in rarest.lead:
        yield f"Does {busiest} lead item {rarest.number} of the {plan}?"


def _of_topics(index: Index, newest_first: Sequence[Document]) -> Iterator[str]:
    """What changed between plans of one series on what both speak of; everything on what most documents speak of."""
    for document in newest_first:
        earlier = [d for d in newest_first if d.period < document.period and same_series(d, document)]
        if earlier and (topic := _topic(index, [document, earlier[0]])):
            yield f"What changed on {topic} between the {short_title(earlier[0])} and the {short_title(document)}?"
            break
    if topic := _topic(index, newest_first):
        yield f"Everything on {topic}"


def _topic(index: Index, documents: Sequence[Document]) -> str:
    """The two words beside each other that the most of some documents have, and the most passages; of no title; or ""."""
    named = {term for document in index.documents.values() for term in terms(full_name(document))}
    passages: Counter[str] = Counter()
    holding: dict[str, set[str]] = {}
    rows = (row for document in documents for row in index.passages.of_document(document.id))
    for passage in (index.passages[row] for row in islice(rows, _READ)):
        if passage.kind not in ("paragraph", "item", "row"):
            continue
        for pair in {f"{a} {b}" for a, b in pairwise(findall(_WORD, plain(passage.text).lower()))}:
            if _tells(pair, named):
                passages[pair] += 1
                holding.setdefault(pair, set()).add(passage.document.id)
    fewest = min(2, len(documents))
    known = [pair for pair, count in passages.items() if count >= _FEWEST and len(holding[pair]) >= fewest]
    return min(known, key=lambda pair: (-len(holding[pair]), -passages[pair], pair), default="")


def _tells(pair: str, named: set[str]) -> bool:
    """Whether two words are words of four letters at least, neither a function word nor one of a title."""
    words = pair.split(" ")
    return len(words) == 2 and all(
        len(word) > 3 and word.isalpha() and word not in FUNCTION_WORDS and not named & set(terms(word))
        for word in words
    )
