"""Long series at a size that a chart can show."""

from bisect import bisect_right

MOST_POINTS = 500
"""Points of a line; more would not be seen, and would have to be sent."""


class DownsampledSeries:
    """Rows of numbers in columns; when full, neighbours are merged and the stride doubles.

    The first column is the position on the axis, of which a merged row keeps the last; the other
    columns are averaged. The newest row always shows: the last of the merged ones changes until
    its stride is full.

    Args:
        names: of the columns.
        most: rows kept; even.
    """

    def __init__(self, names: tuple[str, ...], most: int = MOST_POINTS) -> None:
        self.columns: dict[str, list[float]] = {name: [] for name in names}
        self._axis = names[0]
        self._most = most
        self._stride = 1
        self._waiting: list[dict[str, float]] = []

    def add(self, row: dict[str, float]) -> None:
        """Append a row."""
        if self._waiting:
            for column in self.columns.values():
                column.pop()
        self._waiting.append(row)
        for name, column in self.columns.items():
            column.append(self._merge(name, [waiting[name] for waiting in self._waiting]))
        if len(self._waiting) < self._stride:
            return
        self._waiting = []
        if len(self.columns[self._axis]) == self._most:
            self._halve()

    def row(self, position: float) -> dict[str, float] | None:
        """The last row up to ``position``; ``None`` before the first."""
        at = bisect_right(self.columns[self._axis], position + 1e-9) - 1
        return {name: column[at] for name, column in self.columns.items()} if at >= 0 else None

    def _halve(self) -> None:
        self._stride *= 2
        for name, column in self.columns.items():
            column[:] = [self._merge(name, column[at : at + 2]) for at in range(0, len(column), 2)]

    def _merge(self, name: str, values: list[float]) -> float:
        return values[-1] if name == self._axis else sum(values) / len(values)
