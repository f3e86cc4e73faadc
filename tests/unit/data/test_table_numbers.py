"""Numbers as people write them, however large or small they are."""

import numpy as np
import pytest
import torch
from support.files import rows


def everything(data):
    inputs = torch.cat([split.inputs for split in (data.train, data.validation, data.test)])
    return data.as_brought(inputs).numpy()


@pytest.mark.parametrize(
    ("separator", "number"), [(";", "{i},5"), ("\t", "{i},5"), (",", '"{i},5"'), (";", "-0,{i}5")]
)
def test_a_decimal_comma_is_read_and_said(load, csv, noted, separator, number):
    line = separator.join([number, '"0,25"', "{name}"])
    data = load(csv(separator.join(["a", "b", "label"]) + "\n" + rows(30, line)))

    assert "decimal_comma" in noted(data)
    assert set(everything(data)[:, 1]) == {0.25}
    first = sorted(everything(data)[:, 0])
    expected = [float(number.strip('"').format(i=i).replace(",", ".")) for i in range(30)]
    assert first == pytest.approx(sorted(expected), rel=1e-6)


@pytest.mark.parametrize(
    ("text", "separator", "value"),
    [
        ("1,234.5", ",", 1234.5),
        ("1.234,5", ".", 1234.5),
        ("1,234,567", ",", 1234567.0),
        ("1 234 567", " ", 1234567.0),
        ("1'234.5", "'", 1234.5),
    ],
)
def test_signs_between_thousands_are_read_and_said(load, csv, noted, text, separator, value):
    data = load(csv("a;b;label\n" + rows(30, f"{text};{{i}};{{name}}")))

    assert noted(data)["thousands_separator"] == {"separator": separator}
    assert set(everything(data)[:, 0]) == {value}


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f"])
@pytest.mark.parametrize(
    ("text", "separator", "value"),
    [
        ("{blank}1.5", ",", 1.5),
        ("1.5{blank}", ",", 1.5),
        ("1{blank}234{blank}567", ",", 1234567),
        ("-1{blank}234,5", ";", -1234.5),
        ("1.234,5{blank}", ";", 1234.5),
    ],
)
def test_blanks_that_do_not_break_are_read_as_blanks(load, csv, blank, text, separator, value):
    line = separator.join([text.replace("{blank}", blank), "{i}", "{name}" + blank])
    data = load(csv(separator.join(["a", "b", "label"]) + "\n" + rows(30, line)))

    assert data.classes == ("a", "b")
    assert set(everything(data)[:, 0]) == {value}


@pytest.mark.parametrize(
    ("text", "separator", "value"),
    [("\u22121.5", ",", -1.5), ("\u22121,5", ";", -1.5), ("2.5e\u22121", ",", 0.25)],
)
def test_the_sign_for_minus_is_read_as_such(load, csv, text, separator, value):
    line = separator.join([text, "{i}", "{name}"])
    data = load(csv(separator.join(["a", "b", "label"]) + "\n" + rows(30, line)))

    assert set(everything(data)[:, 0]) == {value}


def test_numbers_beside_one_with_another_blank_keep_their_decimals(load, csv):
    lines = [f"1.234,5;{i};{'ab'[i % 2]}" for i in range(30)]
    lines[7] = lines[7].replace(";", "\u00a0;", 1)
    data = load(csv("a;b;label\n" + "\n".join(lines)))

    assert set(everything(data)[:, 0]) == {1234.5}


def test_a_comma_that_may_be_either_is_refused_as_such(refusal, csv):
    error = refusal(csv("a,b,label\n" + rows(30, '"1,234",{i},{name}')))

    assert error.code == "table_comma"
    assert "decimal comma" in str(error)


def test_a_decimal_comma_far_down_is_named(refusal, csv):
    error = refusal(csv("a,b,label\n" + rows(5_000, "{i}.5,{i},{name}") + '"7,25",1,a\n'))

    assert (error.code, error.values["row"]) == ("table_text_comma", 5_001)


@pytest.mark.parametrize(
    ("start", "step"),
    [(1e8, 3), (1_700_000_000, 20), (4_000_000_000_000_000, 8), (5_400_000, 0.1), (1e8, 1e-3)],
)
def test_differences_of_large_numbers_are_kept(load, csv, start, step):
    lines = "".join(f"{start + step * (i % 5)!r},1.5,{'ab'[i % 2]}\n" for i in range(50))
    data = load(csv("t,n,label\n" + lines))
    normal = data.normalised(data.train.inputs)[:, 0]

    assert len(normal.unique()) == 5
    assert normal.std(correction=0).item() == pytest.approx(1, abs=1e-3)
    assert sorted(set(everything(data)[:, 0])) == pytest.approx(
        [start + step * k for k in range(5)], abs=step / 100
    )


