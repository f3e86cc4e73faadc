"""Data sets: one file a source, all of them the same small ``Dataset`` of tensors."""

from kdcore.data.augment import augmented
from kdcore.data.dataset import Dataset, Split, Target
from kdcore.data.load import load_dataset, load_training_data
from kdcore.data.mixing import Mixer, label_weights, labelled
from kdcore.data.noise import noisy_labels
from kdcore.data.preview import preview_of
from kdcore.data.sent import sent
from kdcore.data.transfer import class_numbers, transfer_set, without_classes

__all__ = [
    "Dataset",
    "Mixer",
    "Split",
    "Target",
    "augmented",
    "class_numbers",
    "label_weights",
    "labelled",
    "load_dataset",
    "load_training_data",
    "noisy_labels",
    "preview_of",
    "sent",
    "transfer_set",
    "without_classes",
]
