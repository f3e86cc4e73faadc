"""Shapes that belong together: a broadcast teacher would give a plausible, wrong number."""

from torch import Tensor


def check_same_classes(student_logits: Tensor, teacher_logits: Tensor) -> None:
    """Raise ``ValueError`` unless batch and classes of both agree.

    The teacher's logits are one table for all students, ``[batch, classes]``, or have as many
    axes as the students', the leading ones of size 1 or alike.
    """
    leading = zip(student_logits.shape[:-2], teacher_logits.shape[:-2], strict=False)
    if (
        student_logits.shape[-2:] != teacher_logits.shape[-2:]
        or teacher_logits.ndim not in (2, student_logits.ndim)
        or any(of_teacher not in (1, of_student) for of_student, of_teacher in leading)
    ):
        raise ValueError(
            f"student_logits {list(student_logits.shape)} and teacher_logits "
            f"{list(teacher_logits.shape)} must end in the same batch and classes"
        )


def per_student(
    temperature: float | Tensor, student_logits: Tensor
) -> tuple[float | Tensor, float | Tensor]:
    """T as it multiplies losses ``[...]``, and as it divides logits ``[..., batch, classes]``."""
    if not isinstance(temperature, Tensor):
        return temperature, temperature
    of_student = temperature.to(student_logits)
    return of_student, of_student[..., None, None]
