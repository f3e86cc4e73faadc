"""Names of classes as people gave them, in whatever encoding."""

import io
import os
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from support.files import as_zip, picture, pictures_in

from kdcore.data.encodings import legacy_encoding
from kdcore.data.names import clean, distinct


@pytest.mark.parametrize(
    "names",
    [
        ("<b>x", "z" * 64, "猫 1-a.b"),
        ("🐶", "😀"),
        ("หมี", "หมู"),
        ("A*", "A+", "B"),
        ("C", "C#", "C++"),
        ("अंग्रेज़ी", "हिन्दी"),
        ("قِط", "كلب"),
        ("[red]", "绿色三角形（等边）"),
        ("$x$", "_a_", "`c`"),
    ],
)
def test_class_names_keep_letters_marks_and_symbols(load, tmp_path, names):
    data = load(as_zip(tmp_path / "a.zip", pictures_in(names, 3)))

    assert data.classes == names


def decomposed(name):
    return unicodedata.normalize("NFD", name)


def test_accents_from_a_mac_are_composed(load, tmp_path):
    names = ["café", "プードル"]
    data = load(as_zip(tmp_path / "a.zip", pictures_in(map(decomposed, names), 3)))

    assert data.classes == ("café", "プードル")


def test_the_same_class_composed_and_decomposed_is_one(load, tmp_path):
    files = pictures_in(["train/café", "train/thé"], 5)
    files |= pictures_in([decomposed("test/café"), decomposed("test/thé")], 3)
    data = load(as_zip(tmp_path / "a.zip", files))

    assert data.classes == ("café", "thé")
    assert len(data.test.labels) == 6


def test_names_that_become_equal_get_numbers_and_it_is_said(load, noted, tmp_path):
    folders = ["a\u200b", "a", "z" * 65, "z" * 66]
    data = load(as_zip(tmp_path / "a.zip", pictures_in(folders, 3)))

    assert len(set(data.classes)) == 4
    assert set(data.classes) == {"a", "a (2)", "z" * 64, "z" * 60 + " (2)"}
    assert "names_numbered" in noted(data)


class AsWritten(zipfile.ZipInfo):
    """An entry whose name is stored in an encoding without saying so, as Windows did."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gbk", ("狗", "猫", "鸟")),
        ("cp932", ("いぬ", "ねこ", "プードル")),
        ("big5", ("小狗", "貓咪")),
        ("cp1252", ("Birnen", "Äpfel")),
        ("cp437", ("Möhre", "Äpfel")),
        ("cp850", ("Süß", "Äpfel")),
        ("utf-8", ("狗", "猫")),
        ("ascii", ("cat", "dog")),
    ],
)
def test_names_of_a_zip_that_does_not_say_its_encoding_are_read(load, tmp_path, encoding, names):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            for number in range(4):
                entry = AsWritten(f"{name}/{number}.png")
                entry.encoding = encoding
                archive.writestr(entry, picture(number))

    assert load(tmp_path / "a.zip").classes == names


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_of_a_tar_in_another_encoding_are_read(load, tmp_path, encoding):
    with tarfile.open(
        tmp_path / "a.tar", "w", encoding=encoding, format=tarfile.GNU_FORMAT
    ) as archive:
        for name in ("狗", "猫"):
            for number in range(4):
                entry = tarfile.TarInfo(f"{name}/{number}.png")
                entry.size = len(picture(number))
                archive.addfile(entry, io.BytesIO(picture(number)))

    assert load(tmp_path / "a.tar").classes == ("狗", "猫")


def test_names_of_folders_that_were_unpacked_wrongly_are_read(load, tmp_path):
    root = tmp_path / "pets"
    for name in ("狗", "猫"):
        folder = os.fsencode(root) + b"/" + name.encode("gbk")
        try:
            os.makedirs(folder)  # noqa: PTH103  (bytes that are no text)
        except OSError:
            pytest.skip("this file system takes UTF-8 names alone")
        for number in range(4):
            Path(os.fsdecode(folder), f"{number}.png").write_bytes(picture(number))

    assert load(root).classes == ("狗", "猫")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("鸢尾花,山鸢尾,标签", "gb18030"),
        ("ラベル,長さ", "cp932"),
        ("標籤,長度", "big5"),
        ("très élevé, größe, Ñandú, ÀÉÈ", "cp1252"),
        ("x坐标,y坐标", "gb18030"),
        ("标签😀", "gb18030"),
    ],
)
def test_the_encoding_of_a_text_is_told_by_its_common_characters(text, encoding):
    assert legacy_encoding(text.encode(encoding), text=True) == encoding


def test_control_characters_and_line_breaks_go():
    assert clean(" a\r\nb\tc\x07\u202e ") == "a b c"
    assert distinct(["", " ", "a"]) == ("?", "? (2)", "a")


def test_joiners_of_letters_and_emoji_stay():
    assert clean("👩\u200d🔬") == "👩\u200d🔬"
