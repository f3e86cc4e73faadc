"""A decision tree in words: the conditions on the way to each of its leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kdcore.events import TreeNode

EQUAL, UNEQUAL = " = ", " ≠ "
"""Between a column of words and one of its categories."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A node and how one comes to it."""

    node: TreeNode
    conditions: tuple[str, ...]
    """From the root on; none at the root."""

    @property
    def is_leaf(self) -> bool:
        """Whether nothing more is asked."""
        return self.node.feature < 0

    @property
    def answer(self) -> int:
        """The number of the most probable class; of equal ones the first."""
        return max(range(len(self.node.probabilities)), key=self.node.probabilities.__getitem__)


def branches(nodes: Sequence[TreeNode], input_shape: Sequence[int]) -> Iterator[Branch]:
    """All nodes of a tree, each before those below it.

    Args:
        nodes: the first is the root.
        input_shape: ``[channels, height, width]`` or ``[features]``, to name what has no name.
    """

    def below(at: int, conditions: tuple[str, ...]) -> Iterator[Branch]:
        node = nodes[at]
        yield Branch(node, conditions)
        if node.feature < 0:
            return
        smaller, greater = conditions_of(node, input_shape)
        yield from below(node.left, (*conditions, smaller))
        yield from below(node.right, (*conditions, greater))

    if nodes:
        yield from below(0, ())


def conditions_of(node: TreeNode, input_shape: Sequence[int]) -> tuple[str, str]:
    """What holds to the left of a node, and what to the right.

    Example:
        >>> node = TreeNode(column="smoker = yes", feature=0, threshold=0.5, yes_no=True, left=1,
        ...                 right=2, examples=9, probabilities=[0.5, 0.5])
        >>> conditions_of(node, [3])
        ('smoker ≠ yes', 'smoker = yes')
    """
    name = node.column or feature_name(node.feature, input_shape)
    if node.yes_no and EQUAL in name:
        return name.replace(EQUAL, UNEQUAL), name
    if node.yes_no:
        return f"{name} = 0", f"{name} = 1"
    return f"{name} ≤ {node.threshold:,.6g}", f"{name} > {node.threshold:,.6g}"


def feature_name(feature: int, input_shape: Sequence[int]) -> str:
    """A feature without a name by its place: ``x₂`` counts from 1, ``[3, 4]`` from 0.

    Example:
        >>> feature_name(1, [2]), feature_name(9, [1, 8, 8]), feature_name(70, [3, 8, 8])
        ('x2', '[1, 1]', '[1, 0, 6]')
    """
    if len(input_shape) != 3:
        return f"x{feature + 1}"
    channels, height, width = input_shape
    channel, pixel = divmod(feature, height * width)
    row, column = divmod(pixel, width)
    return str([row, column] if channels == 1 else [channel, row, column])


def rules(
    nodes: Sequence[TreeNode], classes: Sequence[str], input_shape: Sequence[int]
) -> list[str]:
    """One line for each leaf: conditions, the answer and how sure it is."""
    return [
        f"{' & '.join(leaf.conditions) or '*'} → {classes[leaf.answer]} "
        f"({leaf.node.probabilities[leaf.answer]:.1%}, n = {leaf.node.examples:,})"
        for leaf in branches(nodes, input_shape)
        if leaf.is_leaf
    ]
