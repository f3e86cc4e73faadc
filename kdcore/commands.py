"""Commands to a job: ``Retune``, ``Pause``, ``Resume``, ``Step``, ``Stop``; ``Controls`` obeys.

Commands and questions go through one queue that the training loop drains between batches.
"""

import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from kdcore.catalogue import (
    HIGHEST_EXTRA_WEIGHT,
    checked_method_setting,
    extra_weight,
    parse_extra_terms,
    parse_method,
)
from kdcore.errors import UserError
from kdcore.events import Event, Paused, Resumed, Retuned
from kdcore.jobs.run.config import CONTROLS, RunConfig, check_weight, control_values
from kdcore.queries import Answer, Query
from kdcore.ranges import within
from kdcore.settings import checked

MOST_BATCHES = 10**9
"""Of one step."""


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""

    name_on_the_line: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"command": self.name_on_the_line} | asdict(self)


@dataclass(frozen=True, slots=True)
class Retune(Command):
    """Give a setting of ``CONTROLS``, one of the method's own or a further weight a value."""

    name_on_the_line = "retune"
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Wait before the next batch."""

    name_on_the_line = "pause"


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Go on."""

    name_on_the_line = "resume"


@dataclass(frozen=True, slots=True)
class Step(Command):
    """Take some batches, then wait.

    Raises:
        UserError: it is no number of batches.
    """

    name_on_the_line = "step"
    batches: int = 1

    def __post_init__(self) -> None:
        batches = within("batches", self.batches, int, 1, MOST_BATCHES)
        object.__setattr__(self, "batches", batches)


@dataclass(frozen=True, slots=True)
class Stop(Command):
    """End the run, keep what it has."""

    name_on_the_line = "stop"


COMMANDS = {kind.name_on_the_line: kind for kind in (Retune, Pause, Resume, Step, Stop)}


def command_from_dict(values: dict[str, Any]) -> Command:
    """The command that ``to_dict`` described."""
    fields = {name: value for name, value in values.items() if name != "command"}
    return COMMANDS[values["command"]](**fields)


Reply = Callable[[Answer | UserError], None]
"""Takes what came of a question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits between the commands."""

    query: Query
    reply: Reply


class Stopped(Exception):
    """Raised by ``Controls.obey`` where a person stopped it."""


