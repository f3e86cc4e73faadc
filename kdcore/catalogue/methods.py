"""Ways to use a teacher: the soft term of the loss, its sliders, its formula and its source."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

ATTACKS = ("attacks_on_labels", "attacks_on_soft_labels")
"""What methods act on that answer attacked inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSetting:
    """A number of a method's own; it may change during a run."""

    symbol: str
    """In the formula."""
    help: str
    default: float
    low: float
    high: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to use the teacher: the soft term of the loss."""

    title: str
    formula: str
    """The soft term in LaTeX, a sum in brackets; empty for a method without a soft term."""
    source: str
    loss: str
    """Dotted path ``module:function``; empty for a method without a soft term.

    The function is given what its parameters name: ``student_logits``, ``teacher_logits``,
    ``labels``, ``label_weights`` (what each example counts, 0 where its label is hidden),
    ``temperature`` and the method's own settings; where it acts on several teachers
    ``each_teacher_logits`` and ``teacher_shares`` instead; where it acts on features or inputs
    ``student_features`` and ``teacher_features``, ``student_gradients`` and ``teacher_gradients``
    (of the label's logit at the input), ``noisy_student_logits`` and ``noisy_teacher_logits``,
    ``generated_student_logits`` and ``generated_teacher_logits``, ``attacked_student_logits``, or
    ``discriminator_logits``; where it shuffles classes ``class_orders``.
    """
    uses_temperature: bool
    acts_on: str = "logits"
    """``logits``, those of ``peers`` instead of a teacher's, or what else it looks at: how several
    ``teachers`` differ, ``features``, ``input_gradients``, ``noisy_inputs``, ``attacks_on_labels``
    or ``attacks_on_soft_labels``, a ``discriminator``, ``generated_inputs``, a
    ``learned_temperature``, the student's own ``moving_average``."""
    feature_layers: str = ""
    """Where features are taken unless layers are named: at the ``middle`` stage, at ``maps`` of all
    stages, at the last as a ``last_map``, or there ``pooled`` over the plane."""
    adapter: str = ""
    """Dotted path of a module that brings the student's features to the teacher's shape."""
    factor: float = 1.0
    """What multiplies the loss, so that λ is of the order of 1."""
    has_t2: bool = False
    """Whether the loss carries a factor T²."""
    shuffles_classes: bool = False
    """Whether it asks for an order of the classes for each example."""
    gradient: str = ""
    """Dotted path of the loss's gradient at the logits in closed form, where there is one."""
    settings: dict[str, MethodSetting] = field(default_factory=dict)
    measures: str = ""
    """Dotted path of a function like the loss that gives named numbers to watch it by."""
    panel: str = ""
    """The dashboard's chart of these numbers."""
    pictures: str = ""
    """Its chart of what is kept of the method after each epoch."""
    dirichlet_offset: float | None = None
    """The student's logits z are a Dirichlet of concentrations exp(z) + this; ``None`` where its
    answer is a softmax and no more."""
    in_numbers: str = ""
    """The formula with ``{names}`` of settings, ``temperature`` and measures to be filled in."""
    published: dict[str, Any] = field(default_factory=dict)
    """Settings of a run as the authors have them, as far as they are the method's."""

    @property
    def needs_graph(self) -> bool:
        """Whether it looks at more than logits."""
        return self.acts_on not in ("logits", "peers", "teachers")

    @property
    def needs(self) -> str:
        """The property that an ``InputKind`` must have for it; empty where any will do."""
        if self.acts_on == "generated_inputs":
            return "linear"
        on_inputs = ("input_gradients", "noisy_inputs", *ATTACKS)
        return "differentiable" if self.acts_on in on_inputs else ""

    @property
    def asks_answers_alone(self) -> bool:
        """Whether a teacher that only answers will do, without features and gradients."""
        return self.acts_on in (
            "logits",
            "peers",
            "teachers",
            "noisy_inputs",
            *ATTACKS,
            "discriminator",
            "learned_temperature",
            "moving_average",
        )

    @property
    def has_own_teacher(self) -> bool:
        """Whether it learns from networks that grow up with the student, and not from a teacher."""
        return self.acts_on in ("peers", "moving_average")

    def load(self) -> Callable[..., Any]:
        """The loss function itself (imports torch)."""
        return resolve_name(self.loss)  # type: ignore[no-any-return]

    def load_gradient(self) -> Callable[..., Any]:
        """The closed-form gradient (imports torch)."""
        return resolve_name(self.gradient)  # type: ignore[no-any-return]

    def load_adapter(self) -> Callable[..., Any]:
        """The class of its adapters (imports torch)."""
        return resolve_name(self.adapter)  # type: ignore[no-any-return]

    def load_measures(self) -> Callable[..., Any]:
        """The function that measures (imports torch)."""
        return resolve_name(self.measures)  # type: ignore[no-any-return]


def _weight(symbol: str, help: str, default: float, high: float = 16.0) -> MethodSetting:
    return MethodSetting(symbol=symbol, help=help, default=default, low=0.0, high=high, step=0.5)


def _skew(help: str) -> MethodSetting:
    return MethodSetting(symbol="α", help=help, default=0.1, low=0.0, high=0.9, step=0.05)


def _attack() -> dict[str, MethodSetting]:
    """Settings of the attack that a robust student learns against."""
    return {
        "epsilon": MethodSetting(
            symbol="ε",
            help="largest change of an input by the attack, as a share of its range",
            default=0.03,
            low=0.0,
            high=0.3,
            step=0.01,
        ),
        "steps": MethodSetting(
            symbol="K",
            help="steps of the PGD attack, ε/4 each",
            default=10.0,
            low=1.0,
            high=40.0,
            step=1.0,
        ),
    }


def _features(*, weight: float | None = 1.0, **more: Any) -> Method:
    """A method that compares features; its authors add it to the cross-entropy with ``weight``."""
    published = {} if weight is None else {"mixing": "additive", "weight": weight}
    return Method(
        acts_on="features", panel="cka", uses_temperature=False, published=published, **more
    )


METHODS = {
    "kd": Method(
        title="Soft targets (Hinton)",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(z_t/T)\,\|\,\sigma(z_s/T)\right)",
        source="Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015",
        loss="kdcore.losses.soft_targets:soft_target_kl",
        gradient="kdcore.losses.soft_targets:soft_target_kl_gradient",
        measures="kdcore.losses.decoupled:decoupled_parts",
        panel="decoupled",
        uses_temperature=True,
        has_t2=True,
    ),
    "soft_ce": Method(
        title="Soft cross-entropy",
        formula=r"T^2\left(-\sum_c \sigma(z_t/T)_c\,\log\sigma(z_s/T)_c\right)",
        source="Hinton, Vinyals, Dean 2015, original form: KL plus the teacher's entropy",
        loss="kdcore.losses.soft_targets:soft_cross_entropy",
        gradient="kdcore.losses.soft_targets:soft_target_kl_gradient",
        measures="kdcore.losses.decoupled:decoupled_parts",
        panel="decoupled",
        uses_temperature=True,
        has_t2=True,
    ),
    "reverse_kl": Method(
        title="Reverse KL",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(z_s/T)\,\|\,\sigma(z_t/T)\right)",
        source="Gu et al.: MiniLLM: Knowledge Distillation of Large Language Models, 2024",
        loss="kdcore.losses.reverse:reverse_kl",
        measures="kdcore.losses.decoupled:decoupled_parts",
        panel="decoupled",
        uses_temperature=True,
        has_t2=True,
    ),
    "logit_mse": Method(
        title="Logit matching (MSE)",
        formula=r"\frac{1}{C}\lVert z_s - z_t\rVert^2",
        source="Ba, Caruana: Do Deep Nets Really Need to be Deep?, 2014",
        loss="kdcore.losses.logits:logit_mse",
        gradient="kdcore.losses.logits:logit_mse_gradient",
        uses_temperature=False,
    ),
    "probability_mse": Method(
        title="Softened probabilities (MSE)",
        formula=r"\lVert\sigma(z_s/T)-\sigma(z_t/T)\rVert^2",
        source="Brier-type loss on soft targets: sum over classes, no T²",
        loss="kdcore.losses.probabilities:probability_mse",
        gradient="kdcore.losses.probabilities:probability_mse_gradient",
        uses_temperature=True,
    ),
    "dkd": Method(
        title="Decoupled KD (DKD)",
        formula=r"T^2\left(\alpha\,\mathrm{TCKD} + \beta\,\mathrm{NCKD}\right)",
        source="Zhao et al.: Decoupled Knowledge Distillation, 2022",
        loss="kdcore.losses.decoupled:dkd",
        measures="kdcore.losses.decoupled:decoupled_parts",
        panel="decoupled",
        in_numbers=(
            r"{temperature:.3g}^2\,({alpha:g}\cdot {target_kl:.4f} "
            r"+ {beta:g}\cdot {non_target_kl:.4f})"
        ),
        uses_temperature=True,
        has_t2=True,
        settings={
            "alpha": _weight("α", "weight of TCKD: the label's class against all others", 1.0),
            "beta": _weight("β", "weight of NCKD: among the other classes", 8.0),
        },
        published={"temperature": 4.0, "mixing": "additive", "weight": 1.0},
    ),
    "dist": Method(
        title="Correlation matching (DIST)",
        formula=(
            r"T^2\left(\beta\,(1-\overline{\rho}_{\mathrm{rows}}) "
            r"+ \gamma\,(1-\overline{\rho}_{\mathrm{columns}})\right)"
        ),
        source="Huang et al.: Knowledge Distillation from A Stronger Teacher, 2022",
        loss="kdcore.losses.correlation:dist",
        measures="kdcore.losses.correlation:correlations",
        panel="correlations",
        in_numbers=(
            r"{temperature:.3g}^2\,({beta:g}\,(1-{row_correlation:.3f}) "
            r"+ {gamma:g}\,(1-{column_correlation:.3f}))"
        ),
        uses_temperature=True,
        has_t2=True,
        settings={
            "beta": _weight("β", "weight of the correlation within each sample", 1.0),
            "gamma": _weight("γ", "weight of the correlation within each class", 1.0),
        },
        published={"temperature": 1.0, "mixing": "additive", "weight": 2.0},
    ),
    "nkd": Method(
        title="Normalised KD (NKD)",
        formula=r"\left(-p_t\log q_t - \gamma\,T^2\sum_{c\neq t}\hat p_c\log\hat q_c\right)",
        source="Yang et al.: From Knowledge Distillation to Self-Knowledge Distillation, 2023",
        loss="kdcore.losses.non_target:nkd",
        measures="kdcore.losses.decoupled:decoupled_parts",
        panel="decoupled",
        uses_temperature=True,
        settings={"gamma": _weight("γ", "weight of the other classes", 1.5)},
        published={"temperature": 1.0, "mixing": "additive", "weight": 1.0},
    ),
    "standardized_kl": Method(
        title="Logit standardisation",
        formula=(
            r"T^2\,\mathrm{KL}\!\left(\sigma(\tilde z_t/T)\,\|\,\sigma(\tilde z_s/T)\right),"
            r"\;\tilde z = (z-\bar z)/s"
        ),
        source="Sun et al.: Logit Standardization in Knowledge Distillation, 2024",
        loss="kdcore.losses.standardized:standardized_kl",
        uses_temperature=True,
        has_t2=True,
        published={"temperature": 2.0, "mixing": "additive", "weight": 9.0},
    ),
    "virtual_teacher": Method(
        title="Virtual teacher (control)",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(\log u/T)\,\|\,\sigma(z_s/T)\right),\;u_y=a",
        source=(
            "Yuan et al.: Revisiting Knowledge Distillation via Label Smoothing "
            "Regularization, 2020"
        ),
        loss="kdcore.losses.smoothing:virtual_teacher",
        uses_temperature=True,
        has_t2=True,
        settings={
            "confidence": MethodSetting(
                symbol="a",
                help="probability given to the label",
                default=0.99,
                low=0.5,
                high=0.999,
                step=0.01,
            )
        },
    ),
    "label_smoothing": Method(
        title="Label smoothing (control)",
        formula=r"\mathrm{KL}\!\left(1/C\,\|\,\sigma(z_s)\right)",
        source="Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, 2016",
        loss="kdcore.losses.smoothing:label_smoothing",
        uses_temperature=False,
        published={"mixing": "convex", "weight": 0.1},
    ),
    "teacher_labels": Method(
        title="The teacher's hard label (control)",
        formula=r"-\log\sigma(z_s)_{\arg\max z_t}",
        source=(
            "Touvron et al.: Training data-efficient image transformers & distillation through "
            "attention, 2021"
        ),
        loss="kdcore.losses.teacher_labels:teacher_label_cross_entropy",
        gradient="kdcore.losses.teacher_labels:teacher_label_gradient",
        uses_temperature=False,
        published={"mixing": "convex", "weight": 0.5},
    ),
    "shuffled_classes": Method(
        title="Shuffled dark knowledge (control)",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(\pi_x(z_t)/T)\,\|\,\sigma(z_s/T)\right)",
        source="Furlanello et al.: Born-Again Neural Networks, 2018",
        loss="kdcore.losses.shuffled_classes:shuffled_class_kl",
        gradient="kdcore.losses.shuffled_classes:shuffled_class_kl_gradient",
        uses_temperature=True,
        has_t2=True,
        shuffles_classes=True,
    ),
    "top_classes": Method(
        title="Top k classes of the teacher",
        formula=(
            r"T^2\,\mathrm{KL}\!\left(\mathrm{top}_k(\sigma(z_t/T))\,\|\,"
            r"\sigma(z_s/T)\right)"
        ),
        source="soft labels as a cache keeps them: the k largest probabilities",
        loss="kdcore.losses.top_classes:top_class_kl",
        gradient="kdcore.losses.top_classes:top_class_kl_gradient",
        measures="kdcore.losses.top_classes:kept_probability",
        panel="top_classes",
        uses_temperature=True,
        has_t2=True,
        settings={
            "k": MethodSetting(
                symbol="k",
                help="how many classes of the answer are kept",
                default=3.0,
                low=1.0,
                high=32.0,
                step=1.0,
            ),
            "even": MethodSetting(
                symbol="e",
                help="share of what is left out that is spread evenly over the other classes",
                default=0.0,
                low=0.0,
                high=1.0,
                step=0.1,
            ),
        },
    ),
    "jensen_shannon": Method(
        title="Generalised Jensen–Shannon (forward to reverse)",
        formula=(
            r"T^2\left(\beta\,\mathrm{KL}(p\,\|\,m) + (1-\beta)\,\mathrm{KL}(q\,\|\,m)\right),"
            r"\;m=\beta p+(1-\beta)q"
        ),
        source=(
            "Agarwal et al.: On-Policy Distillation of Language Models: Learning from "
            "Self-Generated Mistakes, 2024"
        ),
        loss="kdcore.losses.jensen_shannon:generalised_jensen_shannon",
        gradient="kdcore.losses.jensen_shannon:generalised_jensen_shannon_gradient",
        uses_temperature=True,
        has_t2=True,
        settings={
            "beta": MethodSetting(
                symbol="β",
                help="0 is the forward divergence KL(teacher ‖ student), 1 the reverse one",
                default=0.5,
                low=0.0,
                high=1.0,
                step=0.05,
            )
        },
        published={"temperature": 1.0, "mixing": "convex", "weight": 1.0},
    ),
    "skew_kl": Method(
        title="Skew KL (DistiLLM)",
        formula=r"T^2\,\mathrm{KL}\!\left(p\,\|\,\alpha p+(1-\alpha)q\right)",
        source=(
            "Ko et al.: DistiLLM: Towards Streamlined Distillation for Large Language Models, 2024"
        ),
        loss="kdcore.losses.skewed:skew_kl",
        gradient="kdcore.losses.skewed:skew_kl_gradient",
        uses_temperature=True,
        has_t2=True,
        settings={"alpha": _skew("share of the teacher's answer in the mixture")},
        published={"temperature": 1.0},
    ),
    "skew_reverse_kl": Method(
        title="Skew reverse KL (DistiLLM)",
        formula=r"T^2\,\mathrm{KL}\!\left(q\,\|\,(1-\alpha)p+\alpha q\right)",
        source=(
            "Ko et al.: DistiLLM: Towards Streamlined Distillation for Large Language Models, 2024"
        ),
        loss="kdcore.losses.skewed:skew_reverse_kl",
        gradient="kdcore.losses.skewed:skew_reverse_kl_gradient",
        uses_temperature=True,
        has_t2=True,
        settings={"alpha": _skew("share of the student's answer in the mixture")},
        published={"temperature": 1.0},
    ),
    "ttm": Method(
        title="Transformed teacher (TTM)",
        formula=r"\mathrm{KL}\!\left(\sigma(z_t/T)\,\|\,\sigma(z_s)\right)",
        source="Zheng, Yang: Knowledge Distillation Based on Transformed Teacher Matching, 2024",
        loss="kdcore.losses.transformed:ttm",
        gradient="kdcore.losses.transformed:ttm_gradient",
        uses_temperature=True,
        published={"temperature": 10.0, "mixing": "additive", "weight": 45.0},
    ),
    "wttm": Method(
        title="Transformed teacher, weighted (WTTM)",
        formula=(
            r"\sum_c \sigma(z_t)_c^{1/T}\;"
            r"\mathrm{KL}\!\left(\sigma(z_t/T)\,\|\,\sigma(z_s)\right)"
        ),
        source="Zheng, Yang: Knowledge Distillation Based on Transformed Teacher Matching, 2024",
        loss="kdcore.losses.transformed:wttm",
        gradient="kdcore.losses.transformed:wttm_gradient",
        uses_temperature=True,
        # as the authors have it beside CRD
        published={"temperature": 5.0, "mixing": "additive", "weight": 4.0},
    ),
    "rld": Method(
        title="Refined logits (RLD)",
        formula=r"\left(\alpha\,\mathrm{SCD} + \beta\,\mathrm{MCD}\right)",
        source="Sun et al.: Knowledge Distillation with Refined Logits, 2025",
        loss="kdcore.losses.refined:refined_logits",
        uses_temperature=True,
        settings={
            "alpha": _weight("α", "weight of SCD: as sure of the label as the teacher is", 1.0),
            "beta": _weight("β", "weight of MCD: among the classes below the label", 8.0),
            "tau": MethodSetting(
                symbol="τ", help="temperature of SCD", default=1.0, low=0.5, high=20.0, step=0.5
            ),
        },
        published={"temperature": 4.0, "mixing": "additive", "weight": 1.0},
    ),
    "loca": Method(
        title="Teacher corrected by scaling (LoCa)",
        formula=r"T^2\,\mathrm{KL}\!\left(p'\,\|\,\sigma(z_s/T)\right),\;p'_{c\neq y}=s\,p_c",
        source="Yang et al.: LoCa: Logit Calibration for Knowledge Distillation, 2024",
        loss="kdcore.losses.corrected_teacher:loca",
        gradient="kdcore.losses.corrected_teacher:loca_gradient",
        uses_temperature=True,
        has_t2=True,
        settings={
            "alpha": MethodSetting(
                symbol="α",
                help="1: the label level with the teacher's wrong answer; less: above it",
                default=0.95,
                low=0.0,
                high=1.0,
                step=0.05,
            )
        },
    ),
    "mft": Method(
        title="Teacher corrected to a margin (MFT)",
        formula=(r"T^2\,\mathrm{KL}\!\left((1-w)\,p+w\,\mathbf{1}_y\,\|\,\sigma(z_s/T)\right)"),
        source=(
            "Belcak et al.: Minifinetuning: Low-Data Generation Domain Adaptation through "
            "Corrective Self-Distillation, 2025"
        ),
        loss="kdcore.losses.corrected_teacher:mft",
        gradient="kdcore.losses.corrected_teacher:mft_gradient",
        uses_temperature=True,
        has_t2=True,
        settings={
            "margin": MethodSetting(
                symbol="τ",
                help="how far the label is put above all other classes at least",
                default=0.2,
                low=0.0,
                high=0.9,
                step=0.05,
            )
        },
        published={"temperature": 1.0},
    ),
    "hint": _features(
        title="Hint (FitNets)",
        formula=r"\overline{\left(r(f_s)-f_t\right)^2}",
        source="Romero et al.: FitNets: Hints for Thin Deep Nets, 2015",
        loss="kdcore.losses.hints:hint",
        adapter="kdcore.losses.adapters:Adapter",
        feature_layers="middle",
        weight=100.0,
    ),
    "attention_transfer": _features(
        title="Attention transfer",
        formula=r"10^3\sum_{\mathrm{stages}}\overline{\left(a(f_s)-a(f_t)\right)^2}",
        source="Zagoruyko, Komodakis: Paying More Attention to Attention, 2017",
        loss="kdcore.losses.attention:attention_transfer",
        factor=1_000.0,
        feature_layers="maps",
    ),
    "similarity_preserving": _features(
        title="Similarity preserving (SP)",
        formula=r"\frac{3000}{N^2}\,\lVert G_s-G_t\rVert^2",
        source="Tung, Mori: Similarity-Preserving Knowledge Distillation, 2019",
        loss="kdcore.losses.similarity:similarity_preserving",
        factor=3_000.0,
        feature_layers="last_map",
    ),
    "relational": _features(
        title="Relational KD (RKD)",
        formula=r"\left(d\,\ell(D_s, D_t) + a\,\ell(A_s, A_t)\right)",
        source="Park et al.: Relational Knowledge Distillation, 2019",
        loss="kdcore.losses.relations:relational",
        feature_layers="pooled",
        settings={
            "distance": MethodSetting(
                symbol="d",
                help="weight of the distances",
                default=25.0,
                low=0.0,
                high=100.0,
                step=5.0,
            ),
            "angle": MethodSetting(
                symbol="a", help="weight of the angles", default=50.0, low=0.0, high=100.0, step=5.0
            ),
        },
    ),
    "probabilistic_transfer": _features(
        title="Probabilistic transfer (PKT)",
        formula=r"\frac{30000}{N^2}\sum_{ij} P^t_{ij}\log\frac{P^t_{ij}}{P^s_{ij}}",
        source=(
            "Passalis, Tefas: Learning Deep Representations with Probabilistic Knowledge "
            "Transfer, 2018"
        ),
        loss="kdcore.losses.probabilistic:probabilistic_transfer",
        factor=30_000.0,
        feature_layers="pooled",
    ),
    "correlation_congruence": _features(
        title="Correlation congruence (CC)",
        formula=r"\frac{100}{N^2}\,\lVert K_s-K_t\rVert^2",
        source="Peng et al.: Correlation Congruence for Knowledge Distillation, 2019",
        loss="kdcore.losses.congruence:correlation_congruence",
        factor=100.0,
        feature_layers="pooled",
    ),
    "variational_information": _features(
        title="Variational information (VID)",
        formula=r"\tfrac12\,\overline{(r(f_s)-f_t)^2/\sigma^2+\log\sigma^2}",
        source="Ahn et al.: Variational Information Distillation for Knowledge Transfer, 2019",
        loss="kdcore.losses.variational:variational_information",
        adapter="kdcore.losses.adapters:ScaledAdapter",
        feature_layers="middle",
    ),
    "contrastive": _features(
        title="Contrastive (InfoNCE)",
        formula=r"\log\frac{\sum_j e^{\cos(r(f_s), f_t^j)/\tau}}{e^{\cos(r(f_s), f_t)/\tau}}",
        source=(
            "van den Oord et al.: Representation Learning with Contrastive Predictive Coding, 2018"
        ),
        loss="kdcore.losses.contrast:contrastive",
        adapter="kdcore.losses.adapters:Adapter",
        feature_layers="pooled",
        weight=None,
        settings={
            "sharpness": MethodSetting(
                symbol="τ",
                help="temperature of the cosine similarities",
                default=0.1,
                low=0.02,
                high=1.0,
                step=0.02,
            )
        },
    ),
    "input_gradient": Method(
        title="Input gradients (Sobolev)",
        formula=r"\left\lVert\widehat{\nabla_x z_{s,y}}-\widehat{\nabla_x z_{t,y}}\right\rVert^2",
        source="Srinivas, Fleuret: Knowledge Transfer with Jacobian Matching, 2018",
        loss="kdcore.losses.input_gradient:input_gradient_matching",
        acts_on="input_gradients",
        uses_temperature=False,
    ),
    "noisy_inputs": Method(
        title="Soft targets on noisy inputs (control)",
        formula=(
            r"T^2\,\mathrm{KL}\!\left(\sigma(z_t(x+\varepsilon)/T)\,\|\,"
            r"\sigma(z_s(x+\varepsilon)/T)\right)"
        ),
        source="Srinivas, Fleuret: Knowledge Transfer with Jacobian Matching, 2018",
        loss="kdcore.losses.input_gradient:noisy_soft_targets",
        acts_on="noisy_inputs",
        uses_temperature=True,
        has_t2=True,
        settings={
            "noise": MethodSetting(
                symbol="σ",
                help="standard deviation of the noise, relative to that of the inputs",
                default=0.3,
                low=0.0,
                high=2.0,
                step=0.05,
            )
        },
    ),
    "ard": Method(
        title="Adversarially robust (ARD)",
        formula=(r"T^2\,\mathrm{KL}\!\left(\sigma(z_t(x)/T)\,\|\,\sigma(z_s(x+\delta)/T)\right)"),
        source="Goldblum et al.: Adversarially Robust Distillation, 2020",
        loss="kdcore.losses.attacked_inputs:attacked_soft_targets",
        acts_on="attacks_on_labels",
        uses_temperature=True,
        has_t2=True,
        settings=_attack(),
        published={"temperature": 30.0, "mixing": "convex", "weight": 1.0},
    ),
    "rslad": Method(
        title="Robust soft labels (RSLAD)",
        formula=(
            r"\left((1-\alpha)\,\mathrm{KL}\!\left(\sigma(z_t(x))\,\|\,\sigma(z_s(x))\right)"
            r"+\alpha\,\mathrm{KL}\!\left(\sigma(z_t(x))\,\|\,\sigma(z_s(x+\delta))\right)\right)"
        ),
        source="Zi et al.: Revisiting Adversarial Robustness Distillation, 2021",
        loss="kdcore.losses.attacked_inputs:robust_soft_labels",
        acts_on="attacks_on_soft_labels",
        uses_temperature=False,
        settings={
            **_attack(),
            "share": MethodSetting(
                symbol="α",
                help="share of the loss on attacked inputs; 5/6 in the paper",
                default=0.83,
                low=0.0,
                high=1.0,
                step=0.01,
            ),
        },
        published={"mixing": "convex", "weight": 1.0},
    ),
    "adversarial": Method(
        title="Adversarial (discriminator)",
        formula=r"-\log D(\sigma(z_s/T))",
        source=(
            "Xu, Hsu, Huang: Training Shallow and Thin Networks for Acceleration via "
            "Knowledge Distillation with Conditional Adversarial Networks, 2018"
        ),
        loss="kdcore.losses.adversarial:adversarial",
        acts_on="discriminator",
        panel="discriminator",
        uses_temperature=True,
    ),
    "generator": Method(
        title="Generated inputs (data-free)",
        formula=(
            r"T^2\,\mathrm{KL}\!\left(\sigma(z_t(G(\varepsilon))/T)\,\|\,"
            r"\sigma(z_s(G(\varepsilon))/T)\right)"
        ),
        source=(
            "Micaelli, Storkey: Zero-shot Knowledge Transfer via Adversarial Belief Matching, "
            "2019; Fang et al.: Data-Free Adversarial Distillation, 2019"
        ),
        loss="kdcore.losses.generated:generated_soft_targets",
        acts_on="generated_inputs",
        panel="generator",
        pictures="generated",
        uses_temperature=True,
        has_t2=True,
        settings={
            "generator_lr": MethodSetting(
                symbol="η_G",
                help="learning rate of the generator",
                default=0.001,
                low=0.0,
                high=0.01,
                step=0.0005,
            ),
            "spread": MethodSetting(
                symbol="β",
                help="how strongly it must cover all classes",
                default=0.0,
                low=0.0,
                high=20.0,
                step=1.0,
            ),
        },
        published={"temperature": 1.0, "mixing": "convex", "weight": 1.0},
    ),
    "learned_temperature": Method(
        title="Learned temperature (CTKD)",
        formula=(
            r"T_\theta^2\,\mathrm{KL}\!\left(\sigma(z_t/T_\theta)\,\|\,"
            r"\sigma(z_s/T_\theta)\right),\;T_\theta = a + b\,\sigma(\theta)"
        ),
        source="Li et al.: Curriculum Temperature for Knowledge Distillation, 2023",
        loss="kdcore.losses.soft_targets:soft_target_kl",
        acts_on="learned_temperature",
        panel="learned_temperature",
        uses_temperature=False,
        settings={
            "lowest": MethodSetting(
                symbol="a", help="the lowest T", default=1.0, low=0.5, high=20.0, step=0.5
            ),
            "span": MethodSetting(
                symbol="b",
                help="how far T may rise above the lowest",
                default=20.0,
                low=0.0,
                high=50.0,
                step=1.0,
            ),
            "strength": MethodSetting(
                symbol="s",
                help="how strongly T is trained against the student",
                default=1.0,
                low=0.0,
                high=20.0,
                step=0.5,
            ),
        },
        published={"mixing": "convex", "weight": 0.9},
    ),
    "moving_average": Method(
        title="Moving average as teacher (mean teacher)",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(\bar z_s/T)\,\|\,\sigma(z_s/T)\right)",
        source=(
            "Tarvainen, Valpola: Mean teachers are better role models: Weight-averaged consistency "
            "targets improve semi-supervised deep learning results, 2017"
        ),
        loss="kdcore.losses.soft_targets:soft_target_kl",
        acts_on="moving_average",
        panel="moving_average",
        uses_temperature=True,
        has_t2=True,
        settings={
            "decay": MethodSetting(
                symbol="d",
                help="what is kept of the average at each step",
                default=0.99,
                low=0.9,
                high=0.999,
                step=0.001,
            )
        },
    ),
    "mutual": Method(
        title="Deep mutual learning (DML)",
        formula=(
            r"\frac{T^2}{M-1}\sum_{j\neq i}"
            r"\mathrm{KL}\!\left(\sigma(z_j/T)\,\|\,\sigma(z_i/T)\right)"
        ),
        source="Zhang et al.: Deep Mutual Learning, 2018",
        loss="kdcore.losses.soft_targets:soft_target_kl",
        gradient="kdcore.losses.soft_targets:soft_target_kl_gradient",
        acts_on="peers",
        uses_temperature=True,
        has_t2=True,
        published={"temperature": 1.0, "mixing": "additive", "weight": 1.0},
    ),
    "ensemble_distribution": Method(
        title="Ensemble distribution (EnD²)",
        formula=(
            r"\left(-\sum_m w_m \log\mathrm{Dir}\!\left(\sigma(z_m/T);\,e^{z_s/T}\right)\right)"
        ),
        source="Malinin, Mlodozeniec, Gales: Ensemble Distribution Distillation, 2020",
        loss="kdcore.losses.ensemble_distribution:ensemble_distribution",
        acts_on="teachers",
        uses_temperature=True,
        dirichlet_offset=0.0,
        settings={
            "smoothing": MethodSetting(
                symbol="ε",
                help="share of the even answer that is mixed into each teacher's",
                default=0.001,
                low=0.0001,
                high=0.1,
                step=0.0001,
            )
        },
        published={
            "temperature": 10.0,
            "temperature_schedule": "linear:1",
            "mixing": "convex",
            "weight": 1.0,
        },
    ),
    "ensemble_distribution_proxy": Method(
        title="Ensemble distribution, proxy targets",
        formula=(
            r"\frac{1}{\hat\beta_0}\,\mathrm{KL}\!\left(\mathrm{Dir}(e^{z_s}+1)\,\|\,"
            r"\mathrm{Dir}(\hat\beta_0\,\overline{\sigma(z_m)}+1)\right)"
        ),
        source=(
            "Ryabinin, Malinin, Gales: Scaling Ensemble Distribution Distillation to Many Classes "
            "with Proxy Targets, 2021"
        ),
        loss="kdcore.losses.ensemble_distribution:ensemble_distribution_proxy",
        acts_on="teachers",
        uses_temperature=False,
        dirichlet_offset=1.0,
        published={"mixing": "convex", "weight": 1.0},
    ),
    "hard": Method(
        title="Hard labels only (no teacher)",
        formula="",
        source="cross-entropy on the labels: the baseline of every comparison",
        loss="",
        uses_temperature=False,
    ),
}
