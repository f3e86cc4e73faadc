"""Whatever a file of weights holds or says of itself: it is loaded, or refused in one sentence."""

import io
import json
import struct
import zipfile

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.files import collect
from support.sentences import code_of
from support.traps import TRAPS

from kdcore.data import load_dataset
from kdcore.data.for_teacher import beside_teacher
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.training.weights.modules import network_of, packed_module
from kdcore.training.weights.weights_file import WeightsFile

SPEC = "mlp:4"
HERE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def data():
    return collect(load_dataset(RunConfig(dataset="digits"), None))[1]


@pytest.fixture(scope="module")
def good(data):
    """A file of weights that fits, in bytes."""
    module = build_model(SPEC, data.input_shape, len(data.classes), 0)
    return packed_module(module, SPEC, data)


def outcome(path, data):
    """Nothing where the file is loaded, else the code of the sentence that says why not."""
    try:
        network_of(WeightsFile.read(path), beside_teacher(data, path), SPEC)
    except UserError as error:
        return code_of(error)
    return ""


def parts_of(contents):
    (length,) = struct.unpack("<Q", contents[:8])
    return json.loads(contents[8 : 8 + length]), contents[8 + length :]


def written(header, rest, length=None):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + rest


DEEP = "[" * 20_000
ABOUT = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*TRAPS, DEEP, "null", "[]", "{}", "NaN", "[1e999]", "[[1],[2,3]]", "[true]"]),
    st.sampled_from(
        ["mlp:" + "16384," * 127 + "16384", "mlp:1+" * 5_000, "forest:1000,64", "mlp:4,4"]
    ),
    st.lists(st.integers(-3, 70), max_size=12).map(json.dumps),
    st.lists(st.text(max_size=3), max_size=12).map(json.dumps),
)
KEYS = st.sampled_from(["model", "classes", "input_shape", "mean", "std", "dataset", "\0"])


@HERE
@given(st.dictionaries(KEYS, ABOUT), st.booleans())
def test_any_description(tmp_path, data, good, about, kept):
    header, rest = parts_of(good)
    header["__metadata__"] = header["__metadata__"] | about if kept else about
    path = tmp_path / "x.safetensors"
    path.write_bytes(written(header, rest))

    outcome(path, data)


DTYPES = st.sampled_from(
    ["F32", "F64", "F16", "BF16", "I64", "U8", "BOOL", "F8_E4M3", "C64", "?", 3]
)
NUMBERS = st.one_of(st.integers(0, 300), st.sampled_from([-1, 2**31, 2**63, 2**64 - 1, 1.5, None]))


@HERE
@given(change=st.data())
def test_any_header(tmp_path, data, good, change):
    header, rest = parts_of(good)
    for _ in range(change.draw(st.integers(1, 3))):
        name = change.draw(st.sampled_from(sorted(header)))
        entry = header.get(name)
        match change.draw(st.integers(0, 5)) if isinstance(entry, dict) else 0:
            case 0:
                header[name] = change.draw(st.one_of(ABOUT, st.none(), st.just([])))
            case 1:
                header[change.draw(ABOUT)] = header.pop(name)
            case 2:
                entry["dtype"] = change.draw(DTYPES)
            case 3:
                entry["shape"] = change.draw(st.lists(NUMBERS, max_size=4))
            case 4:
                entry["data_offsets"] = change.draw(st.lists(NUMBERS, max_size=3))
            case 5:
                entry[change.draw(ABOUT)] = change.draw(NUMBERS)
    path = tmp_path / "x.safetensors"
    length = change.draw(st.sampled_from([None, None, 0, 7, 2**40, 2**63 - 1, 2**64 - 1]))
    path.write_bytes(written(header, rest[: change.draw(st.integers(0, len(rest)))], length))

    outcome(path, data)


def saved(value):
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


@HERE
@given(change=st.data())
def test_any_bytes_in_a_file_of_torch(tmp_path, data, change):
    whole = bytearray(saved({"layers.0.weight": torch.zeros(3, 2), "other": [1, "two"]}))
    for _ in range(change.draw(st.integers(1, 8))):
        whole[change.draw(st.integers(0, len(whole) - 1))] = change.draw(st.integers(0, 255))
    path = tmp_path / "x.pt"
    path.write_bytes(whole[: change.draw(st.integers(1, len(whole)))])

    assert outcome(path, data)


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=5), st.just(torch.zeros(2))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@HERE
@given(VALUES)
def test_anything_that_torch_has_saved(tmp_path, data, value):
    path = tmp_path / "x.pt"
    path.write_bytes(saved(value))

    assert outcome(path, data) in ("weights_no_state_dict", "weights_keys")


def test_a_packed_bomb_is_refused_before_it_is_unfolded(tmp_path, data, monkeypatch):
    path = tmp_path / "x.pt"
    with (
        zipfile.ZipFile(io.BytesIO(saved({"w": torch.zeros(1)}))) as given,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for info in given.infolist():
            made.writestr(info, given.read(info))
        made.writestr("archive/data/1", bytes(4 << 20), zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(torch, "load", None)  # would unfold it

    assert outcome(path, data) == "weights_unfold"


def test_a_name_of_nothing_but_prefixes_takes_no_time(tmp_path, data):
    path = tmp_path / "x.safetensors"
    header = {"a." * 3_000_000 + "w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    path.write_bytes(written(header, bytes(4)))

    assert outcome(path, data) == "weights_keys"


HUGE = b"\x80\x02cbuiltins\nbytearray\n\x8a\x06" + (10**13).to_bytes(6, "little") + b"\x85R."
"""A pickle that asks for ten terabytes without running any code."""


@pytest.mark.parametrize("in_archive", [False, True])
def test_a_pickle_that_asks_for_memory_gets_none(tmp_path, data, monkeypatch, in_archive):
    path = tmp_path / "x.pt"
    path.write_bytes(HUGE)
    if in_archive:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("archive/data.pkl", HUGE)
    monkeypatch.setattr(torch, "load", None)

    assert outcome(path, data) == "weights_no_state_dict"
