"""Several teachers, assistants, ensembles, mutual learning, further terms, mixed labels."""

import math

import pytest
import torch
from safetensors.torch import load_file
from support.trained import events_of, of_kind, watch_trainer, without_clocks

from kdcore import Run, RunConfig
from kdcore.catalogue import METHODS
from kdcore.commands import Retune
from kdcore.data import Mixer, label_weights, labelled, noisy_labels
from kdcore.errors import UserError
from kdcore.events import Failed, Retuned, TeacherEpoch
from kdcore.job import Job
from kdcore.jobs.run.config import parse_shares
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Snapshot
from kdcore.jobs.sweep.config import SweepConfig, all_methods
from kdcore.losses import soft_target_kl
from kdcore.models.build import build_model
from kdcore.models.ensemble import EnsembleModel
from kdcore.store import Store, recorded
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.grid.group import loaded
from kdcore.training.measuring.ensembles import disagreement, majority
from kdcore.training.objective.teacher_mixture import TeacherMixture
from kdcore.training.objective.terms import StudentSpec, Terms, step_controls_of
from kdcore.training.weights.modules import load_module, saved_model

SMALL = RunConfig(
    dataset="digits",
    teacher="mlp:24",
    student="mlp:8",
    teacher_epochs=2,
    epochs=2,
    weight=0.4,
    transfer_size=320,
    device="cpu",
)
THREE = SMALL.replace(teacher="mlp:24 + mlp:16 + mlp:24")
MIXINGS = ("losses", "logits", "probabilities", "entropy", "confidence")
EVERYTHING = [
    pytest.param(config, id=name)
    for name, config in {
        **{
            f"three teachers by {mixing}": THREE.replace(teacher_mixing=mixing)
            for mixing in MIXINGS
        },
        "shares": THREE.replace(teacher_shares="3,2,1"),
        "a forest among the teachers": SMALL.replace(teacher="forest:4,4 + mlp:16", method="dkd"),
        "an assistant of a forest": SMALL.replace(teacher="forest:4", assistants="mlp:12"),
        "assistants": SMALL.replace(assistants="mlp:16 + mlp:12"),
        "generations": SMALL.replace(assistants="mlp:8 + mlp:8"),
        "teachers and an assistant": THREE.replace(assistants="mlp:12", teacher_shares="1,2,3"),
        "ensemble": SMALL.replace(ensemble=3),
        "mutual": SMALL.replace(method="mutual"),
        "mutual of three": SMALL.replace(method="mutual", ensemble=3),
        "hint beside kd": SMALL.replace(also="10*hint"),
        "three terms": SMALL.replace(method="hint", also="2*relational:angle=10 + dkd:beta=2"),
        "noise beside dkd": SMALL.replace(method="dkd", also="0.5*noisy_inputs:noise=0.2"),
        "mixup": SMALL.replace(mixup=1),
        "mixup of images": SMALL.replace(mixup=0.5, augment="shift", student="convnet:4"),
        "unlabelled": SMALL.replace(unlabelled=0.7),
        "unlabelled and mixed": SMALL.replace(unlabelled=0.7, mixup=1, method="dkd"),
        "patience": SMALL.replace(patience=5),
        "the whole set at once": SMALL.replace(optimizer="gd", lr=0.1),
    }.items()
]


