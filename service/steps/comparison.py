"""Two documents of one kind side by side."""

from dataclasses import replace

from index.search import search
from service.answering.composition import cited, shown
from service.answering.context import QuestionContext
from service.answering.extraction import extract
from service.answering.refusal import SURE, found, nothing
from service.answering.types import Answer, Citation
from service.questions.analysis import analyse
from service.questions.comparison import comparison
from service.steps.outcome import Passed

_READ = 8  # passages looked at


def compared_documents(context: QuestionContext) -> Answer | Passed:
    """Quotes each document on the topic, newest first, or says that it has nothing on it."""
    compared = comparison(context.text, context.documents)
    if compared is None:
        return Passed("compares no two documents")
    question = analyse(f"What is said about {compared.topic}?")
    said: list[str] = []
    citations: list[Citation] = []
    for document in compared.documents:
        title = document.title.split(",")[0]
        filter = context.within(document)
        results = search(context.index, context.encoder, question.text, _READ, filter).results
        result = next((result for result in results if compared.about(result.passage)), None)
        if result is None:
            said.append(f"{title}: nothing found on “{compared.topic}”.")
            continue
        spans = extract(question, result)
        citations.append(cited(len(citations) + 1, result.passage, spans))
        said.append(f"{title}: {shown(context.index, result.passage, spans)} [{len(citations)}]")
    if not citations:
        return nothing(context)
    given = found(context, " ".join(said), tuple(citations))
    if len(citations) == len(compared.documents):
        return given
    return replace(given, status="partial", confidence=SURE / 2)
