"""How many threads compute, and for how long one that waits spins.

PyTorch computes with GNU's OpenMP on Linux. There a thread that waits for the next piece of work
spins 300,000 times before it sleeps: the quickest way on an idle machine, but where other programs
have the cores, threads spin away the time in which the one they wait for could run. The limit is
read once, when torch loads; the number of threads can be changed at any time and follows the work.
``benchmarks/threads.py`` measures both.
"""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

SPINS = 10_000
"""Rounds that a waiting thread spins: some tens of microseconds, the gap between two operations."""
OPERATIONS_PER_THREAD = 50e6
"""Of a batch, forward and backward: with less a thread costs more than it brings."""
NUMBERS_PER_THREAD = 65_536
"""That are changed one by one; PyTorch wakes threads for far fewer."""
COUNT, SPIN, POLICY = "OMP_NUM_THREADS", "GOMP_SPINCOUNT", "OMP_WAIT_POLICY"
"""What a person may have set: it is obeyed."""
_CONTROL_GROUPS = Path("/sys/fs/cgroup")


class _Choice:
    """Whether this process chooses its threads; one that only imports kdcore does not."""

    ours = False
    most = 0
    """Threads of the process while a step takes fewer; else nothing."""


def choose_threads(environment: MutableMapping[str, str] = os.environ) -> None:
    """From here on let this process choose; call it before torch loads, in programs of our own."""
    if COUNT in environment:
        return
    _Choice.ours = True
    if SPIN not in environment and POLICY not in environment:
        environment[SPIN] = str(SPINS)


def chooses() -> bool:
    """Whether this process chooses how many threads compute."""
    return _Choice.ours


def suit_threads(operations: float) -> None:
    """Compute with as many threads as are worth it, in processes that choose.

    The number depends on the work and the machine, never on a clock: equal runs stay equal. Steps
    that come to the same numbers with any may take fewer, see ``devices/step_threads.py``.

    Args:
        operations: of one batch, forward and backward; infinite where it is not known.
    """
    if not _Choice.ours:
        return
    import torch  # noqa: PLC0415  (loads after the choice)

    torch.set_num_threads(suited_threads(operations, available_cores()))


def step_with(number: int, most: int) -> None:
    """Compute a step with ``number`` of the process's ``most`` threads; with all of them again."""
    import torch  # noqa: PLC0415  (loads after the choice)

    torch.set_num_threads(number)
    _Choice.most = most if number < most else 0


@contextmanager
def threads_for(numbers: int) -> Iterator[None]:
    """Inside, as many threads as so many numbers are worth that are changed one by one.

    In processes that choose; and never more than there were. A step that takes fewer changes
    nothing here: numbers at the end of a thread's part are computed in another way, and so the
    last digits of a few depend on how many parts there are.
    """
    if not _Choice.ours:
        yield
        return
    import torch  # noqa: PLC0415  (loads after the choice)

    most = _Choice.most or torch.get_num_threads()
    with exactly(max(1, min(most, numbers // NUMBERS_PER_THREAD))):
        yield


@contextmanager
def exactly(number: int) -> Iterator[None]:
    """Inside, ``number`` threads in any process; afterwards as many as before."""
    import torch  # noqa: PLC0415  (loads after the choice)

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def suited_threads(operations: float, cores: int) -> int:
    """How many threads for a batch of so many operations, on so many cores.

    Example:
        >>> [suited_threads(size, cores=4) for size in (1e6, 1.2e8, 1e12)]
        [1, 2, 4]
    """
    return int(max(1, min(cores, operations // OPERATIONS_PER_THREAD)))


def available_cores(control_groups: Path = _CONTROL_GROUPS) -> int:
    """Processor cores that this process may use.

    Args:
        control_groups: where Linux tells how much of them a container gets.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _granted(control_groups)))


def _granted(control_groups: Path) -> int:
    """Whole cores that a container's quota amounts to; many where there is none."""
    unlimited = 1 << 30
    try:
        quota, period = (control_groups / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            old = control_groups / "cpu"
            quota = (old / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (old / "cpu.cfs_period_us").read_text(encoding="ascii").strip()
        except OSError:
            return unlimited
    return int(quota) // int(period) if quota not in ("max", "-1") else unlimited
