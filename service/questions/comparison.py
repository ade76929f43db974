"""Questions that compare two documents of one kind on a topic: "how do the two plans differ on …"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.identity.names import full_name
from corpus.identity.series import same_series
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.terms import terms
from service.questions.english import COUNTS, QUESTION_WORDS, YEAR, plan_years, stem

_COMPARES = re.compile(r"\b(?:differ\w*|compar\w+|chang(?:e|es|ed)|versus|vs|contrast\w*)\b", re.IGNORECASE)
_COUNTS = re.compile(rf"\b(?:{COUNTS})\b", re.IGNORECASE)
_BOTH = r"\b(?:both|two|each of the)\b(?:\W+[\w’'-]+){0,3}?\W+"  # of documents, not of anything else
_OTHER = re.compile(
    r"\b(?:previous|earlier|former|older?|last|other|preceding|new(?:er)?|current|first|second)\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"\b(?:on|about|regarding|concerning|as to|as regards|with regard to|towards|in terms of|when it comes to|"
    r"treat|approach|handle|cover|address)\s+(?P<topic>.+)$",
    re.IGNORECASE,
)
_TOPIC_ENDS = re.compile(
    r"\s*(?:\b(?:between|from|in|since|across|of|compared (?:to|with)|versus|vs|than|with)"
    rf"\s+(?:the|both|two|each|its|{YEAR})\b.*|"
    r"\bdifferently)$",
    re.IGNORECASE,
)
_FEW = 2  # words of a topic must all be there; of more, two thirds
_PAIR = 2


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """The documents to be compared, newest first, and the topic."""

    documents: tuple[Document, ...]
    topic: str

    def about(self, passage: Passage) -> bool:
        """Whether a passage, or the name of its document, has the words of the topic, or words of the same stem."""
        asked = frozenset(terms(self.topic)) - QUESTION_WORDS
        said = frozenset(terms(f"{plain(passage.text)} {full_name(passage.document)}"))
        missing = sum(not any(word.startswith(stem(one)) for word in said) for one in asked)
        return bool(asked) and (missing == 0 if len(asked) <= _FEW else 3 * missing <= len(asked))


def comparison(question: str, documents: Iterable[Document]) -> DocumentComparison | None:
    """The comparison that `question` asks for, if it names two documents of one kind and a topic."""
    text = " ".join(question.split()).strip(" ?.!")
    if not (found := _TOPIC.search(text)) or _COUNTS.search(text):
        return None
    topic = _TOPIC_ENDS.sub("", found["topic"]).strip(" ,")
    besides = text[: found.start("topic")] + text[found.start("topic") + len(topic) :]
    kin = _documents_of_kind(besides, list(documents))
    return DocumentComparison(tuple(kin), topic) if topic and len(kin) == _PAIR else None


def _documents_of_kind(said: str, documents: Sequence[Document]) -> list[Document]:
    """The two documents of one kind named in `said`, newest first: those of its years, else the newest."""
    years, compares = plan_years(said), _COMPARES.search(said) is not None
    for noun in sorted({document.kind.split()[-1] for document in documents}):
        plural = re.search(rf"\b{noun}s\b", said, re.IGNORECASE) is not None
        single = re.search(rf"\b{noun}\b", said, re.IGNORECASE) is not None
        both = re.search(rf"{_BOTH}{noun}s\b", said, re.IGNORECASE) is not None
        other = _OTHER.search(said) is not None or len(set(years)) >= _PAIR
        if not (both or (compares and (plural or (single and other)))):
            continue
        kin = [document for document in documents if document.kind.split()[-1] == noun]
        kin.sort(key=lambda document: document.period, reverse=True)
        named = [d for d in kin if any(d.period[0] <= year <= d.period[1] for year in years)]
        others = [document for document in kin if document not in named]
        if len(set(years)) > len(named):
            return named  # a year of which there is none
        first = [*named, *others][0]
        others.sort(key=lambda document: not same_series(document, first))
        chosen = [*named, *others][:_PAIR]
        return sorted(chosen, key=lambda document: document.period, reverse=True)
    return []
