"""Texts: how they are cut, numbered and read from where they lie."""

import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdcore.data.table.format import table_format
from kdcore.data.text.bundled import LANGUAGES, fragments, sentences_of, splits_of
from kdcore.data.text.table import text_columns
from kdcore.data.text.vocabulary import NumberedTexts, vocabulary_of
from kdcore.inputs.text import PADDING, SPECIAL, UNKNOWN, Text, fitted, words

REAL = Path(os.environ.get("KDCORE_TEST_DATA", "")) / "aclImdb.tar.gz"
GOOD, BAD = ("fine", "lovely", "warm"), ("poor", "dull", "sad")


def reviews(count=40):
    """Texts and what they are worth; one word of each tells it."""
    return [
        (f"the film was {(GOOD if at % 2 else BAD)[at % 3]} and its end was number {at}", at % 2)
        for at in range(count)
    ]


def test_words_are_cut_as_people_read_them():
    assert words("Don’t!  A well-made_film\n(1999)") == [
        "don’t",
        "!",
        "a",
        "well",
        "made",
        "film",
        "1999",
    ]
    assert words("很好吃，good") == ["很", "好", "吃", "good"]


@given(st.text(max_size=60))
def test_a_text_that_is_shown_is_cut_into_the_same_words_again(text):
    found = tuple(dict.fromkeys(words(text)))
    kind = Text((*SPECIAL, *found))
    numbers = kind.numbers_of(text, 100)

    assert kind.numbers_of(kind.text_of(numbers), 100) == numbers
    assert UNKNOWN not in numbers


@given(st.lists(st.integers(2, 9), max_size=30), st.integers(1, 20))
def test_a_long_text_keeps_its_ends_and_a_short_one_is_filled_up(numbers, length):
    found = fitted(np.array(numbers, dtype=np.int32), length).tolist()

    assert len(found) == length
    if len(numbers) <= length:
        assert found == numbers + [PADDING] * (length - len(numbers))
    else:
        last = length // 2
        assert found == numbers[: length - last] + numbers[len(numbers) - last :]


def test_the_vocabulary_is_that_of_the_training_texts_the_commonest_first():
    texts = NumberedTexts("words")
    for text in ("b b a", "b a c", "d d d d d"):
        texts.add(text)
    found = vocabulary_of(texts, train=[0, 1])

    assert found.tokens == (*SPECIAL, "b", "a"), "c comes once, d in no training text"
    assert found.inputs([texts.texts[2]])[0].tolist() == [UNKNOWN] * 5 + [PADDING] * 3
    assert found.unknown_share(texts.texts) == pytest.approx(6 / 11)


@pytest.mark.parametrize("header", ["text,verdict", ""])
@pytest.mark.parametrize("label_first", [False, True])
def test_a_table_with_a_column_of_many_words_holds_texts(load, csv, noted, header, label_first):
    turned = slice(None, None, -1) if label_first else slice(None)
    rows = [(text, "yes" if label else "no")[turned] for text, label in reviews()]
    names = [",".join(header.split(",")[turned])] if header else []
    data = load(csv("\n".join([*names, *map(",".join, rows)])))

    assert data.kind.name == "text"
    assert data.classes == ("no", "yes")
    assert sum(len(one.labels) for one in (data.train, data.validation, data.test)) == 40
    for split in (data.train, data.test):
        for numbers, label in zip(split.inputs, split.labels, strict=True):
            found = data.kind.tokens_of(numbers.tolist())
            assert set(found).isdisjoint(BAD if label else GOOD)
    assert ("first_row_is_data" in noted(data)) == (not header)
    assert noted(data)["text_column"] == {
        "column": ("#2" if label_first else "#1") if not header else "text"
    }


def test_a_text_of_several_lines_and_what_lies_beside_it(load, csv, noted):
    lines = [
        f'{at},"{text}\nand ""so"" on",{label},x{at}' for at, (text, label) in enumerate(reviews())
    ]
    data = load(
        csv("id,review,sentiment,author\n" + "\n".join([*lines, '99,"…",1,x'])),
        label_column="Sentiment",
    )

    assert data.classes == ("0", "1")
    assert "so" in data.kind.vocabulary
    assert noted(data)["text_columns_left_out"] == {"columns": "id, author"}
    assert noted(data)["texts_without_words_left_out"] == {"count": 1}


