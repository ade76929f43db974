"""A conversation → an answer."""

from collections.abc import Sequence
from dataclasses import replace

from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from service.answering.context import QuestionContext
from service.answering.types import Answer
from service.conversation.follow_ups import asks_count_of_last
from service.conversation.small_talk import is_small_talk, reply
from service.conversation.standalone import standalone_question
from service.steps import pipeline


def answer(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Answer:
    """Answer the last of `messages`, (role, text) pairs, from the documents, or say that they do not."""
    last = next((text for role, text in reversed(messages) if role == "user"), "")
    if is_small_talk(last):
        said = reply(last, len(index.documents))
        return Answer("not_found", said, 0.0, last.strip(), (), index.id)
    messages = [(role, text) for role, text in messages if role != "user" or not is_small_talk(text)]
    counted = _count_of_last_list(index, encoder, messages, filter)
    return counted or _answer_last(index, encoder, messages, filter)


def _answer_last(
    index: Index, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> Answer:
    question = standalone_question(index, encoder, messages, filter)
    return pipeline.answer(QuestionContext(index, encoder, filter or Filter(), question))


def _count_of_last_list(
    index: Index, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> Answer | None:
    """The number of entries of the list that answered last, if the last question asks only that."""
    places = [n for n, (role, text) in enumerate(messages) if role == "user" and text.strip()]
    if len(places) < 2 or not asks_count_of_last(messages[places[-1]][1]):
        return None
    last = _answer_last(index, encoder, messages[: places[-2] + 1], filter)
    if last.listing is None or last.status == "not_found":
        return None
    citations = tuple(replace(citation, marker=n) for n, citation in enumerate(last.listing.citations, 1))
    said = f"{last.listing.count} {' '.join(f'[{citation.marker}]' for citation in citations)}"
    searched = f"{last.question} {messages[places[-1]][1].strip()}"
    return replace(last, text=said, question=searched, citations=citations, listing=None)
