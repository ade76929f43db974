"""What is said where a look-up answers, and where nothing does."""

from index.search import SearchResults
from service.answering.composition import whole_passages
from service.answering.context import QuestionContext
from service.answering.types import Answer, Citation
from service.answering.unknown_names import unknown_names

SURE = 0.95  # confidence in a looked-up answer
UNLIKELY = 0.05  # confidence that something answers where a lookup found nothing
_RELATED = 3  # nearest passages offered when nothing answers


def found(context: QuestionContext, said: str, citations: tuple[Citation, ...]) -> Answer:
    return Answer("answered", said, SURE, context.text, citations, context.index.id)


def nothing(context: QuestionContext) -> Answer:
    """Not found, where a lookup failed."""
    return not_found(context, context.search(_RELATED), UNLIKELY)


def not_found(context: QuestionContext, results: SearchResults, confidence: float) -> Answer:
    """States the words searched and the names that occur nowhere; cites the nearest passages as related."""
    documents = len(results.facets["document"])
    where = f"the {documents} documents do" if documents != 1 else "the document does"
    said = f"Not found: {where} not say. Searched for “{context.text}”."
    for missing in unknown_names(context.index, context.analysis.names, results.interpretation):
        tried = f" (searched as {', '.join(missing.readings)})" if len(missing.readings) > 1 else ""
        said += f" No document mentions {missing.name}{tried}."
    if results.results:
        said += " The nearest passages are attached as related."
    related = whole_passages([result.passage for result in results.results[:_RELATED]])
    return Answer("not_found", said, confidence, context.text, related, context.index.id)
