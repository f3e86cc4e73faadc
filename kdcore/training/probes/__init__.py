"""What methods look at besides logits; one kind of look a file.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
"""

from kdcore.training.probes.attacked_inputs import LabelAttackProbe, SoftLabelAttackProbe
from kdcore.training.probes.discriminator import DiscriminatorProbe
from kdcore.training.probes.features import FeatureProbe
from kdcore.training.probes.generator import GeneratorProbe
from kdcore.training.probes.input_gradients import InputGradientProbe
from kdcore.training.probes.learned_temperature import LearnedTemperatureProbe
from kdcore.training.probes.moving_average import MovingAverageProbe
from kdcore.training.probes.noisy_inputs import NoisyInputProbe
from kdcore.training.probes.probe import GeneratedInputs, Probe, ProbeContext

PROBES: dict[str, type[Probe]] = {
    "features": FeatureProbe,
    "input_gradients": InputGradientProbe,
    "noisy_inputs": NoisyInputProbe,
    "attacks_on_labels": LabelAttackProbe,
    "attacks_on_soft_labels": SoftLabelAttackProbe,
    "discriminator": DiscriminatorProbe,
    "generated_inputs": GeneratorProbe,
    "learned_temperature": LearnedTemperatureProbe,
    "moving_average": MovingAverageProbe,
}
"""By what a method acts on; see ``Method.acts_on``."""

__all__ = ["PROBES", "GeneratedInputs", "Probe", "ProbeContext"]
