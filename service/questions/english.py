"""Word lists of English, and what patterns of several modules are made of."""

import re

from index.terms import terms

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
UP_TO_TEN = "|".join(NUMBERS[:10])
YEAR = r"(?:19|20)\d\d"
PERIOD = rf"{YEAR}(?:\s*[-–/]\s*(?:19|20)?\d\d)?"  # a year, or "2024-26"
WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_VERBS = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
VERB_FIRST = rf"(?:{_VERBS})"  # begins a question for yes or no
AUXILIARY = rf"(?:{_VERBS}|may|might)"
LEADS = r"leads?|leading|led|responsible|in charge|owns?"
COUNTS = r"how many|number of"
PREPOSITION = (
    r"(?:in|on|at|for|to|by|with|from|about|under|during|after|before|of|into|within|through|between|among|"
    r"as|regarding|since|until)"
)
# What may come after a pronoun that refers back: "when was that", "who could take that on", not "that report".
_AFTER = rf"(?:{AUXILIARY}|about|of|on|for|to|from|with|in|at|by|up|out|over|as|and|too)"
PRONOUN = re.compile(
    r"\b(?:(?P<owner>its|their|his|her)|it(?! that\b)|they|them|he|she|him|(?:that|this) one|"
    rf"(?:that|this|those|these|such)(?=\W*$|\W* {_AFTER}\b))\b",
    re.IGNORECASE,
)
# Words of every question, which say nothing of its subject; in the form of `terms`.
QUESTION_WORDS = frozenset(
    terms(
        "what which who whom whose when where why how many much do does did done is are was were be been has have had "
        "can could will would should may might there any all please tell me us i we you your our give show list name "
        "from under about its them they these those so far now yet there's what's"
    )
)
YEARS = re.compile(rf"(?<!\d){PERIOD}(?!\d)")
_STEM, _ENDING = 5, 2  # letters


def plan_years(question: str) -> list[int]:
    """The first year of each period in a question."""
    return [int(year[:4]) for year in YEARS.findall(question)]


def stem(word: str) -> str:
    """The letters that `word` shares with words made of it: "identification", "identifying"."""
    return word[: max(_STEM, len(word) - _ENDING)]
