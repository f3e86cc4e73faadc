"""Data of one's own on the page: looked at before Start, with what was decided about them."""

import pytest
from support import events as make
from support.files import as_zip, pictures_in, rows
from support.runs import record

from dashboard.page.settings import data_preview
from dashboard.page.settings.readings import KEPT, Reading, Readings, read_in_process
from kdcore.data import load_dataset, preview_of
from kdcore.errors import UserError
from kdcore.events import Failed, Preview, Progress
from kdcore.jobs.run.config import RunConfig
from kdcore.notes import note


def read_here(arguments, reading):
    """In this process and at once."""
    config = RunConfig(
        dataset=arguments[-1], image_size=int(arguments[1]), label_column=arguments[3]
    )
    loading = load_dataset(config, None)
    try:
        while True:
            reading.progress = next(loading)
    except StopIteration as end:
        reading.ended = preview_of(end.value)
    except UserError as error:
        reading.ended = Failed(error=str(error), code=error.code, values=error.values)


def at_once(work):
    work()


@pytest.fixture
def opened(open_page, monkeypatch):
    """The Live page for data of one's own, with a language."""
    found = Readings(read_here, at_once)
    monkeypatch.setattr(data_preview, "readings", lambda: found)
    return lambda path, **query: open_page("live", dataset=str(path), **query)


def texts(app):
    return [
        element.value
        for kind in ("markdown", "caption", "warning", "error")
        for element in getattr(app, kind)
    ]


def value(app, key):
    return app.session_state[key]


@pytest.fixture
def pictures(tmp_path):
    return as_zip(tmp_path / "pets.zip", pictures_in(["猫", "<b>dog", "eel"], 8))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text(",wide,high,kind\n" + rows(60, "{i},{i}.5,1.5,{name}"))
    return path


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("24 examples", "Colour images")), ("zh", ("24 个样本", "彩色图像"))]
)
def test_images_show_how_many_there_are_and_six_of_them(opened, pictures, lang, words):
    app = opened(pictures, lang=lang)
    shown = "\n".join(texts(app))

    assert not app.exception
    assert all(word in shown for word in words)
    assert r"\<b\>dog \(8\)" in shown
    assert len(app.get("image")) == 6


def test_a_table_shows_rows_and_what_was_decided(opened, table):
    app = opened(table, lang="zh")

    assert list(app.dataframe[0].value.columns) == ["类别", "wide", "high"]
    assert len(app.dataframe[0].value) == 6
    assert any("类别取自列“kind”" in text for text in texts(app))


def test_models_that_do_not_suit_are_said_and_a_button_takes_those_that_do(opened, pictures):
    app = opened(pictures, teacher="mlp:64", student="mlp:8")

    assert any("mlp:64" in text.replace("\\", "") for text in texts(app) if "suit" in text)
    app.button(key="use_suited").click().run()
    assert (value(app, "teacher"), value(app, "student")) == ("convnet:16,32", "convnet:8")
    assert not [button for button in app.button if button.key == "use_suited"]
    assert not app.exception


def test_models_that_the_address_names_are_kept(opened, pictures):
    app = opened(pictures, teacher="mlp:64", student="mlp:8")

    assert (value(app, "teacher"), value(app, "student")) == ("mlp:64", "mlp:8")


def test_what_cannot_be_read_is_said_by_its_name_without_its_folder(opened, tmp_path):
    (tmp_path / "secret").mkdir()
    path = tmp_path / "secret" / "numbers.csv"
    path.write_text("5,7\n3,4\n")
    app = opened(path)
    (sentence,) = [error.value.replace("\\", "") for error in app.error]

    assert "numbers.csv" in sentence
    assert "secret" not in sentence


def test_data_that_changed_are_looked_at_anew(opened, table):
    assert any("60 examples" in text for text in texts(opened(table)))
    table.write_text(",wide,high,kind\n" + rows(80, "{i},{i}.5,1.5,{name}"))

    assert any("80 examples" in text for text in texts(opened(table)))


def test_while_data_are_read_the_page_says_so(opened, monkeypatch, table):
    reading = Reading(progress=Progress(task="read", done=1, total=4))
    monkeypatch.setattr(data_preview, "readings", lambda: Readings(lambda _, given: None, at_once))
    monkeypatch.setattr(Readings, "of", lambda *given: reading)
    app = opened(table)

    assert not app.exception
    assert app.get("progress")


def test_the_notes_of_a_run_stand_under_its_title(open_page, store):
    events = make.whole_run()
    started = events[0].to_dict() | {"notes": []}
    del started["event"]
    events[0] = type(events[0])(**started | {"notes": [note("label_column", column="a*b*")]})
    record(store, "20260101-000000-0000", events)
    app = open_page("live", run="20260101-000000-0000", lang="zh")

    assert any(r"类别取自列“a\*b\*”。" in caption.value for caption in app.caption)


def test_a_process_of_its_own_reads_data(table, tmp_path):
    reading = Reading()
    read_in_process(
        [
            "--image-size",
            "32",
            "--label-column",
            "",
            "--store",
            str(tmp_path / "store"),
            "--json",
            "--",
            str(table),
        ],
        reading,
    )

    assert isinstance(reading.ended, Preview)
    assert reading.ended.columns == ["wide", "high"]
    assert isinstance(reading.progress, Progress)


def test_a_process_that_ends_without_a_word_is_said_to_have(monkeypatch):
    monkeypatch.setattr("sys.executable", "false")
    reading = Reading()
    read_in_process([], reading)

    assert reading.ended.code == "preview_died"


def test_readings_are_kept_by_what_is_read(tmp_path, table):
    calls = []
    readings = Readings(lambda arguments, reading: calls.append(arguments), at_once)
    for label in ("", "", "kind"):
        readings.of(str(table), 32, label)
    for number in range(40):
        readings.of(f"missing{number}.csv", 32, "")

    assert len(calls) == 42
    assert len(readings._kept) == KEPT


def test_an_upload_brings_its_models(opened, monkeypatch, pictures):
    app = opened("digits")
    uploader = app.file_uploader(key="upload")
    uploader.set_value(("pets.zip", pictures.read_bytes(), "application/zip")).run()

    assert not app.exception
    assert value(app, "dataset").endswith("pets.zip")
    assert (value(app, "teacher"), value(app, "student")) == ("convnet:16,32", "convnet:8")


def test_data_that_a_program_gave_are_named_as_such(open_page):
    app = open_page("live", dataset="given:mine")

    assert any("mine (Python): a Python" in info.value.replace("\\", "") for info in app.info)
