"""Whatever lies in a file that somebody brings: it is read, or refused in one sentence."""

import io
import os
import stat
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kdcore.data.kind.framed import decode
from support.files import as_folder, as_zip, collect, picture, pictures_in, rows
from support.sentences import code_of
from support.traps import TRAPS

from kdcore.data import archive, load
from kdcore.data.load import load_dataset
from kdcore.data.own import read_images
from kdcore.data.table import pieces
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig

HERE = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
CLASSES = {
    name: picture(at) for at, name in enumerate(f"{c}/{n}.png" for c in "ab" for n in range(9))
}


def outcome(path, store):
    """What is read, or the code of the sentence that says why not."""
    config = RunConfig(dataset=str(path), image_size=8)
    try:
        return collect(load_dataset(config, store))[1]
    except UserError as error:
        return code_of(error)


def tree(folder):
    """All that is in a folder, by kind and size."""
    return sorted(
        (str(path), path.lstat().st_mode, path.lstat().st_size) for path in folder.rglob("*")
    )


NAMES = st.one_of(
    st.sampled_from(
        [
            *TRAPS,
            "../../evil.png",
            "/abs.png",
            "a/../../b/c.png",
            "..\\..\\w.png",
            "C:\\x\\y.png",
            "a/\0.png",
            "x" * 300 + ".png",
            ".",
            "",
            "a/",
            "a//b.png",
            "-rf",
            "~/x.png",
            "con.png",
        ]
    ),
    st.text(min_size=1, max_size=20).map(lambda name: f"a/{name}.png"),
)
CONTENTS = st.one_of(st.binary(max_size=40), st.sampled_from([*CLASSES.values()]), st.just(b""))


@HERE
@given(st.lists(st.tuples(NAMES, CONTENTS, st.integers(0, 0xFFFF)), max_size=5), st.booleans())
def test_any_names_and_modes_in_a_zip(tmp_path, members, packed):
    brought, store = tmp_path / "brought", tmp_path / "store"
    brought.mkdir(exist_ok=True)
    path = brought / "x.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", 8 if packed else 0) as made:
        warnings.simplefilter("ignore")  # one name twice
        for name, content in CLASSES.items():
            made.writestr(name, content)
        for name, content, mode in members:
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            info.external_attr = mode << 16
            made.writestr(info, content)
    before = tree(tmp_path / "brought")

    outcome(path, store)
    assert tree(tmp_path / "brought") == before
    assert {one.name for one in tmp_path.iterdir()} <= {"brought", "store"}
    assert all(one.suffix == ".safetensors" for one in store.rglob("*") if one.is_file())


KINDS = [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
KINDS += [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.CONTTYPE, b"?"]
TARGETS = st.sampled_from(["a/1.png", "../../../etc/passwd", "/dev/zero", "a", "x.png", ""])


@HERE
@given(
    st.lists(
        st.tuples(NAMES, st.sampled_from(KINDS), TARGETS, st.integers(0, 60), CONTENTS), max_size=5
    )
)
def test_any_members_of_a_tar(tmp_path, members):
    brought, store = tmp_path / "brought", tmp_path / "store"
    brought.mkdir(exist_ok=True)
    path = brought / "x.tar"
    with tarfile.open(path, "w") as made:
        for name, content in CLASSES.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
        for name, kind, target, size, content in members:
            info = tarfile.TarInfo(
                name.encode("utf-8", "replace").decode().replace("\0", "") or "x"
            )
            info.type, info.linkname, info.size = kind, target, size
            made.addfile(info, io.BytesIO(content.ljust(size, b"\0")))
    before = tree(brought)

    outcome(path, store)
    assert tree(brought) == before


@HERE
@given(st.data())
def test_any_bytes_in_an_archive(tmp_path, data):
    whole = bytearray(as_zip(tmp_path / "whole.zip", CLASSES).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.zip"
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])

    outcome(path, None)


