"""How near the engine comes to a hand-written loop of the same arithmetic.

``python -m benchmarks.limit --data-root DIR --job small``

Both in one process, by turns, with the same teacher, batch size, precision and number of examples:
seconds of training and evaluation of one distilled student, the mean of the rounds. The engine also
measures calibration and fidelity, and reports ten times an epoch; it chooses its threads as in the
command, the hand-written loop has as many as there are cores; both spin as OpenMP comes.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import mean

import torch

from benchmarks import engine, hand_written_loop
from benchmarks.distill import MNIST_JOBS, load_module_state, processor
from kdcore import RunConfig
from kdcore.models.build import build_model
from kdcore.threads import available_cores, choose_threads
from kdcore.training.devices.device import set_float32_arithmetic
from kdcore.training.devices.own_process import prepare_process
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.group import loaded
from kdcore.training.measuring.evaluation import predict_split


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--job", choices=MNIST_JOBS, default="small")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=available_cores())
    parser.add_argument("--precision", choices=["auto", "float32", "bf16"], default="auto")
    given = parser.parse_args()
    choose_threads()
    prepare_process()
    set_float32_arithmetic()
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
        device="cpu",
    )
    data = loaded(config, None)
    precision = model_precision(student, config, data, torch.device("cpu"))
    print(
        f"{given.job}, {given.epochs} epochs, {precision}, {given.threads} threads, "
        f"torch {torch.__version__}, {processor()}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        file = engine.teacher_file(replace(config, epochs=1, teacher_epochs=2), Path(folder))
        config = replace(config, teacher_weights=str(file))
        network = build_model(teacher, data.input_shape, len(data.classes), seed=0)
        network.load_state_dict(load_module_state(file, network))
        logits = predict_split(network, data, data.train)
        inputs, validation, test = (
            (data.normalised(split.inputs).flatten(1), split.labels)
            for split in (data.train, data.validation, data.test)
        )
        own, limit = [], []
        for number in range(given.rounds + 1):
            torch.set_num_threads(given.threads)
            seconds, accuracy = hand_written_loop.distil(
                build_model(student, data.input_shape, len(data.classes), seed=0),
                *inputs,
                logits,
                (validation, test),
                temperature=config.temperature,
                weight=config.weight,
                epochs=given.epochs,
                batch_size=128,
                lr=1e-3,
                precision=precision,
            )
            trained, _, own_accuracy, _ = engine.distil(config)
            if not number:  # the first of all is slower
                continue
            limit.append(seconds / given.epochs)
            own.append(trained / given.epochs)
            print(
                f"round {number}: hand-written {limit[-1]:.3f} s an epoch ({accuracy:.2%}), "
                f"engine {own[-1]:.3f} s ({own_accuracy:.2%})",
                flush=True,
            )
    print(
        f"the engine takes {mean(own) / mean(limit):.2f} times as long as the hand-written loop "
        f"(of the quickest rounds: {min(own) / min(limit):.2f})"
    )


if __name__ == "__main__":
    main()
