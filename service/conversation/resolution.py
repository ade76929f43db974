"""A follow-up → a request that stands by itself: what it leaves out is taken from the turns before it.

Nothing is spliced on for ever: a follow-up inherits from the request that was understood, not from its words. What it is about,
`subject`, changes only where the user names something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.identity.series import same_series
from corpus.types import Document, Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.search import ConversationContext
from index.terms import FUNCTION_WORDS, terms
from service.answering.composition import short_title
from service.answering.types import StandaloneQuestion
from service.conversation.antecedents import with_names
from service.conversation.ellipsis import most_similar
from service.conversation.references import chosen_entries, quoted_name, referenced_entry
from service.conversation.turn import Turn
from service.understanding.request import Entity, Request, Scope, Span
from service.understanding.scope import covering, periods_in, without_periods
from service.understanding.understand import understand
from service.understanding.words import PREPOSITIONS, WORD

_FOLLOWS = 0.5  # probability from which a message is taken for a follow-up
_MAY, _MAY_WELL, _BRIEFLY = 0.1, 0.25, 2  # the same of a message of so few terms, with and without a pronoun
_BRIEF = 0.15  # the same, from which a short one is ranked near the last answer besides
_PRONOUNS = frozenset(
    "it its they them their theirs he him his she her hers this that these those there one ones".split()
)
_OWNERS = frozenset("its their his her".split())
_CLAUSE = frozenset(
    "who whom whose what which when where why how is are was were do does did has have had can could will would should "
    "may might list name show give tell explain".split()
)
_ASKS_FOR = frozenset("which what whose many".split())
_OPENING = frozenset("and but so or also then now no yes ok okay well thanks please sorry actually".split())
_WHAT_ABOUT = (["what", "about"], ["how", "about"])
_YEAR_BEFORE = frozenset("before earlier previous prior ago".split())
_YEAR_AFTER = frozenset("after later following next".split())
_JOINING = frozenset(
    ("of", "and", "for", "on", "in", "of the", "for the", "on the", "in the", "the")
)  # within a name
_BLANKS = " \t\n"
_LONGEST = 300  # characters of a subject


@dataclass(frozen=True, slots=True)
class Resolved:
    """A request that stands by itself, how it is searched, what it is about, and the passage that it refers to, if any.

    `chosen` are the entries of a list given before that it asks for, if it asks for some of those.
    """

    request: Request
    question: StandaloneQuestion
    subject: str
    anchor: Passage | None = None
    chosen: Sequence[Passage] = ()


def resolved(index: Index, encoder: Encoder, message: str, turns: Sequence[Turn]) -> Resolved:
    """`message` after `turns`."""
    own = understand(index, encoder, message)
    last = next((turn for turn in reversed(turns) if turn.passage is not None), None)
    if last is None or last.passage is None or not _follows(own):
        near = None
        if last and own.needs_context >= _BRIEF and len(own.topic) + len(own.entities) <= 2:
            near = ConversationContext(message, last.passage)
        return Resolved(own, StandaloneQuestion(message, near), _joint_subject(own, last))
    given = next((turn.entries for turn in reversed(turns) if turn.entries), ())
    if chosen := chosen_entries(index, encoder, own, last.passage, given):
        return Resolved(own, StandaloneQuestion(message, None), last.subject, chosen=chosen)
    if entry := referenced_entry(index, last.passage, last.entries, message):
        return _about_entry(own, entry, last)
    if own.command not in ("none", "correct", "all"):
        return Resolved(own, StandaloneQuestion(message, None), last.subject)
    named = with_names(index, message, last)
    if named != message and not own.entities:
        return _of_those_named(understand(index, encoder, named), message, last)
    if year := _relative_year(own, last):
        return _of_year(own, last, year)
    if document := _other_document(index, own, last):
        return _in_document(own, document, last, message)
    if own.command == "correct":
        return _fragment(encoder, own, last) if own.topic else _instead(own, last)
    if own.command == "all":
        own = replace(own, form="list", intent="list", wanted=last.request.wanted)
        return _listed(own, last)
    if own.form == "list" and not own.topic and not own.entities and last.request.form == "count":
        return _listed(own, last)
    clause = _is_clause(message)
    if not own.topic and not clause and (own.entities or own.scope.years):
        return _instead(own, last)
    if own.topic and not clause:
        return _fragment(encoder, own, last)
    return _continued(own, last, list(index.documents.values()))


def _of_those_named(own: Request, message: str, last: Turn) -> Resolved:
    """A question in which names stand for the words that referred to them."""
    scope = own.scope if own.scope.spans else last.request.scope
    question = StandaloneQuestion(own.text, ConversationContext(message, last.passage))
    return Resolved(replace(own, scope=scope), question, subject_of(own))


def _joint_subject(own: Request, last: Turn | None) -> str:
    """What a question that stands alone is about; where the last passage speaks of that, what it was about before, too."""
    subject = subject_of(own)
    if last is None or last.passage is None or not own.topic or own.entities or own.scope.documents:
        return subject
    said = frozenset(terms(last.passage.text))
    known = sum(term in said for term in own.topic)
    if 2 * known < len(own.topic) or not last.subject or set(terms(last.subject)) <= set(terms(subject)):
        return subject
    return f"{subject}, {last.subject}"[:_LONGEST]


def _of_year(own: Request, last: Turn, year: int) -> Resolved:
    """This question, or the last, of the year before or after: "and the webinar a year before?"."""
    place = own.text.lower().find("year")
    spans = [span for span in _topic_spans(own) if span[1] <= place]
    phrase = own.text[spans[0][0] : spans[-1][1]] if spans else last.subject
    text = f"{without_periods(phrase)} in {year}"
    request = replace(own, text=text, intent="fact", form="fact", scope=Scope((), ((year, year),)))
    return Resolved(request, StandaloneQuestion(text, None), text)


def subject_of(request: Request) -> str:
    """The words of a request from the first to the last that say what it is about."""
    spans = sorted([*_topic_spans(request), *(entity.span for entity in request.entities)])
    if not spans:
        return ""
    runs = _runs(spans, request.text)
    before = WORD.findall(request.text[: runs[0][0]])[-1:]
    if (
        len(runs) > 1 and before and before[0].lower() in _ASKS_FOR
    ):  # "which member leads the seals": the seals
        spans = runs[1:]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    for word in WORD.finditer(request.text, end):  # the noun after its name: "the Following the Money forum"
        if word.start() > end + 1 or word.group().lower() in FUNCTION_WORDS | _CLAUSE:
            break
        end = word.end()
    return request.text[start:end][:_LONGEST]


def _follows(own: Request) -> bool:
    if own.command != "none" or own.needs_context >= _FOLLOWS:
        return True
    ending = [word.lower() for word in WORD.findall(own.text)[-2:]]
    if len(ending) == 2 and ending[0] in PREPOSITIONS and ending[1] in _PRONOUNS:  # "what was said about it"
        return True
    refers = bool(_PRONOUNS.intersection(word.lower() for word in WORD.findall(own.text)))
    if not own.topic and not own.entities and refers:
        return True
    brief = len(own.topic) <= _BRIEFLY and (refers or not own.scope.spans)
    return brief and own.needs_context >= (_MAY if refers else _MAY_WELL)


def _is_clause(message: str) -> bool:
    """Whether a message has a verb or a question word, and so says itself what is asked."""
    words = [word.lower() for word in WORD.findall(message)]
    while words and words[0] in _OPENING:
        words = words[1:]
    if words[:2] in _WHAT_ABOUT:
        words = words[2:]
    return any(word in _CLAUSE for word in words)


def _about_entry(own: Request, entry: "tuple[Span, Passage]", last: Turn) -> Resolved:
    """A question about one of the entries of the list that was given."""
    (start, end), passage = entry
    name = quoted_name(passage)
    clause = _is_clause(own.text[:start] + own.text[end:])
    text = own.text[:start] + name + own.text[end:] if clause else f"{_frame(last.request)} {name}?"
    asked = own if clause else replace(last.request, text=own.text)
    request = replace(
        asked, text=text, topic=tuple(terms(name))[:12], entities=(), scope=Scope((passage.document.id,))
    )
    return Resolved(request, StandaloneQuestion(text, ConversationContext(own.text, passage)), name, passage)


def _other_document(index: Index, own: Request, last: Turn) -> Document | None:
    """The document that the message names by its age beside that of the last answer: "the earlier plan"."""
    if own.scope.years or last.passage is None:
        return None
    current = last.passage.document
    words = {word.lower() for word in WORD.findall(own.text)}
    nouns = {term for document in index.documents.values() for term in terms(document.kind)[-1:]}
    if not (nouns & set(terms(own.text)) or "one" in words):
        return None
    others = [d for d in index.documents.values() if d.id != current.id]
    kin = [d for d in others if same_series(d, current)] or [d for d in others if _is_called(d, own.text)]
    if words & {"earlier", "previous", "old", "older", "former", "preceding"}:
        before = [document for document in kin if document.period < current.period]
        return max(before, key=lambda document: document.period, default=None)
    if words & {"later", "new", "newer", "next", "following", "after"}:
        after = [document for document in kin if document.period > current.period]
        return min(after, key=lambda document: document.period, default=None)
    if words & {"other"} and len(kin) == 1:
        return kin[0]
    return None


def _is_called(document: Document, text: str) -> bool:
    """Whether a text has the noun of a document's kind."""
    return bool(set(terms(document.kind)[-1:]) & set(terms(text)))


