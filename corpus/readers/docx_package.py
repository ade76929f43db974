"""The parts of a DOCX file: nothing is unpacked before it is checked; Strict files read as others do."""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass

from lxml import etree

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.word.xml import Element, W

_OLE = b"\xd0\xcf\x11\xe0"
_STRICT = re.compile(rb"""(=["'])http://purl\.oclc\.org/ooxml/(officeDocument|wordprocessingml|drawingml)/""")
_TRANSITIONAL = rb"\1http://schemas.openxmlformats.org/\2/2006/"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Package:
    """An archive within its limits; `main` names the part that holds the text."""

    archive: zipfile.ZipFile
    main: str
    file: str

    def text(self) -> Element:
        """The document's own part."""
        root = _part(self.archive, self.main, self.file)
        if root is None or root.tag != f"{W}document":
            raise ReadError("is no Word document", where=self.file, remedy="check its suffix")
        return root

    def related(self, kind: str) -> Element | None:
        """The part that is the document's "styles", "numbering", "footnotes" and so on."""
        for name in _related(self.archive, self.main, kind, self.file):
            return _part(self.archive, name, self.file)
        return None

    def properties(self) -> Element | None:
        """What the file says of itself."""
        return self._properties("core-properties")

    def program_properties(self) -> Element | None:
        """What the program that wrote the file says: the company that it is licensed to, and more."""
        return self._properties("extended-properties")

    def _properties(self, kind: str) -> Element | None:
        for name in _related(self.archive, "", kind, self.file):
            return _part(self.archive, name, self.file)
        return None


def open_package(data: bytes, file: str) -> Package:
    """Refuse what asks for too much, or is no DOCX file."""
    archive = _checked(data, file)
    for name in _related(archive, "", "officeDocument", file):
        return Package(archive, name, file)
    raise ReadError("is no Word document", where=file, remedy="check its suffix")


def _checked(data: bytes, file: str) -> zipfile.ZipFile:
    """The archive; refused where it has too many entries, is too large, inflated too far, or locked."""

    def refuse(problem: str, remedy: str = "save it anew by the program that made it") -> ReadError:
        return ReadError(problem, where=file, remedy=remedy)

    if data.startswith(_OLE):
        raise refuse(
            "is an older Word file, or protected by a password",
            "open it in Word and save it as .docx, without a password",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise refuse(f"is no DOCX file ({error})", "check its suffix") from error
    entries = archive.infolist()
    if len(entries) > limits.ZIP_ENTRIES:
        raise refuse(f"has {len(entries)} entries, more than {limits.ZIP_ENTRIES}")
    if (size := sum(entry.file_size for entry in entries)) > limits.INFLATED_BYTES:
        raise refuse(f"would unpack to {size} bytes, more than {limits.INFLATED_BYTES}")
    for entry in entries:
        large = entry.file_size > limits.INFLATION_FREE
        if large and entry.file_size > limits.INFLATION * max(entry.compress_size, 1):
            raise refuse(f"its entry {entry.filename!r} inflates more than {limits.INFLATION} times")
        if entry.flag_bits & 1:
            raise refuse("is protected by a password", "save it without one")
    return archive


def _part(archive: zipfile.ZipFile, name: str, file: str) -> Element | None:
    if name not in archive.NameToInfo:
        return None
    data = _STRICT.sub(_TRANSITIONAL, archive.read(name))
    remedy = "save it anew by the program that made it"
    declares = ReadError(f"its entry {name!r} declares entities", where=file, remedy=remedy)
    if b"<!DOCTYPE" in data:
        raise declares
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ReadError(f"its entry {name!r} is no XML ({error.msg})", where=file, remedy=remedy) from error
    if root.getroottree().docinfo.doctype:  # in an encoding of two bytes
        raise declares
    return root


def _related(archive: zipfile.ZipFile, source: str, kind: str, file: str) -> list[str]:
    """The names of the parts that `source` calls its `kind`."""
    folder, base = posixpath.split(source)
    relations = _part(archive, posixpath.join(folder, "_rels", f"{base}.rels"), file)
    return [
        posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
        for relation in (relations.iter(_RELATION) if relations is not None else ())
        if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External"
    ]
