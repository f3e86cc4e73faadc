"""What the learners know of what they do not know, measured once, when a run is over."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from kdcore.catalogue import method_of
from kdcore.data import Dataset, Split
from kdcore.data.unfamiliar import even_places, evenly, other_dataset, unfamiliar_inputs
from kdcore.events import COVERAGES, ConformalScores, UncertaintyScores
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Uncertainty
from kdcore.losses.ensemble_distribution import LARGEST
from kdcore.metrics import (
    adaptive_scores,
    auroc,
    conformal_threshold,
    coverage_range,
    dirichlet_uncertainty,
    ensemble_uncertainty,
    least_ambiguous_scores,
    prediction_sets,
    unfamiliarity_scores,
)
from kdcore.metrics.knowledge import Decomposition
from kdcore.models.ensemble import members_of
from kdcore.store import RunFolder, packed
from kdcore.training.measuring.evaluation import predict_split
from kdcore.training.measuring.snapshots import named
from kdcore.training.randomness import key

FILE = "uncertainty.safetensors"
MOST = 500
"""Inputs of each kind."""
SHOWN = 24
"""Test examples whose sets are kept: half of them at equal distances, half the hardest."""
BINS = 30
"""Of the histograms of a score."""
FLAT = 1e-4
"""Range of the energy below which it says nothing: a forest's logits are logarithms of shares."""


def take_uncertainty(
    folder: RunFolder | None, modules: Mapping[str, nn.Module], data: Dataset, config: RunConfig
) -> Iterator[Uncertainty]:
    """The event, and its arrays into the folder; nothing without one.

    Args:
        folder: of the run.
        modules: by learner, as they answer in the end, on the data's device.
        data: with validation data, by which sets are calibrated, and test data.
        config: its seed draws what is random.
    """
    if folder is None:
        return
    told, arrays = uncertainty_of(modules, data, config)
    folder.write(FILE, packed(arrays))
    yield told


def uncertainty_of(
    modules: Mapping[str, nn.Module], data: Dataset, config: RunConfig
) -> tuple[Uncertainty, dict[str, np.ndarray]]:
    """What ``take_uncertainty`` yields, and the arrays of its file.

    Args:
        modules: see above, as are the others.
        data: see above.
        config: see above.
    """
    unfamiliar = unfamiliar_inputs(data, MOST, key(config.seed, "unfamiliar inputs"))
    offset = method_of(config.method).dirichlet_offset
    learners, arrays = {}, _Examples(data)
    for name, module in modules.items():
        answers = _Answers(
            module,
            data,
            unfamiliar,
            offset if name == "distilled" and config.networks == 1 else None,
        )
        conformal = _conformal(answers, data, key(config.seed, "conformal sets"))
        arrays.add(name, answers, conformal)
        learners[name] = _scores(answers, data, conformal)
    told = Uncertainty(
        arrays=FILE,
        learners=learners,
        inputs={"test": min(MOST, len(data.test.labels))}
        | {kind: len(inputs) for kind, inputs in unfamiliar.items()},
        other_dataset=other_dataset(data) if data.kind.framed else "",
    )
    return told, arrays.arrays


class _Answers:
    """A learner's logits on all that is asked, float64 on the CPU.

    Args:
        module: of the learner.
        data: that it was taught.
        unfamiliar: inputs by kind.
        offset: what is added to exp(z) for the concentrations of its Dirichlet, if it has one.
    """

    def __init__(
        self,
        module: nn.Module,
        data: Dataset,
        unfamiliar: Mapping[str, torch.Tensor],
        offset: float | None,
    ) -> None:
        self._module, self._data, self._offset = module, data, offset
        self.validation = self._logits(module, data.validation.inputs)
        self.test = self._logits(module, data.test.inputs)
        asked = {"test": evenly(data.test.inputs, MOST), **unfamiliar}
        self.kinds = {kind: self._logits(module, inputs) for kind, inputs in asked.items()}
        members = members_of(module)
        self.each = {
            kind: np.stack([self._logits(one, inputs) for one in members])
            if len(members) > 1
            else self.kinds[kind][None]
            for kind, inputs in asked.items()
        }
        """Of each network that the learner is, ``[networks, inputs, classes]``."""
        self.knowledge = {kind: found for kind in asked if (found := self._decomposed(kind))}

    @property
    def source(self) -> str:
        """Of the knowledge."""
        if not self.knowledge:
            return ""
        return "ensemble" if len(members_of(self._module)) > 1 else "dirichlet"

    def scores(self, kind: str) -> dict[str, np.ndarray]:
        """How unfamiliar the inputs of a kind look; the energy is the networks' mean."""
        found = unfamiliarity_scores(self.kinds[kind])
        found["energy"] = unfamiliarity_scores(self.each[kind])["energy"].mean(0)
        if parts := self.knowledge.get(kind):
            found["knowledge"] = parts.knowledge
        return found

    def _decomposed(self, kind: str) -> Decomposition | None:
        if len(self.each[kind]) > 1:
            return ensemble_uncertainty(_softmax(self.each[kind]))
        if self._offset is None:
            return None
        clipped = self.kinds[kind].clip(-LARGEST, LARGEST)
        return dirichlet_uncertainty(np.exp(clipped) + self._offset)

    def _logits(self, module: nn.Module, inputs: torch.Tensor) -> np.ndarray:
        device = self._data.test.labels.device
        labels = torch.zeros(len(inputs), dtype=torch.int64, device=device)
        found = predict_split(module, self._data, Split(inputs.to(device), labels))
        logits: np.ndarray = found.cpu().double().numpy()
        return logits


