"""Points in the plane with a class each, made by a few settings or drawn by hand; no torch.

As a table of ``x``, ``y`` and ``class`` they are data like any other, for every command.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kdcore.errors import UserError
from kdcore.ranges import within

Points = NDArray[np.float64]
"""``[n, 2]``."""
Classes = NDArray[np.int64]
"""``[n]``, from 0."""

FEWEST, MOST = 60, 4_000
"""Points of a set."""
MOST_NOISE = 1.0
FEWEST_OF_A_CLASS = 10
LONGEST = 80
"""Characters of a function."""
REACH = 3.0
"""Of x and y on both sides of 0, where a function separates the classes."""
FUNCTIONS: dict[str, Callable[[Points], Points]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
}
CONSTANTS = {"pi": np.pi, "e": np.e}
TURNS = 1.5 * np.pi
"""Angle by which an arm of the spirals winds."""
ARMS = 3
CENTRES = np.array([[-2.0, -2.0], [-2.0, 2.0], [2.0, -2.0], [2.0, 2.0]])
"""Of the blobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneData:
    """How points are made.

    Example:
        >>> points, classes = PlaneData(shape="spirals", points=90).make()
        >>> points.shape, np.bincount(classes).tolist()
        ((90, 2), [30, 30, 30])
    """

    shape: str = "moons"
    """``moons``, ``spirals``, ``blobs`` or ``function``: the class is whether y > f(x)."""
    points: int = 700
    noise: float = 0.2
    """Standard deviation: of a moon's points from their line, of an arm's angle, 0.5 of a blob's
    points less 0.5, of y before it is compared with f(x)."""
    seed: int = 0
    function: str = "sin(2*x)"
    """f, where it is one."""

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            allowed = ", ".join(SHAPES)
            raise UserError(
                "not_a_choice", name="shape", value=self.shape, allowed=allowed, hint=""
            )
        within("points", self.points, int, FEWEST, MOST)
        within("noise", self.noise, float, 0.0, MOST_NOISE)
        within("seed", self.seed, int, 0, 2**31 - 1)

    def make(self) -> tuple[Points, Classes]:
        """The points in random order, and their classes.

        Raises:
            UserError: the function is none, or has nearly all points on one side.
        """
        random = np.random.default_rng(self.seed)
        points, classes = SHAPES[self.shape](self, random)
        order = random.permutation(len(points))
        check_classes(classes)
        return points[order], classes[order]


def _moons(data: PlaneData, random: np.random.Generator) -> tuple[Points, Classes]:
    """Two half circles that reach into each other."""
    classes = np.arange(data.points) % 2
    angle = random.uniform(0, np.pi, data.points)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(classes[:, None] == 0, upper, lower)
    return points + random.normal(0, data.noise, points.shape), classes


def _spirals(data: PlaneData, random: np.random.Generator) -> tuple[Points, Classes]:
    """Three arms that wind around each other."""
    classes = np.arange(data.points) % ARMS
    radius = random.uniform(0.1, 1.0, data.points)
    angle = TURNS * radius + classes * (2 * np.pi / ARMS)
    angle += random.normal(0, data.noise, data.points)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), classes


def _blobs(data: PlaneData, random: np.random.Generator) -> tuple[Points, Classes]:
    """Four round clouds."""
    classes = np.arange(data.points) % len(CENTRES)
    spread = 0.5 + 2 * data.noise
    return CENTRES[classes] + random.normal(0, spread, (data.points, 2)), classes


def _function(data: PlaneData, random: np.random.Generator) -> tuple[Points, Classes]:
    """Points anywhere, of the one class above a curve and of the other below it."""
    points = random.uniform(-REACH, REACH, (data.points, 2))
    height = parse_function(data.function)(points[:, 0])
    noisy = points[:, 1] + random.normal(0, data.noise, data.points)
    return points, (noisy > height).astype(np.int64)


SHAPES: dict[str, Callable[[PlaneData, np.random.Generator], tuple[Points, Classes]]] = {
    "moons": _moons,
    "spirals": _spirals,
    "blobs": _blobs,
    "function": _function,
}


def parse_function(text: str) -> Callable[[Points], Points]:
    """The function of ``x`` made of numbers, + − * / **, brackets and the names in ``FUNCTIONS``.

    Nothing else is carried out, whoever has written it.

    Raises:
        UserError: it is no such function, or no number for some x between −3 and 3.

    Example:
        >>> parse_function("x**2 - 1")(np.array([0.0, 2.0])).tolist()
        [-1.0, 3.0]
    """
    allowed = ", ".join(["x", *CONSTANTS, *FUNCTIONS])
    refused = UserError("bad_function", text=text[:LONGEST], allowed=allowed)
    if len(text) > LONGEST:
        raise refused
    try:
        tree = ast.parse(text.strip().replace("^", "**").replace("−", "-"), mode="eval").body
        with np.errstate(all="ignore"):
            _value(tree, np.zeros(1))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, KeyError):
        raise refused from None

    def function(x: Points) -> Points:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(_value(tree, x), dtype=np.float64), x.shape)

    if not np.isfinite(function(np.linspace(-REACH, REACH, 601))).all():
        raise UserError("function_not_finite", text=text)
    return function


def _value(node: ast.expr, x: Points) -> Points:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return np.float64(number)  # type: ignore[return-value]
        case ast.Name(id="x"):
            return x
        case ast.Name(id=name) if name in CONSTANTS:
            return np.float64(CONSTANTS[name])  # type: ignore[return-value]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, x)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, x)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            return OPERATIONS[type(operation)](_value(left, x), _value(right, x))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, x))
    raise ValueError(f"{ast.dump(node)} is not allowed")


OPERATIONS: dict[type, Callable[[Points, Points], Points]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}


def check_classes(classes: Sequence[int] | Classes) -> None:
    """Raise ``UserError`` where fewer than two classes have enough points to learn from."""
    counts = np.bincount(np.asarray(classes, dtype=np.int64)) if len(classes) else np.zeros(1)
    present = counts[counts > 0]
    if len(present) < 2 or present.min() < FEWEST_OF_A_CLASS:
        raise UserError("points_one_sided", least=FEWEST_OF_A_CLASS)


def as_table(points: Points, classes: Classes) -> str:
    """The points as CSV with the columns ``x``, ``y`` and ``class``."""
    lines = [f"{x:.5f},{y:.5f},{label}" for (x, y), label in zip(points, classes, strict=True)]
    return "\n".join(["x,y,class", *lines, ""])
