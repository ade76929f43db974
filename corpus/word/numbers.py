"""Numbers as Word writes them in its number formats."""

from collections.abc import Callable

from corpus.text.numerals import roman

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ALPHABETS = {
    "lowerLetter": _LATIN,
    "upperLetter": _LATIN.upper(),
    "russianLower": _RUSSIAN,
    "russianUpper": _RUSSIAN.upper(),
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hindiVowels": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueo": "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "iroha": "ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ",
    "irohaFullWidth": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
    "chicago": "*†‡§",
}
_DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "hindiNumbers": "०१२३४५६७८९",
    "koreanDigital2": "零一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "ideographDigital": "〇一二三四五六七八九",
}
_CYCLES = {"ideographTraditional": _STEMS, "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥"}
_COUNTED = {
    "chineseCounting": "一二三四五六七八九十百千",
    "chineseCountingThousand": "一二三四五六七八九十百千",
    "taiwaneseCounting": "一二三四五六七八九十百千",
    "taiwaneseCountingThousand": "一二三四五六七八九十百千",
    "japaneseCounting": "一二三四五六七八九十百千",
    "koreanDigital": "일이삼사오육칠팔구십백천",
    "chineseLegalSimplified": "壹贰叁肆伍陆柒捌玖拾佰仟",
    "ideographLegalTraditional": "壹貳參肆伍陸柒捌玖拾佰仟",
    "japaneseLegal": "壱弐参四伍六七八九拾百阡",
}
_ENCLOSED = {
    "decimalEnclosedCircle": "①",
    "decimalEnclosedCircleChinese": "①",
    "decimalEnclosedParen": "⑴",
    "decimalEnclosedFullstop": "⒈",
    "ideographEnclosedCircle": "㊀",
}
_UNITS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth",
    "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_MOST_REPEATED = 30  # times that a letter stands for a number beyond its alphabet


def shown(number: int, format: str) -> str:
    """`number` in one of Word's formats; in digits where the format has no form for it."""
    if number < 1:
        return "00" if format == "decimalZero" else str(number)
    if alphabet := _ALPHABETS.get(format):
        return _repeated(number, alphabet)
    if digits := _DIGITS.get(format):
        return "".join(digits[int(digit)] for digit in str(number))
    if cycle := _CYCLES.get(format):
        return cycle[number - 1] if number <= len(cycle) else str(number)
    if counted := _COUNTED.get(format):
        return _by_place(number, counted)
    if first := _ENCLOSED.get(format):
        return chr(ord(first) + number - 1) if number <= (10 if first == "㊀" else 20) else str(number)
    return _FORMS[format](number) if format in _FORMS else str(number)


def padded(number: int, pattern: str) -> str:
    """`number` as wide as the first of a pattern such as "001, 002, 003, ...", with zeros before it."""
    return str(number).zfill(min(len(pattern.split(",", 1)[0].strip()), 9))


def _repeated(number: int, alphabet: str) -> str:
    """a, b … z, aa, bb … zz, aaa: a letter for each time the alphabet was gone through."""
    times, place = divmod(number - 1, len(alphabet))
    return alphabet[place] * (times + 1) if times < _MOST_REPEATED else str(number)


def _roman(number: int) -> str:
    return roman(number) if number < 5000 else str(number)


def _by_place(number: int, digits: str) -> str:
    """21 as "two ten one"; ten itself without a one before it."""
    if number >= 10_000:
        return str(number)
    written, empty = "", False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), map(int, str(number)), strict=True):
        if digit:
            written += ("零" if empty and "一" in digits else "") + digits[digit - 1]
            written += digits[8 + place] if place else ""
            empty = False
        else:
            empty = bool(written)
    return written.removeprefix(digits[0]) if 10 <= number < 20 else written


def _ordinal(number: int) -> str:
    teen = 10 <= number % 100 < 20
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _words(number: int) -> str:
    if number >= 100:
        return str(number)
    if number < len(_UNITS):
        return _UNITS[number]
    return "-".join(filter(None, (_TENS[number // 10], _UNITS[number % 10])))


def _ordinal_words(number: int) -> str:
    if number >= 100:
        return _ordinal(number)
    before, last = _words(number).rpartition("-")[::2]
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{before}-{last}" if before else last


_FORMS: dict[str, Callable[[int], str]] = {
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "ordinal": _ordinal,
    "cardinalText": lambda number: _words(number).capitalize(),
    "ordinalText": lambda number: _ordinal_words(number).capitalize(),
    "numberInDash": lambda number: f"- {number} -",
    "hex": lambda number: f"{number:X}",
}