@pytest.mark.parametrize("config", EVERYTHING)
def test_every_active_term_pulls_and_the_teacher_stays_as_it_was(config, monkeypatch):
    seen = watch_trainer(monkeypatch)
    events = events_of(config)
    for event in of_kind(events, Batch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.hard_gradient > 0
        assert distilled.soft_gradient > 0
        beside = sum(value for name, value in distilled.measures.items() if name.endswith("_term"))
        assert distilled.loss == pytest.approx(
            0.6 * distilled.hard_loss + 0.4 * distilled.soft_loss + beside, rel=1e-5
        )
        assert plain.soft_gradient == plain.soft_loss == 0
        assert plain.loss == pytest.approx(plain.hard_loss)
    trainer, before, steps = seen[-1]
    assert steps
    for name, value in trainer.teacher.module.state_dict().items():
        assert torch.equal(value, before[name]), name


@pytest.mark.parametrize("config", EVERYTHING)
def test_the_same_seed_tells_the_same_events_bit_for_bit(config):
    one, two = (
        [without_clocks(event.to_dict()) for event in events_of(config.replace(epochs=1))]
        for _ in "ab"
    )
    assert one == two


@pytest.mark.parametrize("config", EVERYTHING)
def test_without_weight_the_distilled_student_is_the_plain_one(config):
    for event in of_kind(events_of(config.replace(weight=0, also="")), Epoch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.train_loss == pytest.approx(plain.train_loss, rel=1e-6)
        assert distilled.test_errors == plain.test_errors


# -- several teachers ------------------------------------------------------------------------


@pytest.mark.parametrize("mixing", MIXINGS)
def test_each_teacher_is_told_of_with_its_weight(mixing):
    events = events_of(THREE.replace(teacher_mixing=mixing))
    (prepared,) = of_kind(events, Prepared)
    assert [(one.role, one.model) for one in prepared.teachers] == [
        ("teacher 1", "mlp:24"),
        ("teacher 2", "mlp:16"),
        ("teacher 3", "mlp:24"),
        ("together", "probabilities"),
        ("together", "logits"),
    ]
    *_, probabilities, logits = prepared.teachers
    assert prepared.teacher == (logits if mixing == "logits" else probabilities).scores
    assert probabilities.scores != logits.scores
    # two of one model have different starts
    assert prepared.teachers[0].scores != prepared.teachers[2].scores
    weights = [
        [
            value
            for name, value in event.students["distilled"].measures.items()
            if name.startswith("teacher_weight")
        ]
        for event in of_kind(events, Batch)
    ]
    for own in filter(None, weights):
        assert sum(own) == pytest.approx(1)
        even = own == pytest.approx([1 / 3] * 3)
        assert even == (mixing in ("losses", "logits", "probabilities"))


def test_what_is_heard_of_several_teachers():
    """Against one example at a time."""
    each = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).double()
    labels = torch.arange(8).reshape(2, 4) % 5
    temperature = torch.tensor([1.0, 4.0], dtype=torch.float64)
    shares = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
    for mixing in MIXINGS:
        mixture = TeacherMixture(mixing, [2.0, 1.0, 1.0])
        pieces = list(mixture.targets(each, labels, temperature))
        assert sum(share for share, _ in pieces) == pytest.approx(1)
        weights = mixture.weights(each, labels, temperature)
        assert weights.shape == (2, 2, 3, 4)
        torch.testing.assert_close(weights.sum(2), torch.ones(2, 2, 4).double())
        if mixing == "losses":
            assert [share for share, _ in pieces] == pytest.approx(shares.tolist())
            for at, (_, logits) in enumerate(pieces):
                torch.testing.assert_close(logits[:, 0], each[:, at])
            continue
        ((_, logits),) = pieces
        for seed in range(2):
            for member, t in enumerate(temperature.tolist()):
                for row in range(4):
                    own = each[seed, :, row]
                    if mixing == "logits":
                        torch.testing.assert_close(logits[seed, 0, row], shares @ own)
                        continue
                    expected = weights[seed, member, :, row] @ (own / t).softmax(-1)
                    torch.testing.assert_close(
                        (logits[seed, member, row] / t).softmax(-1), expected
                    )


def test_the_mean_of_losses_and_of_probabilities_teach_alike_and_that_of_logits_otherwise():
    base = THREE.replace(weight=1, epochs=8, temperature=1)
    ends = {
        mixing: of_kind(events_of(base.replace(teacher_mixing=mixing)), Finished)[-1]
        for mixing in MIXINGS[:3]
    }
    nll = {mixing: end.students["distilled"].nll for mixing, end in ends.items()}

    assert nll["losses"] == pytest.approx(nll["probabilities"], rel=1e-3)
    assert nll["losses"] != pytest.approx(nll["logits"], rel=1e-3)


def test_the_weight_of_a_teacher_that_counts_nothing_almost_is_gone():
    one = of_kind(events_of(SMALL.replace(weight=1)), Epoch)[-1].students["distilled"]
    two = SMALL.replace(teacher="mlp:24 + mlp:16", teacher_shares="1,0.000001", weight=1)
    both = of_kind(events_of(two), Epoch)[-1].students["distilled"]

    assert both.soft_loss == pytest.approx(one.soft_loss, rel=1e-3)


def test_each_teacher_is_found_again_in_the_cache(tmp_path):
    store = Store(tmp_path)

    def run(config):
        folder = store.create(config)
        return list(recorded(Run(config, folder), folder))

    run(SMALL)
    second = run(THREE)
    assert {event.learner for event in of_kind(second, TeacherEpoch)} == {"teacher 2", "teacher 3"}
    third = run(THREE.replace(teacher_mixing="entropy"))
    assert not of_kind(third, TeacherEpoch)
    assert of_kind(third, Prepared)[0].teacher_source == "cached"


def test_a_committee_comes_back_from_its_file(tmp_path):
    config = THREE.replace(teacher_shares="3,1,1")
    folder = Store(tmp_path).create(config)
    first = list(recorded(Run(config, folder), folder))
    path = folder.path / of_kind(first, Finished)[0].weights["teacher"]
    folder = Store(tmp_path).create(config)
    other = config.replace(teacher="mlp:1 + mlp:2 + mlp:3", teacher_weights=str(path))
    again = list(recorded(Run(other, folder), folder))
    copied = folder.path / of_kind(again, Finished)[0].weights["teacher"]

    assert saved_model(copied) == saved_model(path) == config.teacher
    assert isinstance(load_module(path, loaded(config, None)), EnsembleModel)
    assert of_kind(again, Prepared)[0].teacher == of_kind(first, Prepared)[0].teacher
    assert of_kind(again, Finished)[0].students == of_kind(first, Finished)[0].students


def test_a_committee_that_is_loaded_keeps_its_shares(tmp_path):
    """How its members' answers meet is the run's choice; who counts how much is the file's."""
    config = SMALL.replace(teacher="mlp:24 + mlp:4", teacher_shares="9,1", teacher_mixing="logits")
    folder = Store(tmp_path).create(config)
    (*_, end) = recorded(Run(config, folder), folder)
    path = folder.path / end.weights["teacher"]
    other = config.replace(teacher_weights=str(path), teacher_shares="")
    data = loaded(config, None)
    module = load_module(path, data).eval()
    with torch.no_grad():
        answers = module(data.normalised(data.test.inputs)).argmax(-1)

    assert int((answers != data.test.labels).sum()) == end.teacher.test_errors
    assert of_kind(events_of(other), Prepared)[0].teacher == end.teacher


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"method": "hint"}, "name one teacher"), ({"student": "forest:5"}, "teacher_weights")],
)
def test_a_committee_of_a_file_must_suit_the_run(tmp_path, changes, sentence):
    folder = Store(tmp_path).create(THREE)
    (*_, end) = recorded(Run(THREE, folder), folder)
    path = folder.path / end.weights["teacher"]
    (*_, last) = events_of(SMALL.replace(teacher_weights=str(path), **changes))

    assert isinstance(last, Failed)
    assert sentence in last.error
    assert not last.details


