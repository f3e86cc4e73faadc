"""7. ResNet-56 → ResNet-20 on CIFAR-10, images changed on the device, against its roofline."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from benchmarks.gpu_sections.report import MEASURED, Row, verdict
from benchmarks.gpu_sections.roofline import BACKWARD, Roofline, measured, traffic
from benchmarks.gpu_sections.setting import Setting
from kdcore import RunConfig
from kdcore.data import Dataset, Split
from kdcore.data.assemble import assemble
from kdcore.inputs import Image
from kdcore.models.build import build_model
from kdcore.models.cost import measure_cost
from kdcore.training.devices.device import set_float32_arithmetic
from kdcore.training.grid.group import loaded
from kdcore.training.objective.student_specs import student_spec
from kdcore.training.teachers.teacher import Teacher, frozen
from kdcore.training.trainer import DistillationTrainer

SECTION = 7
MADE, FEW = 10_000, 160
"""Examples of made images."""
REPORTED = 10
"""Steps from one report to the next, at which the device is waited for."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was trained."""

    images: float
    """A second."""
    waited: int
    """Batches that were changed somewhere else than on the device."""
    finite: bool
    """Whether all losses were numbers."""


def measure(setting: Setting) -> Iterator[Row]:
    """Images a second in both precisions and two batch sizes."""
    set_float32_arithmetic()
    began = time.perf_counter()
    data, title = _data(setting)
    spent = time.perf_counter() - began
    yield Row(SECTION, f"{title}: read into memory", f"{spent:.1f}", "s", MEASURED)
    data = data.to(setting.torch_device)
    names = ("resnet20", "resnet8") if setting.small else ("resnet56", "resnet20")
    sizes = (16,) if setting.small else (128, 1024) if setting.on_gpu else (128,)
    for precision in ("float32", "bf16"):
        roofline = measured(setting, precision)
        setting.clean()
        figure = f"{roofline.operations / 1e12:.3g}"
        yield Row(SECTION, f"matrix product, {precision}", figure, "Tflop/s", MEASURED)
        figure = f"{roofline.bandwidth / 1e9:,.3g}"
        yield Row(SECTION, f"copy, read and written, beside {precision}", figure, "GB/s", MEASURED)
        for size in sizes:
            yield from _trained(setting, data, title, names, size, precision, roofline)
            setting.clean()


def _trained(
    setting: Setting,
    data: Dataset,
    title: str,
    names: tuple[str, str],
    size: int,
    precision: str,
    roofline: Roofline,
) -> Iterator[Row]:
    teacher, student = names
    config = RunConfig(
        dataset="cifar10",  # a name alone: the data are given
        teacher=teacher,
        student=student,
        students="distilled",
        augment="shift_flip",
        batch_size=size,
        precision=precision,
        device=setting.device,
    )
    module = build_model(teacher, data.input_shape, len(data.classes), 0).to(setting.torch_device)
    spec = student_spec(config, "distilled", {"temperature": 4.0, "weight": 0.5, "lr": 1e-3})
    trainer = DistillationTrainer(
        config, [0], [spec], data, Teacher(frozen(module), "made", teacher), setting.torch_device
    )
    found = _throughput(setting, trainer)
    what = f"{title}, {teacher} → {student}, {precision}, batch {size}"
    yield Row(SECTION, what, f"{found.images:,.0f}", "images/s", MEASURED)
    held = verdict(found.finite and not found.waited)
    yield Row(SECTION, f"{what}: batches not on the device", str(found.waited), "–", held)
    example = data.example().to(setting.torch_device)
    works = []
    for model, ways in ((module, 1), (trainer.students.modules[0], 1 + BACKWARD)):
        moved = traffic(model, example, precision)
        works.append((ways * measure_cost(model, example).flops, ways * moved))
    operations, moved = (sum(values) for values in zip(*works, strict=True))
    least, bound = roofline.seconds(operations, moved)
    text = f"{what}: share of the roofline ({operations / moved:.0f} flop a byte, {bound} bound)"
    yield Row(SECTION, text, f"{found.images * least:.1%}", "–", MEASURED)


def _throughput(setting: Setting, trainer: DistillationTrainer) -> Throughput:
    """Steps of an epoch until time is up, reports included; the first ones are not counted."""
    seconds = 0.1 if setting.small else 4.0
    warm_up = 1 if setting.small else 2 * REPORTED
    taken = images = waited = 0
    finite, began = True, 0.0
    of_batches = trainer.transfer_batches[0]
    epoch = 1
    while True:
        for indices in trainer.begin(epoch):
            if taken == 0:  # looked at once, as the look itself is a step's work
                inputs, _ = of_batches.batch(indices[0], taken)
                waited += inputs.device.type != setting.device
            if taken == warm_up:
                setting.wait()
                began = time.perf_counter()
            trainer.step(indices, taken)
            taken += 1
            images += len(indices[0]) if taken > warm_up else 0
            if taken % REPORTED == 0 or (taken > warm_up and setting.small):
                finite &= not trainer.report().not_finite()
                if taken > warm_up and time.perf_counter() - began > seconds:
                    setting.wait()
                    return Throughput(images / (time.perf_counter() - began), waited, finite)
        epoch += 1


def _data(setting: Setting) -> tuple[Dataset, str]:
    """The archive's, or images of noise where there is none."""
    if setting.archive is not None:
        return loaded(RunConfig(dataset=str(setting.archive)), None), "CIFAR-10"
    count = FEW if setting.small else MADE
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(256, (count, 3, 32, 32), dtype=torch.uint8, generator=chance)
    made = Split(images, torch.arange(count) % 10)
    return assemble("made", tuple("0123456789"), made, Image()), "made images (no --archive)"