@dataclass(frozen=True, slots=True)
class _Conformal:
    """Sets of one kind."""

    scores: list[ConformalScores]
    sets: list[np.ndarray]
    """For each coverage ``[test examples, classes]``."""


def _conformal(answers: _Answers, data: Dataset, seed: int) -> dict[str, _Conformal]:
    random = np.random.default_rng(seed)
    parts = {
        split: _softmax(logits)
        for split, logits in (("validation", answers.validation), ("test", answers.test))
    }
    uniform = {split: random.random(len(shares)) for split, shares in parts.items()}
    labels = {
        "validation": data.validation.labels.cpu().numpy(),
        "test": data.test.labels.cpu().numpy(),
    }
    found = {}
    for kind in ("lac", "aps"):
        scores = {
            split: least_ambiguous_scores(shares)
            if kind == "lac"
            else adaptive_scores(shares, uniform[split])
            for split, shares in parts.items()
        }
        calibration = scores["validation"][
            np.arange(len(labels["validation"])), labels["validation"]
        ]
        sets = [
            prediction_sets(scores["test"], conformal_threshold(calibration, coverage))
            for coverage in COVERAGES
        ]
        found[kind] = _Conformal(
            [
                _conformal_scores(coverage, calibration, chosen, labels["test"])
                for coverage, chosen in zip(COVERAGES, sets, strict=True)
            ],
            sets,
        )
    return found


def _conformal_scores(
    coverage: float, calibration: np.ndarray, sets: np.ndarray, labels: np.ndarray
) -> ConformalScores:
    threshold = conformal_threshold(calibration, coverage)
    tested = len(labels)
    sizes = sets.sum(1)
    return ConformalScores(
        coverage=coverage,
        threshold=threshold if math.isfinite(threshold) else None,
        covered=float(sets[np.arange(tested), labels].mean()),
        expected=list(coverage_range(len(calibration), tested, coverage)),
        mean_size=float(sizes.mean()),
        sizes=np.bincount(sizes, minlength=sets.shape[1] + 1).tolist(),
    )


def _scores(
    answers: _Answers, data: Dataset, conformal: Mapping[str, _Conformal]
) -> UncertaintyScores:
    by_kind = {kind: answers.scores(kind) for kind in answers.kinds}
    areas: dict[str, dict[str, list[float]]] = {}
    ranges: dict[str, list[float]] = {}
    histograms: dict[str, dict[str, list[int]]] = {}
    for name in by_kind["test"]:
        together = np.concatenate([scores[name] for scores in by_kind.values()])
        low, high = float(together.min()), float(together.max())
        if name == "energy" and high - low < FLAT:
            continue
        high = high if high > low else low + 1
        ranges[name] = [low, high]
        histograms[name] = {
            kind: np.histogram(scores[name], BINS, (low, high))[0].tolist()
            for kind, scores in by_kind.items()
        }
        areas[name] = {
            kind: list(auroc(by_kind["test"][name], scores[name]))
            for kind, scores in by_kind.items()
            if kind != "test"
        }
    return UncertaintyScores(
        lac=conformal["lac"].scores,
        aps=conformal["aps"].scores,
        auroc=areas,
        score_ranges=ranges,
        histograms=histograms,
        source=answers.source,
        uncertainty=_means(answers, data),
    )


def _means(answers: _Answers, data: Dataset) -> dict[str, list[float]]:
    """Total, data and knowledge, by kind, and of right and wrong answers."""
    if not answers.knowledge:
        return {}
    labels = evenly(data.test.labels, MOST).cpu().numpy()
    right = answers.kinds["test"].argmax(-1) == labels
    groups = {"right": ("test", right), "wrong": ("test", ~right)} | {
        kind: (kind, np.ones(len(logits), dtype=bool))
        for kind, logits in answers.kinds.items()
        if kind != "test"
    }
    return {
        group: [float(part[chosen].mean()) for part in answers.knowledge[kind]]
        for group, (kind, chosen) in groups.items()
        if chosen.any()
    }


class _Examples:
    """Test examples with every learner's sets; the first learner says which are hard."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._places = np.empty(0, np.int64)
        self.arrays: dict[str, np.ndarray] = {}

    def add(self, name: str, answers: _Answers, conformal: Mapping[str, _Conformal]) -> None:
        """A learner's sets: ``NAME_lac`` and ``NAME_aps`` ``[coverages, examples, classes]``."""
        if not self.arrays:
            self._choose(answers)
        for kind, found in conformal.items():
            sets = np.stack([chosen[self._places] for chosen in found.sets])
            self.arrays[f"{name}_{kind}"] = sets.astype(np.uint8)

    def _choose(self, answers: _Answers) -> None:
        size = len(answers.test)
        plain = even_places(size, SHOWN // 2).numpy()
        hardest = np.argsort(_softmax(answers.test).max(-1), kind="stable")
        others = [at for at in hardest.tolist() if at not in set(plain.tolist())]
        self._places = np.concatenate([plain, np.array(others[: SHOWN // 2], np.int64)])
        split = self._data.test.take(
            torch.from_numpy(self._places).to(self._data.test.labels.device)
        )
        self.arrays = named("set", self._data.kind.shown(split.inputs))
        self.arrays["set_labels"] = split.labels.cpu().numpy()


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(-1, keepdims=True)
    return shares
