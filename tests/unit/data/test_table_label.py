"""Which column holds the classes, and that it is said."""

import pytest
from support.files import rows


@pytest.mark.parametrize(
    ("header", "line", "taken"),
    [
        ("x,y,label", "{i}.5,1.5,{name}", "label"),
        ("x,y,label", "{i},{i},{name}", "label"),
        ("class,age,fare,target", "1,{i},2.5,{name}", "target"),
        ("target,age,label", "3,{i}.5,{name}", "label"),
        ("y,x,target", "{i}.5,1.5,{name}", "target"),
        ("X,Y,Class", "{i}.5,1.5,{name}", "Class"),
        ("x,y,species", "{i}.5,1.5,{name}", "species"),
        ("labels,a,b", "{name},{i}.5,1.5", "labels"),
        ("a,b,标签", "{i}.5,1.5,{name}", "标签"),
        ("a,y,b", "{i}.5,{name},1.5", "y"),
        ("species,a,b", "{name},{i}.5,{i}.25", "species"),
        ("a,b,", "{i}.5,1.5,{name}", "#3"),
        # a column without any value holds no classes
        ("a,b,species,", "{i}.5,1.5,{name},", "species"),
        ("id,diagnosis,r,t,", "{i},{name},{i}.5,1.5,", "diagnosis"),
        ("species,a,b,Unnamed: 3", "{name},{i}.5,1.5,", "species"),
        ("species,a,b,remark", "{name},{i}.5,1.5,NA", "species"),
        ("a,b,species,,", "{i}.5,1.5,{name},,", "species"),
        ("a,b,species,y", "{i}.5,1.5,{name},", "species"),
        ("a,class,b,target", "{i}.5,{name},1.5,", "class"),
    ],
)
def test_the_column_of_the_classes_is_found_and_said(load, csv, noted, header, line, taken):
    data = load(csv(f"{header}\n" + rows(30, line)))

    assert data.classes == ("a", "b")
    assert noted(data)["label_column"] == {"column": taken}


def test_a_column_called_label_that_is_empty_is_refused_as_such(refusal, csv):
    error = refusal(csv("code,a,label\n" + rows(30, "{i},{i}.5,")))

    assert (error.code, error.values["column"]) == ("table_labels_missing", "label")


@pytest.mark.parametrize(
    ("header", "line", "classes"),
    [
        ("x,y,label", "{i},{i},{k}", ("0", "1")),  # whole numbers everywhere
        ("y,x,z,outcome", "{i}.5,1.5,2.5,{k}", ("0", "1")),
        ("y,x,outcome", "{i},{i},{k}", ("0", "1")),
        ("a,b,y", "{i}.5,2,{k}", ("0", "1")),
    ],
)
def test_a_coordinate_called_y_is_no_class(load, csv, header, line, classes):
    lines = "".join(line.format(i=i % 7, k=i % 2) + "\n" for i in range(42))

    assert load(csv(f"{header}\n{lines}")).classes == classes


def test_the_label_column_can_be_named(load, csv, noted):
    path = csv("colour,b,label\n" + rows(30, "{name},{i},1"))

    assert load(path, label_column="colour").classes == ("a", "b")
    assert load(path, label_column="Colour ").classes == ("a", "b")
    assert noted(load(path, label_column="colour"))["label_column"] == {"column": "colour"}


def test_a_label_column_that_is_not_there_is_refused_with_those_that_are(refusal, csv):
    error = refusal(csv("a,b,label\n" + rows(30, "{i},2,{name}")), label_column="labell")

    assert error.code == "label_column_missing"
    assert "one of a, b, label" in str(error)
    assert "Did you mean 'label'?" in str(error)


def test_a_label_column_that_nothing_heeds_is_noted(load, noted):
    assert noted(load("digits", label_column="species"))["label_column_unused"] == {
        "column": "species"
    }


@pytest.mark.parametrize(
    "name", ["None", "NA", "null", "NULL", "nan", "NaN", "N/A", "n/a", "<NA>", "none", "-", "?"]
)
def test_a_class_may_be_called_like_a_missing_value(load, csv, name):
    text = "a,b,label\n" + rows(30, "{i},2,{name}").replace(",b\n", f",{name}\n")

    assert set(load(csv(text)).classes) == {"a", name}


@pytest.mark.parametrize(
    "names", [("007", "7", "070"), ("1e5", "100000"), ("001", "1"), ("TRUE", "true"), ("1.0", "1")]
)
def test_labels_that_look_like_numbers_stay_as_they_are_written(load, csv, names):
    lines = "".join(f"{i}.5,1,{names[i % len(names)]}\n" for i in range(12 * len(names)))
    data = load(csv("a,b,label\n" + lines))

    assert sorted(data.classes) == sorted(names)


def test_class_names_that_are_equal_where_they_are_cut_get_a_number(load, csv, noted):
    long = "x" * 64
    lines = "".join(f"{i}.5,1,{long}{'ab'[i % 2]}\n" for i in range(30))
    data = load(csv("a,b,label\n" + lines))

    assert data.classes == (long, "x" * 60 + " (2)")
    assert "names_numbered" in noted(data)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("a,b,target", "{i}.37"),
        ("a,b,price", "{i}000"),
        ("a,b,score", "-{i}.5"),
        ("a,b,name", "person {i}"),
    ],
)
def test_measured_values_are_no_classes_and_the_sentence_names_the_column(
    refusal, csv, header, value
):
    error = refusal(csv(f"{header}\n" + rows(300, "{i},2.5," + value)))

    assert error.code == "label_not_classes"
    assert f"{header.split(',')[-1]!r}" in str(error)
    assert "300 different values in 300 rows" in str(error)
    assert "label_column" in str(error)


def test_a_feature_that_repeats_the_label_is_noted(load, csv, noted):
    lines = "".join(f"{i % 2},{i}.5,{'ab'[i % 2]}\n" for i in range(30))

    assert noted(load(csv("code,b,label\n" + lines)))["column_repeats_label"] == {"column": "code"}
    assert "column_repeats_label" not in noted(load(csv("b,label\n" + rows(30, "{i},{name}"))))
