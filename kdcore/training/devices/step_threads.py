"""How many threads take a step, where any number comes to the same weights: the quickest, by trial.

Beside other programs a step waits for the thread that they keep from running, so that one thread
alone may be quicker than several. What is quicker changes while a run goes on, and to follow it
must not change what is learned: only steps that come to the same bits are free to choose.
"""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import torch
from torch import Tensor

from kdcore.threads import chooses, step_with

BLOCK = 0.05
"""Seconds of steps that are held against each other: some turns of the system's scheduler."""
SOONEST, LATEST = 2, 64
"""Blocks from a change to the next trial, and from trial to trial where nothing changes."""
Attempt = Callable[[], Sequence[Tensor]]


class StepThreads:
    """Around a step: computes it with the number of threads that is quickest at present.

    The numbers are what the process computes with, its half, its quarter and so on. A neighbour of
    the present number takes a block of steps now and then; where they are quicker, it stays.

    Args:
        may_choose: whether steps may come to the same bits with any number; else none is tried.
        clock: seconds.
    """

    def __init__(self, *, may_choose: bool, clock: Callable[[], float] = time.perf_counter) -> None:
        self._may_choose, self._clock = may_choose, clock
        self._numbers = [1]
        """Of threads that may take a step: those of the process, half of them and so on."""
        self._at = self._trial = 0
        """Places in these: of the present number, and of that of the block in hand."""
        self._alike: dict[int, bool] = {}
        """Whether steps of so many examples come to the same bits with fewer threads."""
        self._free = False
        """Whether the step in hand does."""
        self._usual = 0.0
        """Seconds a step of the newest block that was no trial."""
        self._blocks, self._wait = 0, SOONEST
        """Blocks since the last trial, and after how many comes the next."""
        self._fewer = True
        """Whether the next trial is of fewer threads, where there are more too."""
        self._seconds, self._steps, self._began = 0.0, 0, 0.0

    def of(self, examples: int, attempt: Attempt) -> Self:
        """A step of so many examples comes next.

        Args:
            examples: on whose number alone it depends which products are taken.
            attempt: computes all that a step computes but for the new weights, and changes
                nothing; asked once for each number of threads.
        """
        self._free = False
        if not (self._may_choose and chooses()):
            return self
        most = torch.get_num_threads()
        if most != self._numbers[0]:
            self._numbers = [most >> times for times in range(most.bit_length())]
            self._alike.clear()
            self._at = 0
            self._start_block(0)
        if examples not in self._alike:
            self._alike[examples] = most > 1 and self._same(attempt)
        self._free = self._alike[examples]
        return self

    def __enter__(self) -> None:
        """The step begins."""
        if self._free:
            step_with(self._numbers[self._trial], self._numbers[0])
            self._began = self._clock()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """What is no step is computed with as many threads as before."""
        if not self._free:
            return
        step_with(self._numbers[0], self._numbers[0])
        self._seconds += self._clock() - self._began
        self._steps += 1
        if self._seconds >= BLOCK:
            self._compare()

    def _compare(self) -> None:
        """A block is over: keep the quicker number, and say when the next trial is."""
        seconds, at = self._seconds / self._steps, self._at
        if self._trial == at:
            self._usual = seconds
            self._blocks += 1
            self._start_block(self._neighbour() if self._blocks >= self._wait else at)
            return
        if seconds < self._usual:
            self._at, self._wait = self._trial, SOONEST
        else:
            self._wait, self._fewer = min(2 * self._wait, LATEST), not self._fewer
        self._blocks = 0
        self._start_block(self._at)

    def _start_block(self, at: int) -> None:
        self._trial, self._seconds, self._steps = at, 0.0, 0

    def _neighbour(self) -> int:
        """The place of the next smaller or larger number, by turns where there are both."""
        fewer, more = self._at + 1, self._at - 1
        if fewer == len(self._numbers) or (more >= 0 and not self._fewer):
            return more
        return fewer

    def _same(self, attempt: Attempt) -> bool:
        """Whether an attempt comes to the same bits with each number."""
        expected = [values.clone() for values in attempt()]
        try:
            for number in self._numbers[1:]:
                step_with(number, self._numbers[0])
                if not all(map(torch.equal, expected, attempt())):
                    return False
        finally:
            step_with(self._numbers[0], self._numbers[0])
        return True
