"""A question and its answer on a page, with its sources, the documents that it was restricted to, and its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from index.generation import Index
from service.answering import types
from service.answering.composition import short_title
from service.chat import LONGEST, TURNS
from service.documents.places import place_of
from service.errors import UnknownError
from service.pages.markup import answer_html
from service.pages.quotations import Quotation, of_citation
from service.schemas.chat import ChatRequest, ChatResponse
from service.schemas.citations import Citation

STATUS = {
    "answered": "Answered from the documents",
    "told": "From the list of documents",
    "lacking": "A document that you name is not held",
    "partial": "Partly answered: check the quotations",
    "not_found": "Not found in the documents",
    "unasked": "",  # a greeting: a question has related passages at least
    "earlier": "Earlier answer",
}
_UNKEPT = {"confidence", "scope", "missing", "explanation"}  # of an answer, by feedback
_EXCERPT = 160  # characters


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, those before it, and where the answer is looked for: in `documents`, or `everywhere`.

    Without either, in the documents that the question names.
    """

    question: str
    earlier: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    everywhere: bool = False

    @property
    def url(self) -> str:
        """The address of its answer; it has as many of the questions before it as are read."""
        earlier = [("asked", question[:LONGEST]) for question in self.earlier[-TURNS:]]
        within = [("document", id) for id in self.documents]
        every = [("everywhere", "true")] if self.everywhere else []
        return f"/?{urlencode([*earlier, ('q', self.question), *within, *every])}"

    @property
    def before(self) -> "list[Asked]":
        """Each of the questions before it, with those before that."""
        return [Asked(question, self.earlier[:number]) for number, question in enumerate(self.earlier)]

    @property
    def request(self) -> ChatRequest:
        """Raises pydantic's `ValidationError`."""
        messages = [{"role": "user", "content": text} for text in (*self.earlier, self.question)]
        filter = {"document": list(self.documents)} if self.documents else None
        given = {"messages": messages, "filter": filter, "everywhere": self.everywhere}
        return ChatRequest.model_validate(given)


@dataclass(frozen=True, slots=True)
class Mark:
    """A document to which a question was restricted, and the address that asks it without."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """A quotation below an answer: its place in few words, and how it begins where the answer does not say it."""

    quotation: Quotation
    title: str
    place: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A question and the text of its answer; of answers long before the last, `given` is not known."""

    number: int
    asked: Asked
    text: str
    given: ChatResponse | None = None
    sources: Sequence[Source] = ()
    marks: Sequence[Mark] = ()

    @property
    def outcome(self) -> str:
        given = self.given
        if given is None:
            return "earlier"
        if given.status == "not_found":
            return "not_found" if given.citations else "unasked"
        if given.status == "answered":
            return "lacking" if given.missing else "answered" if given.citations else "told"
        return given.status

    @property
    def says(self) -> str:
        return STATUS[self.outcome]

    @property
    def searched(self) -> str:
        """The question that was searched, where it is another one."""
        found = self.given.question if self.given else ""
        return "" if found.strip() == self.asked.question.strip() else found

    @property
    def kept(self) -> str:
        """The answer as JSON for `POST /feedback`; "" of earlier turns."""
        return self.given.model_dump_json(exclude=_UNKEPT) if self.given else ""

    @property
    def html(self) -> Markup:
        """The answer, with its markers as links to the sources."""
        return answer_html(self.text, self.number, {one.quotation.marker for one in self.sources})


def turn(index: Index, number: int, asked: Asked, given: ChatResponse) -> ChatTurn:
    """The turn of an answer. Raises `UnknownError` where a quotation is in none of the documents."""
    quotations = [_quotation(index, citation) for citation in given.citations]
    sources = [_source(index, quotation, given.answer) for quotation in quotations]
    return ChatTurn(number, asked, given.answer, given, sources, _marks(index, asked, given))


def _quotation(index: Index, citation: Citation) -> Quotation:
    """From the documents, whatever else a citation says."""
    row = index.positions.get(citation.passage.id)
    if row is None or citation.quote not in index.passages[row].text:
        raise UnknownError(
            "a quotation is not in the documents", where="given", remedy="ask the question again"
        )
    return of_citation(types.Citation(citation.marker, citation.quote, index.passages[row]))


def _source(index: Index, quotation: Quotation, answer: str) -> Source:
    assert quotation.passage is not None
    excerpt = "" if quotation.said_in(answer) else quotation.beginning(_EXCERPT)
    place = place_of(index, quotation.passage)
    return Source(quotation, short_title(quotation.document), place, excerpt)


def _marks(index: Index, asked: Asked, given: ChatResponse) -> list[Mark]:
    """Each document in force, with the address that leaves the others in force, or none."""
    ids = [document.id for document in given.scope] or list(asked.documents)
    return [
        Mark(
            short_title(index.documents[id]),
            Asked(asked.question, asked.earlier, tuple(one for one in ids if one != id), everywhere=True).url,
        )
        for id in ids
        if id in index.documents
    ]
