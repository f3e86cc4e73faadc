"""Every method of the catalogue: what its loss is, and what must hold of all of them."""

import inspect

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import loss_oracles as oracles

from kdcore.catalogue import METHODS
from kdcore.data import label_weights
from kdcore.losses import (
    decoupled_parts,
    dkd,
    ensemble_distribution_proxy,
    kept_probability,
    label_smoothing,
    loca_answers,
    mft_answers,
    refined_logits,
    soft_target_kl,
    top_class_kl,
)
from kdcore.losses.ensemble_distribution import proxy_target
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.objective.teacher_mixture import TeacherMixture
from kdcore.training.objective.terms import StudentSpec, Terms, by_name, step_controls_of

WITH_LOSS = [name for name, method in METHODS.items() if method.loss and not method.needs_graph]
BATCH, CLASSES = 6, 5
TEMPERATURES = (0.5, 1.0, 4.0, 20.0)
FLOOR_OF_A_CROSS_ENTROPY = ("soft_ce", "nkd", "teacher_labels")
OF_SEVERAL = [name for name in WITH_LOSS if METHODS[name].acts_on == "teachers"]
CONTROLS = ("virtual_teacher", "label_smoothing")
OTHER_ANSWERS = ("shuffled_classes", "top_classes", "ttm", "wttm", "rld", "loca", "mft")
"""Methods whose students shall answer otherwise than their teacher."""
OF_THE_VIEW = {
    *("noise", "generator_lr", "spread", "lowest", "span", "strength", "decay", "epsilon", "steps")
}
"""Settings that act on what the loss is given."""
ENDS = [
    pytest.param(method, name, end, id=f"{method}-{name}={end:g}")
    for method in WITH_LOSS
    for name, about in METHODS[method].settings.items()
    for end in (about.low, about.high)
]

logits = hnp.arrays(np.float64, (BATCH, CLASSES), elements=st.floats(-8, 8, width=32))


def all_that_there_is(student, teacher, labels, temperature, method, dtype=torch.float64):
    own = {name: setting.default for name, setting in METHODS[method].settings.items()}
    return own | {
        "student_logits": torch.tensor(student, dtype=dtype),
        "teacher_logits": torch.tensor(teacher, dtype=dtype),
        "labels": torch.tensor(labels),
        "temperature": temperature,
        "label_weights": None,
        "class_orders": class_orders(*np.shape(student)),
        "each_teacher_logits": torch.tensor(several(teacher), dtype=dtype),
        "teacher_shares": torch.tensor([0.75, 0.25], dtype=dtype),
    }


def class_orders(examples, classes, seed=0):
    chance = torch.Generator().manual_seed(seed)
    return torch.rand(examples, classes - 1, generator=chance).argsort(-1)


def several(teacher):
    """A teacher and another that differs, row by row."""
    return np.stack([np.asarray(teacher), np.roll(teacher, 1, axis=-1) / 2])


def ours(method, **given):
    return by_name(METHODS[method].load())(given)


def by_hand(method, given):
    plain = {
        name: value.tolist() if isinstance(value, torch.Tensor) else value
        for name, value in given.items()
    }
    return by_name(getattr(oracles, method))(plain)