def _in_document(own: Request, document: Document, last: Turn, message: str) -> Resolved:
    """The last question, or this one about the same, of another document."""
    asked = own if _is_clause(message) and own.topic else last.request
    topic = own.topic if own.topic else last.request.topic
    text = f"{_about(asked.text, last.subject if asked is own else '')}, in the {short_title(document)}?"
    request = replace(asked, text=text, topic=topic, scope=Scope((document.id,)))
    return Resolved(request, StandaloneQuestion(text, ConversationContext(own.text, None)), last.subject)


def _instead(own: Request, last: Turn) -> Resolved:
    """The last question of another country, body or year."""
    old = last.request
    text, entities, scope = old.text, old.entities, old.scope
    if own.entities:
        replaced = old.entities[: len(own.entities)]
        for before, new in reversed(list(zip(replaced, own.entities, strict=False))):
            text = text[: before.span[0]] + new.name + text[before.span[1] :]
        if not replaced:
            text = f"{text.rstrip(' ?.!')}, {' and '.join(entity.name for entity in own.entities)}?"
        entities = (*own.entities, *old.entities[len(own.entities) :])
    if own.scope.years or own.scope.documents:
        words = " ".join(own.text[start:end] for start, end in own.scope.spans)
        text = f"{_without(text, old.scope.spans if not own.entities else ()).rstrip(' ?.!')} in {words}?"
        scope = own.scope
    request = replace(old, text=text, entities=_placed(text, entities), scope=scope)
    return Resolved(
        request, StandaloneQuestion(text, ConversationContext(own.text, last.passage)), subject_of(request)
    )


