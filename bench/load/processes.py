"""Servers in processes of their own, and what they take of the machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx2
import psutil

SHIPPED = ("service.cli", "serve", "--port")


@contextmanager
def running(*command: str) -> Iterator[tuple[str, psutil.Process]]:
    """The URL and the process of a server that is ready, until it is no longer needed.

    `command` is a module with its arguments, of which the last is the port; by default the service as it is shipped.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    program = [sys.executable, "-m", *(command or SHIPPED), port]
    with subprocess.Popen(program, stderr=subprocess.DEVNULL) as child:
        try:
            while not _ready(f"http://127.0.0.1:{port}"):
                if child.poll() is not None:
                    raise SystemExit(f"{' '.join(program)} ended with {child.returncode}")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}", psutil.Process(child.pid)
        finally:
            child.terminate()


def _ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.ConnectError:
        return False


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """Processor time of processes, to the microsecond."""
    return sum(time.clock_gettime((~one.pid << 3) | 2) for one in processes)  # as Linux numbers their clocks


def megabytes(process: psutil.Process) -> float:
    """Memory of a process and all that it has begun; what several share is counted once."""
    return float(sum(one.memory_full_info().pss for one in family(process)) / 1e6)


def descriptors(process: psutil.Process) -> int:
    """Open files of a process and all that it has begun."""
    return sum(one.num_fds() for one in family(process))