def extremes():
    large = np.array(
        [
            [1e4, -1e4, 0, 0, 0],
            [-1e4, 1e4, 1e4, 0, 1],
            [0, 0, 0, 0, 0],
            [7, 7, 7, 7, 7],
            [1e4, 1e4, 1e4, 1e4, -1e4],
            [3, 2, 1, 0, -1],
        ]
    )
    yield "large", large, large[::-1].copy()
    yield "opposite", large, -large
    yield "even student", np.zeros((BATCH, CLASSES)), large
    yield "even teacher", large, np.zeros((BATCH, CLASSES))
    two = np.random.default_rng(0).normal(size=(2, BATCH, 2)) * 3
    yield "two classes", *two
    yield "two classes, large", np.sign(two[0]) * 1e4, np.sign(two[1]) * 1e4


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("method", WITH_LOSS)
@given(student=logits, teacher=logits)
def test_a_loss_is_what_its_paper_says(method, temperature, student, teacher):
    given = all_that_there_is(student, teacher, np.arange(BATCH) % CLASSES, temperature, method)

    assert ours(method, **given).item() == pytest.approx(by_hand(method, given), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("student", "teacher"),
    [pytest.param(student, teacher, id=name) for name, student, teacher in extremes()],
)
@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("method", WITH_LOSS)
def test_extreme_logits_have_a_loss_and_a_gradient(method, temperature, student, teacher):
    labels = np.arange(BATCH) % student.shape[1]
    given = all_that_there_is(student, teacher, labels, temperature, method)

    assert ours(method, **given).item() == pytest.approx(by_hand(method, given), rel=1e-6, abs=1e-9)
    for dtype in (torch.float32, torch.float64):
        given = all_that_there_is(student, teacher, labels, temperature, method, dtype)
        given["student_logits"].requires_grad_()
        loss = ours(method, **given)
        loss.backward()
        assert torch.isfinite(loss)
        assert torch.isfinite(given["student_logits"].grad).all()


@pytest.mark.parametrize(("method", "name", "end"), ENDS)
def test_the_ends_of_a_slider_have_a_loss_and_a_gradient(method, name, end):
    for _, student, teacher in extremes():
        labels = np.arange(BATCH) % student.shape[1]
        given = all_that_there_is(student, teacher, labels, 2.0, method) | {name: end}
        assert ours(method, **given).item() == pytest.approx(
            by_hand(method, given), rel=1e-6, abs=1e-9
        )
        given = all_that_there_is(student, teacher, labels, 2.0, method, torch.float32)
        given |= {name: torch.tensor(end)}
        if METHODS[method].gradient:
            assert by_name(METHODS[method].load_gradient())(given).isfinite().all()
        given["student_logits"].requires_grad_()
        ours(method, **given).backward()
        assert given["student_logits"].grad.isfinite().all()


@pytest.mark.parametrize("method", WITH_LOSS)
@given(student=logits, teacher=logits, order=st.permutations(range(BATCH)))
def test_the_order_of_the_batch_does_not_matter(method, student, teacher, order):
    labels = np.arange(BATCH) % CLASSES
    one = all_that_there_is(student, teacher, labels, 3.0, method)
    other = all_that_there_is(student[order], teacher[order], labels[order], 3.0, method)
    other["class_orders"] = one["class_orders"][list(order)]

    assert ours(method, **one).item() == pytest.approx(ours(method, **other).item(), abs=1e-8)


@pytest.mark.parametrize("method", [name for name in WITH_LOSS if name not in CONTROLS])
def test_the_teacher_receives_no_gradient_and_the_student_one(method):
    rng = np.random.default_rng(0)
    given = all_that_there_is(
        *rng.normal(size=(2, BATCH, CLASSES)), [0, 1, 2, 3, 4, 0], 2.0, method
    )
    for role in ("student", "teacher", "each_teacher"):
        given[f"{role}_logits"].requires_grad_()
    ours(method, **given).backward()

    assert given["teacher_logits"].grad is given["each_teacher_logits"].grad is None
    assert given["student_logits"].grad.norm() > 1e-4


@pytest.mark.parametrize(
    "method",
    sorted({*WITH_LOSS} - {*FLOOR_OF_A_CROSS_ENTROPY, *CONTROLS, *OTHER_ANSWERS, *OF_SEVERAL}),
)
@given(teacher=logits)
def test_a_student_that_answers_like_its_teacher_has_nothing_to_learn(method, teacher):
    if method == "dist":  # an even row or column correlates with nothing
        teacher = teacher / 16 + np.random.default_rng(0).permutation(BATCH * CLASSES).reshape(
            BATCH, CLASSES
        )
    given = all_that_there_is(teacher, teacher, [0] * BATCH, 4.0, method)

    assert ours(method, **given).item() == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("method", [name for name in WITH_LOSS if name != "mutual"])
