"""What methods look at besides logits; one kind of look a file.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
"""

from kdcore.training.views.discriminator import DiscriminatorView
from kdcore.training.views.features import FeatureView
from kdcore.training.views.generator import GeneratorView
from kdcore.training.views.input_gradients import InputGradientView
from kdcore.training.views.learned_temperature import LearnedTemperatureView
from kdcore.training.views.noisy_inputs import NoisyInputView
from kdcore.training.views.view import Made, Scene, View

VIEWS: dict[str, type[View]] = {
    "features": FeatureView,
    "input_gradients": InputGradientView,
    "noisy_inputs": NoisyInputView,
    "discriminator": DiscriminatorView,
    "generated_inputs": GeneratorView,
    "learned_temperature": LearnedTemperatureView,
}
"""By what a method acts on; see ``Method.acts_on``."""

__all__ = ["VIEWS", "Made", "Scene", "View"]
