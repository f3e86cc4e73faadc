"""A decision tree as part of an event, in the units of the data, so that it can be drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A question about one feature, or a leaf; the first of a tree is its root."""

    column: str
    """Name of the feature that is looked at; empty in a leaf and where features have no names."""
    feature: int
    """Its number; −1 in a leaf."""
    threshold: float | None
    """Values up to it go left; in the units in which the data were brought."""
    yes_no: bool
    """Whether the feature is 0 or 1 alone: 0 goes left."""
    left: int
    """Number of the node; −1 in a leaf."""
    right: int
    examples: int
    """That came here in training."""
    probabilities: list[float]
    """Of the classes, as a leaf here answers."""