def test_students_together_are_each_alone(method):
    """Two seeds, three members with settings of their own."""
    generator = torch.Generator().manual_seed(0)
    student = torch.randn(2, 3, BATCH, CLASSES, generator=generator)
    teacher = torch.randn(2, BATCH, CLASSES, generator=generator)
    labels = torch.arange(2 * BATCH).reshape(2, BATCH) % CLASSES
    members = [
        StudentSpec(
            method,
            temperature,
            0.5,
            0.01,
            tuple(
                (name, about.default * share) for name, about in METHODS[method].settings.items()
            ),
        )
        for temperature, share in ((1.0, 1.0), (2.0, 0.9), (8.0, 0.7))
    ]
    step_controls = step_controls_of(members, "additive", torch.device("cpu"))
    of_several = METHODS[method].acts_on == "teachers"
    each = torch.stack([teacher, teacher.flip(-1)], 1) if of_several else teacher[:, None]
    mixture = TeacherMixture(shares=(3, 1)) if of_several else None
    terms = Terms(members, mixture)
    orders = class_orders(2 * BATCH, CLASSES).reshape(2, BATCH, CLASSES - 1)
    given = BatchTargets(labels, labels, each, class_orders=orders)
    _, soft, _ = terms.values(student, given, step_controls)
    _, gradients = terms.gradients(student, given, step_controls)
    measures = terms.measures(student, given, step_controls)
    for at, member in enumerate(members):
        alone = step_controls_of([member], "additive", torch.device("cpu"))
        for seed in range(2):
            own_labels = labels[seed][None]
            one = (
                student[seed, at][None, None],
                BatchTargets(
                    own_labels, own_labels, each[seed][None], class_orders=orders[seed][None]
                ),
            )
            own = Terms([member], mixture)
            torch.testing.assert_close(own.values(*one, alone)[1][0, 0], soft[seed, at])
            torch.testing.assert_close(own.gradients(*one, alone)[1][0, 0], gradients[seed, at])
            for name, value in own.measures(*one, alone)[0].items():
                torch.testing.assert_close(value[0], measures[at][name][seed])


@pytest.mark.parametrize("method", [name for name in WITH_LOSS if METHODS[name].gradient])
@given(
    student=logits,
    teacher=logits,
    temperature=st.sampled_from(TEMPERATURES),
    share=st.sampled_from((0.0, 0.3, 1.0)),
)
def test_a_closed_gradient_is_that_of_autograd(method, student, teacher, temperature, share):
    given = all_that_there_is(student, teacher, [0] * BATCH, temperature, method)
    given |= {
        name: about.low + share * (about.high - about.low)
        for name, about in METHODS[method].settings.items()
    }
    closed = by_name(METHODS[method].load_gradient())(given)
    given["student_logits"].requires_grad_()
    ours(method, **given).backward()

    torch.testing.assert_close(closed, given["student_logits"].grad, rtol=1e-8, atol=1e-11)


@given(student=logits, teacher=logits, temperature=st.sampled_from(TEMPERATURES))
def test_hintons_divergence_is_the_target_part_and_the_doubted_rest(student, teacher, temperature):
    labels = torch.arange(BATCH) % CLASSES
    student, teacher = torch.tensor(student), torch.tensor(teacher)
    for row in range(BATCH):
        one = slice(row, row + 1)
        parts = decoupled_parts(student[one], teacher[one], labels[one], temperature)
        whole = soft_target_kl(student[one], teacher[one], temperature) / temperature**2
        together = parts["target_kl"] + parts["non_target_weight"] * parts["non_target_kl"]

        assert together.item() == pytest.approx(whole.item(), rel=1e-9, abs=1e-13)
        assert parts["weighted_non_target_kl"].item() == pytest.approx(
            (parts["non_target_weight"] * parts["non_target_kl"]).item(), abs=1e-15
        )


