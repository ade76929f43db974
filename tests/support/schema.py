"""schemathesis on a live service, for the tests and for the bench."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# 1 worker: the checks that use what an earlier request made need their order
_OPTIONS = (
    "--checks all --mode all --workers 1 --seed 1 --request-timeout 20 --continue-on-failure --output-truncate true "
    "--suppress-health-check all"
)
HERE = Path(__file__).parent


def run(
    url: str, *, examples: int, phases: str = "examples,coverage,fuzzing,stateful"
) -> subprocess.CompletedProcess[str]:
    """The finished program; its exit code is 0 when no check failed."""
    program = [str(Path(sys.executable).with_name("schemathesis")), "--no-color"]
    program += [
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "run",
        f"{url}/openapi.json",
        *_OPTIONS.split(),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        return subprocess.run(
            [*program, "--phases", phases, "--max-examples", str(examples)],
            cwd=scratch,
            env=os.environ
            | {"SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks", "PYTHONPATH": str(HERE.parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )
