"""How many threads take a step, where any number comes to the same weights: the quickest, by trial.

Beside other programs a step waits for the thread that they keep from running, so that one thread
alone may be quicker than several. What is quicker changes while a run goes on, and to follow it must
not change what is learned: only steps whose numbers are the same bit for bit are free to choose.
"""

import time
from collections.abc import Callable

import torch
from torch import Tensor

from kdcore.threads import chooses
from kdcore.training.networks.stacked_mlp import StackedMLP

BLOCK = 0.05
"""Seconds of steps that are held against each other: some turns of the system's scheduler."""
SOONEST, LATEST = 2, 32
"""Blocks from a change to the next trial, and from trial to trial where nothing changes."""


class StepThreads:
    """Around the parts of a step: with the number of threads that is quickest at present.

    The numbers are what the process computes with, its half, its quarter and so on. A neighbour of
    the present number takes a block of steps now and then; where they are quicker, it stays.

    Args:
        body: what takes the steps.
        clock: seconds.
    """

    def __init__(self, body: StackedMLP, clock: Callable[[], float] = time.perf_counter) -> None:
        self._body, self._clock = body, clock
        self._numbers = [1]
        """Of threads that may take a step: those of the process, half of them and so on."""
        self._at = self._trial = 0
        """Places in these: of the present number, and of that of the block in hand."""
        self._alike: dict[torch.Size, bool] = {}
        """Whether batches of a shape come to the same numbers with fewer threads."""
        self._chooses = False
        """In the step in hand."""
        self._usual = 0.0
        """Seconds a step of the newest block that was none."""
        self._blocks, self._wait = 0, SOONEST
        """Blocks since the last trial, and after how many comes the next."""
        self._fewer = True
        """Whether the next trial is of fewer threads, where there are more too."""
        self._seconds, self._steps, self._began = 0.0, 0, 0.0

    def begin(self, inputs: Tensor) -> None:
        """A step on these inputs ``[S, B, …]`` comes next, on a CPU."""
        most = torch.get_num_threads()
        if most != self._numbers[0]:
            self._numbers = [most >> times for times in range(most.bit_length())]
            self._at = self._trial = 0
            self._alike.clear()
            self._start_block(0)
        if inputs.shape not in self._alike:
            self._alike[inputs.shape] = most > 1 and chooses() and self._same(inputs)
        self._chooses = self._alike[inputs.shape]

    def __enter__(self) -> None:
        """A part of the step."""
        if self._chooses:
            torch.set_num_threads(self._numbers[self._trial])
            self._began = self._clock()

    def __exit__(self, *failure: object) -> None:
        """The rest of the program computes with as many threads as before."""
        if self._chooses:
            self._seconds += self._clock() - self._began
            torch.set_num_threads(self._numbers[0])

    def end(self) -> None:
        """The step is over."""
        if self._chooses:
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

    def _same(self, inputs: Tensor) -> bool:
        """Whether the ways forward and backward are bit for bit the same with each number."""
        found: list[tuple[Tensor, Tensor]] = []
        try:
            for number in self._numbers:
                torch.set_num_threads(number)
                logits = self._body.forward(inputs)
                self._body.backward(logits)
                found.append((logits, self._body.gradient.clone()))
        finally:
            torch.set_num_threads(self._numbers[0])
            self._body.forget()
        return all(torch.equal(*pair) for one in found for pair in zip(found[0], one, strict=True))
