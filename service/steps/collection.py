"""Questions about the documents held: which there are, the newest, whether one is held, who issued it, how long it is."""

from collections.abc import Sequence

from corpus.identity.names import full_name
from corpus.types import Document, Passage
from index.terms import terms
from service.answering.composition import bullets, whole_passages
from service.answering.context import QuestionContext
from service.answering.refusal import SURE
from service.answering.types import Answer
from service.steps.outcome import Passed

_CLEAR = 0.5  # probability from which a message is taken for one about the documents
_SURELY, _TOPIC = 0.8, 1  # with more terms that passages have, a message must be surely about documents
_MENTIONS = 3  # passages that mention a document that is not held


def asked_collection(context: QuestionContext) -> Answer | Passed:
    """Answers from the catalogue."""
    request = context.request
    if request.intent != "collection" or request.chance < _CLEAR:
        return Passed("does not ask about the collection")
    if not request.scope.missing and (about := _about(context)):
        return _told(
            context, "\n".join([f"{len(about)} of {len(context.documents)} documents:", bullets(about)])
        )
    known = sum(context.index.lexical.frequency(term) > 0 for term in request.topic)
    if (known > _TOPIC or context.is_follow_up) and request.chance < _SURELY:
        return Passed("asks what the documents say")
    if request.scope.missing:
        return _missing(context, request.scope.missing)
    named = [document for document in context.documents if document.id in request.scope.documents]
    if named:
        yes = "Yes. " if request.form == "yes_no" else ""
        lines = [_described(context, document) for document in named]
        return _told(context, yes + (lines[0] if len(lines) == 1 else "\n" + bullets(lines)))
    newest_first = sorted(context.documents, key=lambda document: document.period[::-1], reverse=True)
    count = len(newest_first)
    head = f"{count} documents:" if count != 1 else "One document:"
    return _told(context, head + "\n" + bullets([_described(context, document) for document in newest_first]))


def _about(context: QuestionContext) -> list[str]:
    """The documents whose names have all of a topic of several words, where only some have."""
    topic = set(context.request.topic)
    named = [document for document in context.documents if topic <= set(terms(full_name(document)))]
    few = len(topic) > 1 and not context.request.scope.documents and len(named) < len(context.documents)
    return [_described(context, document) for document in named] if few else []


def _missing(context: QuestionContext, names: Sequence[str]) -> Answer:
    """Says that a document is not held, and where it is mentioned."""
    wanted = " and ".join(f"“{name}”" for name in names)
    mentions = _mentions(context, names)
    said = f"No, I do not hold {wanted}."
    if mentions:
        said += " It is mentioned in " + ", ".join(f"[{n}]" for n in range(1, len(mentions) + 1)) + "."
    held = bullets([_described(context, document) for document in context.documents])
    return _told(context, f"{said} Held are:\n{held}", mentions)


def _mentions(context: QuestionContext, names: Sequence[str]) -> list[Passage]:
    """The nearest passages that have every number of a name."""
    digits = [
        {word for word in name.replace("–", "-").replace("-", " ").split() if word.isdigit()}
        for name in names
    ]
    near = [result.passage for result in context.search(20).results]
    return [p for p in near if any(some and all(number in p.text for number in some) for some in digits)][
        :_MENTIONS
    ]


def _described(context: QuestionContext, document: Document) -> str:
    """Title, kind, issuer, years and length of a document."""
    first, last = document.period
    years = str(first) if first == last else f"{first}–{last}"
    passages = context.index.passages.of_document(document.id)
    page = context.index.passages[passages.stop - 1].page if len(passages) else None
    words = len(context.index.sources[document.id].split())
    length = f"about {round(words, -2) or words:,} words" + (f", {page} pages" if page else "")
    return f"{document.title} — {document.kind} of the {document.issuer}, {years}; {length}".replace(
        "of the unknown, ", ""
    )


def _told(context: QuestionContext, said: str, mentions: Sequence[Passage] = ()) -> Answer:
    return Answer("answered", said, SURE, context.text, whole_passages(mentions), context.index.id)
