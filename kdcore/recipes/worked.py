"""Worked examples: arithmetic that a soft label must pass before anything is trained."""

from math import exp, log

from kdcore.recipes.recipe import Recipe, Step

ROW = (0.7, 0.2, 0.2)
SHORT_ROW = (0.6, 0.2, 0.1)
ANSWER = (0.7, 0.2, 0.1)
BINARY = (0.7, 0.3)
STUDENT = (0.6, 0.4)


def cross_entropy(target: tuple[float, ...], answer: tuple[float, ...]) -> float:
    """−Σ p ln q in nats, whatever p sums to."""
    return -sum(p * log(q) for p, q in zip(target, answer, strict=True))


def divergence(target: tuple[float, ...], answer: tuple[float, ...]) -> float:
    """Σ p ln(p/q) in nats, whatever p sums to."""
    return sum(p * log(p / q) for p, q in zip(target, answer, strict=True))


def repaired(row: tuple[float, ...]) -> tuple[float, ...]:
    """The row divided by its sum."""
    return tuple(value / sum(row) for value in row)


def _row(row: tuple[float, ...]) -> str:
    return f"({', '.join(f'{value:.3g}' for value in row)})"


def _sum(row: tuple[float, ...]) -> str:
    return f"{' + '.join(f'{value:g}' for value in row)} = {sum(row):.2g}"


def _terms(target: tuple[float, ...], answer: tuple[float, ...]) -> str:
    terms = (f"{p:g}·ln {q:g}" for p, q in zip(target, answer, strict=True))
    return f"−({' + '.join(terms)}) = {cross_entropy(target, answer):.4f}"


def _softened(temperature: float) -> float:
    """The larger of the two probabilities at a temperature."""
    return 1 / (1 + exp(-log(BINARY[0] / BINARY[1]) / temperature))


ROWS_THAT_DO_NOT_SUM_TO_ONE = Recipe(
    title="Soft labels whose rows do not sum to one",
    claim="Tables of soft labels are shown whose rows are said to be probabilities.",
    source="Two tables of tutorial texts; the rows here are examples of their kind",
    steps=(
        Step(text="The row as it is shown is no distribution.", arithmetic=_sum(ROW)),
        Step(
            text="The loss can be computed all the same, and nothing warns.",
            arithmetic=f"p = {_row(ROW)}, q = {_row(ANSWER)}: {_terms(ROW, ANSWER)}",
        ),
        Step(
            text=(
                "Its gradient at the logits is S·q − p with the row's sum S: this example counts "
                "as S examples."
            ),
            arithmetic=f"S = {sum(ROW):.2g}",
        ),
        Step(
            text=(
                "The best that a student can do is the repaired row, and even there the divergence "
                "is not 0 but S·ln S."
            ),
            arithmetic=(
                f"{sum(ROW):.2g}·ln {sum(ROW):.2g} = {divergence(ROW, repaired(ROW)):+.4f}"
            ),
        ),
        Step(
            text=(
                "Where a row sums to less than one, the least divergence is below 0, which no "
                "divergence can be."
            ),
            arithmetic=(
                f"{_sum(SHORT_ROW)}: {sum(SHORT_ROW):.2g}·ln {sum(SHORT_ROW):.2g} = "
                f"{divergence(SHORT_ROW, repaired(SHORT_ROW)):+.4f}"
            ),
        ),
        Step(
            text="Divided by its sum the row is a distribution, and the least divergence is 0.",
            arithmetic=(
                f"{_row(ROW)} / {sum(ROW):.2g} = {_row(repaired(ROW))}; "
                f"KL = {abs(divergence(repaired(ROW), repaired(ROW))):.4f}"
            ),
        ),
        Step(
            text="The loss against the repaired row.",
            arithmetic=(
                f"−Σ p ln q = {cross_entropy(repaired(ROW), ANSWER):.4f}; "
                f"KL = {divergence(repaired(ROW), ANSWER):.4f}"
            ),
        ),
    ),
)
BINARY_EXAMPLE = Recipe(
    title="The binary example 0.7 / 0.3",
    claim="A teacher says 0.7 / 0.3 where the label says 1 / 0: what does the student's loss say?",
    source="An example of tutorial texts",
    steps=(
        Step(
            text="The label alone: a student that says 0.6 / 0.4 has the loss",
            arithmetic=f"−ln {STUDENT[0]:g} = {-log(STUDENT[0]):.4f}",
        ),
        Step(
            text="The teacher's soft label instead, as a cross-entropy:",
            arithmetic=_terms(BINARY, STUDENT),
        ),
        Step(
            text="Its least value is not 0 but the teacher's entropy, reached where q = p.",
            arithmetic=_terms(BINARY, BINARY),
        ),
        Step(
            text="What is above it is the divergence; its gradient is the same.",
            arithmetic=(
                f"{cross_entropy(BINARY, STUDENT):.4f} − {cross_entropy(BINARY, BINARY):.4f} = "
                f"{divergence(BINARY, STUDENT):.4f}"
            ),
        ),
        Step(
            text="So the loss against the soft label may be larger and the student better.",
            arithmetic=(
                f"{cross_entropy(BINARY, BINARY):.4f} > {-log(STUDENT[0]):.4f}: "
                "q = p against q = (0.6, 0.4) and the label"
            ),
        ),
        Step(
            text="At T = 2 the same teacher is softer: its log-odds are halved.",
            arithmetic=(
                f"ln(0.7 / 0.3) = {log(BINARY[0] / BINARY[1]):.4f}; at T = 2: "
                f"{_softened(2.0):.4f} / {1 - _softened(2.0):.4f}"
            ),
        ),
    ),
)
