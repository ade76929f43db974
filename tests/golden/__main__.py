"""Write the golden passage lists again: `python -m tests.golden`."""

from corpus.catalogue import read_catalogue
from tests.golden import CORPUS, FOLDER, render


def main() -> None:
    """Write one file a catalogued document; the diff is the review."""
    catalogue = read_catalogue(CORPUS)
    for document in catalogue.documents:
        path = FOLDER / f"{document.id}.txt"
        path.write_text(render(document, catalogue.source(document)), "utf-8")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
