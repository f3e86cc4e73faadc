"""``recognise`` and its listing as their users call them, on speech by espeak-ng."""

import json
import shutil

import pytest

from kdcore.data.audio.made_speech import make_speech
from kdcore.jobs.recognition.config import ESPEAK
from kdcore.store import Store

QUICK = (
    *("--teacher", "crnn:6,48,1", "--student", "crnn:4,24,1"),
    *("--batch-size", "4", "--lr", "0.01", "--bands", "16", "--device", "cpu"),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Three words by five speakers, of which two are new after the training."""
    if shutil.which(ESPEAK) is None:
        pytest.skip(f"{ESPEAK} is not installed")
    folder = tmp_path_factory.mktemp("spoken") / "corpus"
    speakers = {"train": ("en-us+m1", "en-us+f1", "en-us+m3"), "dev": ("en-us+m2",)}
    speakers["test"] = ("en-us+f2",)
    count = {"train": 16, "dev": 4, "test": 8}
    words = ("one", "two", "six")
    assert list(make_speech(folder, speakers, count, words, most_words=1)) is not None
    return folder


@pytest.mark.slow
def test_a_recogniser_learns_and_teaches_and_is_listed_and_repeated(kdcore, corpus, tmp_path):
    kept = ("--store", str(tmp_path / "store"))
    asked = ("recognise", "--data", str(corpus), *QUICK, *kept)
    done = kdcore(*asked, "--teacher-epochs", "14", "--epochs", "6", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [event for event in events if event["event"] == "recognition_epoch"]
    first, last = epochs[1], epochs[-1]

    assert done.returncode == 0, done.stderr
    assert events[-1]["event"] == "recognition_finished"
    assert last["test"]["teacher"] < 0.5
    for student in ("plain", "distilled"):
        assert 0 < last["terms"][student]["ctc"] < 0.7 * first["terms"][student]["ctc"]
    assert last["transcripts"][0]["said"] in ("one", "two", "six")

    listed = json.loads(kdcore("recognitions", "--json", *kept).stdout)
    assert (listed["id"], listed["state"]) == (events[-1]["recognition"], "finished")
    folder = Store(tmp_path / "store").find("last")
    assert {f"{name}.safetensors" for name in ("teacher", "plain", "distilled")} <= {
        path.name for path in folder.path.iterdir()
    }

    again = kdcore("again", "last", "--set", "epochs=1", "--set", "teacher_epochs=1", *kept)
    assert again.returncode == 0, again.stderr
    for said in ("Character error rate", "KL distilled", "95% interval"):
        assert said in again.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--data DIR"),
        (["--made", "--data", "x"], "not both"),
        (["--data", "/nowhere"], "/nowhere"),
        (["--made", "--student", "mlp:8"], "crnn:CHANNELS"),
        (["--made", "--blank", "some"], "without_blank"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore("recognise", *arguments)

    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1
