"""Messages that greet or thank and ask nothing."""

import re

_GREETING = r"(?:hello|hi|hey|greetings|welcome|good (?:morning|afternoon|evening|day))"
_THANKS = r"(?:(?:many )?thanks|thank you|thx|cheers|much appreciated|(?:good)?bye)"
_ASSENT = r"(?:ok(?:ay)?|great|perfect|good|fine|got it|i see|nice|excellent|wonderful)"
_REST = r"(?:there|all|everyone|again|very much|so much|a lot|then|for (?:that|this|your help|the help|the answer|now))"
_COURTESY = re.compile(
    rf"^\W*(?:(?:{_GREETING}|{_THANKS}|{_ASSENT})(?:\W+{_REST})*\W*)+$",
    re.IGNORECASE,
)
_LONGEST = 80  # characters of such a message


def is_small_talk(message: str) -> bool:
    """Whether a message is only "hello", "thank you" or the like."""
    return len(message) <= _LONGEST and _COURTESY.match(message) is not None


def reply(message: str, documents: int) -> str:
    """The reply to such a message; it states the number of documents."""
    opening = "You are welcome. " if re.search(rf"\b{_THANKS}\b", message, re.IGNORECASE) else "Hello. "
    opening = "" if not re.search(rf"\b(?:{_GREETING}|{_THANKS})\b", message, re.IGNORECASE) else opening
    return f"{opening}Ask a question, and it is answered in the words of the {documents} documents."
