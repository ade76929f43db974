"""The characters of a web page, by the rules that browsers follow: byte order mark, <meta>, XML declaration, labels."""

import re
from collections.abc import Iterator

import webencodings

from corpus.errors import ReadError

_SNIFFED = 2**16  # bytes in which the encoding may be declared
_SKIPPED = re.compile(rb"<!--(?:-?>|.*?(?:-->|\Z))|<[!/?][^>]*>?", re.DOTALL)
_TAG = re.compile(rb"<([a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>?")
_ATTRIBUTE = re.compile(rb"([^\s/>=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_CHARSET = re.compile(rb"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"'>]+)[\"']")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_UNMARKED = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))
_FALLBACK = "windows-1252"
_MOST_WRONG = 0.02  # of the characters beyond ASCII, or of all, may be bytes that the encoding does not have
_MOST_BEYOND = (
    0.3  # of the letters of an undeclared page may be beyond ASCII, as in languages of Western Europe
)
_REMEDY = "save it as UTF-8, or declare the encoding it is in"


def decode(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """The text of a page and what is to be known of its reading; raises `ReadError` where it would be garbled."""
    label = _marked(data) or _declared(data[:_SNIFFED])
    name = label or _guessed(data, file)
    encoding = webencodings.lookup(name)
    if encoding.name == "replacement":
        raise ReadError(f"is in the encoding {name}, which browsers do not read", where=file, remedy=_REMEDY)
    text: str = webencodings.decode(data, encoding, "replace")[0]
    wrong = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    beyond = sum(character > "\x7f" for character in text) if wrong > 0 else 0
    if wrong > 3 and wrong > _MOST_WRONG * beyond and wrong > _MOST_WRONG * _MOST_WRONG * len(text):
        raise ReadError(
            f"has {wrong} bytes that are not {encoding.name}, its encoding", where=file, remedy=_REMEDY
        )
    warnings = (
        [f"declares no encoding: read as {encoding.name}"] if label is None and not data.isascii() else []
    )
    if wrong > 0:
        warnings.append(f"{wrong} bytes are not {encoding.name}: each is shown as \ufffd")
    return text, tuple(warnings)


def _marked(data: bytes) -> str | None:
    return next((name for mark, name in (*_MARKS, *_UNMARKED) if data.startswith(mark)), None)


def _declared(head: bytes) -> str | None:
    """The encoding that a <meta> declares, else the XML declaration; what stands in comments does not count."""
    labels = [label for attributes in _metas(head) if (label := _charset(attributes))]
    xml = _XML.match(head)
    labels += [xml[1]] if xml else []
    for label in labels:
        encoding = webencodings.lookup(label.decode("ascii", "replace"))
        if encoding is not None:
            # such a declaration could be read in ASCII, so it is wrong
            return "utf-8" if encoding.name.startswith("utf-16") else encoding.name
    return None


def _metas(head: bytes) -> Iterator[dict[bytes, bytes]]:
    position = 0
    while (position := head.find(b"<", position)) >= 0:
        skipped, tag = _SKIPPED.match(head, position), _TAG.match(head, position)
        if tag and tag[1].lower() == b"meta":
            found = [match.groups(b"") for match in _ATTRIBUTE.finditer(tag[2])]
            yield {name.lower(): one or two or three for name, one, two, three in reversed(found)}
        match = skipped or tag
        position = match.end() if match else position + 1


def _charset(attributes: dict[bytes, bytes]) -> bytes:
    if b"charset" in attributes:
        return attributes[b"charset"]
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return b""
    match = _CHARSET.search(attributes.get(b"content", b""))
    return next(filter(None, match.groups()), b"") if match else b""


def _guessed(data: bytes, file: str) -> str:
    """The encoding of a page that declares none: UTF-8 if most of it is, else that of Western Europe."""
    text = data.decode("utf-8", "replace")
    wrong, beyond = text.count("\ufffd"), sum(character > "\x7f" for character in text)
    if 2 * wrong <= beyond:
        return "utf-8"
    letters = sum(byte > 0x7F or chr(byte).isalpha() for byte in _shown(data))
    if sum(byte > 0x7F for byte in data) > _MOST_BEYOND * letters:
        raise ReadError("declares no encoding, and is not UTF-8", where=file, remedy=_REMEDY)
    return _FALLBACK


def _shown(data: bytes) -> bytes:
    return re.sub(rb"<[^>]*>", b"", data)
