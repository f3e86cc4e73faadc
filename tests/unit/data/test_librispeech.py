"""Corpora in the layout of LibriSpeech: what is read, how speakers are divided, what is refused."""

import shutil

import numpy as np
import pytest
from support.recognition import RATE, spoken, tone_corpus, write_chapter, write_wav

from kdcore.data.audio.librispeech import read_librispeech
from kdcore.data.audio.made_speech import make_speech
from kdcore.data.audio.recording import read_recording
from kdcore.data.audio.transcript import characters
from kdcore.errors import UserError


def read(root, **settings):
    values = {"train_size": 0, "evaluation_size": 0, "longest": 20.0, "seed": 0} | settings
    steps = read_librispeech(root, **values)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def speakers(corpus):
    return {name: {one.speaker for one in own} for name, own in corpus.splits.items()}


def noted(corpus):
    return {one.code for one in corpus.notes}


def test_a_corpus_is_read_with_its_splits_speakers_and_transcripts(tmp_path):
    corpus = read(tone_corpus(tmp_path))

    assert corpus.rate == RATE
    assert speakers(corpus) == {"train": {"s1", "s2"}, "validation": {"s3"}, "test": {"s4"}}
    first = corpus.splits["train"][0]
    assert first.name == "s1-1-0000"
    assert first.samples.numpy() == pytest.approx(spoken(first.transcript))
    assert corpus.alphabet == "abc"
    assert corpus.notes == ()
    assert read(tmp_path).fingerprint == corpus.fingerprint


def test_the_folder_of_one_split_is_divided_by_speaker(tmp_path):
    for speaker in range(7):
        write_chapter(tmp_path, "dev-clean", f"{speaker}", ["ab", "c"])

    for root in (tmp_path, tmp_path / "dev-clean"):
        corpus = read(root)
        found = speakers(corpus)
        assert noted(corpus) == {"speakers_held_out"}
        assert [len(found[name]) for name in ("train", "validation", "test")] == [4, 1, 2]
        assert not found["train"] & (found["validation"] | found["test"])


def test_speakers_are_held_out_for_a_split_that_is_missing_and_shared_ones_are_named(tmp_path):
    for speaker in ("1", "2", "3"):
        write_chapter(tmp_path, "train-clean-100", speaker, ["ab", "c"])
    write_chapter(tmp_path, "test-clean", "9", ["abc"])
    corpus = read(tmp_path)
    assert speakers(corpus) == {"train": {"1", "3"}, "validation": {"2"}, "test": {"9"}}

    shutil.copytree(tmp_path / "train-clean-100" / "1", tmp_path / "test-clean" / "1")
    assert noted(read(tmp_path)) == {"speakers_held_out", "speakers_shared"}


def test_as_many_utterances_as_are_asked_for_are_drawn_by_the_seed(tmp_path):
    tone_corpus(tmp_path)

    def names(seed):
        found = read(tmp_path, train_size=5, evaluation_size=2, seed=seed).splits
        assert [len(found[name]) for name in ("train", "validation", "test")] == [5, 2, 2]
        return [one.name for one in found["train"]]

    assert names(0) == names(0) != names(1)


def test_long_utterances_and_silent_lines_are_left_out_and_noted(tmp_path):
    tone_corpus(tmp_path)
    folder = tmp_path / "train" / "s1" / "1"
    with (folder / "s1-1.trans.txt").open("a", encoding="utf-8") as file:
        file.write("s1-1-0100 CCCCCCCCCC\ns1-1-0101 ...\n")
    write_wav(folder / "s1-1-0100.wav", spoken("c" * 10))

    corpus = read(tmp_path, longest=1.5)

    assert noted(corpus) == {"utterances_too_long", "utterances_without_words"}
    assert len(corpus.splits["train"]) == 24


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("HE'S  GONE", "he's gone"),
        ("“Ça va?” – ‘Oui’", "ça va oui"),
        ("你好，世界", "你好 世界"),
        ("... !", ""),
        ("ROOM 7B\t", "room 7b"),
    ],
)
def test_a_transcript_becomes_characters(said, written):
    assert characters(said) == written


