"""What can go wrong by a person's hand, each as one sentence: what, where, what to do.

A message is kept apart from its values so that the dashboard can say it in another language.
"""

from difflib import get_close_matches
from typing import Any

MESSAGES = {
    # settings
    "outside_range": "{name} is {value}: it must lie between {low} and {high}.",
    "not_a_number": "{name} is {value}: it must be a number between {low} and {high}.",
    "not_a_choice": "{name} is {value!r}: choose one of {allowed}.{hint}",
    "unknown_setting": "There is no setting {name!r}.{hint}",
    "not_retunable": "{name} cannot change during a run: choose one of {allowed}.",
    "config_file": "The configuration file {path} cannot be read: {cause}.",
    # models
    "unknown_model": "There is no model {spec!r}: choose one of {allowed}.{hint}",
    "model_widths": (
        "The model {spec!r} has a bad width: widths are whole numbers from 1 to 16384, "
        "separated by commas, as in {example}."
    ),
    "model_takes_no_widths": "The model {spec!r} takes no widths: write {family!r} alone.",
    # training
    "loss_not_finite": (
        "The {term} of the {learner} became {value} at step {step}: "
        "lower the learning rate (now {lr:g}) or the weight and start again."
    ),
    "class_count": (
        "The teacher answers with {teacher} classes but the data set {dataset!r} has {data}: "
        "choose a teacher that was made for this data."
    ),
    "input_shape": (
        "The teacher takes inputs of shape {teacher} but the data set {dataset!r} has {data}: "
        "choose a teacher that was made for this data."
    ),
    "weights_foreign": (
        "The file {path} does not hold a network of this program: "
        "give a safetensors file that a run has saved."
    ),
    "outputs_of_augmented": (
        "teacher_outputs is once, but with augment {augment!r} every batch is changed at random: "
        "choose teacher_outputs each_step or auto."
    ),
    "device_missing": "The device {device!r} is not available here: choose one of {allowed}.",
    "out_of_memory": (
        "The {device} ran out of memory with batches of {batch_size}: "
        "halve the batch size or choose smaller models."
    ),
}


class UserError(ValueError):
    """A mistake that a person can mend; ``str(error)`` is the English sentence.

    Args:
        code: key of ``MESSAGES``.
        values: what the message names, JSON values.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(MESSAGES[code].format(**values))


def hint(given: object, allowed: list[str]) -> str:
    """`` Did you mean 'digits'?`` where one of ``allowed`` is near, else nothing."""
    near = get_close_matches(str(given), allowed, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
