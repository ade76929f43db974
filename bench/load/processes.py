"""What a service takes of the machine: its own process and its workers'."""

import time
from collections.abc import Sequence

import psutil


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that it has begun."""
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
