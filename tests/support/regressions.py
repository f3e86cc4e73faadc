"""A small recorded regression for the tests of what the dashboard reads off events."""

from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.regression.events import (
    Answers,
    RegressionEpoch,
    RegressionFinished,
    RegressionScores,
    RegressionStarted,
    RegressionTaught,
    RegressionTeacher,
)
from kdcore.jobs.regression.intervals import LEVELS
from kdcore.store import recorded

REGRESSION_ID = "regression-20260102-030405-aaaa"


def scores(rmse):
    return RegressionScores(rmse=rmse, r2=0.6, nll=5.2, coverage=0.91, width=3.5 * rmse)


def answers(deviation):
    return Answers(
        mean=[100.0, 150.0, 210.0],
        deviation=[deviation] * 3,
        covered=[round(level * deviation / 40, 3) for level in LEVELS],
    )


def whole_regression(seeds=2):
    """Two epochs of each seed; the distilled student is ahead by 3 and a little."""
    config = RegressionConfig(
        base=RegressionConfig().base.replace(epochs=2), pairs=seeds, networks=2
    )
    return [
        RegressionStarted(
            regression=REGRESSION_ID,
            config=config.to_dict(),
            device="cpu",
            data="diabetes",
            target="progression",
            columns=["age (years)", "sex"],
            train_size=300,
            labelled=60,
            test_size=89,
            target_mean=150.0,
            target_std=75.0,
            version="test",
        ),
        *(
            RegressionTeacher(network=number, of=2, scores=scores(50.0), seconds=1.0)
            for number in (1, 2)
        ),
        RegressionTaught(scores=scores(46.0), parameters={"teacher": 900, "student": 100}),
        *(
            RegressionEpoch(
                seed=seed,
                epoch=epoch,
                students={
                    "plain": scores(52.0 - epoch),
                    "distilled": scores(49.0 - epoch - seed / 4),
                },
                seconds=0.5,
            )
            for seed in range(seeds)
            for epoch in (1, 2)
        ),
        RegressionFinished(
            regression=REGRESSION_ID,
            stopped=False,
            targets=[90.0, 160.0, 300.0],
            answers={"teacher": answers(40.0), "plain": answers(20.0), "distilled": answers(38.0)},
            levels=list(LEVELS),
            seconds=12.0,
        ),
    ]


def record_regression(store, events=None):
    """The regression in the store."""
    events = whole_regression() if events is None else events
    folder = store.create(RegressionConfig.from_dict(events[0].config), REGRESSION_ID)
    for _ in recorded(events, folder):
        pass
    return folder
