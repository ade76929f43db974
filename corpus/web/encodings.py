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
_TAGS = re.compile(rb"<[^>]*>")
_CODE = re.compile(rb"<(script|style)\b.*?</\1", re.DOTALL | re.IGNORECASE)
_FALLBACK = "windows-1252"
_WIDER = {"gbk": "gb18030"}  # as browsers read it
_FEW, _MOST_WRONG = 3, 0.02  # bytes that an encoding does not have, or their share of what is beyond ASCII
_MOST_BEYOND = 0.4  # of the letters where no encoding is declared, as in languages of Western Europe
_REMEDY = "save it as UTF-8, or declare the encoding it is in"


def decode(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """The text of a page and what is to be known of its reading; raises `ReadError` where it would be garbled."""
    declared = _marked(data) or _declared(data[:_SNIFFED])
    name = declared or _guessed(data, file)
    warnings = [] if declared or data.isascii() else [f"declares no encoding: read as {name}"]
    if name == "replacement":
        raise ReadError("is in an encoding that browsers do not read", where=file, remedy=_REMEDY)
    if name == _FALLBACK and _is_utf_8(data):
        warnings, name = [f"declares {name}, but is UTF-8"], "utf-8"
    encoding = webencodings.lookup(_WIDER.get(name, name))
    text: str = webencodings.decode(data, encoding, "replace")[0]
    if wrong := max(text.count("\ufffd") - data.count(b"\xef\xbf\xbd"), 0):
        if wrong > _FEW and wrong > _MOST_WRONG * sum(character > "\x7f" for character in text):
            raise ReadError(
                f"has {wrong} bytes that are not {name}, its encoding", where=file, remedy=_REMEDY
            )
        warnings.append(f"bytes that are not {name} are shown as \ufffd: {wrong}")
    return text, tuple(warnings)


def _is_utf_8(data: bytes) -> bool:
    """Whether characters beyond ASCII are all such as only UTF-8 writes them."""
    try:
        return sum(character > "\x7f" for character in data.decode("utf-8")) > 1
    except UnicodeDecodeError:
        return False


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
    return _TAGS.sub(b"", _CODE.sub(b"", data))
