"""The command makes what it can, and says what to install for the rest."""

from pathlib import Path

from rich.console import Console

from eval.beir.collection import read_collection
from eval.collections.__main__ import MAKERS, make_collections

ANSWER = "Because this answer has to have some fifteen words at least to count as one, it goes on."


def test_what_is_there_is_made_and_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "share" / "perl" / "5" / "pod"
    folder.mkdir(parents=True)
    asked = "".join(f"=head2 Why is dish {n} hot?\n\nDish {n}. {ANSWER}\n\n" for n in range(9))
    (folder / "perlfaq1.pod").write_text(f"=head1 NAME\n\nperlfaq1 - Pans\n\n=head1 DESCRIPTION\n\n{asked}")
    console = Console(record=True, width=60)
    makers = {name: MAKERS[name] for name in ("perlfaq", "policy")}
    make_collections(makers, tmp_path, tmp_path / "out", console)
    made, missing = filter(None, console.export_text().splitlines())
    assert made == "perlfaq: 8 passages, 9 queries"
    assert missing == "policy: needs the packages debian-policy, developers-reference and gnu-standards"
    assert len(read_collection(tmp_path / "out" / "perlfaq").qrels) == 8
    assert not (tmp_path / "out" / "policy").exists()
