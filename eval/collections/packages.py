"""The packages of Debian: the short description of one finds the long."""

import re
import subprocess
from pathlib import Path

from eval.collections.sections import Section

_LISTS = "var/lib/apt/lists/*_main_i18n_Translation-en*"
_READER = ["/usr/lib/apt/apt-helper", "cat-file"]  # whatever the lists are compressed with


def debian_packages(root: Path) -> list[Section]:
    lists = sorted(root.glob(_LISTS))
    if not lists:
        return []
    done = subprocess.run([*_READER, *map(str, lists)], capture_output=True, check=True, timeout=60)
    return descriptions(done.stdout.decode())


def descriptions(text: str) -> list[Section]:
    """A section a package, in order of name.

    Of packages whose descriptions begin alike only the first: they are parts of one program.
    """
    found: dict[str, Section] = {}
    records = dict(_record(block) for block in text.split("\n\n") if block.strip())
    for name, (short, paragraphs) in sorted(records.items()):
        if paragraphs:
            found.setdefault(paragraphs[0], Section(name, short, (), paragraphs))
    return list(found.values())


def _record(block: str) -> tuple[str, tuple[str, tuple[str, ...]]]:
    """Name, short description, and the paragraphs of the long one; lists are run on."""
    name = re.search(r"^Package: (.*)$", block, re.MULTILINE)
    described = re.search(r"^Description-en: (.*)\n((?: .*\n?)*)", block, re.MULTILINE)
    if not (name and described):
        return "", ("", ())
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"^ \.$", described[2], flags=re.M))
    return name[1], (described[1], tuple(paragraph for paragraph in paragraphs if paragraph))