CELLS = st.one_of(
    st.sampled_from(
        ["1", "-2.5", "nan", "inf", "1e400", "9" * 400, '"', '""', "=1+1", "1,5", "NA"]
    ),
    st.sampled_from([*TRAPS, "", " ", "#", "\0", "1_000", "½", "True", "sep=;", "\ufeff"]),
    st.text(max_size=6),
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=8),
    st.sampled_from(",;\t| "),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030", "utf-32"]),
    st.integers(0, 20),
)
def test_any_table(tmp_path, table, separator, end, encoding, repeated):
    path = tmp_path / "x.csv"
    text = end.join(separator.join(row) for row in table + table[1:] * repeated)
    path.write_bytes(text.encode(encoding, "replace"))

    outcome(path, None)


@HERE
@given(st.sampled_from(["x.csv", "x.csv.gz", "x.txt", "x.tar.xz", "x.zip", "x"]), st.binary())
def test_any_bytes_in_a_file_of_any_kind(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    assert isinstance(outcome(path, None), str)


@settings(max_examples=60)
@given(st.sampled_from(["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"]), st.data())
def test_any_image(kind, data):
    whole = bytearray(picture(7, kind=kind))
    for _ in range(data.draw(st.integers(0, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = decode(bytes(whole), 8, image_name="x", container=Path("y"))
    except UserError as error:
        code = code_of(error)
        assert code in ("image_broken", "image_too_large")
    else:
        assert pixels.shape[:2] <= (12, 12)


def read(folder):
    return collect(read_images(folder, 8))[1]


def test_pipes_and_devices_in_a_folder_are_left_out_and_said(tmp_path):
    folder = as_folder(tmp_path / "pictures", pictures_in("ab", 9, (8, 8)))
    os.mkfifo(folder / "a" / "pipe.png")
    (folder / "a" / "endless.png").symlink_to("/dev/zero")

    notes = {one.code: one.values for one in read(folder).notes}
    assert notes["links_left_out"] == {"count": 2}


def test_a_folder_of_too_many_files_is_refused(tmp_path, monkeypatch):
    folder = as_folder(tmp_path / "pictures", pictures_in("ab", 9, (8, 8)))
    monkeypatch.setattr(archive, "MOST_ENTRIES", 17)

    with pytest.raises(UserError, match="more than 17 files"):
        read(folder)


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [("x.csv", 1 << 40, "table_too_large"), ("x.zip", 1 << 40, "archive_too_long")],
)
def test_a_huge_file_is_refused_before_it_is_read(tmp_path, name, size, code, monkeypatch):
    path = tmp_path / name
    path.touch()
    os.truncate(path, size)
    monkeypatch.setattr(load, "file_digest", None)  # reading it would take hours

    assert outcome(path, tmp_path / "store") == code


def test_a_line_without_end_below_the_header_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "LONGEST_LINE", 1 << 20)
    path = tmp_path / "x.csv"
    path.write_text("a,b,label\n" + rows(200_000, "{i},2,{name}") + "1,2," + "z" * (2 << 20))

    with pytest.raises(UserError, match=r"A line of \S+x\.csv is longer than 1 MiB"):
        collect(load_dataset(RunConfig(dataset=str(path)), None))


def test_a_label_as_long_as_a_book_is_refused_by_its_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,label\n" + rows(20, "{i},2,{name}") + "1,2," + "z" * 10_001)

    with pytest.raises(
        UserError, match=r"Row 21 of \S+ has 10,001 characters in the column 'label'"
    ):
        collect(load_dataset(RunConfig(dataset=str(path)), None))


def test_labels_that_never_repeat_are_refused_while_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "MOST_LABELS", 50)
    monkeypatch.setattr(pieces, "CELLS_PER_PIECE", 40)
    path = tmp_path / "x.csv"
    path.write_text("a,label\n" + rows(2_000, "{i},c{i}"))

    with pytest.raises(UserError, match="holds 60 different values in 60 rows"):
        collect(load_dataset(RunConfig(dataset=str(path)), None))


@pytest.mark.parametrize(("name", "code"), [("pipe.csv", "data_kind_unknown"), ("pipe", None)])
def test_a_pipe_is_no_data(tmp_path, name, code):
    os.mkfifo(tmp_path / name)

    assert stat.S_ISFIFO((tmp_path / name).stat().st_mode)
    assert outcome(tmp_path / name, None) == (code or "data_kind_unknown")
