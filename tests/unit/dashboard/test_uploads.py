from io import BytesIO

from dashboard.uploads import keep


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
