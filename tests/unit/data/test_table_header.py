"""What stands before, in and instead of the row that names the columns."""

import pytest
from support.files import rows

BODY = rows(40, "{i}.5,{i}.25,{name}")


def features(data):
    return data.columns


@pytest.mark.parametrize(
    "before",
    [
        "# exported 2024, 40 rows\n",
        "#one\n# two, three, four, five\n",
        "\n",
        "   \n\n",
        "My flowers\n",
        "My flowers,,\n",
        "Flowers, 2024\n",
        "sep=,\n",
        "SEP=,\r\n",
    ],
)
def test_what_stands_before_the_header_is_passed_over(load, csv, before):
    data = load(csv(f"{before}a,b,label\n{BODY}"))

    assert features(data) == ("a", "b")
    assert sum(len(split.labels) for split in (data.train, data.validation, data.test)) == 40


@pytest.mark.parametrize(
    ("before", "count"), [("# one\n# two\n", 2), ("My flowers\n", 1), ("sep=,\n", None)]
)
def test_lines_that_were_passed_over_are_counted(load, csv, noted, before, count):
    told = noted(load(csv(f"{before}a,b,label\n{BODY}"))).get("lines_before_header")

    assert told == (None if count is None else {"count": count})


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_the_separator_of_a_line_sep_is_heeded(load, csv, separator):
    text = f"a,b,label\n{BODY}".replace(",", separator)

    assert features(load(csv(f"sep={separator}\n{text}"))) == ("a", "b")


def test_a_header_that_numpy_wrote_as_a_comment_names_the_columns(load, csv):
    assert features(load(csv(f"# a,b,label\n{BODY}"))) == ("a", "b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_in_a_name_is_a_blank(load, csv, end):
    text = f'a,"b\n(cm)",label\n{BODY}'.replace("\n", end)

    assert features(load(csv(text))) == ("a", "b (cm)")


def test_names_may_hold_the_separator_of_others(load, csv):
    semicolons = BODY.replace(",", ";")

    assert features(load(csv(f'"length, cm";"width, cm";"label"\n{semicolons}'))) == (
        "length, cm",
        "width, cm",
    )
    assert features(load(csv(f'"a;b","c;d",label\n{BODY}'))) == ("a;b", "c;d")


@pytest.mark.parametrize(
    ("header", "ending"),
    [("a,b,label,", ","), ("a,b,label,", ""), ("a,b,label", ","), ("a,b,label,,", ",,")],
)
def test_nameless_columns_without_values_are_left_out(load, csv, header, ending):
    body = BODY.replace("\n", f"{ending}\n")

    assert features(load(csv(f"{header}\n{body}"))) == ("a", "b")


def test_a_named_column_without_values_is_left_out_and_said(load, csv, noted):
    data = load(csv("a,notes,b,label\n" + rows(40, "{i}.5,,{i}.25,{name}")))

    assert features(data) == ("a", "b")
    assert noted(data)["empty_columns_left_out"] == {"columns": "notes"}


def test_rows_without_values_are_left_out_and_said(load, csv, noted):
    data = load(csv(f"a,b,label\n{BODY},,\n , ,\n"))

    assert noted(data)["empty_rows_left_out"] == {"count": 2}


def test_a_bad_value_is_counted_from_the_first_row_with_empty_ones_before(refusal, csv):
    error = refusal(csv(f"a,b,label\n,,\n{BODY}1,inf,a\n"))

    assert (error.code, error.values["row"]) == ("table_value_missing", 42)


@pytest.mark.parametrize("written", ["", "NA", "?", "-", "null", "None", "N/A", " "])
def test_a_feature_that_nobody_measured_is_filled_and_marked(load, csv, noted, written):
    gaps = f"{written},1,a\n1,{written},a\n" * 6  # so that training rows have some
    data = load(csv(f"a,b,label\n{BODY}{gaps}"))

    assert data.columns == ("a", "a = ?", "b", "b = ?")
    assert noted(data)["missing_filled"] == {"columns": "a, b"}


# Without a header


def test_a_first_row_of_values_is_data_and_said(load, csv, noted):
    data = load(csv(rows(30, "{i}.5,1.5,{name}")))

    assert "first_row_is_data" in noted(data)
    assert sum(len(split.labels) for split in (data.train, data.validation, data.test)) == 30
    assert data.columns == ("#1", "#2")


def test_equal_numbers_in_the_first_row_are_no_names(load, csv):
    assert load(csv(rows(30, "5.1,5.1,{name}"))).input_shape == (2,)


def test_the_label_of_a_table_without_header_may_stand_first(load, csv):
    assert load(csv(rows(30, "{name},{i},3"))).classes == ("a", "b")


@pytest.mark.parametrize(
    ("header", "names"),
    [("0,1,label", ("0", "1")), ("2001,2002,label", ("2001", "2002")), ("1,2,kind", ("1", "2"))],
)
def test_numbers_may_be_names_of_columns(load, csv, header, names):
    data = load(csv(f"{header}\n{BODY}"))

    assert features(data) == names
    assert sum(len(split.labels) for split in (data.train, data.validation, data.test)) == 40