def test_recordings_of_eight_bits_and_of_two_channels_are_read_alike(tmp_path):
    samples = spoken("ab")
    write_wav(tmp_path / "wide.wav", np.stack([samples, samples // 2], 1), channels=2)
    write_wav(tmp_path / "narrow.wav", (samples.astype(int) >> 8) + 128, width=1)

    wide, _ = read_recording(tmp_path / "wide.wav")
    narrow, rate = read_recording(tmp_path / "narrow.wav")

    assert rate == RATE
    assert wide == pytest.approx(np.stack([samples, samples // 2]).astype(int).mean(0), abs=0.5)
    assert narrow == pytest.approx(samples.astype(int) >> 8 << 8)


def test_flac_is_read_where_soundfile_is_installed(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
    folder = tone_corpus(tmp_path) / "test" / "s4" / "1"
    for file in folder.glob("*.wav"):
        samples, rate = read_recording(file)
        soundfile.write(file.with_suffix(".flac"), samples, rate, subtype="PCM_16")
        file.unlink()

    one = read(tmp_path).splits["test"][0]

    assert one.samples.numpy() == pytest.approx(spoken(one.transcript, pitch=1.02))


def test_flac_without_soundfile_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    (tmp_path / "a.flac").write_bytes(b"fLaC")

    with pytest.raises(UserError, match=r"kdcore\[audio\]"):
        read_recording(tmp_path / "a.flac")


def broken(root, how):
    folder = root / "train" / "s1" / "1"
    match how:
        case "corpus_layout":
            shutil.rmtree(root)
            root.mkdir()
            (root / "a.trans.txt").write_text("a B\n", encoding="utf-8")
        case "corpus_without_words":
            for file in root.rglob("*.trans.txt"):
                names = [line.split()[0] for line in file.read_text(encoding="utf-8").splitlines()]
                file.write_text("\n".join(names), encoding="utf-8")
        case "data_path_missing":
            shutil.rmtree(root)
        case "recording_missing":
            (folder / "s1-1-0000.wav").unlink()
        case "sound_broken":
            (folder / "s1-1-0000.wav").write_bytes(b"RIFF")
        case "transcript_unreadable":
            (folder / "s1-1.trans.txt").write_bytes(b"../../secret A\n")
        case "sample_rates_differ":
            write_wav(folder / "s1-1-0000.wav", spoken("a"), rate=16000)
        case "speakers_too_few":
            shutil.rmtree(root / "test")
            shutil.rmtree(root / "dev")


@pytest.mark.parametrize(
    "how",
    [
        "corpus_layout",
        "corpus_without_words",
        "data_path_missing",
        "recording_missing",
        "sound_broken",
        "transcript_unreadable",
        "sample_rates_differ",
        "speakers_too_few",
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, how):
    root = tone_corpus(tmp_path / "corpus")
    broken(root, how)

    with pytest.raises(UserError) as refused:
        read(root)

    assert refused.value.code == how


@pytest.mark.parametrize("name", ["../../x", "a\0b", "n" * 5_000])
def test_what_cannot_be_the_name_of_a_recording_is_refused(tmp_path, name):
    root = tone_corpus(tmp_path)
    transcript = root / "train" / "s1" / "1" / "s1-1.trans.txt"
    transcript.write_text(f"{name} ABC\n", encoding="utf-8")

    with pytest.raises(UserError) as refused:
        read(root)

    assert refused.value.code == "transcript_unreadable"
    assert len(str(refused.value)) < 500


def test_a_corpus_of_nothing_short_enough_is_refused(tmp_path):
    with pytest.raises(UserError, match="train"):
        read(tone_corpus(tmp_path), longest=0.01)


def test_nothing_is_made_without_espeak(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(UserError, match="espeak-ng"):
        list(make_speech(tmp_path / "made"))