def test_two_classes_leave_nothing_to_say_among_the_others():
    student, teacher = torch.randn(2, BATCH, 2, dtype=torch.float64)
    labels = torch.arange(BATCH) % 2
    decoupled = dkd(student, teacher, labels, 3.0, alpha=1.0, beta=8.0)

    assert decoupled.item() == pytest.approx(soft_target_kl(student, teacher, 3.0).item(), rel=1e-9)


@given(student=logits, teacher=logits, temperature=st.sampled_from(TEMPERATURES))
def test_the_ends_of_the_generalised_divergence_are_the_two_directions(
    student, teacher, temperature
):
    for beta, end in ((0.0, "kd"), (1.0, "reverse_kl")):
        given = all_that_there_is(student, teacher, [0] * BATCH, temperature, end)

        assert torch.equal(
            ours("jensen_shannon", **given, beta=beta), ours(end, **given).to(torch.float64)
        )


@given(teacher=logits, temperature=st.sampled_from(TEMPERATURES), alpha=st.floats(0.0, 0.99))
def test_a_teacher_that_loca_scales_puts_the_label_first(teacher, temperature, alpha):
    teacher, labels = torch.tensor(teacher), torch.arange(BATCH) % CLASSES
    answers = loca_answers(teacher, labels, temperature, alpha)
    right = teacher.argmax(-1) == labels

    assert (answers.sum(-1) - 1).abs().max() < 1e-12
    assert torch.equal(answers[right], (teacher[right] / temperature).softmax(-1))
    assert (answers[torch.arange(BATCH), labels] >= answers.amax(-1) - 1e-12).all()


@given(
    teacher=logits, temperature=st.sampled_from(TEMPERATURES), margin=st.sampled_from((0, 0.2, 0.9))
)
def test_a_corrected_teacher_has_the_margin_and_no_more_than_is_needed(
    teacher, temperature, margin
):
    teacher, labels = torch.tensor(teacher), torch.arange(BATCH) % CLASSES
    before = (teacher / temperature).softmax(-1)
    after = mft_answers(teacher, labels, temperature, margin)
    rows, others = torch.arange(BATCH), torch.nn.functional.one_hot(labels, CLASSES).bool()

    def lead(answers):
        return answers[rows, labels] - answers.masked_fill(others, 0).amax(-1)

    assert (after.sum(-1) - 1).abs().max() < 1e-12
    torch.testing.assert_close(lead(after), lead(before).clamp(min=margin))
    assert torch.equal(after[lead(before) > margin], before[lead(before) > margin])


def test_refined_logits_ask_for_nothing_that_a_wrong_teacher_says_of_better_classes():
    """Whatever the teacher gives the classes at and above the label, but for how sure it is."""
    student, labels = torch.randn(1, 4, dtype=torch.float64), torch.tensor([1])
    one, other = (torch.tensor([[top, 1.0, 0.5, -1.0]], dtype=torch.float64) for top in (3.0, 9.0))
    losses = [
        refined_logits(student, teacher, labels, 4.0, alpha=0.0, beta=8.0)
        for teacher in (one, other)
    ]

    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-12)
    assert losses[0] > 0


@given(student=logits, teacher=logits, temperature=st.sampled_from(TEMPERATURES))
def test_all_classes_are_the_whole_answer_and_fewer_keep_less_of_it(student, teacher, temperature):
    student, teacher = torch.tensor(student), torch.tensor(teacher)
    kept = [
        kept_probability(student, teacher, temperature, k=k)["kept_probability"].item()
        for k in range(1, CLASSES + 1)
    ]

    assert top_class_kl(student, teacher, temperature, k=CLASSES).item() == pytest.approx(
        soft_target_kl(student, teacher, temperature).item(), rel=1e-9, abs=1e-12
    )
    assert kept == sorted(kept)
    assert kept[-1] == pytest.approx(1)


