"""What the benchmarks found, in one table: each figure beside its limit, and what is promised of the ratio.

Times are of the processor where one question or one start is measured, unless it is said: on an idle machine they are
those of the clock.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.latency import embedding as bulk
from bench.latency import search as searching
from bench.latency import stages
from bench.latency import startup as starting
from bench.load import clients

COLUMNS = ("what", "found", "limit", "ratio", "promised")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its limit, in words with their units; `holds` is None where nothing is promised."""

    what: str
    found: str
    limit: str
    ratio: float | None = None
    promised: str = ""
    holds: bool | None = None


def rows(figures: Mapping[str, Any]) -> list[Row]:
    """The table, from the figures of each benchmark by its name; those that are missing are left out."""
    makers: dict[str, Callable[[Any], Iterator[Row]]] = {
        "stages": _stages,
        "embedding": _bulk,
        "search": _searching,
        "clients": _clients,
        "startup": _starting,
    }
    return [row for name, make in makers.items() if name in figures for row in make(figures[name])]


def markdown(table: Sequence[Row]) -> str:
    """For a README."""
    lines = [COLUMNS, ("---", "--:", "--:", "--:", "--:")]
    lines += [(row.what, row.found, row.limit, ratio(row), verdict(row)) for row in table]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def ratio(row: Row) -> str:
    """As it is shown."""
    return "" if row.ratio is None else f"{row.ratio:.2f}"


def verdict(row: Row) -> str:
    """What is promised, and whether it holds."""
    return row.promised if row.holds is not False else f"{row.promised}: **missed**"


def _at_most(what: str, found: str, limit: str, value: float, most: float) -> Row:
    return Row(what, found, limit, value, f"≤ {most:g}", value <= most)


def _at_least(what: str, found: str, limit: str, value: float, least: float) -> Row:
    return Row(what, found, limit, value, f"≥ {least:g}", value >= least)


def _stages(said: Mapping[str, Any]) -> Iterator[Row]:
    found = said["stages"]

    def ms(kind: str, clock: str = "cpu") -> str:
        return f"{found[kind][f'{clock}_ms']:.2f} ms"

    encode, search, http = found["encode"], found["search"], found["http"]
    yield _at_most(
        "encoding a question, beside `SentenceTransformer.encode`",
        ms("encode"),
        ms("stock"),
        encode["cpu_ratio"],
        stages.MOST_ENCODING,
    )
    yield _at_most(
        "a search by the clock, beside bare encoding and scan",
        ms("search", "wall"),
        ms("bare", "wall"),
        search["wall_ratio"],
        stages.MOST_SEARCH,
    )
    yield Row(
        "a search over HTTP, beside one in process",
        ms("http"),
        ms("search"),
        http["cpu_ms"] / search["cpu_ms"],
        f"≤ {stages.MOST_HTTP:g} ms more",
        http["cpu_ms"] - search["cpu_ms"] <= stages.MOST_HTTP,
    )
    yield Row(
        "an answer, beside bare encoding and scan", ms("answer"), ms("bare"), found["answer"]["cpu_ratio"]
    )
    for kind in ("tokenise", "forward", "dense", "rerank"):
        part = found[kind]
        yield Row(f"{kind}, beside {part['limit']} alone", ms(kind), ms(part["limit"]), part["cpu_ratio"])
    different = next(one for one in said["promises"] if "rankings" in one["promise"])
    yield Row(
        "rankings that are the reference's",
        f"{said['rankings'] - different['found']}",
        f"{said['rankings']}",
        None,
        "all",
        different["holds"],
    )


def _bulk(said: Mapping[str, Any]) -> Iterator[Row]:
    found = said["embedding"]
    ours = f"{found['build']['pieces_per_second']:,.0f} /s"
    for kind, least in (("bare", bulk.LEAST_OF_BARE), ("stock", bulk.LEAST_OF_STOCK)):
        limit, value = found[kind]["pieces_per_second"], found[kind]["throughput_of_build"]
        yield _at_least(
            f"word pieces embedded by a build, beside {kind}", ours, f"{limit:,.0f} /s", value, least
        )


def _searching(said: Mapping[str, Any]) -> Iterator[Row]:
    bare = {row["passages"]: row for row in said["search"] if row["kind"] == "bare"}
    for row in said["search"]:
        if row["kind"] == "full":
            size = row["passages"]
            limit = f"{bare[size]['wall_ms']:.2f} ms"
            what = f"a search of {size:,} passages, beside bare"
            yield _at_most(what, f"{row['wall_ms']:.2f} ms", limit, row["wall_ratio"], searching.MOST_RATIO)
    size = said["bytes_in_all"]
    yield Row(
        "bytes on disk of a passage",
        f"{size:,.0f}",
        f"{searching.MOST_BYTES:,}",
        size / searching.MOST_BYTES,
        "≤ 1",
        size <= searching.MOST_BYTES,
    )


def _clients(said: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    most = max(load["clients"] for load in said)
    by_route = {(load["route"], load["service"]): load for load in said if load["clients"] == most}
    fast, plain = by_route["/search", "shipped"], by_route["/search", "stock"]
    yield _at_least(
        f"searches a second for {most} clients, beside stock encoding without a line",
        f"{fast['per_second']:.1f} /s",
        f"{plain['per_second']:.1f} /s",
        fast["per_second"] / plain["per_second"],
        clients.LEAST_THROUGHPUT,
    )
    yield _at_most(
        "p95 of these",
        f"{fast['p95']:,.0f} ms",
        f"{plain['p95']:,.0f} ms",
        fast["p95"] / plain["p95"],
        clients.MOST_P95,
    )


def _starting(said: Mapping[str, Any]) -> Iterator[Row]:
    names = {"ask": "first answer of `bali ask`", "service": "first answer of the service"}
    for kind, name in names.items():
        own, script = said["seconds"][kind][1], said["seconds"]["script"][1]
        what = f"{name}, beside a script that encodes one question"
        yield _at_most(what, f"{own:.2f} s", f"{script:.2f} s", own / script, starting.MOST_RATIO)
    memory = said["memory"]
    yield Row(
        "memory of the service",
        f"{memory:.0f} MB",
        f"{starting.MOST_MEMORY} MB",
        memory / starting.MOST_MEMORY,
        "≤ 1",
        memory <= starting.MOST_MEMORY,
    )