class Controls:
    """The values that act during a run, and the queue through which they change.

    Setters and ``pause``, ``resume``, ``step``, ``stop`` may be called from any thread; they
    act at the next batch. ``values`` belongs to the training loop.
    """

    def __init__(self, config: RunConfig) -> None:
        self.values = control_values(config.to_dict())
        self._config = config
        self._commands: queue.SimpleQueue[Command | Question] = queue.SimpleQueue()
        self._set_aside: deque[Command | Question] = deque()
        """Taken out of the queue to look for a ``Stop``; older than what the queue holds. Only the
        training loop touches it."""
        self._budget: float = math.inf
        self._pause_reported = False
        self._next_batch_at = 0.0
        self._replayed: deque[Event] = deque()
        self._answer: Callable[[Query], Answer] | None = None
        self._asking = threading.Lock()
        """Held while a question is queued, so that none is after the last answer."""

    def replay(self, events: Iterable[Event]) -> None:
        """Let the training loop obey again, at the same batches, what it obeyed before.

        Args:
            events: ``Retuned``, ``Paused`` and ``Resumed``, in their order.
        """
        self._replayed.extend(events)

    @property
    def replaying(self) -> bool:
        """Whether something is left to obey again."""
        return bool(self._replayed)

    def send(self, command: Command) -> None:
        """Queue a command.

        Raises:
            UserError: a ``Retune`` of a setting that cannot change, or to a bad value.
        """
        if isinstance(command, Retune):
            check_retune(command, self._config)
        self._commands.put(command)

    def ask(self, query: Query, reply: Reply) -> None:
        """Queue a question; ``reply`` is called between two batches, by the training loop.

        It is called at once, with an error, where the students do not learn at the moment.
        """
        with self._asking:
            if answers := self._answer is not None:
                self._commands.put(Question(query, reply))
        if not answers:
            reply(UserError("not_answering"))

    @contextmanager
    def answering(self, answer: Callable[[Query], Answer]) -> Iterator[None]:
        """Meanwhile the training loop answers questions by ``answer``; it may raise ``UserError``.

        What is left at the end is answered then, and refused where the training broke down.
        """
        with self._asking:
            self._answer = answer
        sound = True
        try:
            yield
        except Exception as error:
            sound = isinstance(error, Stopped)
            raise
        finally:
            with self._asking:
                self._answer = None
            self._take_all()
            waiting, self._set_aside = self._set_aside, deque()
            for one in waiting:
                if not isinstance(one, Question):
                    self._set_aside.append(one)
                elif sound:
                    one.reply(_answered(answer, one.query))
                else:
                    one.reply(UserError("not_answering"))

    def pause(self) -> None:
        """Wait before the next batch."""
        self.send(Pause())

    def resume(self) -> None:
        """Go on."""
        self.send(Resume())

    def step(self, batches: int = 1) -> None:
        """Take ``batches`` batches, then wait."""
        self.send(Step(batches))

    def stop(self) -> None:
        """End the run after the batch in hand."""
        self.send(Stop())

    temperature = property(
        lambda self: self.values["temperature"],
        lambda self, value: self.send(Retune("temperature", value)),
        doc="T from the next batch on.",
    )
    weight = property(
        lambda self: self.values["weight"],
        lambda self, value: self.send(Retune("weight", value)),
        doc="λ from the next batch on.",
    )
    lr = property(
        lambda self: self.values["lr"],
        lambda self, value: self.send(Retune("lr", value)),
        doc="Learning rate from the next batch on.",
    )
    speed = property(
        lambda self: self.values["speed"],
        lambda self, value: self.send(Retune("speed", value)),
        doc="Most batches a second; 0 means no limit.",
    )

    def obey(self, step: int, position: float) -> Iterator[Event]:
        """Carry out what was sent since the last batch; while paused, wait for more.

        Raises:
            Stopped: a person stopped it.
        """
        while self._replayed and self._replayed[0].step <= step:  # type: ignore[attr-defined]
            event = self._replayed.popleft()
            if isinstance(event, Retuned):
                self.values[event.name] = event.value
            yield event
        while self._commands_wait or self._budget < 1 or self._early():
            if self._budget < 1 and not self._pause_reported and not self._commands_wait:
                self._pause_reported = True
                yield Paused(step=step, position=position)
            try:
                command = self._next_command()
            except queue.Empty:
                continue
            yield from self._execute(command, step, position)
        self._budget -= 1
        if speed := self.values["speed"]:
            self._next_batch_at = max(self._next_batch_at, time.monotonic() - 1 / speed) + 1 / speed

    @property
    def stepping(self) -> bool:
        """Whether only some batches are still allowed: each is then reported."""
        return self._budget != math.inf

    def raise_if_stopped(self) -> None:
        """Carry out a ``Stop`` that waits; everything else stays, in the order of arrival.

        Raises:
            Stopped: a person stopped it.
        """
        self._take_all()
        if any(isinstance(command, Stop) for command in self._set_aside):
            raise Stopped

    def _take_all(self) -> None:
        while not self._commands.empty():
            self._set_aside.append(self._commands.get())

    @property
    def _commands_wait(self) -> bool:
        return bool(self._set_aside) or not self._commands.empty()

    def _next_command(self) -> Command | Question:
        if self._set_aside:
            return self._set_aside.popleft()
        return self._commands.get(timeout=self._patience())

    def _early(self) -> bool:
        return bool(self.values["speed"]) and time.monotonic() < self._next_batch_at

    def _patience(self) -> float | None:
        """Seconds to wait for a command: for ever while paused, else until the next batch."""
        if self._budget < 1:
            return None
        return max(0.0, self._next_batch_at - time.monotonic()) if self.values["speed"] else 0.0

    def _execute(self, command: Command | Question, step: int, position: float) -> Iterator[Event]:
        match command:
            case Question(query, reply):
                assert self._answer is not None, "questions are queued while there are answers"
                reply(_answered(self._answer, query))
            case Retune(name, value):
                previous, self.values[name] = self.values[name], value
                if name == "speed":
                    self._next_batch_at = 0.0
                yield Retuned(
                    step=step, position=position, name=name, value=value, previous=previous
                )
            case Pause():
                self._budget = 0
            case Resume():
                self._budget = math.inf
                if self._pause_reported:
                    self._pause_reported = False
                    yield Resumed(step=step, position=position)
            case Step(batches):
                self._budget = batches
                self._pause_reported = False
            case Stop():
                raise Stopped


def _answered(answer: Callable[[Query], Answer], query: Query) -> Answer | UserError:
    try:
        return answer(query)
    except UserError as error:
        return error
    except Exception as error:  # whoever asks must not end the training of somebody else
        return UserError("question_failed", cause=type(error).__name__)


def check_retune(command: Retune, config: RunConfig) -> None:
    """Raise ``UserError`` where ``command`` names no live setting of a run or a bad value."""
    method, own = parse_method(config.method)
    extra = [extra_weight(spec) for _, spec in parse_extra_terms(config.also)]
    if command.name in own:
        checked_method_setting(method, command.name, command.value)
        return
    if command.name in extra:
        within(command.name, command.value, float, 0.0, HIGHEST_EXTRA_WEIGHT)
        return
    if command.name not in CONTROLS:
        allowed = ", ".join([*CONTROLS, *own, *extra])
        raise UserError("not_retunable", name=command.name, allowed=allowed)
    value = checked(command.name, command.value, RunConfig)
    if command.name == "weight":
        check_weight(value, config.mixing)
