"""Documents, or countries and bodies, side by side on a topic; and what became of a topic over time."""

from collections.abc import Sequence
from dataclasses import replace

from corpus.identity.names import full_name
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.search import search
from index.terms import terms
from service.answering.composition import bullets, cited, short_title, shown
from service.answering.context import QuestionContext
from service.answering.extraction import extract
from service.answering.refusal import SURE, found
from service.answering.types import Answer, Citation
from service.questions.analysis import analyse
from service.questions.english import stem
from service.steps.outcome import Passed
from service.understanding.request import COMPARING, Request
from service.understanding.scope import covering

_CLEAR = 0.5  # probability from which a message is taken for a comparison
_COMPARES = frozenset(terms("change changed differ difference compare comparison versus vs"))
_READ = 8  # passages looked at in each document
_FEW = 2  # terms of a topic must all be there; of more, two thirds
_BROAD = 3  # terms of a topic at most, of which it is worth saying where nothing is on it
_MOST_DOCUMENTS = 6  # side by side


def compared(context: QuestionContext) -> Answer | Passed:
    """Quotes each side on the topic, or says that it has nothing on it; of documents the newest first."""
    request = replace(context.request, topic=tuple(t for t in context.request.topic if t not in _COMPARES))
    context = replace(context, request=request)
    if request.intent not in COMPARING or request.chance < _CLEAR:
        return Passed("compares nothing")
    if not request.topic:
        return Passed("compares nothing on a topic")
    if request.form == "yes_no" and max(map(len, (request.scope.documents, request.entities))) < 2:
        return Passed("asks for yes or no, and names no two to compare")
    if request.intent == "compare" and len(request.entities) > 1:
        return _side_by_side(
            context, [(entity.name, f"{entity.name} {_asked(request)}", None) for entity in request.entities]
        )
    documents = _documents(context)
    if len(documents) < 2 or (len(request.scope.documents) == 1 and request.intent == "change"):
        return Passed("there are no two documents to compare")
    return _side_by_side(context, [(_dated(d), _asked(request), d) for d in documents[:_MOST_DOCUMENTS]])


def _documents(context: QuestionContext) -> list[Document]:
    """The documents to compare, the newest first: those named, those of the years named, or all of the kind named."""
    request = context.request
    named = [d for d in context.documents if d.id in request.scope.documents]
    if len(named) < 2 and request.scope.years:
        named = covering(context.documents, request.scope.years)
    if len(named) < 2:
        kinds = {d.kind for d in context.documents if set(terms(d.kind)[-1:]) & set(terms(request.text))}
        named = [d for d in context.documents if d.kind in kinds] if kinds else list(context.documents)
    return sorted(named, key=lambda document: document.period, reverse=True)


def _side_by_side(
    context: QuestionContext, sides: Sequence[tuple[str, str, Document | None]]
) -> Answer | Passed:
    """Each side with its name, the question for it, and the document in which it is asked."""
    lines: list[str] = []
    citations: list[Citation] = []
    for name, asked, document in sides:
        filter = context.within(document) if document else context.filter
        results = search(context.index, context.encoder, f"{asked}?", _READ, filter).results
        needed = () if document else terms(name)
        result = next((one for one in results if _about(context.request.topic, needed, one.passage)), None)
        if result is None:
            lines.append(f"**{name}**: nothing on this.")
            continue
        spans = extract(analyse(context.request, f"{asked}?"), result)
        citations.append(cited(len(citations) + 1, result.passage, spans))
        lines.append(f"**{name}**: {shown(context.index, result.passage, spans)} [{len(citations)}]")
    if not citations:
        return Passed("no side says anything on the topic")
    given = found(context, bullets(lines), tuple(citations))
    named = max(len(context.request.scope.documents), len(context.request.entities)) > 1
    if len(citations) > 1 and named and len(citations) < len(sides):
        return replace(given, status="partial")
    if len(citations) > 1:
        return given
    if len(context.request.topic) > _BROAD:
        return Passed("only one side says anything on so narrow a topic")
    return replace(given, status="partial", confidence=SURE / 2)


def _about(topic: Sequence[str], needed: Sequence[str], passage: Passage) -> bool:
    """Whether a passage has the words of a topic, or words that begin like them, and all that are needed."""
    heading = passage.section[-1] if passage.section else ""
    said = frozenset(terms(plain(f"{passage.text} {heading} {full_name(passage.document)}")))
    missing = sum(not any(word.startswith(stem(one)) for word in said) for one in topic)
    enough = missing == 0 if len(topic) <= _FEW else 3 * missing <= len(topic)
    return enough and said.issuperset(needed)


def _asked(request: Request) -> str:
    """The words of the topic as they stand in the question."""
    words = request.text.split()
    return " ".join(word for word in words if any(term in request.topic for term in terms(word)))


def _dated(document: Document) -> str:
    first, last = document.period
    years = str(first) if first == last else f"{first}–{last}"
    title = short_title(document)
    return title if str(first) in title else f"{title} ({years})"
