"""Tables in other encodings, compressed, and inside archives."""

import bz2
import gzip
import io
import lzma
import tarfile

import pytest
from support.files import as_folder, as_zip, pictures_in, rows

TEXT = "a,b,label\n" + rows(30, "{i}.5,1.5,{name}")
CHINESE = "长度,宽度,标签\n" + "".join(
    f"{i}.5,1.5,{('变色鸢尾', '山鸢尾（大）')[i % 2]}\n" for i in range(30)
)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_chinese_tables_are_read_in_the_encodings_that_excel_writes(load, csv, encoding):
    data = load(csv(CHINESE, encoding=encoding))

    assert data.classes == ("变色鸢尾", "山鸢尾（大）")
    assert data.columns == ("长度", "宽度")


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("größe,b,label\n", "cp1252", "Windows-1252"),
        ("长度,宽度,标签\n", "gbk", "GB18030"),
        ("長さ,幅,ラベル\n", "cp932", "Shift JIS"),
        ("長度,寬度,標籤\n", "big5", "Big5"),
        ("a,b,label\n", "utf-16", "UTF-16"),
        ("a,b,label\n", "utf-16-le", "UTF-16"),
    ],
)
def test_an_encoding_other_than_utf_8_is_said(load, csv, noted, text, encoding, shown):
    data = load(csv(text + rows(30, "{i}.5,1.5,{name}"), encoding=encoding))

    assert noted(data)["encoding"] == {"encoding": shown}
    assert data.columns == tuple(text.strip().split(",")[:2])


def test_the_first_foreign_letter_may_come_late(load, csv):
    body = rows(60_000, "{i}.5,1.5,{name}") + "1,2,größe\n" * 3

    assert load(csv("a,b,label\n" + body, encoding="cp1252")).classes == ("a", "b", "größe")


@pytest.mark.parametrize("contents", [b"a,b\0,label\n1,2,3\n", bytes(range(256)) * 20])
def test_what_is_no_text_is_refused(refusal, csv, contents):
    assert refusal(csv(contents)).code == "table_unreadable"


def test_a_first_line_without_end_is_refused_at_once(refusal, csv):
    assert refusal(csv(b"a," * (3 << 20))).code == "table_line_too_long"


def test_a_quotation_mark_without_end_is_named(refusal, csv):
    error = refusal(csv('a,b,label\n1,"2,a\n' + rows(30, "{i}.5,1.5,{name}")))

    assert "quotation mark near line 2 of" in str(error)


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("t.csv.gz", gzip.compress),
        ("t.csv.bz2", bz2.compress),
        ("t.tsv.xz", lzma.compress),
        ("T.CSV.GZ", gzip.compress),
    ],
)
def test_a_compressed_table_is_read(load, csv, name, pack):
    data = load(csv(pack(TEXT.encode()), name))

    assert (data.name.lower(), data.classes) == ("t", ("a", "b"))


def test_a_damaged_compressed_table_is_refused(refusal, csv):
    assert refusal(csv(gzip.compress(TEXT.encode())[:-9], "t.csv.gz")).code == "archive_broken"
    assert refusal(csv(b"a,b\n", "t.csv.gz")).code in ("table_empty", "table_one_column")


def test_the_one_table_of_a_zip_is_read_and_said(load, noted, tmp_path):
    files = {"archive/iris.csv": TEXT.encode(), "__MACOSX/._iris.csv": b"x", "readme.md": b"hello"}
    for path in (as_zip(tmp_path / "a.zip", files), as_folder(tmp_path / "folder", files)):
        data = load(path)
        assert (data.name, data.classes) == ("iris", ("a", "b"))
        assert noted(data)["table_inside"] == {"table": "archive/iris.csv"}


def test_the_one_table_of_a_tar_is_read(load, tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("d/table.csv")
        entry.size = len(TEXT)
        archive.addfile(entry, io.BytesIO(TEXT.encode()))

    assert load(tmp_path / "a.tar.gz").classes == ("a", "b")


def test_several_tables_are_refused_by_name(refusal, tmp_path):
    files = {"train.csv": TEXT.encode(), "test.csv": TEXT.encode()}
    error = refusal(as_zip(tmp_path / "a.zip", files))

    assert error.code == "tables_inside"
    assert "train.csv, test.csv" in str(error)


def test_a_table_beside_class_folders_is_left_out(load, noted, tmp_path):
    files = pictures_in("ab", 5) | {"labels.csv": TEXT.encode()}
    data = load(as_zip(tmp_path / "a.zip", files))

    assert data.kind.framed
    assert noted(data)["files_left_out"] == {"count": 1, "endings": ".csv"}


@pytest.mark.parametrize("name", ["iris.data", "iris.txt", "iris.dat", "iris.TSV"])
def test_a_table_may_have_another_ending(load, csv, name):
    assert load(csv(TEXT.replace(",", "\t"), name)).classes == ("a", "b")


def test_a_text_that_is_no_table_is_no_data(refusal, csv):
    assert refusal(csv("Dear diary,\nnothing today.\n", "notes.txt")).code == "data_kind_unknown"


def test_a_spreadsheet_is_told_to_be_saved_as_csv(refusal, csv):
    assert refusal(csv(b"PK\x03\x04", "book.xlsx")).code == "data_spreadsheet"


def test_progress_of_a_large_table_is_told_on_the_way(load, csv, monkeypatch):
    monkeypatch.setattr("kdcore.data.table.pieces.CELLS_PER_PIECE", 3_000)
    data = load(csv("a,b,label\n" + rows(5_000, "{i}.5,1.5,{name}")))
    shares = [event.done / event.total for event in load.progress]

    assert len(shares) >= 5
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert sum(len(split.labels) for split in (data.train, data.validation, data.test)) == 5_000


def test_pieces_of_a_table_give_what_the_whole_gives(load, csv, monkeypatch):
    text = "a,b,label\n" + rows(2_000, "{i},7,{name}").replace("\n1500,", "\n1500.5,")
    whole = load(csv(text)).fingerprint
    monkeypatch.setattr("kdcore.data.table.pieces.CELLS_PER_PIECE", 3_000)

    assert load(csv(text, "other.csv")).fingerprint == whole


@pytest.mark.parametrize(
    ("limit", "code"),
    [("read.MOST_BYTES", "table_too_large"), ("pieces.MOST_HELD", "table_too_many_numbers")],
)
def test_a_table_beyond_a_limit_is_refused_with_the_limit(refusal, csv, monkeypatch, limit, code):
    monkeypatch.setattr(f"kdcore.data.table.{limit}", 1_000)

    assert refusal(csv("a,b,label\n" + rows(300, "{i}.5,1.5,{name}"))).code == code
