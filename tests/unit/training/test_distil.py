"""``kdcore.distil``: a program's own modules on its own tensors."""

import subprocess
import sys
from copy import deepcopy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import kdcore
from kdcore import RunConfig
from kdcore.data.given import given_dataset
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.inputs import Features, Image, Text
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.queries import Predict
from kdcore.store import Store

QUICK = {"epochs": 2, "teacher_epochs": 1, "device": "cpu"}


def made(count=120, shape=(6,), classes=3):
    """Inputs whose class is to be seen, and their labels."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % classes
    inputs = torch.randn(count, *shape, generator=generator)
    return inputs + labels.view(-1, *[1] * len(shape)), labels


def linear(features=6, classes=3, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(features, 8), nn.ReLU(), nn.Linear(8, classes))


def same(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(
        torch.equal(value, theirs[name]) for name, value in ours.items()
    )


def refused(code, *arguments, **settings):
    with pytest.raises(UserError) as caught:
        kdcore.distil(*arguments, store=False, **QUICK, **settings)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_neither_module_is_changed_and_the_students_come_back_trained(tmp_path):
    teacher, student = linear(seed=1), linear(seed=2).train()
    before = deepcopy(teacher), deepcopy(student)
    run = kdcore.distil(teacher, student, made(), store=tmp_path, **QUICK)

    assert same(teacher, before[0])
    assert same(student, before[1])
    assert student.training
    assert run.teacher is teacher
    assert not same(run.plain, student)
    assert not same(run.plain, run.distilled)
    assert {name: len(values) for name, values in run.accuracies.items()} == {
        "teacher": 2,
        "plain": 2,
        "distilled": 2,
    }


def test_the_run_lies_in_the_store_and_is_read_by_who_knows_nothing_of_the_modules(tmp_path):
    run = kdcore.distil(
        linear(seed=1), linear(seed=2), made(), name="mine", store=tmp_path, **QUICK
    )
    row = Store(tmp_path).row(run.id)

    assert row.state == "finished"
    assert row.config["dataset"] == "given:mine"
    assert Store(tmp_path).find(run.id).config.student == "module:Sequential.student"
    hub = Hub(Store(tmp_path))
    assert not hub.can_ask(run.id)
    with pytest.raises(UserError) as caught:
        hub.ask(run.id, Predict(inputs=[[0.0] * 6]))
    hub.close()
    assert caught.value.code == "asked_of_a_program"
    assert row.summary["distilled"] == run.accuracies["distilled"][-1]
    assert (run.path / "distilled.safetensors").is_file()


def test_without_a_store_nothing_is_kept():
    run = kdcore.distil(linear(), linear(), made(), store=False, **QUICK)

    assert run.path is None
    assert run.distilled(torch.zeros(2, 6)).shape == (2, 3)


def test_without_the_teacher_s_term_both_students_are_one():
    """Same start, same batches, and what each draws on its own is the same."""

    class Draws(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 3)

        def forward(self, inputs):
            return self.layer(F.dropout(inputs, 0.5, self.training))

    torch.manual_seed(0)
    student = Draws()
    run = kdcore.distil(linear(), student, made(), weight=0.0, store=False, **QUICK)

    assert same(run.plain, run.distilled)
    assert not same(run.plain, student)


def test_the_last_accuracy_is_that_of_the_module_that_comes_back():
    data, test = made(200), made(40)
    run = kdcore.distil(linear(seed=1), linear(seed=2), data, test=test, store=False, **QUICK)
    inputs, labels = test

    for learner in ("plain", "distilled"):
        answers = getattr(run, learner)(inputs).argmax(1)
        assert run.accuracies[learner][-1] == (answers == labels).double().mean()


def test_a_teacher_is_trained_first_where_it_is_asked_for():
    teacher = linear(seed=1)
    run = kdcore.distil(teacher, linear(seed=2), made(), train_teacher=True, store=False, **QUICK)

    assert not same(run.teacher, teacher)
    assert len(run.record.teacher_epochs) == 1
    assert run.record.prepared.teacher_source == "trained"


def test_a_teacher_that_has_learned_teaches_with_its_own_answers():
    """The soft loss of the first batch, by hand: one step, nothing learned before it."""
    data, teacher, student = made(), linear(seed=1), linear(seed=2)
    batches = []
    kdcore.distil(
        teacher,
        student,
        data,
        store=False,
        optimizer="gd",
        temperature=3.0,
        weight=1.0,
        on_event=lambda event: batches.append(event) if event.kind == "batch" else None,
        epochs=1,
        device="cpu",
    )
    inputs = given_dataset("tensors", data).data.train.inputs
    with torch.no_grad():
        ours, theirs = ((net(inputs) / 3.0).log_softmax(1) for net in (student, teacher))
    expected = 9.0 * (theirs.exp() * (theirs - ours)).sum(1).mean()

    assert batches[0].students["distilled"].soft_loss == pytest.approx(float(expected), rel=1e-4)


def test_models_of_the_catalogue_may_be_named_instead():
    run = kdcore.distil("mlp:8", "mlp:4", made(), store=False, **QUICK)

    assert run.distilled(torch.zeros(2, 6)).shape == (2, 3)
    assert run.record.prepared.teacher_source == "trained"


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_modules_of_half_precision_are_taken_in_float32(kind):
    run = kdcore.distil(linear().to(kind), linear().to(kind), made(), store=False, **QUICK)

    assert {value.dtype for value in run.distilled.state_dict().values()} == {torch.float32}


class Tokens(nn.Module):
    """Takes whole numbers alone."""

    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(30, width)
        self.last = nn.Linear(width, 2)

    def forward(self, tokens):
        assert tokens.dtype == torch.int64
        assert tokens.shape[1:] == (9,)
        return self.last(self.embedding(tokens).mean(1))


def test_tokens_reach_modules_as_whole_numbers(tmp_path):
    tokens = torch.randint(2, 30, (80, 9), generator=torch.Generator().manual_seed(0))
    run = kdcore.distil(Tokens(8), Tokens(2), (tokens, tokens[:, 0] % 2), store=tmp_path, **QUICK)

    assert run.distilled(tokens[:3]).shape == (3, 2)


def test_inputs_of_any_shape_reach_modules_in_it():
    data = made(shape=(3, 5), classes=2)
    teacher = nn.Sequential(nn.Conv1d(3, 4, 2), nn.Flatten(), nn.Linear(16, 2))
    run = kdcore.distil(teacher, linear(15, 2), data, store=False, **QUICK)

    assert run.distilled(data[0][:2]).shape == (2, 2)


# What data may be


def shades(count=60):
    pixels = torch.randint(0, 256, (count, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    return pixels.byte(), torch.arange(count) % 3


@pytest.mark.parametrize(
    "form",
    [
        lambda inputs, labels: (inputs.numpy(), labels.numpy()),
        lambda inputs, labels: (inputs.tolist(), labels.tolist()),
        lambda inputs, labels: [inputs, labels[:, None]],
        lambda inputs, labels: TensorDataset(inputs, labels),
        lambda inputs, labels: DataLoader(TensorDataset(inputs, labels), batch_size=7),
    ],
)
def test_pairs_data_sets_and_loaders_are_read_alike(form):
    inputs, labels = made(classes=2)
    expected = given_dataset("data", (inputs, labels)).data
    found = given_dataset("data", form(inputs, labels)).data

    assert found.fingerprint == expected.fingerprint


def test_bytes_and_what_was_bytes_are_images_and_networks_get_the_same_numbers():
    pixels, labels = shades()
    as_bytes = given_dataset("data", (pixels, labels)).data
    as_shares = given_dataset("data", (pixels / 255, labels)).data

    assert isinstance(as_shares.kind, Image)
    assert torch.equal(as_bytes.train.inputs, as_shares.train.inputs)
    raw = as_bytes.train.inputs
    assert torch.equal(as_bytes.normalised(raw), raw.float())
    assert torch.equal(as_shares.normalised(raw), raw.float() / 255)


def test_the_kind_of_inputs_may_be_said():
    pixels, labels = shades()
    given = given_dataset("data", (pixels // 16, labels), kind=Image(white=16))
    inputs = given.data.test.inputs

    assert given.data.kind == Image(white=16)
    assert not given.flat
    assert torch.equal(given.data.normalised(inputs), inputs.float())
    refused("given_kind", linear(), linear(), made(), kind=Image())


def test_pixels_that_were_no_bytes_are_numbers():
    pixels, labels = shades()
    given = given_dataset("data", ((pixels / 255 - 0.3) / 0.7, labels))

    assert isinstance(given.data.kind, Features)
    assert given.shape == (1, 4, 4)
    assert given.flat


@pytest.mark.parametrize("asked", [True, (0.25, 0.5), ([0.25], [0.5])])
def test_a_normalisation_is_one_of_the_inputs_as_they_were_brought(asked):
    pixels, labels = shades()
    data = given_dataset("data", (pixels / 255, labels), normalise=asked).data
    shares = data.train.inputs.double() / 255
    mean, std = (shares.mean(), shares.std(correction=0)) if asked is True else (0.25, 0.5)

    assert torch.allclose(
        data.normalised(data.train.inputs).double(), (shares - mean) / std, atol=1e-5
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lambda x, y: x, "given_no_pair"),
        (lambda x, y: None, "given_no_pair"),
        (lambda x, y: (x, y * 10**9), "too_many_classes"),
        (lambda x, y: (x, y, y), "given_no_pair"),
        (lambda x, y: (x, ["a"] * len(y)), "given_unreadable"),
        (lambda x, y: (x[:0], y[:0]), "given_shape"),
        (lambda x, y: (x[:, 0], y), "given_shape"),
        (lambda x, y: (x.cfloat(), y), "given_shape"),
        (lambda x, y: (x, y[:-1]), "given_lengths"),
        (lambda x, y: (x, F.one_hot(y)), "given_lengths"),
        (lambda x, y: (x, y.float()), "given_label_kind"),
        (lambda x, y: (x, y - 1), "given_label_outside"),
        (lambda x, y: (x / (x > 1), y), "given_not_finite"),
        (lambda x, y: (x, y * 0), "one_class"),
        (lambda x, y: (x[:4], y[:4]), "class_too_small"),
    ],
)
def test_data_that_will_not_do_are_refused_in_one_sentence(data, code):
    inputs, labels = made()
    refused(code, linear(), linear(), data(inputs, labels))


def test_labels_beyond_the_names_of_classes_are_refused():
    said = refused("given_label_outside", linear(), linear(), made(), classes=("a", "b"))

    assert "label 2" in said


def test_test_data_of_another_shape_are_refused():
    refused("given_unlike", linear(), linear(), made(), test=made(shape=(5,)))


def test_sparse_inputs_are_taken_as_what_they_say():
    inputs, labels = made()
    run = kdcore.distil(linear(), linear(), (inputs.to_sparse(), labels), store=False, **QUICK)

    assert run.distilled(inputs).shape == (120, 3)


def test_classes_of_one_name_are_told_apart():
    given = given_dataset("data", made(classes=2), classes=("cat", "cat"))

    assert given.data.classes == ("cat", "cat (2)")


@pytest.mark.parametrize("inputs", [torch.full((120, 6), 0.5), torch.full((120, 6), 9)])
def test_what_is_not_of_the_kind_that_is_named_is_refused(inputs):
    words = Text(vocabulary=("", "\N{WHITE SQUARE}", "good"))
    refused("given_kind", Tokens(2), Tokens(2), (inputs, made()[1]), kind=words)


def test_whole_numbers_are_taken_as_a_kind_stores_them():
    words = Text(vocabulary=("", "\N{WHITE SQUARE}", "good"))
    inputs, labels = torch.arange(120)[:, None].expand(-1, 9) % 3, made(classes=2)[1]
    given = given_dataset("data", (inputs, labels), kind=words)

    assert given.data.train.inputs.dtype == torch.int32


def test_the_kind_of_input_is_an_object_of_one():
    assert "str" in refused("given_no_kind", linear(), linear(), made(), kind="image")


@pytest.mark.parametrize("asked", [(0.0, 0.0), (float("nan"), 1.0), 3.0, (1.0,)])
def test_a_normalisation_by_nothing_is_refused(asked):
    refused("given_normalisation_bad", linear(), linear(), made(), normalise=asked)


def test_a_normalisation_of_other_columns_is_refused():
    refused("given_normalisation", linear(), linear(), made(), normalise=([0, 0], [1, 1]))


# What modules may be


class Answers(nn.Module):
    """Gives whatever it was made with."""

    def __init__(self, answer):
        super().__init__()
        self.layer = nn.Linear(6, 3)
        self.answer = answer

    def forward(self, inputs):
        return self.answer(self.layer(inputs))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda logits: (logits,), "module_no_tensor"),
        (lambda logits: {"logits": logits}, "module_no_tensor"),
        (lambda logits: logits.to_sparse(), "module_no_tensor"),
        (lambda logits: logits[:, :2], "module_width"),
        (lambda logits: logits[0], "module_width"),
        (lambda logits: logits / 0, "module_not_finite"),
        (lambda logits: logits.argmax(1, keepdim=True).expand(-1, 3), "module_not_finite"),
        (lambda logits: logits @ logits @ logits, "module_fails"),
    ],
)
@pytest.mark.parametrize("role", ["teacher", "student"])
def test_modules_that_will_not_do_are_refused_before_anything_is_trained(answer, code, role):
    modules = {"teacher": linear(), "student": linear(), role: Answers(answer)}
    said = refused(code, modules["teacher"], modules["student"], made())

    assert f"The {role} Answers" in said


@pytest.mark.parametrize("other", [None, lambda inputs: inputs, nn.Linear])
@pytest.mark.parametrize("role", ["teacher", "student"])
def test_what_is_no_module_is_refused(other, role):
    modules = {"teacher": linear(), "student": linear(), role: other}

    assert role in refused("distil_model", modules["teacher"], modules["student"], made())


@pytest.mark.parametrize(
    "unable", [linear().requires_grad_(False), Answers(lambda logits: logits.detach())]
)
def test_a_student_that_cannot_learn_is_refused_and_may_teach(unable):
    refused("module_learns_nothing", linear(), unable, made())
    refused("module_learns_nothing", unable, linear(), made(), train_teacher=True)

    assert kdcore.distil(unable, linear(), made(), store=False, **QUICK).distilled is not None


def test_a_student_that_cannot_learn_from_one_example_is_refused_where_batches_are_of_one():
    student = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
    said = refused("module_fails", linear(), student, made(), batch_size=1)

    assert "[1, 6]" in said


def test_modules_may_work_in_place_on_what_they_get():
    class InPlace(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 3)

        def forward(self, inputs):
            return self.layer(inputs.mul_(0))

    data = made()
    teachers = [linear(seed=1), InPlace()]
    kdcore.distil(teachers[0], InPlace(), data, store=False, **QUICK)
    runs = [
        kdcore.distil(teacher, linear(), data, weight=0.0, store=False, **QUICK)
        for teacher in teachers
    ]

    assert same(runs[0].distilled, runs[1].distilled)


def test_a_teacher_that_counts_its_answers_is_refused_and_a_student_is_not():
    class Counts(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 3)
            self.register_buffer("answers", torch.zeros(()))

        def forward(self, inputs):
            self.answers += 1
            return self.layer(inputs)

    assert "(answers)" in refused("module_changes", Counts(), linear(), made())
    assert kdcore.distil(linear(), Counts(), made(), store=False, **QUICK).distilled is not None


def test_a_module_that_cannot_be_copied_is_refused():
    class Held(nn.Module):
        def __deepcopy__(self, memo):
            raise TypeError("it holds a lock")

        def forward(self, inputs):
            return inputs[:, :3]

    assert "it holds a lock" in refused("module_no_copy", linear(), Held(), made())


def test_a_module_whose_layers_have_no_size_yet_is_told_to_answer_once():
    lazy = nn.Sequential(nn.LazyLinear(4), nn.Linear(4, 3))
    refused("module_lazy", linear(), lazy, made())
    lazy(made()[0][:1])

    assert kdcore.distil(linear(), lazy, made(), store=False, **QUICK).distilled is not None


def test_a_module_is_one_student_and_not_an_ensemble():
    refused("module_alone", linear(), linear(), made(), ensemble=2)


@pytest.mark.parametrize("name", ["dataset", "teacher_wieghts"])
def test_settings_that_are_none_are_refused(name):
    with pytest.raises(UserError):
        kdcore.distil(linear(), linear(), made(), store=False, **{name: "x"})


def test_a_loss_that_is_no_number_any_more_is_told_as_in_any_run():
    data = made()
    refused("loss_not_finite", linear(), linear(), (data[0] * 1e30, data[1]), optimizer="sgd")


@pytest.mark.parametrize("name", ["module:Net", "module:a.b"])
def test_a_module_of_another_program_is_told_to_be_started_there(name):
    (*_, last) = kdcore.Run(RunConfig(dataset="digits", student=name, teacher="mlp:4", **QUICK))

    assert last.code == "module_elsewhere"


def test_data_of_another_program_are_told_to_be_given_there():
    (*_, last) = kdcore.Run(RunConfig(dataset="given:mine", **QUICK))

    assert last.code == "given_elsewhere"


def test_such_a_run_is_not_tested_on_corrupted_images():
    with pytest.raises(UserError) as caught:
        RobustnessConfig.of("run", RunConfig(dataset="given:mine"))

    assert caught.value.code == "given_elsewhere"


def test_a_given_teacher_may_want_images_of_another_size_and_normalisation():
    pixels, labels = shades()
    wanted = []

    class Sees(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(64, 3)

        def forward(self, inputs):
            wanted.append(inputs)
            return self.layer(inputs.flatten(1))

    own = {"teacher_input_size": 8, "teacher_mean": "0.5", "teacher_std": "0.25"}
    run = kdcore.distil(Sees(), linear(16), (pixels / 255, labels), store=False, **own, **QUICK)

    assert {tuple(one.shape[1:]) for one in wanted} == {(1, 8, 8)}
    assert all(one.abs().max() <= 2.01 for one in wanted)
    assert run.distilled is not None
    data = (pixels / 255, labels)
    refused("teacher_inputs_unused", Sees(), linear(16), data, train_teacher=True, **own)


def test_a_teacher_s_weights_come_from_a_file(tmp_path):
    teacher, student, data = linear(seed=1), linear(seed=2), made()
    other = linear(seed=3)
    state = {f"module.{name}": value for name, value in other.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "t.pt")
    run = kdcore.distil(
        teacher, student, data, teacher_weights=str(tmp_path / "t.pt"), store=False, **QUICK
    )

    assert same(run.teacher, other)
    assert [one.code for one in run.record.prepared.notes] == ["teacher_prefix"]

    del state["module.1.bias"]
    torch.save(state, tmp_path / "t.pt")
    file = {"teacher_weights": str(tmp_path / "t.pt")}
    assert "1.bias" in refused("weights_keys", teacher, student, data, **file)


def test_features_of_modules_are_compared_by_their_names():
    teacher, student = linear(seed=1), linear(seed=2)
    run = kdcore.distil(
        teacher,
        student,
        made(),
        method="hint",
        store=False,
        student_layers="2",
        **QUICK,
        teacher_layers="2",
    )

    assert run.distilled is not None


def test_importing_the_package_does_not_wake_torch():
    done = subprocess.run(
        [sys.executable, "-c", "import kdcore, sys; print('torch' in sys.modules)"],
        capture_output=True,
        text=True,
    )

    assert done.stdout.strip() == "False"
    assert np.all([hasattr(kdcore, name) for name in kdcore.__all__])