def _fragment(encoder: Encoder, own: Request, last: Turn) -> Resolved:
    """A phrase that takes the place of the phrase most like it: "and observers?" after "how many members …"."""
    phrase = _phrase(own) if own.command != "correct" else _last_run(own)
    own = replace(own, topic=tuple(term for term in own.topic if term in terms(phrase)))
    old = last.request
    if own.entities and own.topic and old.entities:
        text = f"{old.text[: old.entities[0].span[0]]}{own.entities[0].name}{_verb_after(old)} {_after_entity(own)}?"
        request = replace(
            old, text=text, topic=own.topic, entities=_placed(text, own.entities), scope=own.scope
        )
        return Resolved(
            request,
            StandaloneQuestion(text, ConversationContext(own.text, last.passage)),
            subject_of(request),
        )
    span = _replaced_before(last) or most_similar(
        encoder, phrase, old.text, _runs(_topic_spans(old), old.text)
    )
    if span is None:
        text = f"{phrase}, {last.subject}?" if last.subject else f"{phrase}?"
        request = replace(own, text=text, form=old.form, scope=own.scope if own.scope.spans else old.scope)
        return Resolved(
            request, StandaloneQuestion(text, ConversationContext(own.text, last.passage)), last.subject
        )
    text = old.text[: span[0]] + phrase + old.text[span[1] :]
    gone = frozenset(terms(old.text[slice(*span)]))
    topic = (*own.topic, *(term for term in old.topic if term not in gone and term not in own.topic))
    scope = own.scope if own.scope.spans else old.scope
    request = replace(
        old, text=text, topic=topic, entities=_placed(text, (*own.entities, *old.entities)), scope=scope
    )
    return Resolved(request, StandaloneQuestion(text, ConversationContext(own.text, last.passage)), phrase)