def test_only_who_hears_the_teachers_one_by_one_has_weights_of_them():
    for method, hears in (("dkd", True), ("adversarial", False), ("mutual", False)):
        measures = {
            name
            for event in of_kind(events_of(THREE.replace(method=method)), Batch)
            for name in event.students["distilled"].measures
        }
        assert ("teacher_weight_1" in measures) == hears


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"teacher_shares": "1,2"}, "there are 3 teachers"),
        ({"teacher_shares": "1,0,2"}, "teacher_shares is 0"),
        ({"method": "hint"}, "name one teacher"),
        ({"also": "hint"}, "name one teacher"),
        ({"method": "hint", "assistants": "mlp:8"}, "name one teacher"),
        ({"student_start": "teacher"}, "no layers of the same name"),
        ({"method": "adversarial", "teacher_mixing": "entropy"}, "does not use each teacher"),
        ({"teacher": "mlp:24 + mpl:3"}, "Did you mean 'mlp'"),
    ],
)
def test_what_several_teachers_cannot_do_is_said(changes, sentence):
    with pytest.raises(UserError, match=sentence):
        THREE.replace(**changes)


def test_shares_are_written_in_one_way():
    assert (
        SMALL.replace(teacher="mlp:8+mlp:9", teacher_shares=" 2, 1.50 ").teacher_shares == "2,1.5"
    )
    assert parse_shares("") == ()


# -- assistants ------------------------------------------------------------------------------


def test_an_assistant_teaches_instead_of_the_teacher(tmp_path):
    config = SMALL.replace(assistants="mlp:16")
    folder = Store(tmp_path).create(config)
    events = list(recorded(Run(config, folder), folder))
    (prepared,) = of_kind(events, Prepared)
    teacher, assistant = prepared.teachers

    assert (assistant.role, assistant.model) == ("assistant 1", "mlp:16")
    assert prepared.teacher == assistant.scores != teacher.scores
    epochs = [event for event in of_kind(events, TeacherEpoch) if event.learner == "assistant 1"]
    assert [event.epoch for event in epochs] == [1, 2]
    assert epochs[-1].test_accuracy == assistant.scores.test_accuracy
    # it is kept as what it is
    path = folder.path / of_kind(events, Finished)[0].weights["teacher"]
    assert saved_model(path) == "mlp:16"
    # the plain student does not notice
    without = of_kind(events_of(SMALL), Finished)[0]
    assert of_kind(events, Finished)[0].students["plain"].nll == without.students["plain"].nll


