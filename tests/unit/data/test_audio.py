from pathlib import Path

import numpy as np
import pytest
import torch
from support.files import collect
from support.sounds import archive, tone, wave_of

from kdcore.catalogue import DATASETS
from kdcore.data import load_dataset
from kdcore.data.audio import spoken_digits
from kdcore.data.audio.wave_file import decode, of_length, resampled, sixteen_bits
from kdcore.errors import UserError
from kdcore.inputs import Audio
from kdcore.inputs.audio_image import parts
from kdcore.jobs.run.config import RunConfig


@pytest.mark.parametrize(
    ("width", "step"), [(1, 2.0**-7), (2, 2.0**-15), (3, 2.0**-23), (4, 2.0**-24)]
)
def test_samples_of_every_width_are_read(width, step):
    samples = np.array([0.0, 0.25, -0.5, 0.999, -1.0])
    found, rate = decode(wave_of(samples, width=width, rate=11_025), "a.wav", "here")

    assert rate == 11_025
    np.testing.assert_allclose(found, samples, atol=2 * step)


def test_channels_become_their_mean():
    both = np.stack([np.full(9, 0.5), np.full(9, -0.25)], axis=1)

    np.testing.assert_allclose(decode(wave_of(both), "a.wav", "here")[0], 0.125, atol=1e-4)


@pytest.mark.parametrize(
    "contents",
    [b"", b"RIFF", wave_of(tone(100, 50))[:30], wave_of(np.zeros(0)), b"ID3\x04" + bytes(60)],
)
def test_what_is_no_recording_is_said_in_one_sentence(contents):
    with pytest.raises(UserError) as caught:
        decode(contents, "a.wav", "/data/words.zip")

    assert caught.value.code == "sound_broken"
    assert "a.wav" in str(caught.value)


def header(contents, at, value):
    return contents[:at] + value + contents[at + len(value) :]


@pytest.mark.parametrize(("at", "value"), [(24, b"\1\0\0\0"), (34, b"\x40\0"), (20, b"\3\0")])
def test_one_sample_a_second_64_bits_and_real_numbers_are_refused(at, value):
    with pytest.raises(UserError) as caught:
        decode(header(wave_of(tone(100, 50)), at, value), "a.wav", "/data/words.zip")

    assert caught.value.code == "sound_broken"


def test_the_longer_header_of_other_programs_is_read():
    """WAVE_FORMAT_EXTENSIBLE, as the Windows SDK describes it: 24 bits, of PCM."""
    plain = wave_of(tone(100, 50), width=3)
    longer = (22).to_bytes(2, "little") + bytes([24, 0, 4, 0, 0, 0, 1]) + bytes(15)
    size = (len(plain) - 8 + 24).to_bytes(4, "little")
    contents = (
        plain[:4]
        + size
        + plain[8:16]
        + bytes([40, 0, 0, 0, 0xFE, 0xFF])
        + plain[22:36]
        + longer
        + plain[36:]
    )

    np.testing.assert_array_equal(decode(contents, "a", "")[0], decode(plain, "a", "")[0])


def test_a_cut_off_recording_keeps_what_there_is():
    assert len(decode(wave_of(tone(100, 50))[:-21], "a.wav", "here")[0]) == 39


@pytest.mark.parametrize("rate", [16_000, 44_100, 6_000])
def test_a_tone_keeps_its_pitch_and_length_at_another_rate(rate):
    found = resampled(tone(440, rate, rate).astype(np.float32), rate, 8_000)

    assert len(found) == 8_000
    middle = slice(500, -500)
    np.testing.assert_allclose(found[middle], tone(440, 8_000)[middle], atol=0.01)


def test_a_tone_above_half_the_new_rate_does_not_come_back_as_another():
    assert np.abs(resampled(tone(5_000, 16_000, 16_000), 16_000, 8_000)[500:-500]).max() < 0.02


def test_what_is_too_loud_is_clipped_and_not_wrapped():
    assert sixteen_bits(np.array([1.5, -1.5, 0.0])).tolist() == [32_767, -32_768, 0]


def test_the_loudest_stretch_of_a_long_recording_stays():
    samples = np.zeros(100, dtype=np.int16)
    samples[60:80] = 30_000  # whose square an int16 or int32 could not add up

    assert (of_length(samples, 20) == 30_000).all()
    assert of_length(samples, 100) is not None


def test_speakers_of_the_test_are_not_in_training(load, tmp_path):
    archive(tmp_path)
    data = load("spoken_digits", data_root=str(tmp_path))

    sizes = [len(split.labels) for split in (data.train, data.validation, data.test)]
    assert sizes == [10 * 2 * 4, 10 * 2 * 2, 10 * 2 * 6]
    assert data.train.inputs.dtype == torch.int16
    assert data.input_shape == DATASETS["spoken_digits"].input_shape
    assert data.kind == Audio()
    assert data.test.labels.bincount().tolist() == [12] * 10
    notes = {note.code: note.values for note in data.notes}
    assert notes["speakers"] == {"train": "anna, bert", "test": "theo, yweweler"}
    # what was said lies in the middle of the second
    assert data.train.inputs[:, :3_700].abs().max() == 0
    assert data.train.inputs[:, 3_750:4_250].abs().max() > 10_000


