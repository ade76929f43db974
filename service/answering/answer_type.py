"""What must stand in a passage for it to answer: a place, the holder of a post, a chair, a beginning, a statement.

Search brings whatever lies near such a question: a meeting without its place, a name without its holder. So the answer
must be of the type asked for and belong to the subject of the question, or nothing answers.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from corpus.cells import Span, sentences_of
from corpus.identity.names import full_name
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.queries.preferences import MONTHS
from index.retrieval.highlights import Highlight
from index.search import Result
from index.terms import terms
from service.questions.analysis import QuestionAnalysis, entity_kinds
from service.questions.english import PRONOUN, QUESTION_WORDS, stem

_HELD = (
    r"(?:held|hosted|launched|opened|organi[sz]ed|convened|located|based|"
    r"(?:take|took|taking|taken) place|happen(?:ed)?|occur(?:red)?|me(?:e?t))"
)
_PLACE_ASKED = re.compile(
    rf"^\W*(?:where|(?:in )?(?:what|which) (?:city|place|venue|town)|in (?:what|which) country)\b"
    rf"(?!.*\b(?:when\b|and (?:who|on|what)\b)).*?\b{_HELD}\b|"
    r"^\W*(?:where|what) (?:is|are|was) (?:the )?(?:headquarters|seat|head office|address|venue)\b",
    re.IGNORECASE,
)
_SEAT_ASKED = re.compile(r"\b(?:based|located|headquarter\w*|seat|head office)\b", re.IGNORECASE)
_SEAT = re.compile(
    r"\b(?:based|located|situated|headquarter\w*)\b|\b(?:seat|offices?)(?: is| are)? (?:in|at)\b",
    re.IGNORECASE,
)
_PLACE_WORDS = frozenset(
    terms(
        "held hold hosted organised organized convened located based place take took taken taking happen happened occur "
        "occurred meet met city venue country town"
    )
)
# "held in Bangkok"; after a capital, as in "Trafficking in Persons Networks", only where the name ends there.
_IN = re.compile(
    r"(?:(?<![\w’'-])(?P<before>[\w’'-]+)[^\w\s]* )?\bin (?:the )?(?P<name>[A-Z][a-z’'-]+)(?P<end>\W*$|[,.;)]| from\b| on\b)?"
)
_DATELINE = re.compile(
    r"^\W*(?:[^\W\d_]+day, )?(?:[\d–-]+ [A-Z][a-z]+ \d{4}, )?[A-Z][\w’' -]*, ?(?:[A-Z]|\d)", re.MULTILINE
)
_MONTHS = frozenset(MONTHS.lower().split("|"))
_LOWER = re.compile(r"\b[a-z][\w’'-]+")
_POST = re.compile(
    r"^\W*who(?: is| was|['’]s) (?:the )?(?P<post>[^,;:?]*?\b(?:secretary|minister|director|head|president|chair(?:man|person)?|"
    r"co-chair|commissioner|ambassador|general|manager|officer|chief|coordinator|governor|envoy|spokesperson|representative|"
    r"advis[eo]r|prosecutor|consultant)\b(?:-\w+)?)",
    re.IGNORECASE,
)
_BEGINNING = r"(?:beg[aiu]n\w*|start(?:ed|s)?|found(?:ed|ation)|establish\w*|creat(?:ed|ion)|form(?:ed|ation)|set up|inception)"
_BEGAN = re.compile(
    r"^\W*(?:when|(?:in )?(?:what|which) year) (?:did|was|were) (?:the )?(?P<thing>[^,;?]+?)(?: first)? "
    r"(?P<verb>begin|start|founded|established|created|formed|set up)\W*$|"
    r"^\W*who (?:founded|established|created|formed|started|set up) (?:the )?(?P<founded>[^,;?]+?)\W*$",
    re.IGNORECASE,
)
_SAYING = (
    r"(?:not|highlight|stress|report|express|call|mention|acknowledg|discuss|request|recommend|encourag|stat|emphasi[sz]|urg|"
    r"propos|present|describ|voic|recogni[sz]|establish|commend|rais|suggest|welcom|thank|announc|explain|provid)(?:ed|es|s)|"
    r"(?:note|highlight|stress|mention|acknowledge|request|recommend|encourage|urge|propose|recognise|suggest|welcome|thank)|"
    r"said|says|drew"
)
_SAID = re.compile(
    r"^\W*(?i:what (?:did|does|has|have) (?:the )?)(?P<who>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*"
    r"(?: (?:of|on|for) (?:the )?[A-Z][\w’'-]*(?:(?: and)? [A-Z][\w’'-]*)*)?) "
    r"(?:say|said|state|stated|report|reported|tell|told|think|noted?|highlight|stress|mention|raise|suggest|propose|call for)\b"
    r"(?P<about>.*)$"
)
_CHAIR_ASKED = re.compile(
    r"^\W*who (?:(?:are|is|was|were) (?:the )?(?:\w+ )?(?:co-?)?chairs? (?:of|for|at)|(?:co-?)?chair(?:s|ed)?) (?:the )?"
    r"(?P<thing>[^,;?]+)$",
    re.IGNORECASE,
)
# what is said beside a thing of when, where or with whom it was
_BESIDES = re.compile(
    rf" (?:(?:in|on|during|of) (?:\d+ )?(?:(?:{MONTHS}) )?\d{{4}}|(?:in|at) [A-Z][\w’'-]+|(?:together |along )?with .+|when .+)$"
)
_CHAIRS = re.compile(
    r"(?i:chaired by)\b|"
    r"\b[A-Z][\w’'-]+,? (?i:(?:co-?)?chair(?:ed\b|s? (?:the|this)\b)|\((?:co-?)?chairs?\)|as (?:co-?)?chairs?\b)|"
    r"\b(?i:(?:co-?)?chairs?)(?:(?:[,:]| \(| (?:is|are|was|were)) ?(?:the )?[A-Z]| (?:Mr|Ms|Mrs|Dr|Prof)\b)"
)
_GROUP = re.compile(
    r"(?P<on>.+) (?P<kind>(?:working |experts? |technical )*(?:group|forum|dialogue))$", re.IGNORECASE
)
_REMEMBERED = 256  # patterns kept
_GAP = r"(?:\W+\w+){0,5}?\W+"  # words between a thing and its beginning
_TAIL = 2  # words of a long name that must stand beside its beginning


Keep = Callable[[re.Match[str], Index, QuestionAnalysis, Sequence[Result]], list[Result] | None]


@dataclass(frozen=True, slots=True)
class AnswerType:
    """`keep` gives the results that can answer a question that `asked` matches; None where it asks for another type."""

    name: str
    asked: re.Pattern[str]
    keep: Keep
    examples: tuple[str, ...]


def passages_of_type(
    index: Index, question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result] | None:
    """The `results` of the type that `question` asks for, best first; None where it asks for no type."""
    text = question.text.strip(" ?.!")
    if PRONOUN.search(text):
        return None  # its subject is unknown
    for type in ANSWER_TYPES:
        match = type.asked.match(text)
        kept = match and type.keep(match, index, question, results)
        if kept is not None:
            return kept
    return None


def _with_place(
    _match: re.Match[str], index: Index, question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result]:
    asked = frozenset(question.terms)
    placed = _placed(index, question, results)
    return sorted(placed, key=lambda result: -len(asked & set(terms(result.passage.text))))


def _placed(index: Index, question: QuestionAnalysis, results: Sequence[Result]) -> Iterator[Result]:
    """Results on the subject that name a place, each with the sentence that does so marked."""
    readings = (question.text, index.names.spelled_out(question.text).text)
    seated = _SEAT_ASKED.search(question.text) is not None
    asked = [frozenset(terms(reading)) - QUESTION_WORDS - _PLACE_WORDS for reading in readings]
    common = {word for result in results for word in _LOWER.findall(plain(result.passage.text))}
    for result in results:
        passage = result.passage
        known = frozenset(
            terms(f"{passage.text}\n{full_name(passage.document)}\n{' '.join(passage.section)}")
        )
        if passage.kind != "definition" and any(words <= known for words in asked):
            for span in sentences_of(passage):
                if seated and not _SEAT.search(passage.text, *span):
                    continue
                if _names_place(passage, span, common):
                    yield replace(result, highlights=(Highlight(*span),))
                    break


def _names_place(passage: Passage, span: Span, common: set[str]) -> bool:
    """Whether a sentence names a place. Words of `common`, which also occur in lower case, are none."""
    text = passage.text[slice(*span)]
    named = (
        match["name"].lower()
        for match in _IN.finditer(plain(text))
        if match["end"] is not None or not (match["before"] or "").istitle()
    )
    return any(name not in common and name not in _MONTHS for name in named) or (
        "\n" in text and _DATELINE.search(text) is not None
    )


def _with_office_holder(
    match: re.Match[str], _index: Index, question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result] | None:
    if question.role is not None:
        return None
    return [result for result in results if _names_holder(match["post"], result.passage)]


def _names_holder(post: str, passage: Passage) -> bool:
    """Whether a passage names the holder of a post: a person, for a chair anyone."""
    if passage.kind == "definition":
        return False
    text = plain(passage.text)
    someone = "chair" in post.lower() or bool(entity_kinds(text, ["person"]))
    return someone and _post_pattern(post.lower()).search(text) is not None


@lru_cache(maxsize=_REMEMBERED)
def _post_pattern(post: str) -> re.Pattern[str]:
    *others, last = re.findall(r"\w+", post)
    words = "".join(rf"{re.escape(stem(word))}\w*(?:['’]s?)?\W+" for word in others) + re.escape(last)
    return re.compile(
        rf"(?<!office of the )(?<!office of )\b{words}\b(?!['’]s? (?:office|department))", re.IGNORECASE
    )


def _with_chair(
    match: re.Match[str], index: Index, _question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result]:
    things = list(_names_of_body(index, match["thing"]))
    return [result for result in results if _is_chaired(things, result.passage)]


def _names_of_body(index: Index, thing: str) -> Iterator[Sequence[str]]:
    """The words of each name of a body: in short, in full, and a "smuggling group" as "group on smuggling"."""
    for known in dict.fromkeys((thing, _BESIDES.sub("", thing))):
        for name in _names_of(index, known):
            yield terms(name)
            if group := _GROUP.match(name):
                yield terms(f"{group['kind']} on {group['on']}")


def _is_chaired(things: Sequence[Sequence[str]], passage: Passage) -> bool:
    """Whether a passage says who chairs or chaired, and names one of `things`, word after word."""
    if passage.kind == "definition" or not _CHAIRS.search(plain(passage.text)):
        return False
    said = terms(f"{full_name(passage.document)}\n{passage.context}\n{passage.text}")
    return any(
        thing == said[n : n + len(thing)]
        for thing in things
        if thing
        for n in range(len(said) - len(thing) + 1)
    )


def _with_beginning(
    match: re.Match[str], index: Index, _question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result]:
    dated = match["thing"] is not None
    opens = (match["verb"] or "").lower() in ("begin", "start")
    names = _names_of(index, match["thing"] or match["founded"])
    return [r for r in results if any(_begins(name, r.passage, dated, opens) for name in names)]


def _begins(thing: str, passage: Passage, dated: bool, opens: bool) -> bool:
    """Whether a passage says that `thing` began, and when if `dated`. A meeting that `opens` does so on its first day."""
    known = frozenset(terms(f"{full_name(passage.document)}\n{passage.context}\n{passage.text}"))
    if passage.kind == "definition" or not terms(thing) or not known.issuperset(terms(thing)):
        return False
    text = plain(passage.text)
    clauses = (
        re.split("[.;]", text[: m.start()])[-1] + m.group() + re.split("[.;]", text[m.end() :])[0]
        for m in _beginning_pattern(thing, opens).finditer(text)
    )
    return any(not dated or entity_kinds(clause, ["date"]) for clause in clauses)


@lru_cache(maxsize=_REMEMBERED)
def _beginning_pattern(thing: str, opens: bool) -> re.Pattern[str]:
    heads = re.split(r"\s+(?:on|of|for|in|against)\s+", thing)[0], thing
    tails = "|".join(r"\W+".join(re.findall(r"\w+", head)[-_TAIL:]) for head in heads)
    found = (
        rf"\b(?:{tails}){_GAP}(?:(?:was|were|been|its|first) {_BEGINNING}|began|begun|started)\b|"
        rf"\b{_BEGINNING}{_GAP}(?:{tails})\b"
    )
    if opens:
        found += rf"|\b(?:{tails})\b(?!\W+(?-i:[A-Z]))[^.;:]{{0,40}}?\b(?:on|from) \d"
    return re.compile(found, re.IGNORECASE)


def _with_statement(
    match: re.Match[str], index: Index, _question: QuestionAnalysis, results: Sequence[Result]
) -> list[Result] | None:
    if match["about"] and not (results and results[0].passage.kind == "definition"):
        return None
    who = match["who"]
    letters = "".join(re.findall(r"[A-Z]", who)) if " " in who else who  # of "Office on Drugs and Crime"
    patterns = [_statement_pattern(name) for name in (letters, *_names_of(index, who))]
    return [r for r in results if any(_says(pattern, r.passage) for pattern in patterns)]


def _says(pattern: re.Pattern[str], passage: Passage) -> bool:
    return passage.kind != "definition" and pattern.search(plain(passage.text)) is not None


@lru_cache(maxsize=_REMEMBERED)
def _statement_pattern(who: str) -> re.Pattern[str]:
    """Matches where `who`, in capitals or not, said something."""
    name = f"(?i:{re.escape(who)})"
    others = r"(?:,? (?:and )?(?:the )?[A-Z][\w’'-]*)*"
    besides = r"(?: (?:has|have|had|also|further|specifically|are pleased to|among other participants,))*"
    post = rf"\b(?:Mr|Ms|Mrs|Dr|Prof)\.? (?:[A-Z][\w’'-]* )?{name}, [^.;:]{{1,120}}? (?:{_SAYING})\b"
    return re.compile(rf"\b{name}\b{others},?{besides} (?:{_SAYING})\b|ed by (?:the )?{name}\b|{post}")


def _names_of(index: Index, thing: str) -> Sequence[str]:
    """A name as given, with its parts in short, and in full."""
    return thing, index.names.abbreviated(thing).text, index.names.spelled_out(thing).text


ANSWER_TYPES = (
    AnswerType(
        "place",
        _PLACE_ASKED,
        _with_place,
        ("Where was the winter regatta held?", "Which city hosted the forum?", "Where is the head office?"),
    ),
    AnswerType(
        "office holder",
        _POST,
        _with_office_holder,
        ("Who is the Deputy Minister of the Coast Guard?", "Who was the Harbour Director of Bergen?"),
    ),
    AnswerType(
        "chair",
        _CHAIR_ASKED,
        _with_chair,
        ("Who co-chairs the group on rescue of seals?", "Who are the co-chairs of the Whale Group?"),
    ),
    AnswerType(
        "beginning",
        _BEGAN,
        _with_beginning,
        (
            "When was the Sea School established?",
            "Who founded the museum?",
            "In which year did the week start?",
        ),
    ),
    AnswerType(
        "statement",
        _SAID,
        _with_statement,
        ("What did the Pilots say?", "What has the Office on Drugs and Crime reported?"),
    ),
)
