"""Example questions, made of what an index knows and shown only where they are answered.

Each kind of question has candidates, the likeliest first. A candidate is asked, and is an example if the answer begins as
the index says that it must, and quotes the right documents.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, islice

from corpus.records import Record
from corpus.text.markup import plain
from corpus.types import Document
from index.encoders.base import Encoder
from index.generation import Index
from index.terms import terms
from service.answering.composition import short_title
from service.chat import answer
from service.documents.holdings import short_years
from service.documents.topics import topics
from service.lookups.sets import named_sets
from service.understanding.countries import country_of, short_name
from service.understanding.understand import bodies_of

MOST = 6  # examples
_TRIED = 10  # candidates of a kind
_LONGEST = 120  # characters of a question
_READ = 2_000  # passages and action items that are read
_TOPICS, _DOCUMENTS = 200, 12  # that questions are made of
_OFTEN = 3  # times that a document has a topic
_MEMBERS = "members"
_LISTS = 20  # passages in which a list of members is looked for


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, how its answer begins, the documents that it must quote, and words that stand in its first quotations."""

    question: str
    begins: str = ""
    documents: frozenset[str] = frozenset()
    quoted: str = ""


@dataclass(frozen=True)
class _Known:
    """What an index knows that a question can be made of; the same for the same index."""

    index: Index
    encoder: Encoder

    def __hash__(self) -> int:
        return hash(self.index.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.index.id == self.index.id

    @cached_property
    def newest_first(self) -> list[Document]:
        return sorted(self.index.documents.values(), key=lambda document: document.period, reverse=True)

    @cached_property
    def topics(self) -> list[str]:
        """What is spoken of, the most frequent first, without what the documents are called."""
        passages = (self.index.passages[row] for row in range(min(_READ, len(self.index.passages))))
        titles = " ".join(document.title.lower() for document in self.newest_first)
        found = topics(passage for passage in passages if passage.kind != "heading")
        return [topic for topic in found if topic not in titles][:_TOPICS]

    @cached_property
    def plans(self) -> list[tuple[Document, list[Record]]]:
        """The newest documents with action items."""
        items: dict[str, list[Record]] = {}
        for record in islice(self.index.records, _READ):
            items.setdefault(record.passage.document.id, []).append(record)
        found = [(document, items[document.id]) for document in self.newest_first if document.id in items]
        return found[:_DOCUMENTS]

    def name(self, document: Document) -> str:
        """A document as people call it: by its years and the noun of its kind where only one is meant, or by its title."""
        noun = document.kind.rpartition(" ")[2]
        kin = [one for one in self.newest_first if one.kind.rpartition(" ")[2] == noun]
        alone = sum(one.period == document.period for one in kin) == 1
        return f"{short_years(document.period, '-')} {noun}" if alone else short_title(document)


def examples(index: Index, encoder: Encoder) -> tuple[str, ...]:
    """At most six questions of different kinds, all of them answered; computed once for an index."""
    return _examples(_Known(index, encoder))


@lru_cache(1)
def _examples(known: _Known) -> tuple[str, ...]:
    found = (_first_answered(known, kind(known)) for kind in _KINDS)
    best = islice(filter(None, found), MOST - 1)
    last = _first_answered(known, iter([Candidate("Which documents do you have?")]))
    return (*best, *filter(None, [last]))


def _first_answered(known: _Known, candidates: Iterator[Candidate]) -> str | None:
    short = (one for one in candidates if len(one.question) <= _LONGEST)
    return next((one.question for one in islice(short, _TRIED) if _answered(known, one)), None)


def _answered(known: _Known, candidate: Candidate) -> bool:
    given = answer(known.index, known.encoder, [("user", candidate.question)])
    quotes = [plain(citation.quote).lower() for citation in given.citations]
    return (
        given.status == "answered"
        and given.text.startswith(candidate.begins)
        and candidate.documents <= {citation.passage.document.id for citation in given.citations}
        and all(candidate.quoted in quote for quote in quotes[: len(candidate.documents) or 1])
    )


def _leads(known: _Known) -> Iterator[Candidate]:
    """Who leads the one action item on a topic."""
    items = [(plain(record.text).lower(), record) for _, records in known.plans for record in records]
    for topic in known.topics:
        on_it = [record for text, record in items if topic in text]
        if len(on_it) == 1 and len(on_it[0].lead) == 1:
            document = on_it[0].passage.document.id
            question = f"Who leads the work on {topic}?"
            yield Candidate(question, on_it[0].lead[0], frozenset([document]), topic)


def _counts(known: _Known) -> Iterator[Candidate]:
    """How many items of a plan a country or a body with a short name leads, or how many there are."""
    for document, records in known.plans:
        name, documents = known.name(document), frozenset([document.id])
        leads = Counter(lead for record in records for lead in record.lead)
        for lead, count in leads.most_common():
            if count > 1 and (lead.isupper() or country_of(lead)):
                yield Candidate(f"How many items of the {name} does {lead} lead?", str(count), documents)
        yield Candidate(f"How many items does the {name} have?", str(len(records)), documents)


def _members(known: _Known) -> Iterator[Candidate]:
    """Whether a country in the middle of a closed list of members is one."""
    scores = known.index.lexical.scores(_MEMBERS)
    rows = (-scores).argsort(kind="stable")[:_LISTS].tolist()
    passages = [known.index.passages[row] for row in rows if scores[row] > 0]
    for one in named_sets(bodies_of(known.index), passages):
        countries = [key for key, _ in one.entries if len(key) == 2 and key.isupper()]
        if one.of_countries and not one.open and one.about.issuperset(terms(_MEMBERS)):
            country = short_name(countries[len(countries) // 2])
            yield Candidate(f"Is {country} a member?", "Yes", frozenset([one.passage.document.id]))


def _changes(known: _Known) -> Iterator[Candidate]:
    """What became of a topic between two plans that both speak of it."""
    for later, earlier in combinations([document for document, _ in known.plans], 2):
        sources = [known.index.sources[document.id].lower() for document in (earlier, later)]
        pair = f"the {known.name(earlier)} and the {known.name(later)}"
        documents = frozenset([earlier.id, later.id])
        for topic in known.topics if later.period != earlier.period else ():
            if all(topic in source for source in sources):
                for question in (f"What changed on {topic} between {pair}?", f"Compare {pair} on {topic}"):
                    yield Candidate(question, documents=documents, quoted=topic)


def _sayings(known: _Known) -> Iterator[Candidate]:
    """What a document that is no plan says on the topic that it has most often."""
    plans = {document.id for document, _ in known.plans}
    for document in known.newest_first[:_DOCUMENTS]:
        source = known.index.sources[document.id].lower()
        told = [topic for topic in known.topics if source.count(topic) >= _OFTEN]
        for topic in sorted(told, key=source.count, reverse=True) if document.id not in plans else ():
            question = f"What does the {known.name(document)} say about {topic}?"
            yield Candidate(question, documents=frozenset([document.id]), quoted=topic)


def _meanings(known: _Known) -> Iterator[Candidate]:
    """What the letters that are used most often stand for."""
    used = {short: sum(map(known.index.lexical.frequency, terms(short))) for short in known.index.names.full}
    for short in sorted(used, key=lambda short: (-used[short], short)):
        yield Candidate(f"What does {short} stand for?", quoted=short.lower())


def _overviews(known: _Known) -> Iterator[Candidate]:
    """All that is said on a topic."""
    for topic in known.topics:
        yield Candidate(f"Everything on {topic}", quoted=topic)


_KINDS: Sequence[Callable[[_Known], Iterator[Candidate]]] = (
    _leads,
    _counts,
    _members,
    _changes,
    _sayings,
    _meanings,
    _overviews,
)
