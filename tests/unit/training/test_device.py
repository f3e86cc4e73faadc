import pytest
import torch

from kdcore.models.build import build_model
from kdcore.training.devices.precision import choose_precision

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def multiplies_in_bf16(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)


@pytest.mark.parametrize(
    ("shape", "precision"),
    [
        ((1, 1, 28), "float32"),
        ((1, 28, 2), "float32"),
        ((1, 4, 4), "float32"),
        ((1, 8, 8), "bf16"),
        ((3, 32, 32), "bf16"),
    ],
)
def test_convolutions_of_narrow_images_are_computed_in_float32_on_a_cpu(shape, precision):
    network = build_model("resnet8", shape, 3, 0)

    assert choose_precision("auto", CPU, network, shape) == precision
    assert choose_precision("bf16", CPU, network, shape) == "bf16"


def test_a_narrow_input_is_nothing_to_a_net_without_convolutions():
    assert choose_precision("auto", CPU, build_model("mlp:2000", (1, 1, 60), 3, 0), (1, 1, 60)) == (
        "bf16"
    )
