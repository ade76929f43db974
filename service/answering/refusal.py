"""What is said where a look-up answers, and where nothing does."""

from collections.abc import Sequence

from corpus.types import Passage
from index.search import SearchResults
from service.answering.composition import short_title, whole_passages
from service.answering.context import QuestionContext
from service.answering.types import Answer, Citation
from service.answering.unknown_names import unknown_names

SURE = 0.95  # confidence in a looked-up answer
UNLIKELY = 0.05  # confidence that something answers where a lookup found nothing
_RELATED = 3  # nearest passages offered when nothing answers


def found(context: QuestionContext, said: str, citations: tuple[Citation, ...]) -> Answer:
    return Answer("answered", said, SURE, context.text, citations, context.index.id)


def nothing(context: QuestionContext, said: str = "", related: Sequence[Passage] = ()) -> Answer:
    """Not found, where a look-up failed; `said` tells what is known instead."""
    return not_found(context, context.search(_RELATED), UNLIKELY, said, related)


def not_held(context: QuestionContext, names: Sequence[str]) -> Answer:
    """Not found, where the question is about a document that is not held."""
    held = ", ".join(dict.fromkeys(short_title(document) for document in context.documents))
    wanted = " and ".join(f"“{name}”" for name in names)
    return nothing(context, f"I do not hold {wanted}. Held are: {held}.")


def not_found(
    context: QuestionContext,
    results: SearchResults,
    confidence: float,
    said: str = "",
    related: Sequence[Passage] = (),
) -> Answer:
    """Says that nothing answers, and which names occur nowhere; the nearest passages are attached as related."""
    count = len(results.facets["document"])
    where = f"the {count} documents" if count != 1 else "the document"
    said = said or f"I found no sentence in {where} that answers “{context.text}”."
    for missing in unknown_names(context.index, context.analysis.names, results.interpretation):
        tried = f" (searched as {', '.join(missing.readings)})" if len(missing.readings) > 1 else ""
        said += f" No document mentions {missing.name}{tried}."
    nearest = list(related) or [result.passage for result in results.results[:_RELATED]]
    if nearest:
        said += " The nearest passages are attached."
    return Answer(
        "not_found", said, confidence, context.text, whole_passages(nearest[:_RELATED]), context.index.id
    )
