"""Bringing the index up to date, alone, with progress to be seen."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.catalogue import Catalogue, read_catalogue
from index.opening import encoder_to_build_with
from index.storage.publishing import building, current_id
from service.cli.options import Json
from service.cli.output import err, print_json
from service.settings import Settings

if TYPE_CHECKING:
    from service.serving.current_index import CurrentIndex


def build(as_json: Json = False) -> None:
    """Build the index of the catalogued documents; nothing is done when it is up to date."""
    settings = Settings()
    catalogue = read_catalogue(settings.corpus)
    report = bring_up_to_date(settings, catalogue)
    if as_json:
        print_json(report)


def bring_up_to_date(settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    """Build unless what is built is of `catalogue`, after a build that is running; what was done, as JSON has it."""
    from index.build import is_current

    if is_current(settings.var, catalogue, settings.models.sha256()):
        return _nothing_done(settings.var)
    with building(settings.var, lambda: err.print("Another build is running; waiting for it to end…")):
        catalogue = read_catalogue(settings.corpus)  # the build before may have taken long
        if is_current(settings.var, catalogue, settings.models.sha256()):
            return _nothing_done(settings.var)
        return _build(settings, catalogue)


def bring_up_to_date_apart(settings: Settings, catalogue: Catalogue) -> None:
    """As `bring_up_to_date`, in a process of its own: what a build keeps in memory goes with it.

    What is built is taken at its manifest's word, since it is proved when it is opened, by `open_mended`.
    Raises `SystemExit` with the exit code of a build that failed, and has said why.
    """
    from index.build import claims_to_be_current

    if claims_to_be_current(settings.var, catalogue, settings.models.sha256()):
        err.print("The index is up to date.")
    else:
        _build_apart()


def open_mended(settings: Settings) -> "CurrentIndex":
    """What the service answers from, built anew where opening found it damaged. Raises as `bring_up_to_date_apart`."""
    from service.serving.current_index import CurrentIndex

    opened = CurrentIndex(settings)
    if opened.problem:
        err.print(f"{opened.problem}; building anew…", markup=False, soft_wrap=True)
        _build_apart()
        opened.refresh()
    return opened


def _build_apart() -> None:
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
        err.print(f"warning: {unexported}", style="yellow", markup=False)
    for id in built.truncated:
        err.print(f"warning: passage {escape(id)} is longer than the model reads", style="yellow")
    return {"generation": built.generation, "embedded": built.embedded, "passages": built.passages}
