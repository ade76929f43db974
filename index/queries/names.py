"""The names that a corpus defines, short and full, and the spellings of its words."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.text.markup import plain
from corpus.types import Passage
from index.storage.drafts import Draft
from index.storage.files import Files, expect

FILE = "names.json"
_SHORT = r"[A-Za-z]{0,3}[A-Z][A-Za-z-]{0,8}[A-Z]s?"
_GLOSSARY_SHORT = re.compile(_SHORT)
_DEFINED = re.compile(rf"((?:[\w'’-]+,? ){{1,14}})\(\s*(?:the )?({_SHORT}(?: [A-Z]{{2,}})?)\s*\)")
_IN_BRACKETS = re.compile(
    rf"\(\s*(?:the )?{_SHORT}(?: [A-Z]{{2,}})?\s*\)"
)  # part of every definition, quick to find
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CORRECTABLE = 4  # letters; shorter words have too many neighbours
_LONG_WORD = 8  # letters; from here on two slips are forgiven instead of one
_BEGINNING = 6  # characters of a full name, by which it is looked up
_ARTICLE = re.compile(r"the ", re.IGNORECASE)
_NEVER = "(?!)"  # a pattern that matches nothing


@dataclass(frozen=True, slots=True)
class Rewording:
    """A question in other words: `changed` maps the words replaced to their replacements."""

    text: str
    changed: Mapping[str, str]


class NamesLearner:
    """Learns names from glossary rows and from definitions such as "Full Name (FN)", and counts words."""

    def __init__(self) -> None:
        self._full: dict[str, set[str]] = {}
        self._words: Counter[str] = Counter()

    def add(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            for short, name in _definitions(passage):
                self._full.setdefault(short, set()).add(name)
            text = plain(f"{passage.text}\n{passage.context}")
            self._words.update(word.lower() for word in _WORD.findall(text))

    def names(self) -> "Names":
        full = {
            short: sorted(self._full[short], key=lambda name: (len(name), name))
            for short in sorted(self._full)
        }
        words = {word: self._words[word] for word in sorted(self._words) if len(word) >= _CORRECTABLE}
        return Names(full, words)


@dataclass(frozen=True, slots=True)
class Names:
    """`full` maps a short name to its full names, shortest first; `words` maps a word to how often it occurs."""

    full: Mapping[str, Sequence[str]]
    words: Mapping[str, int]
    _short: Mapping[str, str] = field(init=False, repr=False, compare=False)  # by full names in lower case
    _by_beginning: Mapping[str, Sequence[str]] = field(init=False, repr=False, compare=False)
    _brief: Sequence[str] = field(init=False, repr=False, compare=False)  # full names without a beginning
    _spelled: Mapping[tuple[str, int], Sequence[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        short = {name.lower(): short for short, names in self.full.items() for name in names}
        begun, spelled = defaultdict(list), defaultdict(list)
        for name in short:
            begun[name[:_BEGINNING]].append(name)
        for word in self.words:
            spelled[word[0], len(word)].append(word)
        object.__setattr__(self, "_short", short)
        object.__setattr__(self, "_by_beginning", begun)
        object.__setattr__(self, "_brief", [name for name in short if len(name) < _BEGINNING])
        object.__setattr__(self, "_spelled", spelled)

    @classmethod
    def load(cls, files: Files) -> "Names":
        """From proved files. Raises `GenerationError`."""
        with files.parsing(FILE) as data:
            found = cls(**json.loads(data))
            full, counts = [name for names in found.full.values() for name in names], found.words.values()
            expect(all(found.full.values()) and all(isinstance(name, str) for name in full), "a name is none")
            expect(all(type(count) is int and count > 0 for count in counts), "a count is none")
            return found

    def save(self, draft: Draft) -> None:
        """Write `FILE`."""
        table = {"full": dict(self.full), "words": dict(self.words)}
        draft.write(FILE, json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())

    def corrected(self, question: str, known: Container[str]) -> Rewording:
        """`question`, its words that neither the corpus nor `known` has replaced by the nearest of the corpus."""

        def correct(match: re.Match[str]) -> str:
            word = match.group().lower()
            if len(word) < _CORRECTABLE or word in self.words or word in known:
                return match.group()
            return self._nearest(word) or match.group()

        return _reword(_WORD, correct, question)

    def _nearest(self, word: str) -> str | None:
        slips = 1 if len(word) < _LONG_WORD else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [other for length in lengths for other in self._spelled.get((word[0], length), ())]
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return min(found, key=lambda hit: (hit[1], -self.words[hit[0]], hit[0]))[0] if found else None

    def spelled_out(self, question: str) -> Rewording:
        """`question` with short names replaced by full ones."""
        found = [name for name in self.full if name in question]
        return _reword(_any_of(found, 0), lambda match: self.full[match.group()][0], question)

    def abbreviated(self, question: str) -> Rewording:
        """`question` with full names replaced by short ones."""
        lowered = question.lower()
        beginnings = {lowered[n : n + _BEGINNING] for n in range(len(lowered))}
        found = [name for some in beginnings for name in self._by_beginning.get(some, ()) if name in lowered]
        found += [name for name in self._brief if name in lowered]
        return _reword(
            _any_of(found, re.IGNORECASE), lambda match: self._short[match.group().lower()], question
        )


def _reword(
    pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], question: str
) -> Rewording:
    changed = {}

    def replace(match: re.Match[str]) -> str:
        new = replacement(match)
        if new != match.group():
            changed[match.group()] = new
        return new

    return Rewording(pattern.sub(replace, question), changed)


def _any_of(names: Iterable[str], flags: int) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    anything = "|".join(re.escape(name) for name in longest_first) or _NEVER
    return re.compile(rf"\b(?:{anything})\b", flags)


def _definitions(passage: Passage) -> Iterator[tuple[str, str]]:
    cells = [plain(cell).strip() for cell in passage.text.split("\t")]
    if passage.kind == "definition" and len(cells) == 2 and _GLOSSARY_SHORT.fullmatch(cells[0]):
        yield cells[0], _ARTICLE.sub("", cells[1], count=1) if _ARTICLE.match(cells[1]) else cells[1]
    text = plain(passage.text)
    for match in _DEFINED.finditer(text) if _IN_BRACKETS.search(text) else ():
        if name := _defined(match[1].split(), match[2]):
            yield match[2], name


def _defined(words: list[str], short: str) -> str | None:
    """The shortest run of words before "(SN)" that begins with its first letter and has the rest in order."""
    letters = [letter for letter in short if letter.isupper()]
    for begin in range(len(words) - 1, -1, -1):
        if words[begin][0].upper() == letters[0] and _in_order(letters, words[begin:]):
            return " ".join(words[begin:])
    return None


def _in_order(letters: list[str], words: list[str]) -> bool:
    initials = iter([part[0].upper() for word in words for part in re.split(r"[-–]", word) if part])
    return all(letter in initials for letter in letters)
