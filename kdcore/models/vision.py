"""torchvision's networks, fitted to small images and any number of classes; no weights fetched."""

from typing import Any

from torch import nn

from kdcore.catalogue import parse_model

LARGEST_SMALL_SIDE = 64
"""Up to this side the first layers do not shrink the image."""


def vision(spec: str, input_shape: tuple[int, ...], classes: int) -> nn.Module:
    """``resnet18``, ``resnet50``, ``resnet152`` or ``mobilenet_v2``, initialised at random."""
    # torchvision costs over a second and 160 MiB, which other models need not pay
    from torchvision import models  # noqa: PLC0415

    family, _ = parse_model(spec)
    network: Any = getattr(models, family)(weights=None, num_classes=classes)
    small = max(input_shape[1:]) <= LARGEST_SMALL_SIDE
    if family == "mobilenet_v2":
        _fit_mobilenet(network, input_shape[0], small=small)
        network.stages = [f"features.{number}" for number in (3, 6, 13, 18)]
    else:
        _fit_resnet(network, input_shape[0], small=small)
        network.stages = [f"layer{number}" for number in (1, 2, 3, 4)]
    return network  # type: ignore[no-any-return]


def _fit_resnet(network: Any, channels: int, *, small: bool) -> None:
    if small:
        network.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
        network.maxpool = nn.Identity()
    else:
        network.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    nn.init.kaiming_normal_(network.conv1.weight, mode="fan_out", nonlinearity="relu")


def _fit_mobilenet(network: Any, channels: int, *, small: bool) -> None:
    stem = network.features[0]
    stem[0] = nn.Conv2d(channels, 32, 3, stride=1 if small else 2, padding=1, bias=False)
    nn.init.kaiming_normal_(stem[0].weight, mode="fan_out")
    if small:
        # the first stage that shrinks keeps its size, as is usual for 32×32 images
        network.features[2].conv[1][0].stride = (1, 1)