def test_a_generation_is_not_its_own_child():
    """Each begins from other weights, so that the first is not the second."""
    (prepared,) = of_kind(events_of(SMALL.replace(assistants="mlp:8 + mlp:8")), Prepared)
    _, one, two = prepared.teachers

    assert one.scores != two.scores


# -- ensembles -------------------------------------------------------------------------------


def test_the_first_network_of_an_ensemble_is_the_student_of_a_single_run():
    alone = of_kind(events_of(SMALL), Finished)[0].students
    (*_, last) = of_kind(events_of(SMALL.replace(ensemble=3)), Epoch)
    for name in ("plain", "distilled"):
        accuracies = last.ensembles[name].test_accuracies
        assert accuracies[0] == pytest.approx(alone[name].test_accuracy)
        assert len(set(accuracies)) > 1
        assert 0 < last.ensembles[name].disagreement < 1


def test_an_ensemble_is_saved_as_what_it_answered(tmp_path):
    config = SMALL.replace(ensemble=3)
    folder = Store(tmp_path).create(config)
    (*_, end) = recorded(Run(config, folder), folder)
    data = loaded(config, None)
    module = load_module(folder.path / end.weights["distilled"], data).eval()
    with torch.no_grad():
        answers = module(data.normalised(data.test.inputs)).argmax(-1)

    assert isinstance(module, EnsembleModel)
    assert int((answers != data.test.labels).sum()) == end.students["distilled"].test_errors


def test_an_ensemble_does_not_begin_alike():
    with pytest.raises(UserError, match="stay identical"):
        SMALL.replace(ensemble=2, student_start="teacher", student="mlp:24")


def test_votes_are_counted_and_a_draw_goes_to_the_surer():
    logits = torch.tensor(
        [[[3.0, 0, 0], [2, 0, 0]], [[0, 1, 0], [0, 9, 0]], [[0, 2, 0], [0, 0, 1]]]
    )
    answers = logits.argmax(-1)

    assert majority(answers, logits).tolist() == [1, 1]
    assert disagreement(answers) == pytest.approx((2 + 3) / 6)
    assert disagreement(answers[:1].expand(3, -1)) == 0


def test_students_of_a_sweep_are_ensembles_too(tmp_path):
    base = SMALL.replace(ensemble=2)
    sweep = SweepConfig(
        base=base, temperatures=(4,), weights=(0.4, 0.9), seeds=(0, 1), methods=("kd", "mutual")
    )
    folder = Store(tmp_path).create(sweep)
    for _ in recorded(Job(sweep, folder, executor="joint"), folder):
        pass
    for cell, config in enumerate(sweep.cells):
        events = folder.cell(cell).events()
        (alone,) = of_kind(events_of(config), Finished)
        (together,) = of_kind(events, Finished)
        for name in ("plain", "distilled"):
            assert together.students[name].nll == pytest.approx(alone.students[name].nll, rel=1e-3)
        assert of_kind(events, Epoch)[-1].ensembles["distilled"].test_accuracies == pytest.approx(
            of_kind(events_of(config), Epoch)[-1].ensembles["distilled"].test_accuracies, abs=0.01
        )
        weights = load_file(folder.cell(cell).path / together.weights["distilled"])
        assert any(name.startswith("members.1.") for name in weights)


def test_mutual_learning_joins_the_comparison_of_methods():
    assert "mutual" in all_methods(SMALL)


# -- mutual learning -------------------------------------------------------------------------