def _replaced_before(last: Turn) -> Span | None:
    """The phrase that the last message put in the place of another: the next is in its place."""
    start = last.request.text.find(last.subject) if last.subject != subject_of(last.request) else -1
    return (start, start + len(last.subject)) if start >= 0 and last.subject else None


def _continued(own: Request, last: Turn, documents: Sequence[Document]) -> Resolved:
    """Another question about the same."""
    refers = bool(_PRONOUNS.intersection(word.lower() for word in WORD.findall(own.text)))
    subject = last.subject if refers or not (own.entities and own.topic) else ""
    text = _about(own.text, subject)
    topic = tuple(dict.fromkeys([*own.topic, *terms_of(subject)]))
    scope = own.scope
    if not scope.spans and last.request.scope.documents:
        scope = last.request.scope
    if scope.years and not scope.documents:
        scope = replace(scope, documents=tuple(d.id for d in covering(documents, scope.years)))
    request = replace(own, text=text, topic=topic, scope=scope, entities=_placed(text, own.entities))
    anchor = (
        last.passage
        if own.field != "none" and last.passage and last.passage.roles and not own.topic
        else None
    )
    return Resolved(
        request, StandaloneQuestion(text, ConversationContext(own.text, last.passage)), last.subject, anchor
    )


def _listed(own: Request, last: Turn) -> Resolved:
    """The things that were counted or spoken of, by name."""
    old = last.request
    text = f"What are the {_counted(old) or subject_of(old)}?"
    request = replace(
        old, text=text, intent="list", form="list", wanted="body" if old.wanted == "none" else old.wanted
    )
    return Resolved(
        request, StandaloneQuestion(text, ConversationContext(own.text, last.passage)), last.subject
    )


def _counted(old: Request) -> str:
    """What a question counts: "member states" of "how many member states does the forum have?"; else ""."""
    spans = _topic_spans(old)
    if old.form != "count" or not spans:
        return ""
    rest = list(WORD.finditer(old.text, spans[0][0]))
    end = next((word.start() for word in rest if word.group().lower() in _CLAUSE), len(old.text))
    return old.text[spans[0][0] : end].strip(" ?.!,")


def terms_of(subject: str) -> tuple[str, ...]:
    return tuple(term for term in terms(subject) if term not in FUNCTION_WORDS and not term.isdigit())


