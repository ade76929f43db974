"""How far down a ranking a topic reaches: `python -m eval.studies.topics`.

By the precedent queries of `eval/gold` and `eval/gold/authored`: of the first 20 results, those whose score is at
least a share of the best are taken for the topic, and compared with the passages that are listed.
"""

from pathlib import Path

import typer

from eval.gold_data import read_gold
from eval.metrics.spans import meets
from eval.options import DOCUMENTS, GOLD, VarFolder, one_line_errors
from eval.runs.run import TOP_K
from eval.systems.in_process import InProcess
from service.settings import Settings

_SHARES = tuple(n / 20 for n in range(10, 20))


def main(var: VarFolder = Path("var")) -> None:
    """Precision, recall and F1, micro-averaged over the queries, for each share."""
    found: list[tuple[float, bool]] = []
    listed = queries = 0
    with one_line_errors():
        service = InProcess(var, Settings().models)
        for folder in (GOLD, GOLD / "authored"):
            for one in read_gold(folder, DOCUMENTS).precedents:
                queries, listed = queries + 1, listed + len(one.relevant)
                results = service.search(one.query, TOP_K, one.filter)
                for result in results:
                    is_listed = any(
                        q.quote.document == result.document and meets((result.start, result.end), q.quote)
                        for q in one.relevant
                    )
                    found.append((result.score / results[0].score, is_listed))
    print(f"{queries} queries, {listed} listed passages")
    for share in _SHARES:
        taken = [right for score, right in found if score >= share]
        right = sum(taken)
        print(
            f"{share:.2f}  P {right / max(1, len(taken)):.2f}  R {right / listed:.2f}  "
            f"F1 {2 * right / (len(taken) + listed):.2f}"
        )


if __name__ == "__main__":
    typer.run(main)