def test_a_network_hears_its_peers_and_leaves_them_alone():
    logits = torch.randn(1, 6, 5, 4, generator=torch.Generator().manual_seed(0)).double()
    labels = torch.zeros(1, 5, dtype=torch.int64)
    given = BatchTargets(labels, labels, torch.zeros(1, 1, 5, 4).double())
    members = [StudentSpec("mutual", 2.0, 0.5, 0.1, start=start) for start in range(3)] * 2
    terms = Terms(members, networks=3)
    step_controls = step_controls_of(members, "additive", torch.device("cpu"))
    _, soft, _ = terms.values(logits, given, step_controls)
    _, gradients = terms.gradients(logits, given, step_controls)
    for net in range(6):
        peers = [other for other in range(net // 3 * 3, net // 3 * 3 + 3) if other != net]
        own = logits[0, net].clone().requires_grad_()
        expected = sum(soft_target_kl(own, logits[0, peer], 2.0) for peer in peers) / 2
        expected.backward()
        assert soft[0, net].item() == pytest.approx(expected.item())
        torch.testing.assert_close(gradients[0, net], 0.5 * own.grad)


# -- several terms ---------------------------------------------------------------------------


def test_the_weight_of_a_further_term_turns_during_the_run():
    run = Run(SMALL.replace(also="10*hint + 0.5*logit_mse", epochs=2))
    seen = []
    for event in run:
        seen.append(event)
        if isinstance(event, Epoch) and event.epoch == 1:
            run.controls.send(Retune("hint_weight", 0.0))
    (turn,) = of_kind(seen, Retuned)
    after = [
        event.students["distilled"].measures
        for event in of_kind(seen, Batch)
        if event.position > turn.position
    ]

    assert (turn.name, turn.previous, turn.value) == ("hint_weight", 10, 0)
    assert all(measures["hint_term"] == 0 < measures["logit_mse_term"] for measures in after)


def test_a_term_beside_pulls_as_it_does_alone():
    """kd with λ = 0 and a further kd-like term is that method with additive mixing."""
    alone = SMALL.replace(method="reverse_kl", mixing="additive", weight=0.7)
    beside = SMALL.replace(method="kd", mixing="additive", weight=0, also="0.7*reverse_kl")
    one, two = (
        of_kind(events_of(each), Finished)[0].students["distilled"] for each in (alone, beside)
    )

    assert two.nll == pytest.approx(one.nll, rel=1e-4)
    inside = SMALL.replace(method="hint", mixing="additive", weight=3)
    beside = SMALL.replace(method="kd", mixing="additive", weight=0, also="3*hint")
    one, two = (
        of_kind(events_of(each), Finished)[0].students["distilled"] for each in (inside, beside)
    )
    assert two.nll == pytest.approx(one.nll, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"also": "kd"}, "lists kd twice"),
        ({"also": "hint + 2*hint"}, "lists hint twice"),
        ({"also": "3*hard"}, "cannot be combined"),
        ({"also": "mutual"}, "cannot be combined"),
        ({"also": "x*hint"}, "also"),
        ({"also": "-1*hint"}, "also"),
        ({"also": "hnit"}, "Did you mean 'hint'"),
        ({"method": "hard", "also": "hint"}, "no soft term"),
        ({"also": "attention_transfer"}, "convolutional"),
    ],
)
def test_terms_that_do_not_go_together_are_said(changes, sentence):
    with pytest.raises(UserError, match=sentence):
        SMALL.replace(**changes)


def test_terms_are_written_in_one_way():
    assert SMALL.replace(also=" hint+ 0.50 * dkd:beta=8 ").also == "1*hint + 0.5*dkd"


# -- the transfer set ------------------------------------------------------------------------


def test_hidden_labels_ask_for_nothing_and_the_others_for_their_mean():
    kept = labelled(10, 0.3, seed=5)
    weights = label_weights(kept)

    assert int(kept.sum()) == 7
    assert weights[~kept].count_nonzero() == 0
    assert weights[kept].tolist() == pytest.approx([10 / 7] * 7)
    assert label_weights(torch.zeros(3, dtype=torch.bool)).count_nonzero() == 0


def test_without_any_label_the_teacher_alone_teaches():
    config = SMALL.replace(unlabelled=1, weight=1, epochs=12)
    (end,) = of_kind(events_of(config), Finished)
    (start,) = of_kind(events_of(config.replace(epochs=1, lr=1e-7)), Finished)

    assert end.students["plain"].nll == pytest.approx(start.students["plain"].nll, rel=1e-3)
    assert end.students["distilled"].test_accuracy > 0.5
    assert end.students["plain"].hard_loss == 0


def test_hidden_labels_are_not_those_that_are_wrong():
    """Each is drawn by itself: about the product of the shares is both."""
    labels = torch.arange(4_000) % 10
    wrong = noisy_labels(labels, 10, 0.3, seed=4) != labels
    hidden = ~labelled(4_000, 0.4, seed=4)

    assert (wrong & hidden).double().mean() == pytest.approx(0.12, abs=0.02)