def _about(text: str, subject: str) -> str:
    """`text` with `subject` in place of its first pronoun, or after it."""
    body = _without_opening(text)
    if not subject:
        return body.rstrip(" ?.!")
    words = list(WORD.finditer(body))
    pronouns = [n for n, word in enumerate(words) if word.group().lower() in _PRONOUNS]
    for n in sorted(pronouns, key=lambda n: words[n].group().lower() in _OWNERS):  # "its" may be of another
        word = words[n]
        after = words[n + 1].group().lower() if n + 1 < len(words) else ""
        owner = word.group().lower() in _OWNERS
        if (
            word.group().lower() in ("one", "ones")
            and n
            and words[n - 1].group().lower() not in FUNCTION_WORDS
        ):
            continue  # "the second one"
        if after and not owner and after not in FUNCTION_WORDS and after not in _CLAUSE and terms(after):
            continue  # "that report"
        name = f"{subject}'s" if owner else subject
        return (body[: word.start()] + name + body[word.end() :]).rstrip(" ?.!")
    return f"{body.rstrip(' ?.!')} ({subject})"


def _without_opening(text: str) -> str:
    words = list(WORD.finditer(text))
    while len(words) > 1 and words[0].group().lower() in _OPENING:
        words = words[1:]
    return text[words[0].start() :] if words else text


def _topic_spans(request: Request) -> list[Span]:
    """The words of a request that are of its topic."""
    return [
        word.span()
        for word in WORD.finditer(request.text)
        if any(term in request.topic for term in terms(word.group()))
    ]


def _runs(spans: Sequence[Span], text: str) -> list[Span]:
    """Spans that stand beside each other, or with a small word between them, as one, and each alone."""
    runs: list[Span] = []
    for start, end in spans:
        between = text[runs[-1][1] : start] if runs else ""
        if (runs and not between.strip(_BLANKS + "'’")) or (runs and between.strip().lower() in _JOINING):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _phrase(own: Request) -> str:
    """The words of a fragment without those before what it names."""
    spans = [*_topic_spans(own), *(entity.span for entity in own.entities)]
    return own.text[min(start for start, _ in spans) : max(end for _, end in spans)]


def _last_run(own: Request) -> str:
    """The last words that name something: "the compendium" of "no sorry, I meant the compendium"."""
    runs = _runs(sorted([*_topic_spans(own), *(entity.span for entity in own.entities)]), own.text)
    words = own.text[slice(*runs[-1])]
    return words.rpartition(" the ")[2]


def _after_entity(own: Request) -> str:
    return own.text[own.entities[-1].span[1] :].strip(" ?.!,")


def _verb_after(old: Request) -> str:
    """The word after the entity of a question: "say" of "What did Fiji say about visas"."""
    rest = old.text[old.entities[0].span[1] :]
    word = WORD.search(rest)
    return f" {word.group()}" if word else ""


def _frame(request: Request) -> str:
    """The words of a request before what it is about."""
    spans = [*_topic_spans(request), *(entity.span for entity in request.entities)]
    return request.text[: min((start for start, _ in spans), default=len(request.text))].strip()


def _without(text: str, spans: Sequence[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start].rstrip() + text[end:]
    return text


def _placed(text: str, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """The entities where they stand in `text`; those that do not, at its end."""
    found: dict[str, Entity] = {}
    for entity in entities:
        place = text.find(entity.name)
        span = (place, place + len(entity.name)) if place >= 0 else (len(text), len(text))
        found.setdefault(entity.key, replace(entity, span=span))
    return tuple(found.values())


def _relative_year(own: Request, last: Turn) -> int | None:
    """The year before or after that of the last question or answer, if the message asks for it."""
    words = [word.lower() for word in WORD.findall(own.text)]
    if "year" not in words or own.scope.years:
        return None
    known = list(periods_in(last.request.text)) or list(periods_in(last.answer.text))
    if not known:
        return None
    first, end = known[0]
    if _YEAR_BEFORE & set(words):
        return first - 1
    return end + 1 if _YEAR_AFTER & set(words) else None
