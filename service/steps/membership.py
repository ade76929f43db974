"""Whether a country or body is on a list of the documents, and whole lists: members, observers, who attended.

A closed list proves a "no"; what else the name is listed under is said with it.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpus.text.markup import plain
from index.terms import terms
from service.answering.composition import bullets
from service.answering.context import QuestionContext
from service.answering.refusal import found
from service.answering.types import Answer, Citation, Listing
from service.answering.verdicts import number_of, offers_alternatives
from service.lookups.sets import NamedSet, named_sets
from service.steps.outcome import Passed
from service.understanding.request import Entity

_READ = 20  # passages in which lists are looked for
_ABOUT = 0.6  # share of the topic that says what a list is of
_IN_LINES = 16  # names that are listed a line each; more go into one line


def membership(context: QuestionContext) -> Answer | Passed:
    """Answers whether someone is on a list, or gives the list."""
    request = context.request
    if not request.topic or request.form not in ("yes_no", "list", "count"):
        return Passed("asks for no list of names, nor who is on it")
    if request.form == "yes_no" and not request.entities:
        return Passed("names nobody who may be on a list")
    passages = [result.passage for result in context.search(_READ).results]
    sets = list(named_sets(context.bodies, passages))
    shares = [one.share_of(request.topic) for one in sets]
    best = max(shares, default=0.0)
    about = [one for one, share in zip(sets, shares, strict=True) if share == best]
    if best < _ABOUT:
        return Passed("no list is of what is asked")
    if request.form == "yes_no":
        return _whether(context, about, sets)
    about = [one for one in about if one.of_known]
    if not about or request.wanted != "body" or best < 1:
        return Passed("no list of just that")
    if request.form == "count" and number_of(request, plain(passages[0].text)):
        return Passed("a number is said")
    return _listed(context, about)


def _whether(
    context: QuestionContext, about: Sequence[NamedSet], sets: Sequence[NamedSet]
) -> Answer | Passed:
    """Yes or no for each that is named; of "a member or an observer" what it is."""
    alternatives = offers_alternatives(context.request)
    said: list[str] = []
    citations: list[Citation] = []
    for entity in context.request.entities:
        of_kind = [one for one in about if one.of_countries == _is_country(entity)] or list(about)
        having = [one for one in of_kind if one.has(entity.key)]
        if having:
            citations.append(_cited(len(citations) + 1, having[0]))
            verdict = "" if alternatives else "Yes: "
            said.append(f"{verdict}{_shown(having[0], entity.key)} [{len(citations)}]")
            continue
        if any(one.open for one in of_kind):
            return Passed("the list is not closed")
        marks = []
        for one in of_kind:
            citations.append(_cited(len(citations) + 1, one))
            marks.append(f"{_opening(one)}: {plain(one.passage.text[slice(*one.span)])} [{len(citations)}]")
        elsewhere = next((one for one in sets if one.has(entity.key)), None)
        line = f"No: {entity.name} is not among “{'; '.join(marks)}”."
        if elsewhere:
            citations.append(_cited(len(citations) + 1, elsewhere))
            line += f" It is listed under “{_opening(elsewhere)}” [{len(citations)}]."
        said.append(line)
    if not said:
        return Passed("nobody named may be on the list")
    return found(context, said[0] if len(said) == 1 else bullets(said), tuple(citations))


def _listed(context: QuestionContext, about: Sequence[NamedSet]) -> Answer | Passed:
    """The names of the lists about one thing, that which says least besides it."""
    first = min(about, key=lambda one: len(set(terms(_opening(one))) - set(context.request.topic)))
    same = [one for one in about if one.passage.context == first.passage.context and not one.open]
    if not same:
        return Passed("the list is not closed")
    citations = tuple(_cited(n, one) for n, one in enumerate(same, 1))
    names = [
        (plain(one.passage.text[slice(*span)]), n) for n, one in enumerate(same, 1) for _, span in one.entries
    ]
    if len(names) > _IN_LINES:
        body = " ".join(f"{plain(one.passage.text[slice(*one.span)])} [{n}]" for n, one in enumerate(same, 1))
    else:
        body = bullets([f"{name} [{n}]" for name, n in names])
    said = f"{len(names)} – {_opening(first)}:\n{body}"
    return replace(found(context, said, citations), listing=Listing(len(names), citations))


def _cited(marker: int, one: NamedSet) -> Citation:
    return Citation(marker, one.passage.text, one.passage)


def _opening(one: NamedSet) -> str:
    """What introduces a list, in the words of its document: the text before it, or its heading."""
    before = plain(one.passage.text[: one.span[0]]).strip(" :\n-–—")
    after = plain(one.passage.text[one.span[1] :]).strip(" .\n").split(". ")[0]
    if before or after:
        return f"{before} … {after}".strip() if after else before
    return plain(one.passage.section[-1] if one.passage.section else one.passage.document.title).rstrip(": ")


def _shown(one: NamedSet, key: str) -> str:
    """What introduces a list, and the name on it."""
    start, end = one.place(key)
    first = start == one.entries[0][1][0]
    return f"{_opening(one)}: {'' if first else '… '}{plain(one.passage.text[start:end])} …"


def _is_country(entity: Entity) -> bool:
    return len(entity.key) == 2 and entity.key.isupper()