def test_labels_of_unlabelled_examples_reach_no_student():
    """Wrong ones make no difference."""
    hidden = SMALL.replace(unlabelled=1, method="dkd")
    clean, noisy = (
        of_kind(events_of(each), Finished)[0].students["distilled"].nll
        for each in (hidden, hidden.replace(label_noise=0.9))
    )

    assert clean == noisy


@pytest.mark.parametrize("method", ["virtual_teacher", "label_smoothing"])
def test_a_control_without_a_teacher_learns_alike_from_whatever_teacher(method):
    """Of examples without a label it has no answer of the teacher in the label's place."""
    control = SMALL.replace(unlabelled=0.7, method=method, also="")
    one, other = (
        of_kind(events_of(control.replace(teacher=teacher)), Finished)[0]
        for teacher in ("mlp:24", "mlp:2")
    )

    assert one.teacher.test_accuracy != other.teacher.test_accuracy
    for name in ("plain", "distilled"):
        assert one.students[name].nll == other.students[name].nll
    assert one.students["plain"].nll != one.students["distilled"].nll


@pytest.mark.parametrize("method", ["virtual_teacher", "label_smoothing"])
def test_a_control_without_a_teacher_and_without_labels_learns_nothing(method):
    (end,) = of_kind(events_of(SMALL.replace(unlabelled=1, method=method, weight=1)), Finished)

    assert end.students["distilled"].soft_loss == 0
    assert end.students["distilled"].nll == end.students["plain"].nll


def test_a_mixture_is_what_its_share_says():
    mixer = Mixer(1.0)
    inputs, targets = torch.eye(6), torch.eye(6)
    mixed, asked = mixer.mixed(inputs, targets, 3)

    assert torch.equal(mixed, asked)
    assert mixed.sum(-1).tolist() == pytest.approx([1.0] * 6)
    own = mixed.diagonal()
    assert ((own >= 0.5) & (own <= 1)).all()
    assert (own < 1).any()


def test_mixed_inputs_are_shown_to_the_teacher_too():
    (*_, last) = Run(SMALL.replace(mixup=1, teacher_outputs="once"))

    assert isinstance(last, Failed)
    assert "changes every batch at random" in last.error


# -- patience --------------------------------------------------------------------------------


def test_a_run_ends_when_nobody_gets_better(tmp_path):
    config = SMALL.replace(patience=2, epochs=60, lr=0.05)
    folder = Store(tmp_path).create(config)
    events = list(recorded(Run(config, folder), folder))
    epochs, end = of_kind(events, Epoch), events[-1]
    best = max(end.best_epochs.values())

    assert len(epochs) == best + 2 < 60
    for name, number in end.best_epochs.items():
        history = [event.students[name].validation_accuracy for event in epochs]
        assert history[number - 1] == max(history)
        assert end.students[name] == epochs[number - 1].students[name]
        data = loaded(config, None)
        module = load_module(folder.path / end.weights[name], data).eval()
        with torch.no_grad():
            answers = module(data.normalised(data.test.inputs)).argmax(-1)
        assert int((answers != data.test.labels).sum()) == end.students[name].test_errors


def test_what_is_looked_at_in_the_end_is_what_was_kept(tmp_path):
    config = SMALL.replace(patience=2, epochs=60, lr=0.05)
    folder = Store(tmp_path).create(config)
    events = list(recorded(Run(config, folder), folder))
    snapshot, end = of_kind(events, Snapshot)[-1], events[-1]

    assert snapshot.epoch == end.epochs
    for name, scores in end.students.items():
        right = sum(row[at] for at, row in enumerate(snapshot.learners[name].confusion))
        assert end.students[name].test_errors == 360 - right
        assert snapshot.learners[name].calibration["ece"] == pytest.approx(scores.ece, abs=1e-6)


def test_a_sweep_gives_all_students_the_same_epochs():
    for changes in ({"patience": 3}, {"assistants": "mlp:8"}):
        with pytest.raises(UserError, match="same epochs with the same teacher"):
            SweepConfig(base=SMALL.replace(**changes))


def test_methods_without_a_teacher_take_no_assistants():
    with pytest.raises(UserError, match="uses no teacher"):
        SMALL.replace(method="mutual", assistants="mlp:8")


def test_several_networks_start_differently():
    ensemble = build_model("mlp:4 + mlp:4", (8,), 3, 0)
    first, second = (member.state_dict() for member in ensemble.members)

    assert not all(torch.equal(first[name], second[name]) for name in first)
    assert METHODS["mutual"].acts_on == "peers"
    assert math.isclose(float(ensemble.shares.sum()), 1)
