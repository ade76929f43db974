"""A message → a request: learned heads tell what is asked, look-up tells of whom, a small grammar the numbers."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from corpus.text.sentences import sentences
from index.encoders.base import Encoder
from index.generation import Index
from index.terms import FUNCTION_WORDS, terms
from service.understanding.heads import HeadModel, heads_for
from service.understanding.names import BodyNames, entities_in
from service.understanding.request import COMPARING, FORMS, Intent, Request, Span
from service.understanding.scope import scope_of
from service.understanding.words import PREPOSITIONS, with_question_mark

_ITEM = re.compile(
    r"\b(?:(?:action )?(?:items?|actions?|activity|commitments?|recommendations?|milestones?|goals?|no\.?|nr\.?|number|#)"
    r" ?(?:no\.? ?|nr\.? ?|number |#)?)(?P<number>\d{1,3}(?:\.\d{1,3})?)\b(?![-–/]\d)",
    re.IGNORECASE,
)
_COLUMN, _COMMAND = (
    0.35,
    0.3,
)  # probabilities from which a column, or something of the last answer, is asked for
_OPEN_INDEXES = 4


def understand(index: Index, encoder: Encoder, message: str) -> Request:
    """`message`, which must not be empty, as a request about the documents of `index`; slips of the pen are put right."""
    message = index.names.corrected(message, encoder.vocabulary()).text
    model = heads_for(encoder.sha256)
    chances = model.chances(message, encoder.read_questions([with_question_mark(message)])[0])
    ranked = {head: sorted(some, key=some.__getitem__, reverse=True) for head, some in chances.items()}
    best: dict[str, Any] = {head: labels[0] for head, labels in ranked.items()}  # each one of its Literal
    kinds: Any = chances["wanted"]
    asked = _likely(chances["field"], _COLUMN)
    form: Any = next(label for label in ranked["intent"] if label in FORMS)
    entities = entities_in(message, index, bodies_of(index))
    scope = scope_of(message, list(index.documents.values()))
    spans = [*(entity.span for entity in entities), *scope.spans]
    return Request(
        text=message,
        intent=best["intent"],
        chance=sum(chances["intent"][intent] for intent in _alike(best["intent"])),
        form=form,
        wanted=best["wanted"],
        kinds=kinds,
        field=asked,
        command=_likely(chances["command"], _COMMAND),
        needs_context=chances["needs_context"]["yes"],
        entities=entities,
        scope=scope,
        numbers=tuple(int(match["number"]) for match in _ITEM.finditer(message) if match["number"].isdigit()),
        topic=_topic(
            message,
            [*spans, *_besides(message)],
            index,
            model,
            model.telling_fields if asked != "none" else (),
        ),
    )


def _alike(intent: Intent) -> Sequence[Intent]:
    """The intents that are answered alike: what differs, and what has changed."""
    return COMPARING if intent in COMPARING else (intent,)


def _likely(chances: Mapping[str, float], enough: float) -> Any:
    """The likeliest label, if any but "none" is likely enough: the others share what makes them likely."""
    others = {label: chance for label, chance in chances.items() if label != "none"}
    return max(others, key=others.__getitem__) if sum(others.values()) >= enough else "none"


def _besides(message: str) -> list[Span]:
    """The sentences of a message beside those that ask: "I would have guessed law enforcement."."""
    parts = sentences(message, 0, len(message))
    asking = [span for span in parts if message[slice(*span)].rstrip().endswith("?")]
    return [span for span in parts if asking and span not in asking]


def _topic(
    message: str, spans: list[Span], index: Index, model: HeadModel, telling: Collection[str]
) -> tuple[str, ...]:
    """The terms of a message outside of `spans` that do more than ask; those that tell a column, `telling`, only ask."""
    for start, end in spans:
        message = message[:start] + " " * (end - start) + message[end:]
    small = FUNCTION_WORDS.union(PREPOSITIONS, model.asking, telling)
    return tuple(
        dict.fromkeys(
            term
            for term in terms(message)
            if term not in small
            and not term.isdigit()
            and not (term in model.perhaps and not index.lexical.frequency(term))
        )
    )


@lru_cache(_OPEN_INDEXES)
def bodies_of(index: Index) -> BodyNames:
    """The names of bodies that an index knows."""
    return BodyNames.of(index)
