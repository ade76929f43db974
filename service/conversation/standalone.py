"""A conversation → the standalone question of its last message, which can be searched by itself.

The server keeps no state: the history comes with each request, and its questions are searched again. A follow-up is
rewritten; the search uses the rewritten and the original words, near the passage that answered last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.cells import cell_of
from corpus.text.markup import plain
from corpus.types import Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import ConversationContext, search
from service.answering.types import StandaloneQuestion
from service.conversation.follow_ups import (
    is_brief,
    is_follow_up,
    is_fragment,
    without_courtesy,
    without_topic_change,
)
from service.conversation.references import (
    ReferencedEntry,
    quoted_name,
    referenced_entry,
    with_document_named,
)
from service.conversation.rewriting import frame, own_words, rewrite, topic
from service.lookups.aggregation import aggregate
from service.questions.analysis import analyse
from service.questions.english import AUXILIARY

_TURNS = 4  # questions before the last that are searched again
_LONGEST = 300  # characters of an earlier question that are read
_RETURNS = re.compile(
    r"^\W*(?:(?:and|but|now|so|to|let's)\s+)*(?:(?:go|come|going|coming)\s+)?(?:back|return(?:ing)?)\s+to\s+"
    r"(?P<subject>[^,:;?.]+)[,:;.]?\s*(?P<question>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PERSONAL = re.compile(r"\b(?:they|them|their|he|she|him|her|his)\b", re.IGNORECASE)
_PARTITIVE = re.compile(r"\b(?:of|among) (?:them|those|these)\b", re.IGNORECASE)
# "List them", "and who are they?" after "how many … are there".
_LIST_THEM = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|please|then)\W+)*(?:(?:list|name|show|give)(?: me| us)?(?: (?:them|those|these))?(?: all)?|"
    r"(?:who|which|what) (?:are|were|is) (?:they|those|these|it)|which ones(?: are (?:they|those|these))?)(?: please)?\W*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"^\W*how many (?P<noun>(?:(?!{AUXILIARY}\b)[\w’'-]+ ){{0,5}}?[\w’'-]+) (?P<rest>(?={AUXILIARY}\b|[a-z]+ed\b).+?)\W*$",
    re.IGNORECASE,
)
_MERELY = re.compile(r"(?:are|were|is) there\b|(?:do|does|did) .{1,80}\b(?:have|has)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A standalone question, the question that named its subject, and the best passage."""

    question: str
    subject: str
    passage: Passage


def standalone_question(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> StandaloneQuestion:
    """The question of the last of `messages`, (role, text) pairs, which must be the user's."""
    questions = [text.strip() for role, text in messages if role == "user" and text.strip()]
    turns: list[_Turn] = []
    for earlier in (question[:_LONGEST] for question in questions[:-1][-_TURNS:]):
        asked, subject = _resolved(index, encoder, earlier, turns)
        found = search(index, encoder, asked.query, 1, filter, asked.near)
        turns += [_Turn(asked.standalone, subject, result.passage) for result in found.results]
    return _resolved(index, encoder, questions[-1], turns)[0]


def _resolved(
    index: Index, encoder: Encoder, question: str, turns: Sequence[_Turn]
) -> tuple[StandaloneQuestion, str]:
    """The standalone form of `question` after `turns`, and the question that names its subject."""
    if not turns or not is_follow_up(question):
        near = ConversationContext(question, turns[-1].passage) if turns and is_brief(question) else None
        question = without_topic_change(question)
        return StandaloneQuestion(question, near), question
    turn = turns[-1]
    if _LIST_THEM.match(question) and (counted := _COUNTED.match(turn.question)):
        question = _list_question(counted)
        return StandaloneQuestion(question, None), question
    if _PARTITIVE.search(question) and aggregate(turn.question, index.records):
        question = _PARTITIVE.sub(f"of the action items of “{turn.question.rstrip(' ?.!')}”", question)
        return StandaloneQuestion(question, None), question
    if match := _RETURNS.match(without_courtesy(question)):
        turn = _turn_about(encoder, match["subject"], turns)
        question = match["question"].strip() or match["subject"]
    if found := referenced_entry(index, turn.passage, question):
        question = _with_entry_named(question, found, turn)
        return StandaloneQuestion(question, ConversationContext(question, found.passage)), question
    place: Passage | None = turn.passage
    if named := with_document_named(index, turn.passage, question, turn.question):
        question, place = named, None
    rewritten = rewrite(encoder, question, turn.question, _antecedent(question, turn))
    asked = StandaloneQuestion(rewritten.text, ConversationContext(own_words(question), place))
    return asked, rewritten.text if rewritten.new_subject else turn.subject


def _list_question(counted: re.Match[str]) -> str:
    """The question for the things that were counted, or for those that did something."""
    if _MERELY.match(counted["rest"]):
        return f"What are the {counted['noun']}?"
    return f"Which {counted['noun']} {counted['rest']}?"


def _with_entry_named(question: str, entry: ReferencedEntry, turn: _Turn) -> str:
    """`question` with the entry named; if it only refers to the entry, it is asked like the last question."""
    quoted = quoted_name(entry.passage)
    whole = own_words(question[: entry.start] + quoted + question[entry.end :])
    return f"{frame(turn.question)} {quoted}?".lstrip() if is_fragment(whole) else whole


def _antecedent(question: str, turn: _Turn) -> str:
    """The antecedent of a pronoun in `question`: the lead or the row that answered last, or the topic."""
    passage = turn.passage
    if _PARTITIVE.search(question) and passage.kind in ("row", "item") and passage.section:
        return f"“{passage.section[-1]}”"
    led = _PERSONAL.search(question) and analyse(turn.question).role == "lead"
    if led and (cell := cell_of(passage, "lead")):
        return plain(passage.text[slice(*cell)])
    role = analyse(question).role
    if role in passage.roles:
        return quoted_name(passage)
    return topic(turn.subject) or turn.subject


def _turn_about(encoder: Encoder, subject: str, turns: Sequence[_Turn]) -> _Turn:
    """The turn most similar to `subject`."""
    vectors = encoder.encode(
        [subject, *(f"{turn.question} {turn.passage.text[:_LONGEST]}" for turn in turns)]
    )
    return turns[int(np.argmax(vectors[1:] @ vectors[0]))]
