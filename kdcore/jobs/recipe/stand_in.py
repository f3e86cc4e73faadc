"""Data that stand in for those of a recipe where these are not at hand."""

from dataclasses import replace
from pathlib import Path

from kdcore.jobs.recipe.config import RecipeConfig, data_folder

JPEG_ARCHIVES = {"cifar10": "cifar10-jpeg.tar.xz"}
"""By data set: an archive of the same images as JPEG files, a folder a class."""
ORIGINALS = {"cifar10": ("cifar-10-batches-py", "cifar-10-python.tar.gz")}
"""By data set: what is in the folder of the data where it is at hand."""
LOSSY = (*JPEG_ARCHIVES.values(),)
"""Files whose images have lost detail, so that figures come a little lower."""


def with_stand_in(config: RecipeConfig) -> RecipeConfig:
    """The job on a JPEG archive, where that is in the folder of the data and the original is not.

    Where neither is there, the original is downloaded; a data set that was asked for is kept.
    """
    wanted = own_dataset(config)
    archive = JPEG_ARCHIVES.get(wanted)
    place = data_folder(config.base)
    if config.dataset or archive is None or not (place / archive).is_file():
        return config
    if place.resolve().name in ORIGINALS[wanted] or any(
        (folder / name).exists() for folder in (place, place / "data") for name in ORIGINALS[wanted]
    ):
        return config
    return replace(config, dataset=archive)


def own_dataset(config: RecipeConfig) -> str:
    """The data set that the recipe itself names."""
    dataset: str = config.experiment.settings_of(
        next(iter(config.experiment.trials)), quick=config.quick
    ).get("dataset", config.base.dataset)
    return dataset


def loses_detail(dataset: str) -> bool:
    """Whether figures on this file come a little lower than on the original.

    Example:
        >>> loses_detail("/data/cifar10-jpeg.tar.xz"), loses_detail("")
        (True, False)
    """
    return Path(dataset).name in LOSSY