@pytest.mark.parametrize("exponent", [-40, -20, -13, -12, 39, 100])
def test_tiny_and_huge_numbers_vary_as_others_do(load, csv, exponent):
    lines = "".join(f"{1 + i % 5}e{exponent},1.5,{'ab'[i % 2]}\n" for i in range(50))
    normal = load(csv("a,b,label\n" + lines)).normalised

    data = load(csv("a,b,label\n" + lines))
    assert normal(data.train.inputs)[:, 0].std(correction=0).item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("value", ["0.1", "1e15", "1e-13", "123456789.123"])
def test_a_constant_column_becomes_zero_whatever_its_size(load, csv, value):
    data = load(csv("a,b,label\n" + rows(40, f"{value},{{i}},{{name}}")))

    assert data.normalised(data.train.inputs)[:, 0].abs().max().item() < 1e-3


def test_ordinary_numbers_are_kept_as_they_are(load, csv):
    data = load(csv("a,b,label\n" + rows(40, "{i}.5,2024,{name}")))

    assert not data.offset.any()
    assert set(np.unique(data.train.inputs[:, 1].numpy())) == {2024.0}


def test_a_decoded_copy_keeps_where_numbers_come_from(load, csv, noted):
    path = csv("t,n,label\n" + "".join(f"{10**8 + i},1,{'ab'[i % 2]}\n" for i in range(50)))
    first, second = load(path), load(path)

    assert torch.equal(first.offset, second.offset)
    assert second.columns == first.columns == ("t", "n")
    assert noted(second) == noted(first)
    assert first.fingerprint == second.fingerprint


# The row numbers that pandas and R write


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (",a,b,label", "{i},1.5,{i}.5,{name}"),
        ("Unnamed: 0,a,b,label", "{i},1.5,{i}.5,{name}"),
        ('"",a,b,label', '"{k}",1.5,{i}.5,{name}'),
        ("a,b,label", '"{k}",1.5,{i}.5,{name}'),
        ('"",a,b,label', '"Mazda {k}",1.5,{i}.5,{name}'),
        ("index,a,b,label", "{i},1.5,{i}.5,{name}"),
        ("X,a,b,label", "{k},1.5,{i}.5,{name}"),
    ],
)
def test_row_numbers_and_row_names_are_left_out_and_said(load, csv, noted, header, line):
    lines = "".join(line.format(i=i, k=i + 1, name="ab"[i % 2]) + "\n" for i in range(40))
    data = load(csv(f"{header}\n{lines}"))

    assert data.columns == ("a", "b")
    assert "row_numbers_left_out" in noted(data)


def test_row_numbers_that_were_shuffled_are_left_out_too(load, csv):
    order = np.random.default_rng(0).permutation(40)
    lines = "".join(f"{i},1.5,{i}.5,{'ab'[i % 2]}\n" for i in order)

    assert load(csv(f",a,b,label\n{lines}")).columns == ("a", "b")


def test_a_column_called_id_is_kept_but_noted(load, csv, noted):
    data = load(csv("id,a,label\n" + rows(40, "{i},1.5,{name}")))

    assert data.columns == ("id", "a")
    assert noted(data)["row_numbers_kept"] == {"column": "id"}


@pytest.mark.parametrize("header", ["a,b,label,", "a,b,label,Unnamed: 3", "a,b,label,index"])
def test_row_numbers_in_the_last_column_are_left_out_too(load, csv, noted, header):
    lines = "".join(f"1.5,{i}.5,{'ab'[i % 2]},{i}\n" for i in range(40))
    data = load(csv(f"{header}\n{lines}"))

    assert data.columns == ("a", "b")
    assert "row_numbers_left_out" in noted(data)


def test_a_last_column_called_id_is_kept_but_noted(load, csv, noted):
    data = load(csv("a,label,id\n" + rows(40, "1.5,{name},{i}")))

    assert data.columns == ("a", "id")
    assert noted(data)["row_numbers_kept"] == {"column": "id"}


@pytest.mark.parametrize("header", [",a,label", "x,a,label", "age,a,label"])
def test_a_first_column_that_measures_something_is_kept(load, csv, header):
    lines = "".join(f"{i % 9},{i}.5,{'ab'[i % 2]}\n" for i in range(40))

    assert len(load(csv(f"{header}\n{lines}")).columns) == 2
