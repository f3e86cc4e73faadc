"""How much faster than the ordinary loop the engine distils.

``python -m benchmarks.distill --data-root DIR --job small``

Both sides in one process, round by round in turn, with the same teacher, batch size and number
of examples; medians of the rounds.
"""

import argparse
import platform
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch

from benchmarks import engine, ordinary_loop
from benchmarks.defaults import pytorch_defaults
from benchmarks.jpeg_folders import arrays_of
from kdcore import RunConfig
from kdcore.models.build import build_model
from kdcore.training.devices.own_process import prepare_process

MNIST_JOBS = {"small": ("mlp:500", "mlp:250"), "wide": ("mlp:1200,1200", "mlp:800,800")}
RESNET = ("resnet20", "resnet8")
RESNET_EXAMPLES = 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--job", choices=[*MNIST_JOBS, "resnet"], default="small")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--precision",
        choices=["auto", "float32", "bf16"],
        default="auto",
        help="of the engine; the ordinary loop takes float32",
    )
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    prepare_process()
    print(
        f"{given.job}, {given.epochs} epochs, {given.precision}, {given.threads} threads, "
        f"torch {torch.__version__}, {processor()}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        measure = resnet if given.job == "resnet" else mnist
        measure(given, Path(folder))


def mnist(given: argparse.Namespace, folder: Path) -> None:
    """MNIST, where the teacher's answers are computed once."""
    teacher, student = MNIST_JOBS[given.job]
    config = RunConfig(
        dataset="mnist",
        data_root=str(given.data_root),
        teacher=teacher,
        student=student,
        students="distilled",
        epochs=given.epochs,
        batch_size=128,
        lr=1e-3,
        precision=given.precision,
    )
    file = engine.teacher_file(replace(config, epochs=1, teacher_epochs=3), folder)
    config = replace(config, teacher_weights=str(file))
    _, _, _, size = engine.distil(replace(config, epochs=1))
    train, test = ordinary_loop.mnist(given.data_root, size)
    network = build_model(teacher, ordinary_loop.MNIST_SHAPE, ordinary_loop.CLASSES, seed=0)
    network.load_state_dict(load_module_state(file, network))
    job = ordinary_loop.Job(teacher, student, ordinary_loop.MNIST_SHAPE)
    rounds(
        given,
        lambda epochs: ordinary_loop.distil(job, network, train, test, epochs),
        lambda epochs: engine.distil(replace(config, epochs=epochs)),
        per_epoch=True,
    )


def resnet(given: argparse.Namespace, folder: Path) -> None:
    """Small colour images, the teacher's forward pass at each step on both sides."""
    teacher, student = RESNET
    archive = given.data_root / "cifar10-jpeg.tar.xz"
    config = RunConfig(
        dataset=str(archive),
        teacher=teacher,
        student=student,
        students="distilled",
        epochs=given.epochs,
        batch_size=128,
        lr=1e-3,
        teacher_outputs="each_step",
        precision=given.precision,
        transfer_size=RESNET_EXAMPLES,
    )
    file = engine.teacher_file(replace(config, epochs=1, teacher_epochs=0, student="mlp:8"), folder)
    config = replace(config, teacher_weights=str(file))
    train, test = arrays_of(archive, RESNET_EXAMPLES)
    shape = (3, 32, 32)
    network = build_model(teacher, shape, ordinary_loop.CLASSES, seed=0)
    network.load_state_dict(load_module_state(file, network))
    network.to(memory_format=torch.contiguous_format)  # as networks are usually left
    job = ordinary_loop.Job(teacher, student, shape, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    rounds(
        given,
        lambda epochs: ordinary_loop.distil(job, network, train, test, epochs),
        lambda epochs: engine.distil(replace(config, epochs=epochs)),
        per_epoch=False,
    )


def rounds(
    given: argparse.Namespace,
    ordinary: Callable[[int], tuple[float, float]],
    ours: Callable[[int], tuple[float, float, float, int]],
    *,
    per_epoch: bool,
) -> None:
    """Take turns, then print medians and the ratio."""
    theirs, own, whole = [], [], []
    for number in range(1, given.rounds + 1):
        with pytorch_defaults():
            seconds, accuracy = ordinary(given.epochs)
        trained, in_all, own_accuracy, _ = ours(given.epochs)
        theirs.append(seconds)
        own.append(trained)
        whole.append(in_all)
        print(
            f"round {number}: ordinary {seconds:.2f} s ({accuracy:.2%}), engine {trained:.2f} s "
            f"({own_accuracy:.2%}), with its preparation {in_all:.2f} s",
            flush=True,
        )
    print(
        f"{given.epochs} epochs, training and evaluation: {median(theirs) / median(own):.1f}× "
        f"(of the quickest rounds: {min(theirs) / min(own):.1f}×)"
    )
    if per_epoch:
        ones = []
        for _ in range(given.rounds):
            with pytorch_defaults():
                ones.append(ordinary(1)[0])
        one, all_of_it = median(ones), median(ours(1)[1] for _ in range(given.rounds))
        print(
            f"one epoch, the teacher's one-off pass counted: {one / all_of_it:.1f}× "
            f"({one:.2f} s, {all_of_it:.2f} s)"
        )


def processor() -> str:
    """The processor's name and what it multiplies in."""
    native = "with" if torch.cpu._is_avx512_bf16_supported() else "without"
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return f"{name} {native} bf16"


def load_module_state(file: Path, network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights of a file that the engine wrote."""
    from safetensors.torch import load_file  # noqa: PLC0415

    found = load_file(file)
    return {name: found[name] for name in network.state_dict()}


if __name__ == "__main__":
    main()
