"""Word lists of English, and what patterns of several modules are made of."""

from index.terms import terms

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
UP_TO_TEN = "|".join(NUMBERS[:10])
YEAR = r"(?:19|20)\d\d"
WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
# Words of every question, which say nothing of its subject; in the form of `terms`.
QUESTION_WORDS = frozenset(
    terms(
        "what which who whom whose when where why how many much do does did done is are was were be been has have had "
        "can could will would should may might there any all please tell me us i we you your our give show list name "
        "from under about its them they these those so far now yet there's what's"
    )
)
_STEM, _ENDING = 5, 2  # letters


def stem(word: str) -> str:
    """The letters that `word` shares with words made of it: "identification", "identifying"."""
    return word[: max(_STEM, len(word) - _ENDING)]
