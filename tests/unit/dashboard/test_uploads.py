from io import BytesIO

import pytest

from dashboard.uploads import SUFFIXES, keep
from kdcore.data.load import ARCHIVES
from kdcore.data.table_file import PERHAPS, TABLES


def test_an_upload_is_kept_whole(tmp_path):
    assert keep(BytesIO(b"a,b\n1,2\n"), "my data.csv", tmp_path).read_bytes() == b"a,b\n1,2\n"


def test_the_same_contents_are_kept_once(tmp_path):
    first = keep(BytesIO(b"same"), "x.csv", tmp_path)

    assert keep(BytesIO(b"same"), "x.csv", tmp_path) == first
    assert keep(BytesIO(b"other"), "x.csv", tmp_path) != first


def test_a_name_cannot_lead_out_of_the_folder(tmp_path):
    kept = keep(BytesIO(b"x"), "../../evil.csv", tmp_path)

    assert kept.is_relative_to(tmp_path)
    assert kept.name == "evil.csv"


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a" * 251 + ".csv", ".csv"), ("猫" * 84 + ".zip", ".zip"), ("b" * 300 + ".tar.gz", ".tar.gz"),
     ("x." + "y" * 252, "y"), ("é" * 127, "é")],
)  # fmt: skip
def test_a_long_name_is_cut_and_keeps_its_ending(tmp_path, name, ending):
    kept = keep(BytesIO(b"x"), name, tmp_path)

    assert kept.read_bytes() == b"x"
    assert kept.name.endswith(ending)
    assert len(kept.name.encode()) <= 120


@pytest.mark.parametrize("name", ["", "...", "../", "/", "\x00"])
def test_a_name_without_a_letter_becomes_one(tmp_path, name):
    assert keep(BytesIO(b"x"), name, tmp_path).name


def test_what_the_command_line_takes_can_be_uploaded():
    endings = {*TABLES, *PERHAPS, *ARCHIVES}

    assert {ending.lstrip(".") for ending in endings} <= set(SUFFIXES)
