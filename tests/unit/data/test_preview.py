"""Data at a glance."""

import numpy as np
import pytest
from support.files import as_zip, pictures_in, rows

from kdcore.catalogue import parse_models, suited_families, suits
from kdcore.data import preview_of
from kdcore.events import Preview, from_json
from kdcore.inputs import kind_of_shape


@pytest.fixture
def preview(load):
    """The preview of data, as it comes out of its JSON line."""
    return lambda *given, **settings: from_json(preview_of(load(*given, **settings)).to_json())


def test_a_table_shows_counts_names_and_six_rows_of_both_classes(preview, csv):
    found = preview(csv("wide,high,kind\n" + rows(60, "{i}.5,1.25,{name}")))

    assert isinstance(found, Preview)
    assert (found.train_size, found.validation_size, found.test_size) == (43, 5, 12)
    assert [one.name for one in found.classes] == ["a", "b"]
    assert sum(one.train + one.validation + one.test for one in found.classes) == 60
    assert found.columns == ["wide", "high"]
    assert [example.class_name for example in found.examples] == ["a", "b", "a", "b", "a", "b"]
    assert all(example.values[1] == 1.25 for example in found.examples)
    assert [note.code for note in found.notes] == ["label_column"]


def test_rows_are_shown_in_the_units_in_which_they_came(preview, csv):
    found = preview(csv("t,n,label\n" + rows(60, "17000000{i:02d},1.5,{name}")))

    assert all(1.7e9 <= example.values[0] < 1.7e9 + 60 for example in found.examples)
    assert all(float(example.values[0]).is_integer() for example in found.examples)


@pytest.mark.parametrize(("mode", "shape"), [("L", (12, 12)), ("RGB", (12, 12, 3))])
def test_images_show_six_thumbnails_of_different_classes(preview, tmp_path, mode, shape):
    found = preview(as_zip(tmp_path / "a.zip", pictures_in("abcdefgh", 5, mode=mode)))

    assert len({example.class_name for example in found.examples}) == 6
    assert {np.array(example.values).shape for example in found.examples} == {shape}


def test_large_images_are_shown_small(preview, tmp_path):
    files = pictures_in("ab", 5, (200, 200), mode="L")
    found = preview(as_zip(tmp_path / "a.zip", files), image_size=200)

    assert np.array(found.examples[0].values).shape == (50, 50)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32), (3, 96, 64), (2,), (784,)])
@pytest.mark.parametrize("examples", [30, 3_000, 300_000])
def test_the_pair_that_is_suggested_suits_and_the_student_is_another(shape, examples):
    kind = kind_of_shape(shape)
    teacher, student = kind().suited_pair(shape, examples)

    assert suits(teacher, kind, shape)
    assert suits(student, kind, shape)
    assert teacher != student
    assert {parse_models(model)[0].partition(":")[0] for model in (teacher, student)} <= set(
        suited_families(kind)
    )


@pytest.mark.parametrize(
    ("models", "shape", "suited"),
    [
        ("mlp:64", (3, 32, 32), False),
        ("mlp:64", (1, 64, 64), False),
        ("mlp:64", (1, 28, 28), True),
        ("resnet8", (3, 32, 32), True),
        ("convnet:8 + mlp:8", (3, 32, 32), False),
        ("forest:9", (3, 32, 32), False),
        ("forest:9", (4,), True),
        ("convnet:8", (4,), False),
        ("no model", (4,), True),
    ],
)
def test_models_suit_data_of_their_kind(models, shape, suited):
    assert suits(models, kind_of_shape(shape), shape) == suited
