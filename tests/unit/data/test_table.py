import numpy as np
import pytest
import torch
from support.files import rows


@pytest.mark.parametrize(
    "header",
    [
        "label,width,height",
        "width,Class,height",
        "width,target,height",
        "y,width,height",
        "width,height,kind",
    ],
)
def test_the_label_is_known_by_its_name_or_stands_last(load, csv, header):
    place = [
        name.lower() in ("label", "class", "target", "y", "kind") for name in header.split(",")
    ].index(True)
    cells = ["{i}.5", "{i}00.25"]
    cells.insert(place, "{name}")
    data = load(csv(f"{header}\n" + rows(30, ",".join(cells))))
    assert data.classes == ("a", "b")
    assert data.input_shape == (2,)
    assert data.name == "own"
    assert [len(s.labels) for s in (data.train, data.validation, data.test)] == [21, 3, 6]
    for split in (data.train, data.validation, data.test):
        assert ((split.inputs[:, 0] - 0.5) % 2 == split.labels).all()


def test_features_have_mean_0_and_deviation_1_and_constant_ones_stay_finite(load, csv):
    data = load(csv("a,b,c,label\n" + rows(40, "{i}.5,1000,3.5,{name}")))
    normal = data.normalised(data.train.inputs)
    assert normal.mean(0).abs().max() < 1e-4
    assert normal.std(0, correction=0).tolist() == pytest.approx([1, 0, 0], abs=1e-5)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(load, csv, separator):
    text = "a,b,label\n" + rows(20, "{i}.5,2,{name}")
    assert load(csv(text.replace(",", separator))).input_shape == (2,)


def test_a_mark_of_the_byte_order_does_not_belong_to_the_name(load, csv):
    text = "label,a,b\n" + rows(20, "{name},{i}.5,2")
    assert load(csv(text, encoding="utf-8-sig")).classes == ("a", "b")


def test_numbered_classes_stand_in_their_order(load, csv):
    data = load(csv("a,label\n" + "".join(f"{i}.5,{i % 12}\n" for i in range(60))))
    assert data.classes == tuple(str(number) for number in range(12))


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (1, 28), (3, 8)])
def test_pixels_become_images(load, csv, channels, side):
    pixels = np.random.default_rng(0).integers(0, 256, (20, channels * side * side))
    names = ",".join(f"p{at}" for at in range(pixels.shape[1]))
    lines = [f"{at % 2}," + ",".join(map(str, row)) for at, row in enumerate(pixels)]
    data = load(csv(f"label,{names}\n" + "\n".join(lines)))
    assert data.input_shape == (channels, side, side)
    assert data.kind.framed
    first = torch.from_numpy(pixels[0].astype(np.uint8)).view(channels, side, side)
    read = torch.cat([split.inputs for split in (data.train, data.validation, data.test)])
    assert (read == first).flatten(1).all(1).sum() == 1


@pytest.mark.parametrize("pixel", ["256", "-1", "0.5"])
def test_other_numbers_in_the_count_of_a_square_stay_features(load, csv, pixel):
    names = ",".join(f"p{at}" for at in range(64))
    line = ",".join(["{i}"] * 63 + [pixel])
    data = load(csv(f"{names},label\n" + rows(20, line + ",{name}")))
    assert data.input_shape == (64,)


def test_four_small_numbers_are_not_taken_for_an_image(load, csv):
    assert load(csv("a,b,c,d,label\n" + rows(20, "1,2,3,{i},{name}"))).input_shape == (4,)


GOOD = rows(20, "{i}.5,2,{name}")


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "table_file_empty", ""),
        (" \n\n", "table_file_empty", ""),
        ("a\n1\n", "table_one_column", ""),
        ("a,b,label\n", "table_empty", ""),
        ("1,2,0\n3,4,1\n", "table_without_header", ""),
        ("a,a,label\n" + GOOD, "table_column_twice", "'a'"),
        ("a,b,label\n" + GOOD + "1,tall,a\n", "table_text", "Row 21"),
        ("a,b,label\n" + GOOD + "1,inf,a\n", "table_value_missing", "Row 21"),
        ("a,b,label\n1,inf,a\n2,-inf,b\n" + GOOD, "table_values_missing", "2 rows"),
        ("a,b,label\n1,2,\n3,4,\n" + GOOD, "table_labels_missing", "2 rows"),
        ("a,b,label\n1,inf,a\n" + GOOD, "table_value_missing", "'b'"),
        ("a,b,label\n1,2,\n" + GOOD, "table_label_missing", "'label'"),
        ("a,b,label\n1,2\n" + GOOD, "table_label_missing", "'label'"),
        ("a,b,label\n" + GOOD + "1,2,a,4\n", "table_row_long", "Line 22"),
        ("a,b,label\n" + GOOD + '1,2,"a\n', "table_quote_open", "line 22"),
        ("a,b,label\n" + "1,2,a,4\n" * 9, "table_unreadable", ""),
        ("a,b,label\n" + rows(9, "{i},2,same"), "one_class", "same"),
        ("a,b,label\n" + GOOD + "1,2,rare\n", "class_too_small", "rare"),
        ("a,b,y\n" + rows(9, "{i},2,{i}.37"), "label_not_classes", "'y'"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_reason(refusal, csv, text, code, says):
    error = refusal(csv(text))
    assert error.code == code
    assert says in str(error)


def test_a_million_columns_are_refused_from_the_header_alone(refusal, csv):
    header = ",".join(f"c{at}" for at in range(100_000))
    assert refusal(csv(header + "\n")).code == "table_too_wide"