def test_an_archive_without_the_test_speakers_is_refused(refusal, tmp_path):
    archive(tmp_path, left_out=("theo", "yweweler"))

    assert refusal("spoken_digits", data_root=str(tmp_path)).code == "file_damaged"


def test_the_real_recordings_are_what_the_catalogue_says(load, real_data):
    if not (real_data / spoken_digits.FILE).is_file():
        pytest.skip("no archive of spoken digits among the real data")
    data, source = load("spoken_digits", data_root=str(real_data)), DATASETS["spoken_digits"]

    assert data.input_shape == source.input_shape
    assert len(data.train.labels) + len(data.validation.labels) == source.train_size
    assert len(data.test.labels) == source.test_size
    rows = [
        row.numpy().tobytes()
        for split in (data.train, data.validation, data.test)
        for row in split.inputs
    ]
    assert len(set(rows)) >= 2_990  # a few of one speaker are there twice


def own_words(folder: Path, rate: int = 16_000) -> Path:
    """Three words, in folders of a training and a test split, at 16 kHz in stereo."""
    random = np.random.default_rng(0)
    for split, each in (("train", 9), ("test", 2)):
        for at, word in enumerate(("eins", "zwei", "drei")):
            place = folder / split / word
            place.mkdir(parents=True)
            for number in range(each):
                samples = tone(300 + 200 * at, 8_000, rate) + random.normal(0, 0.01, 8_000)
                both = np.stack([samples, samples], axis=1)
                (place / f"{number}.wav").write_bytes(wave_of(both, rate=rate))
    (folder / "train" / "notes.txt").write_text("said at home")
    return folder


def test_own_recordings_are_read_by_class_and_split(load, tmp_path):
    data = load(own_words(tmp_path / "words"))

    assert data.classes == ("drei", "eins", "zwei")
    assert data.kind == Audio()
    assert data.train.inputs.shape[1] == 4_000  # half a second
    assert len(data.test.labels) == 6
    assert len(data.train.labels) + len(data.validation.labels) == 27
    codes = {note.code for note in data.notes}
    assert codes == {"train_folder", "test_folder", "sounds_of_length"}
    again = load(tmp_path / "words")  # as it was kept
    assert again.kind == data.kind
    assert again.fingerprint == data.fingerprint


def test_a_long_recording_is_cut_to_what_most_need(load, tmp_path):
    place = own_words(tmp_path / "words")
    (place / "train" / "eins" / "long.wav").write_bytes(wave_of(tone(300, 80_000)))
    data = load(place)

    assert data.train.inputs.shape[1] == 4_000
    assert {note.code: note.values for note in data.notes}["sounds_cut"] == {"count": 1}


def test_recordings_of_the_test_split_do_not_decide_the_length(load, tmp_path):
    place = own_words(tmp_path / "words")
    for file in (place / "test").rglob("*.wav"):
        file.write_bytes(wave_of(tone(300, 16_000)))
    data = load(place)

    assert data.train.inputs.shape[1] == data.test.inputs.shape[1] == 4_000
    assert {note.code: note.values for note in data.notes}["sounds_cut"] == {"count": 6}


def test_a_broken_recording_of_ones_own_is_named(refusal, tmp_path):
    place = own_words(tmp_path / "words")
    (place / "train" / "zwei" / "3.wav").write_bytes(b"no sound")

    error = refusal(place)
    assert error.code == "sound_broken"
    assert "train/zwei/3.wav" in str(error)


def test_a_written_digit_stands_beside_each_spoken_one(load, tmp_path):
    archive(tmp_path)
    data = load("spoken_written_digits", data_root=str(tmp_path))
    spoken = load("spoken_digits", data_root=str(tmp_path))
    written = load("mnist5k")

    assert data.input_shape == DATASETS["spoken_written_digits"].input_shape
    for name in ("train", "validation", "test"):
        split, sounds, images = (getattr(one, name) for one in (data, spoken, written))
        heard, seen = parts(split.inputs)
        assert torch.equal(heard, sounds.inputs)
        assert torch.equal(split.labels, sounds.labels)
        of_class = {
            (image.numpy().tobytes(), int(label))
            for image, label in zip(images.inputs[:, 0], images.labels, strict=True)
        }
        pairs = zip(seen.byte(), split.labels, strict=True)
        assert all((image.numpy().tobytes(), int(label)) in of_class for image, label in pairs)


def test_pictures_beside_recordings_are_not_the_data(tmp_path):
    for folder, frequency in (("low", 300), ("high", 900)):
        (tmp_path / folder).mkdir()
        for number in range(6):
            sound = wave_of(tone(frequency + number, 2_000))
            (tmp_path / folder / f"{number}.wav").write_bytes(sound)
        (tmp_path / folder / "cover.png").write_bytes(b"a picture")
    _, data = collect(load_dataset(RunConfig(dataset=str(tmp_path)), None))

    assert data.kind == Audio()
    assert data.classes == ("high", "low")
