"""Measures of answers: right, cited right, exactness of the quotations, length.

The split into correctness, citations and length follows ALCE (Gao et al., "Enabling Large Language Models to
Generate Text with Citations", EMNLP 2023), with entailment by a model replaced by what can be checked to
the character: where a quotation stands in the source.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from eval.metrics.spans import Evidence, meets
from eval.systems.protocol import Answer, Citation

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKER = re.compile(r"\[\d+\]")
_EMPHASIS = re.compile(r"[*`#>|]+|(?<!\w)_+|_+(?!\w)")
_PUNCTUATION = str.maketrans("‘’“”‐‑–—", "''\"\"----")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One of `answers` is accepted, or every one is needed if `all_needed`, each in any of its variants."""

    answers: tuple[str, ...]
    variants: Mapping[str, tuple[str, ...]]
    all_needed: bool


def plain(text: str) -> str:
    """Text for comparison: no HTML, Markdown or citation markers, one kind of quotes and dashes, no case."""
    text = html.unescape(_TAG.sub("", text))
    text = _MARKER.sub(" ", _LINK.sub(r"\1", text))
    text = unicodedata.normalize("NFKC", _EMPHASIS.sub("", text)).translate(_PUNCTUATION)
    return " ".join(text.casefold().split())


def is_right(text: str, accepted: Accepted) -> bool:
    """Whether the text contains an accepted answer at word boundaries (every one if all are needed).

    Exact-match recall ("str-EM" in ALCE; "answer containment" in open-domain QA), at word boundaries so that
    "27" is not found in "2027".
    """
    said = plain(text)
    found = (_says(said, (answer, *accepted.variants.get(answer, ()))) for answer in accepted.answers)
    return all(found) if accepted.all_needed else any(found)


def _says(said: str, wordings: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(plain(wording))}(?!\w)", said) for wording in wordings)


def supports(citation: Citation, evidence: Evidence) -> bool:
    """Whether the citation and some gold quote are about the same characters.

    By `spans.meets`: a citation may be one sentence of a longer gold quote, or the paragraph around a short one.
    """
    if not 0 <= citation.start < citation.end:
        return False
    cited = (citation.start, citation.end)
    return any(
        quote.document == citation.document and meets(cited, quote)
        for alternative in evidence
        for quote in alternative
    )


def is_cited_right(answer: Answer, evidence: Evidence) -> bool:
    """Whether some citation of the answer lies on gold evidence, whatever the text of the answer says."""
    return any(supports(citation, evidence) for citation in answer.citations)


def is_exact(citation: Citation, sources: Mapping[str, str]) -> bool:
    """Whether the quotation stands in its source, to the character, where it says, and its SHA-256 fits."""
    source = sources.get(citation.document, "")
    return (
        citation.start >= 0
        and source[citation.start : citation.end] == citation.quote != ""
        and hashlib.sha256(citation.quote.encode()).hexdigest() == citation.quote_sha256
    )


def judge_answer(
    answer: Answer, accepted: Accepted, evidence: Evidence, sources: Mapping[str, str]
) -> dict[str, float]:
    """The measures of the answer to an answerable question, each 0 or 1 but for `exact` and `length`.

    A refusal is neither right nor cited right, whatever words it repeats and passages it shows. `exact` is the
    share of the quotations that are exact (absent if nothing is quoted), `length` the characters of an answer
    that was given.
    """
    given = answer.status != "not_found"
    right = given and is_right(answer.text, accepted)
    cited = given and is_cited_right(answer, evidence)
    judged = {
        "right": float(right),
        "cited right": float(cited),
        "right and cited": float(right and cited),
        "false refusal": float(not given),
    }
    if given:
        judged["length"] = float(len(answer.text))
    return judged | judge_quotations(answer, sources)


def judge_refusal(answer: Answer, sources: Mapping[str, str]) -> dict[str, float]:
    """The measures of the answer to an unanswerable question: any answer is a false one."""
    return {"false answer": float(answer.status != "not_found")} | judge_quotations(answer, sources)


def judge_quotations(answer: Answer, sources: Mapping[str, str]) -> dict[str, float]:
    """`exact`, the share of quotations that are exact; nothing if nothing is quoted."""
    if not answer.citations:
        return {}
    return {
        "exact": sum(is_exact(citation, sources) for citation in answer.citations) / len(answer.citations)
    }
