"""A small compression as its events and as a folder of the store."""

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.compression.events import (
    CompressionFinished,
    CompressionStarted,
    Latency,
    Measured,
    StageBegan,
    StageEnded,
    StageEpoch,
)
from kdcore.jobs.run.config import RunConfig
from kdcore.store import recorded
from support import events as make

RUN = "20260101-000000-aaaa"
CONFIG = CompressionConfig(
    run=RUN, base=RunConfig(), stages=("pruned", "narrow", "int8_dynamic"), epochs=2
)
# errors of 360 before and after, weights, not zero, bytes, packed, times the student's
STAGES = {
    "student": ((25, 20), 1210, 1210, 7200, 5500, 1.0),
    "pruned": ((150, 60), 1210, 263, 7300, 2400, 1.0),
    "narrow": ((90, 22), 610, 610, 4800, 3300, 0.8),
    "int8_dynamic": ((26, 20), 1210, 1200, 8000, 2600, 2.0),
}


def measurement(name, at=0):
    errors, parameters, nonzero, size, packed, ratio = STAGES[name]
    latency = Latency(median=3e-5 * ratio, iqr=2e-6, of_student=ratio, of_student_iqr=0.1)
    return Measured(
        scores=make.scores(errors[at]),
        parameters=parameters,
        nonzero=nonzero,
        bytes=size,
        packed_bytes=packed,
        latency_1=latency,
        latency_128=latency,
    )


def teacher():
    latency = Latency(median=1e-4, iqr=2e-6, of_student=3.5, of_student_iqr=0.1)
    return Measured(
        scores=make.TEACHER,
        parameters=50_826,
        nonzero=50_826,
        bytes=206_000,
        packed_bytes=190_000,
        latency_1=latency,
        latency_128=latency,
    )


def whole_compression(name="compression-test"):
    events = [
        CompressionStarted(
            compression=name,
            config=CONFIG.to_dict(),
            device="cpu",
            engine="x86",
            validation_size=126,
            test_size=make.TEST_SIZE,
            version="test",
        ),
        StageBegan(stage="teacher", model="mlp:256,128", before=teacher()),
    ]
    for stage in STAGES:
        events += [
            StageBegan(stage=stage, model="mlp:16", before=measurement(stage)),
            *(
                StageEpoch(
                    stage=stage, epoch=epoch, epochs=2, train_loss=0.5, validation_accuracy=0.9
                )
                for epoch in (1, 2)
            ),
            StageEnded(
                stage=stage,
                after=measurement(stage, 1),
                weights=f"{stage}.safetensors",
                seconds=1.0,
            ),
        ]
    return [*events, CompressionFinished(compression=name, stopped=False, stages=4, seconds=5.0)]


def record_compression(store, events=None):
    """The shrinking in the store."""
    folder = store.create(CONFIG)
    for _ in recorded(whole_compression(folder.id) if events is None else events, folder):
        pass
    return folder
