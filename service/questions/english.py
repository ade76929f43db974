"""Word lists of English that several patterns are made of."""

import re

from index.terms import terms

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
NUMERAL = "one|two|three|four|five|six|seven|eight|nine|ten"
AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
# What may come after a pronoun that points: "when was that", "who could take that on", not "that report".
_AFTER = rf"(?:{AUXILIARY}|about|of|on|for|to|from|with|in|at|by|up|out|over|as|and|too)"
PRONOUN = re.compile(
    r"\b(?:(?P<owner>its|their|his|her)|it(?! that\b)|they|them|he|she|him|(?:that|this) one|"
    rf"(?:that|this|those|these|such)(?=\W*$|\W* {_AFTER}\b))\b",
    re.IGNORECASE,
)
# Words of every question, which say nothing of its subject; as `terms` gives them.
FUNCTION_WORDS = frozenset(
    terms(
        "what which who whom whose when where why how many much do does did done is are was were be been has have had "
        "can could will would should may might there any all please tell me us i we you your our give show list name "
        "from under about its them they these those so far now yet there's what's"
    )
)
YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?(?!\d)")
_STEM, _ENDING = 5, 2  # letters


def plan_years(question: str) -> list[int]:
    """The years that a question names a plan by, the first of each period."""
    return [int(year[:4]) for year in YEARS.findall(question)]


def stem(word: str) -> str:
    """What `word` has in common with others made of it: "identification", "identifying"."""
    return word[: max(_STEM, len(word) - _ENDING)]
