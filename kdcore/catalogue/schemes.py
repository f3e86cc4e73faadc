"""Ways to arrange the teaching, whatever the method: each is a setting of a run."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """An arrangement of teachers, students, examples or steps."""

    title: str
    source: str
    settings: dict[str, Any]
    """Settings that make a run one, as an example."""


SCHEMES = {
    "several_teachers": Scheme(
        title="Several teachers: mean of their losses",
        source="You et al.: Learning from Multiple Teacher Networks, 2017",
        settings={"teacher": "mlp:256,128 + mlp:64", "teacher_shares": "2,1"},
    ),
    "teacher_ensemble": Scheme(
        title="Several teachers: mean of their probabilities or logits",
        source="Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015",
        settings={"teacher": "mlp:256,128 + mlp:64", "teacher_mixing": "probabilities"},
    ),
    "entropy_weights": Scheme(
        title="Several teachers: weighted by entropy",
        source="Kwon et al.: Adaptive Knowledge Distillation Based on Entropy, 2020",
        settings={"teacher": "mlp:256,128 + mlp:64", "teacher_mixing": "entropy"},
    ),
    "confidence_weights": Scheme(
        title="Several teachers: weighted by confidence in the label",
        source=("Zhang, Chen, Wang: Confidence-Aware Multi-Teacher Knowledge Distillation, 2022"),
        settings={"teacher": "mlp:256,128 + mlp:64", "teacher_mixing": "confidence"},
    ),
    "assistants": Scheme(
        title="Teacher assistants",
        source="Mirzadeh et al.: Improved Knowledge Distillation via Teacher Assistant, 2020",
        settings={"assistants": "mlp:64 + mlp:32"},
    ),
    "generations": Scheme(
        title="Born-again networks: generations of one model",
        source="Furlanello et al.: Born-Again Neural Networks, 2018",
        settings={"teacher": "mlp:16", "student": "mlp:16", "assistants": "mlp:16 + mlp:16"},
    ),
    "ensemble": Scheme(
        title="One teacher, ensembles as students",
        source=(
            "Lakshminarayanan, Pritzel, Blundell: Simple and Scalable Predictive Uncertainty "
            "Estimation using Deep Ensembles, 2017"
        ),
        settings={"ensemble": 4},
    ),
    "combined": Scheme(
        title="Several methods combined, with weights",
        source=(
            "Tian, Krishnan, Isola: Contrastive Representation Distillation, 2020 "
            "(feature methods combined with soft targets)"
        ),
        settings={"also": "100*hint + relational"},
    ),
    "schedules": Scheme(
        title="Schedules of T, λ and learning rate, with warm-up",
        source="Jafari et al.: Annealing Knowledge Distillation, 2021",
        settings={"temperature_schedule": "linear:1", "weight_schedule": "warmup:2"},
    ),
    "mixup": Scheme(
        title="Mixup, the same for teacher and student",
        source=(
            "Beyer et al.: Knowledge distillation: A good teacher is patient and consistent, 2022"
        ),
        settings={"mixup": 1.0},
    ),
    "unlabelled": Scheme(
        title="Unlabelled examples",
        source="Bucilă, Caruana, Niculescu-Mizil: Model Compression, 2006",
        settings={"unlabelled": 0.9},
    ),
    "domain_adaptation": Scheme(
        title="Domain adaptation: the teacher labels unlabelled target data",
        source=(
            "Nguyen-Meidine et al.: Knowledge Distillation Methods for Efficient Unsupervised "
            "Adaptation Across Multiple Domains, 2021"
        ),
        settings={"target": "rotated:degrees=30", "alignment": "none"},
    ),
    "dropped_classes": Scheme(
        title="Held-out classes",
        source="Hinton, Vinyals, Dean 2015, section 3",
        settings={"drop_classes": "3"},
    ),
    "patience": Scheme(
        title="Early stopping on validation data",
        source="Prechelt: Early Stopping - But When?, 1998",
        settings={"patience": 3, "epochs": 100},
    ),
}
