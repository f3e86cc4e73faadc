"""What the panels suggest to try: all of it can be set, and what is claimed was measured."""

import json
from pathlib import Path

import pytest

import dashboard
from dashboard.text.languages import words
from kdcore.catalogue import DATASETS, HINTS
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.config import RunConfig

MEASURED = json.loads(
    (Path(dashboard.__file__).parent / "measured" / "hints.json").read_text(encoding="utf-8")
)
CLAIMS = [panel for panel, hint in HINTS.items() if hint.claim]
ENOUGH = 4


def first_run():
    return RunConfig(**DATASETS[RunConfig().dataset].first_run)


def as_json(value):
    return json.loads(json.dumps(value))


def test_every_panel_with_something_to_try_has_a_hint_and_no_other():
    panels = {
        key.split(".")[1]
        for key in words("en")
        if key.startswith("panel.") and key.endswith(".try")
    }

    assert panels == HINTS.keys()


@pytest.mark.parametrize("panel", HINTS)
def test_the_settings_of_a_hint_are_valid(panel):
    hint = HINTS[panel]
    run = first_run().replace(**hint.base)
    if hint.job == "compression":
        assert CompressionConfig.of("run", run, **hint.settings)
    else:
        assert not hint.settings or run.replace(**hint.settings) != run


@pytest.mark.parametrize("panel", CLAIMS)
def test_a_claim_was_measured_as_it_stands_and_held_in_four_of_five_seeds(panel):
    hint, row = HINTS[panel], MEASURED["hints"][panel]

    for name in ("measure", "claim", "job", "base", "settings"):
        assert row[name] == as_json(getattr(hint, name)), f"{name}: {MEASURED['command']}"
    assert row["with"]["n"] == row["seeds"] == 5
    assert row["agree"] >= ENOUGH
    assert row["date"]
    assert row["cpus"]
    assert row["torch"]


def test_nothing_is_kept_that_nobody_claims():
    assert MEASURED["hints"].keys() == set(CLAIMS)


def test_a_hint_claims_what_is_known_to_be_measured():
    for hint in HINTS.values():
        assert bool(hint.measure) == bool(hint.claim)
        assert hint.claim in ("", "rises", "falls", "positive")
        if hint.claim in ("rises", "falls"):
            assert hint.settings
