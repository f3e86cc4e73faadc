"""The losses of recognition against loops in float64, and that padding never counts."""

from itertools import groupby, product

import numpy as np
import pytest
import torch

from kdcore.losses.ctc import ctc_loss, framewise_kl

FRAMES = [5, 3]


def logits(seed, shape=(2, 5, 4)):
    return 3 * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def softened(row, temperature):
    powers = np.exp((row - row.max()) / temperature)
    return powers / powers.sum()


def kl_by_loops(student, teacher, frames, temperature, blank):
    found = []
    for own, other, count in zip(student.double(), teacher.double(), frames, strict=True):
        total = 0.0
        for frame in range(count):
            of_student, of_teacher = own[frame].numpy(), other[frame].numpy()
            if blank == "without_blank_frames" and of_teacher.argmax() == 0:
                continue
            if blank == "without_blank":
                of_student, of_teacher = of_student[1:], of_teacher[1:]
            p, q = softened(of_teacher, temperature), softened(of_student, temperature)
            total += sum(a * np.log(a / b) for a, b in zip(p, q, strict=True))
        found.append(temperature**2 * total)
    return found


@pytest.mark.parametrize("temperature", [1.0, 3.0])
@pytest.mark.parametrize("blank", ["all", "without_blank_frames", "without_blank"])
def test_the_framewise_divergence_is_that_of_loops(blank, temperature):
    student, teacher = logits(0), logits(1)
    teacher[0, :2, 0] = 9.0  # frames that the teacher leaves blank

    found = framewise_kl(student, teacher, torch.tensor(FRAMES), temperature, blank)

    expected = kl_by_loops(student, teacher, FRAMES, temperature, blank)
    assert found.tolist() == pytest.approx(expected, rel=1e-5)
    assert all(value > 0 for value in expected)


def test_only_the_student_gets_a_gradient_and_none_in_its_padding_or_in_blank_frames():
    student, teacher = logits(0).requires_grad_(), logits(1).requires_grad_()
    with torch.no_grad():
        teacher[:, 1, 0] = 20.0

    loss = framewise_kl(student, teacher, torch.tensor(FRAMES), 2.0, "without_blank_frames")
    loss.sum().backward()

    learned = student.grad.abs().sum(-1) > 0
    blank = teacher.argmax(-1) == 0
    assert teacher.grad is None
    assert not learned[1, 3:].any()
    assert not learned[blank].any()
    assert learned[0][~blank[0]].all()


def test_what_stands_in_the_padding_changes_nothing():
    student, teacher, frames = logits(0), logits(1), torch.tensor(FRAMES)
    characters, lengths = torch.tensor([[1, 2], [3, 0]]), torch.tensor([2, 1])
    other, other_teacher, other_characters = student.clone(), teacher.clone(), characters.clone()
    other[1, 3:] = other_teacher[1, 3:] = 50.0
    other_characters[1, 1] = 2

    for blank in ("all", "without_blank_frames", "without_blank"):
        assert torch.equal(
            framewise_kl(student, teacher, frames, 1.0, blank),
            framewise_kl(other, other_teacher, frames, 1.0, blank),
        )
    assert torch.equal(
        ctc_loss(student, frames, characters, lengths),
        ctc_loss(other, frames, other_characters, lengths),
    )


def test_ctc_sums_over_every_path_that_reads_as_the_characters():
    student, characters = logits(3, (1, 5, 4)), [1, 1, 3]

    found = ctc_loss(student, torch.tensor([5]), torch.tensor([characters]), torch.tensor([3]))

    probabilities = [softened(row, 1.0) for row in student[0].double().numpy()]
    total = 0.0
    for path in product(range(4), repeat=5):
        if [answer for answer, _ in groupby(path) if answer] == characters:
            total += np.prod([own[answer] for own, answer in zip(probabilities, path, strict=True)])
    assert found.item() == pytest.approx(-np.log(total), rel=1e-5)


def test_too_few_frames_for_the_characters_have_no_path():
    found = ctc_loss(
        logits(0, (1, 2, 4)), torch.tensor([2]), torch.tensor([[1, 1]]), torch.tensor([2])
    )

    assert found.item() == float("inf")  # between two alike there must be a blank


def test_other_frames_and_other_ways_are_refused():
    with pytest.raises(ValueError, match="same frames"):
        framewise_kl(logits(0), logits(1, (2, 4, 4)), torch.tensor(FRAMES), 1.0)
    with pytest.raises(ValueError, match="'some'"):
        framewise_kl(logits(0), logits(1), torch.tensor(FRAMES), 1.0, "some")
