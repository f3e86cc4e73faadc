"""Categories, dates, units and missing values of a table."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from kdcore.data.table.cells import Form, common_unit, form_of, with_unit
from kdcore.data.table.encode import Column, encode

ROWS = 60


def table(csv, **columns):
    """A CSV of columns, each a list of ``ROWS`` cells, with two classes."""
    columns["label"] = ["ab"[at % 2] for at in range(ROWS)]
    return csv(pd.DataFrame(columns).to_csv(index=False))


def cells(data, name):
    """A feature in the order of the splits, in its own units."""
    at = data.columns.index(name)
    splits = (data.train, data.validation, data.test)
    return [data.as_brought(split.inputs)[:, at].numpy() for split in splits]


def codes(data):
    return {note.code for note in data.notes}


def test_categories_are_the_columns_that_pandas_makes(load, csv):
    colours = [("red", "green", "blue")[at % 3] for at in range(ROWS)]
    number = list(range(100, 100 + ROWS))
    data = load(table(csv, n=[f"{at}.5" for at in number], colour=colours))
    assert data.columns == ("n", "colour = blue", "colour = green", "colour = red")
    wanted = pd.get_dummies(pd.Series(colours)).loc[:, ["blue", "green", "red"]].to_numpy()
    for split in (data.train, data.validation, data.test):
        rows = (split.inputs[:, 0] - 100.5).long().numpy()
        assert (split.inputs[:, 1:].numpy() == wanted[rows]).all()
    assert "categories_encoded" in codes(data)


def test_two_categories_are_one_column(load, csv):
    smoker = ["yes" if at % 4 < 3 else "no" for at in range(ROWS)]
    data = load(table(csv, n=range(ROWS), smoker=smoker))
    assert data.columns[-1] == "smoker = yes"
    assert sum(part.sum() for part in cells(data, "smoker = yes")) == smoker.count("yes")


def test_a_missing_number_is_the_median_of_the_training_data_and_marked(load, csv):
    ages = [f"{at * at}.5" if at % 5 else "" for at in range(ROWS)]
    data = load(table(csv, n=[f"{at}.25" for at in range(ROWS)], age=ages))
    assert data.columns == ("n", "age", "age = ?")
    rows = [(part - 0.25).round().astype(int) for part in cells(data, "n")]
    raw = np.array([[float(age) if age else np.nan] for age in ages])
    imputer = SimpleImputer(strategy="median").fit(raw[rows[0]])
    for where, filled, flag in zip(rows, cells(data, "age"), cells(data, "age = ?"), strict=True):
        assert filled == pytest.approx(imputer.transform(raw[where])[:, 0], rel=1e-6)
        assert (flag == np.isnan(raw[where, 0])).all()
    assert "missing_filled" in codes(data)


def test_rare_categories_share_a_column_and_texts_are_left_out(load, csv):
    kinds = ["usual"] * 20 + ["common"] * 34 + ["odd", "queer"] + [""] * 4
    names = [f"name {at}" for at in range(ROWS)]
    data = load(table(csv, n=[f"{at}.5" for at in range(ROWS)], kind=kinds, who=names))
    assert data.columns[1:3] == ("kind = common", "kind = usual")
    assert data.columns[-1] == "kind = ?"
    assert not any(name.startswith("who") for name in data.columns)
    assert {"rare_categories", "missing_category", "texts_left_out"} <= codes(data)
    together = [cells(data, name) for name in data.columns if name.startswith("kind")]
    assert all(max(sum(parts)) <= 1 for parts in zip(*together, strict=True))


def test_what_only_rows_outside_the_training_data_lack_gets_no_column():
    train, columns = np.arange(40), [Column("age"), Column("kind", Form("category"), ("a", "b"))]
    features = np.stack([np.arange(60.0), np.arange(60) % 2], axis=1)
    features[50] = np.nan
    made = encode(features, columns, train)
    assert made.names == ["age", "kind = a", "kind = b"]
    assert [values[50] for values in made.values] == [np.median(np.arange(40)), 0, 0]
    assert [one.code for one in made.notes] == ["missing_unlearned", "categories_encoded"]
    features[5] = np.nan
    assert encode(features, columns, train).names[1::3] == ["age = ?", "kind = ?"]


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("{} kg", "w (kg)", 1.0),
        ("${}", "w ($)", 1.0),
        ("1,{:03} €", "w (€)", None),
        ("{} %", "w (%)", 1.0),
        ("{}km/h", "w (km/h)", 1.0),
    ],
)
def test_a_unit_in_all_cells_goes_into_the_name(load, csv, written, name, value):
    numbers = range(10, 10 + ROWS)
    data = load(
        table(csv, n=[f"{at}.5" for at in numbers], w=[written.format(at) for at in numbers])
    )
    assert name in data.columns
    wanted = cells(data, "n")[0] - 0.5 + (0 if value else 1_000)
    assert cells(data, name)[0] == pytest.approx(wanted)
    assert "units_read" in codes(data)


@pytest.mark.parametrize(
    ("pattern", "day_first"), [("%Y-%m-%d", None), ("%d.%m.%Y", True), ("%m/%d/%Y", False)]
)
def test_dates_are_days_since_the_earliest(load, csv, pattern, day_first):
    dates = pd.date_range("2020-02-20", periods=ROWS, freq="D")
    data = load(table(csv, n=[f"{at}.5" for at in range(ROWS)], day=dates.strftime(pattern)))
    days = cells(data, "day (days since 2020-02-20)")
    assert days[0] == pytest.approx(cells(data, "n")[0] - 0.5)
    assert ("dates_month_first" in codes(data)) is False
    assert form_of(list(dates.strftime(pattern)), ".", None).day_first is bool(day_first)


def test_a_doubtful_date_is_said_to_have_the_month_first():
    assert form_of(["01/02/2020", "03/04/2021"], ".", None) == Form("date", doubtful=True)


def test_another_unit_further_down_is_named(refusal, csv):
    weights = "".join(f"{at}.5,{at} kg,{'ab'[at % 2]}\n" for at in range(1_200))
    path = csv("n,w,label\n" + weights + "3.5,5 lb,a\n")
    error = refusal(path)
    assert (error.code, error.values["value"], error.values["row"]) == ("table_text", "5 lb", 1_201)


@pytest.mark.parametrize(
    ("column", "unit"),
    [(["1 kg", "2 kg", ""], "kg"), (["1 kg", "2 lb"], ""), (["a1", "b2"], ""), (["3", "4"], "")],
)
def test_a_unit_is_one_that_all_cells_share(column, unit):
    assert common_unit(column) == unit


def test_no_unit_is_seen_in_a_plain_number_or_a_word():
    assert [with_unit(cell) for cell in ("12", "1e5", "kg", "A4", "2020-01-01")] == [None] * 5
