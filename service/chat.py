"""A conversation → an answer."""

from collections.abc import Sequence
from dataclasses import replace

from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from service.answering.context import QuestionContext
from service.answering.types import Answer, TraceEntry
from service.conversation.commands import listed, obeyed
from service.conversation.resolution import resolved
from service.conversation.turn import Turn
from service.steps import pipeline
from service.understanding.request import Scope

TURNS = 6  # messages before the last that are answered again
LONGEST = 300  # characters of an earlier message that are read


def answer(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
    *,
    everywhere: bool = False,
) -> Answer:
    """Answer the last of `messages`, (role, text) pairs, from the documents, or say that they do not.

    With `everywhere`, the last question is asked of all documents, whichever it names.
    """
    return answers(index, encoder, messages, filter, everywhere=everywhere)[-1]


def answers(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
    *,
    everywhere: bool = False,
) -> list[Answer]:
    """The answers to the last of `messages` and to the few before it, in order, as `answer` gives the last.

    The server keeps no state: earlier messages are answered again, and what they were answered is not read.
    """
    asked = [text.strip() for role, text in messages if role == "user" and text.strip()]
    turns: list[Turn] = []
    for message in (text[:LONGEST] for text in asked[:-1][-TURNS:]):
        turns.append(_turn(index, encoder, message, turns, filter or Filter()))
    last = asked[-1] if asked else "?"
    turns.append(_turn(index, encoder, last, turns, filter or Filter(), everywhere=everywhere))
    return [turn.answer for turn in turns]


def last_context(
    index: Index, encoder: Encoder, asked: Sequence[str], filter: Filter | None = None
) -> QuestionContext:
    """The last of some questions asked one after the other, with everything that the steps of answering need."""
    turns: list[Turn] = []
    for message in asked[:-1]:
        turns.append(_turn(index, encoder, message, turns, filter or Filter()))
    found = resolved(index, encoder, asked[-1], turns)
    return QuestionContext(index, encoder, filter or Filter(), found.question, found.request, found.anchor)


def _turn(
    index: Index,
    encoder: Encoder,
    message: str,
    turns: Sequence[Turn],
    filter: Filter,
    *,
    everywhere: bool = False,
) -> Turn:
    found = resolved(index, encoder, message, turns)
    if everywhere:
        found = replace(found, request=replace(found.request, scope=Scope()))
    last = next((turn for turn in reversed(turns) if turn.answer.citations), None)
    if last and found.request.command != "none" and (given := obeyed(found.request, last)):
        return replace(last, answer=replace(given, trace=(TraceEntry("command", found.request.command),)))
    if found.chosen:
        given = listed(index, message, found.chosen)
        return Turn(found.request, found.subject, replace(given, request=found.request))
    context = QuestionContext(index, encoder, filter, found.question, found.request, found.anchor)
    return Turn(found.request, found.subject, pipeline.answer(context))
