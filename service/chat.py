"""A conversation → an answer."""

from collections.abc import Sequence
from dataclasses import replace

from index.encoders.base import Encoder
from index.generation import Generation
from index.passages.filters import Filter
from service.answering import pipeline
from service.answering.types import Answer, Listing
from service.conversation.follow_ups import counts_the_last
from service.conversation.small_talk import is_courtesy, reply
from service.conversation.standalone import last_question


def answer(
    generation: Generation,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Answer:
    """Answer the last of `messages`, (role, text) pairs, from the documents, or say that they do not."""
    last = next((text for role, text in reversed(messages) if role == "user"), "")
    if is_courtesy(last):
        said = reply(last, len(generation.documents))
        return Answer("not_found", said, 0.0, last.strip(), (), generation.id)
    messages = [(role, text) for role, text in messages if role != "user" or not is_courtesy(text)]
    if (counted := _last_counted(generation, encoder, messages, filter)) is not None:
        return counted
    return _answered(generation, encoder, messages, filter)[0]


def _answered(
    generation: Generation, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> tuple[Answer, Listing | None]:
    asked = last_question(generation, encoder, messages, filter)
    return pipeline.answer(generation, encoder, asked, filter)


def _last_counted(
    generation: Generation, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> Answer | None:
    """How many entries the list has that answered last, if only that is asked."""
    places = [n for n, (role, text) in enumerate(messages) if role == "user" and text.strip()]
    if len(places) < 2 or not counts_the_last(messages[places[-1]][1]):
        return None
    last, listing = _answered(generation, encoder, messages[: places[-2] + 1], filter)
    if listing is None or last.status == "not_found":
        return None
    citations = tuple(replace(citation, marker=n) for n, citation in enumerate(listing.citations, 1))
    said = f"{listing.count} {' '.join(f'[{citation.marker}]' for citation in citations)}"
    searched = f"{last.question} {messages[places[-1]][1].strip()}"
    return replace(last, text=said, question=searched, citations=citations)
