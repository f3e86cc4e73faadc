"""The line below the title of a picture that is kept."""

import re

from support import events as make
from support.runs import record
from support.sweeps import record_sweep

from dashboard.components import captions
from dashboard.server.engine import RECORDED
from kdcore.events import Retuned
from kdcore.jobs.run.config import RunConfig

RUN = "20260101-120000-aaaa"


def test_a_run_says_what_differs_its_seed_when_it_began_and_its_id(hub, store):
    config = RunConfig(temperature=8.0, seed=3)
    record(store, RUN, [make.started(temperature=8.0, seed=3), make.prepared()], config)
    parts = captions.caption(RUN).split(" · ")

    assert parts[:2] == ["T 8", "seed 3"]
    assert re.fullmatch(r"202[56]-\d\d-\d\d \d\d:\d\d", parts[2])
    assert parts[3] == RUN


def test_what_a_hand_has_turned_since_is_said_too(hub, store):
    folder = record(store, RUN, [make.started(), make.prepared()])
    assert "by hand" not in captions.caption(RUN)

    folder.append(Retuned(step=1, position=0.1, name="temperature", value=9.0, previous=4.0))
    folder.release()
    assert captions.caption(RUN).startswith(
        "Handwritten digits 8×8 · T 9 · student mlp:32 · seed 0 · turned by hand: T 9 · "
    )


def test_a_sweep_and_the_recorded_example_have_their_titles(hub, store):
    sweep = record_sweep(store)

    assert sweep.id in captions.caption(sweep.id)
    assert captions.caption(RECORDED).startswith("Recorded example · ")