def test_label_smoothing_is_a_label_that_is_smoothed():
    student = torch.randn(BATCH, CLASSES, dtype=torch.float64, requires_grad=True)
    labels, smoothing = torch.arange(BATCH) % CLASSES, 0.1
    usual = torch.nn.functional.cross_entropy(student, labels, label_smoothing=smoothing)
    (expected,) = torch.autograd.grad(usual, student)
    hard = torch.nn.functional.cross_entropy(student, labels)
    mixed = (1 - smoothing) * hard + smoothing * label_smoothing(student)
    (found,) = torch.autograd.grad(mixed, student)

    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("method", CONTROLS)
@given(student=logits, hidden=st.sets(st.integers(0, BATCH - 1), max_size=BATCH - 1))
def test_a_control_is_the_mean_over_the_examples_whose_label_is_known(method, student, hidden):
    labels = np.arange(BATCH) % CLASSES
    kept = [at for at in range(BATCH) if at not in hidden]
    whole = all_that_there_is(student, student, labels, 3.0, method)
    whole["label_weights"] = label_weights(torch.tensor([at in kept for at in range(BATCH)]))
    part = all_that_there_is(student[kept], student[kept], labels[kept], 3.0, method)

    assert ours(method, **whole).item() == pytest.approx(by_hand(method, part), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_an_entry_of_the_catalogue_is_what_its_functions_ask_for(name):
    method = METHODS[name]
    if not method.loss:
        return
    asked = set(inspect.signature(method.load()).parameters)
    engine = {"student_logits", "teacher_logits", "labels", "temperature"}
    if name in CONTROLS:
        engine |= {"label_weights"}
    if method.shuffles_classes:
        engine |= {"class_orders"}
    if name in OF_SEVERAL:
        engine |= {"each_teacher_logits", "teacher_shares"}
    if method.needs_graph:
        engine |= {
            f"{whose}_{what}"
            for whose in ("student", "teacher")
            for what in ("features", "gradients")
        }
        engine |= {
            f"{how}_{whose}_logits"
            for how in ("noisy", "generated")
            for whose in ("student", "teacher")
        }
        engine |= {"scale", "discriminator_logits", "attacked_student_logits"}

    assert asked - engine == set(method.settings) - OF_THE_VIEW
    # a discriminator gets softened predictions, and a temperature that is learned is no setting
    if name not in ("adversarial", "learned_temperature"):
        assert ("temperature" in asked) == method.uses_temperature
    knows = any("teacher" in each or "discriminator" in each for each in asked)
    assert knows == (name not in CONTROLS)
    assert ("label_weights" in asked) == (name in CONTROLS)
    assert method.source
    assert method.needs_graph or name in dir(oracles)
    for other in filter(
        None,
        (method.gradient and method.load_gradient(), method.measures and method.load_measures()),
    ):
        assert set(inspect.signature(other).parameters) <= engine | set(method.settings)


def test_a_proxy_that_the_student_equals_leaves_nothing_to_learn():
    teachers = torch.randn(3, BATCH, CLASSES, dtype=torch.float64)
    shares = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
    _, target = proxy_target(teachers, shares)
    student = (target - 1).log().requires_grad_()
    loss = ensemble_distribution_proxy(student, teachers, shares)
    loss.backward()

    assert loss.item() == pytest.approx(0, abs=1e-12)
    assert student.grad.abs().max() < 1e-12


def test_teachers_that_differ_more_make_a_proxy_of_lower_precision():
    teachers = torch.randn(3, 1, CLASSES, dtype=torch.float64)
    shares = torch.full((3,), 1 / 3, dtype=torch.float64)
    alike, apart = (proxy_target(teachers * spread, shares)[0] for spread in (0.5, 2.0))

    assert alike > apart
