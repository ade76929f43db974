"""`bali build`: brings the index up to date, one build at a time, with progress."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.catalogue import Catalogue, read_catalogue
from index.opening import encoder_to_build_with
from index.storage.publishing import building, current_id
from service.cli.options import Json
from service.cli.output import err, print_json, print_warning
from service.settings import Settings

if TYPE_CHECKING:
    from service.serving.current_index import CurrentIndex


def build(as_json: Json = False) -> None:
    """Build the index of the catalogued documents, unless it is up to date."""
    settings = Settings()
    report = update_index(settings, read_catalogue(settings.corpus))
    if as_json:
        print_json(report)


def update_index(settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    """Builds unless the index is of `catalogue`, after a build that is running; a report for JSON."""
    from index.build import is_current

    if is_current(settings.var, catalogue, settings.models.sha256()):
        return _nothing_done(settings.var)
    with building(settings.var, lambda: err.print("Another build is running; waiting for it to end…")):
        catalogue = read_catalogue(settings.corpus)  # the build before may have taken long
        if is_current(settings.var, catalogue, settings.models.sha256()):
            return _nothing_done(settings.var)
        return _build(settings, catalogue)


def update_index_in_subprocess(settings: Settings, catalogue: Catalogue) -> None:
    """`update_index` in a process of its own, with which the memory of a build goes.

    Trusts the manifest of the index: `open_or_rebuild` checks its files. Raises `SystemExit` with the exit
    code of a build that failed.
    """
    from index.build import claims_to_be_current

    if claims_to_be_current(settings.var, catalogue, settings.models.sha256()):
        err.print("The index is up to date.")
    else:
        _build_in_subprocess()


def open_or_rebuild(settings: Settings) -> "CurrentIndex":
    """The current index, rebuilt if it is damaged. Raises `SystemExit` with the exit code of a build that failed."""
    from service.serving.current_index import CurrentIndex

    opened = CurrentIndex(settings)
    if opened.problem:
        err.print(f"{opened.problem}; rebuilding…", markup=False, soft_wrap=True)
        _build_in_subprocess()
        opened.refresh()
    return opened


def _build_in_subprocess() -> None:
    done = subprocess.run([sys.executable, "-m", "service.cli", "build"], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _nothing_done(var: Path) -> dict[str, Any]:
    err.print("The index is up to date.")
    return {"generation": current_id(var), "embedded": 0}


def _build(settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    from index.build import build

    err.print("Loading the model…")
    columns = (TextColumn("Embedding passages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with TemporaryDirectory() as scratch, Progress(*columns, console=err, transient=True) as progress:
        encoder, unexported = encoder_to_build_with(settings.var, settings.models, Path(scratch))
        task = progress.add_task("", total=None)
        built = build(
            settings.var,
            catalogue,
            encoder,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    err.print(
        f"Built {built.passages} passages of {built.documents} documents, {built.embedded} newly embedded."
    )
    if unexported:
        print_warning(unexported)
    for id in built.truncated:
        print_warning(f"passage {id} is longer than the model reads")
    return {"generation": built.generation, "embedded": built.embedded, "passages": built.passages}
