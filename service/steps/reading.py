"""Search and reading: the passages that answer, or that nothing does."""

from collections.abc import Sequence

from corpus.text.markup import plain
from index.search import Result
from index.terms import terms
from service.answering.composition import ALONE, FOLLOW_UP, Composed, compose
from service.answering.confidence import confidence
from service.answering.context import QuestionContext
from service.answering.refusal import UNLIKELY, not_found, not_held
from service.answering.types import Answer, Status
from service.answering.unknown_names import unknown_names
from service.answering.verdicts import number_of, offers_alternatives, verdict_of
from service.questions.labels import absent_label
from service.questions.values import has_value, without_question_words
from service.understanding.names import entities_in
from service.understanding.request import Wanted
from service.understanding.scope import periods_in

_READ = 8  # passages looked at
_NEAR = 0.1  # distance from the best score within which a passage may have what is asked for
_SURELY = 0.6  # probability from which a kind of value is taken to be wanted
_CHECKED: frozenset[Wanted] = frozenset(("date", "money", "percent", "place"))


def searched(context: QuestionContext) -> Answer:
    """Quotes the best passages, or says that nothing answers."""
    index, question = context.index, context.analysis
    found = context.search(_READ)
    if context.request.scope.missing and not _mentioned(context, found.results):
        return not_held(context, context.request.scope.missing)
    sure = confidence(index, context.own_words, context.text, found)
    unknown = question.yes_or_no and any(unknown_names(index, question.names, found.interpretation))
    if unknown:
        return not_found(context, found, min(sure.value, UNLIKELY))
    if absent := absent_label(context.text, [index.sources[id] for id in _documents(found.results)]):
        return not_found(context, found, min(sure.value, UNLIKELY), f"The documents have no {absent}.")
    scope = context.request.scope
    if sure.refused and scope.documents and not scope.years:  # what the words of titles tell may be mistaken
        return searched(context.everywhere())
    if sure.refused:
        return not_found(context, found, sure.value)
    if not context.is_follow_up and (missing := _lacking(context, found.results)):
        return not_found(context, found, min(sure.value, UNLIKELY), missing)
    status: Status = "answered" if sure.sure else "partial"
    closeness = FOLLOW_UP if context.is_follow_up else ALONE
    said = compose(index, question, found.results, closeness)
    if _wants_verdict(context) and _verdict(context, said, sure.value) is None:
        said = _telling(context, found.results, sure.value) or said
    text, status = _in_form(context, said, status, sure.value)
    return Answer(status, text, sure.value, context.text, said.citations, index.id, said.listing)


def _documents(results: Sequence[Result]) -> list[str]:
    """The ids of the documents of some results, each once."""
    return list(dict.fromkeys(result.passage.document.id for result in results))


def _lacking(context: QuestionContext, results: Sequence[Result]) -> str:
    """What is missing, where a kind of value is asked for that no passage near the best has; else ""."""
    question = context.analysis
    near = [result for result in results if results[0].score - result.score <= _NEAR]
    for kind in question.kinds & _CHECKED:
        if question.chances[kind] >= _SURELY and not any(
            has_value(without_question_words(plain(one.passage.text), question.text), kind) for one in near
        ):
            return f"The documents speak of this, but I found no {kind} for it."
    return ""


def _mentioned(context: QuestionContext, results: Sequence[Result]) -> bool:
    """Whether the document of the best passage speaks of a plan of the years asked about, which is not held."""
    wanted = set(context.request.scope.years)
    sources = context.index.sources
    return any(wanted & set(periods_in(sources[result.passage.document.id])) for result in results[:1])


def _in_form(context: QuestionContext, said: Composed, status: Status, sure: float) -> tuple[str, Status]:
    """The text with yes or no, or the number, first, if that is asked and the first quotation tells."""
    request = context.request
    if _wants_verdict(context):
        verdict = _verdict(context, said, sure)
        return (f"{verdict}: {said.text}", status) if verdict else (said.text, "partial")
    several = len({one.passage.document.id for one in said.citations if f"[{one.marker}]" in said.text}) > 1
    number = (
        None if several or request.form != "count" else number_of(request, plain(said.citations[0].quote))
    )
    return (f"{number}: {said.text}" if number else said.text), status


def _wants_verdict(context: QuestionContext) -> bool:
    return context.request.form == "yes_no" and not offers_alternatives(context.request)


def _verdict(context: QuestionContext, said: Composed, sure: float) -> str | None:
    first = said.citations[0]
    sentence = plain(first.quote)
    own = frozenset(terms(context.question.words))
    return verdict_of(context.request, own, first.passage, sentence, _named(context, sentence), sure)


def _telling(context: QuestionContext, results: Sequence[Result], sure: float) -> Composed | None:
    """The first of the near passages that says yes or no, by itself."""
    near = [result for result in results[1:] if results[0].score - result.score <= _NEAR]
    alone = (compose(context.index, context.analysis, [result], ALONE) for result in near)
    return next((said for said in alone if _verdict(context, said, sure)), None)


def _named(context: QuestionContext, sentence: str) -> frozenset[str]:
    """The keys of the countries and bodies that a sentence names."""
    return frozenset(entity.key for entity in entities_in(sentence, context.index, context.bodies))