def test_names_beside_measurements_are_no_texts():
    lines = [f"Anna Maria von {chr(65 + at)},{at % 7},{at % 2}" for at in range(26)]
    table = io.BytesIO(("name,age,label\n" + "\n".join(lines)).encode())

    assert text_columns(table_format(table, "people.csv")) is None


def test_classes_may_be_called_none_and_na(load, csv):
    lines = [f"{text},{('None', 'NA')[label]}" for text, label in reviews()]

    assert load(csv("text,label\n" + "\n".join(lines))).classes == ("NA", "None")


def test_a_table_of_labels_and_nothing_to_learn_from_is_not_one_of_a_single_column(refusal, csv):
    same = [f"the same words in every row,{at % 2}" for at in range(40)]
    error = refusal(csv("text,label\n" + "\n".join(same)))

    assert (error.code, error.values["column"]) == ("table_without_features", "label")


def test_a_text_without_a_class_is_named(refusal, csv):
    lines = [f"{text},{label}" for text, label in reviews()]
    error = refusal(csv("text,label\n" + "\n".join([*lines, "a film that nobody has seen,"])))

    assert (error.code, error.values["row"]) == ("table_label_missing", 41)


def packed(folder, files):
    """An archive of IMDB's layout."""
    with tarfile.open(folder / "aclImdb.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            contents = text.encode()
            entry = tarfile.TarInfo(f"aclImdb/{name}")
            entry.size = len(contents)
            archive.addfile(entry, io.BytesIO(contents))


def test_reviews_are_read_from_their_archive_as_from_the_folder(load, tmp_path):
    files = {
        f"{split}/{'pos' if label else 'neg'}/{at}_7.txt": f"{text}<br />{split}"
        for split in ("train", "test")
        for at, (text, label) in enumerate(reviews())
    } | {"train/unsup/0_0.txt": "unsup", "train/urls_pos.txt": "x", "README": "x"}
    packed(tmp_path, files)
    for name, text in files.items():
        path = tmp_path / "unpacked" / "aclImdb" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    of_archive, of_folder = (
        load("imdb", data_root=str(place)) for place in (tmp_path, tmp_path / "unpacked")
    )

    assert of_archive.fingerprint == of_folder.fingerprint
    assert of_archive.classes == ("negative", "positive")
    assert len(of_archive.test.labels) == 40
    assert "br" not in of_archive.kind.vocabulary
    assert "unsup" not in of_archive.kind.vocabulary


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_file(), reason="the reviews of IMDB are not here")
def test_the_real_reviews_are_as_many_of_each_class(load):
    data = load("imdb", data_root=str(REAL.parent))

    assert data.test.labels.bincount().tolist() == [12_500, 12_500]
    assert len(data.train.labels) + len(data.validation.labels) == 25_000
    assert data.input_shape == (256, 20_000)


def test_the_sentences_say_the_same_in_every_language_and_lie_in_one_split(load):
    each = {name: sentences_of(name) for name in LANGUAGES}
    (size,) = {len(sentences) for sentences in each.values()}
    assert all(len(set(sentences)) == size for sentences in each.values())

    data = load("languages")
    splits = splits_of(size)
    lying = {
        wanted: {
            fragment.lower()
            for sentences in each.values()
            for sentence, split in zip(sentences, splits, strict=True)
            if split == wanted
            for fragment in fragments(sentence)
        }
        for wanted in ("train", "validation", "test")
    }
    found = {data.kind.text_of(row.tolist()) for row in data.test.inputs}
    assert found == lying["test"] - lying["train"] - lying["validation"]


@given(st.lists(st.text("abcd", min_size=1, max_size=9), min_size=1, max_size=12))
def test_fragments_together_are_the_sentence(given_words):
    sentence = " ".join(given_words)

    assert " ".join(fragments(sentence)) == sentence
