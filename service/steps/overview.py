"""Everything on a topic, and what a document is about: quotations in order, under the titles of their documents."""

from collections.abc import Sequence
from itertools import groupby

from corpus.cells import Span, sentences_of
from corpus.identity.names import full_name
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.search import Result
from index.terms import terms
from service.answering.composition import bullets, cited, short_title, shown
from service.answering.confidence import confidence
from service.answering.context import QuestionContext
from service.answering.extraction import extract
from service.answering.refusal import found
from service.answering.types import Answer, Citation
from service.steps.outcome import Passed

_READ = 24  # passages looked at
_ON_TOPIC = 0.75  # of the best score from which a passage is on the topic
_MOST = 12  # quotations
_OF_ONE = 4  # of one document
_ASIDE = 1  # terms of a topic, at most, beside the name of a document that is to be summed up


def overview(context: QuestionContext) -> Answer | Passed:
    """Quotes what matters, and says that these are quotations."""
    request = context.request
    if request.intent != "overview":
        return Passed("does not ask for everything on something")
    named = [d for d in context.documents if d.id in request.scope.documents]
    if named and len(_besides(context, named)) <= _ASIDE:
        return _of_documents(context, named)
    if not request.topic and not request.entities:
        return Passed("names no topic and no document")
    results = context.search(_READ)
    sure = confidence(context.index, context.own_words, context.text, results)
    if sure.refused:
        return Passed("nothing is clearly on the topic")
    best = results.results[0].score
    near = [result for result in results.results if result.score >= _ON_TOPIC * best]
    question = context.analysis
    chosen = _shared_out(near)
    return _quoted(
        context, [(r.passage, extract(question, r)) for r in chosen], "Quotations on this, by document:"
    )


def _besides(context: QuestionContext, documents: Sequence[Document]) -> list[str]:
    """The terms of the topic that the passages have and the names of some documents have not."""
    names = {term for document in documents for term in terms(full_name(document))}
    return [t for t in context.request.topic if t not in names and context.index.lexical.frequency(t)]


def _of_documents(context: QuestionContext, documents: Sequence[Document]) -> Answer:
    """The first sentence of each section of some documents."""
    chosen: list[tuple[Passage, list[Span]]] = []
    for document in documents:
        passages = [context.index.passages[row] for row in context.index.passages.of_document(document.id)]
        text = [p for p in passages if p.kind in ("paragraph", "item", "row")]
        firsts = [next(group) for _, group in groupby(text, key=lambda passage: passage.section)]
        step = max(1, -(-len(firsts) // _MOST))
        chosen += [(passage, sentences_of(passage)[:1]) for passage in firsts[::step]]
    return _quoted(context, chosen, "In quotations, section by section:")


def _shared_out(results: Sequence[Result]) -> list[Result]:
    """The best of each document, the newest document first, its passages in the order of the text."""
    taken: list[Result] = []
    counts: dict[str, int] = {}
    for result in results:
        id = result.passage.document.id
        if counts.get(id, 0) < _OF_ONE and len(taken) < _MOST:
            counts[id] = counts.get(id, 0) + 1
            taken.append(result)
    taken.sort(key=lambda result: result.passage.start)
    return sorted(taken, key=lambda result: result.passage.document.period, reverse=True)


def _quoted(context: QuestionContext, chosen: Sequence[tuple[Passage, list[Span]]], head: str) -> Answer:
    said: list[str] = [head]
    citations: list[Citation] = []
    for _, group in groupby(chosen, key=lambda pair: pair[0].document.id):
        lines = []
        title = ""
        for passage, spans in group:
            title = short_title(passage.document)
            citations.append(cited(len(citations) + 1, passage, spans))
            heading = f"{plain(passage.section[-1])}: " if passage.section else ""
            lines.append(f"{heading}{shown(context.index, passage, spans)} [{len(citations)}]")
        said.append(f"**{title}**\n{bullets(lines)}")
    return found(context, "\n\n".join(said), tuple(citations))
