"""Whatever is given as settings, commands or an export: one sentence, and never another error."""

import argparse
import json
import zipfile
from dataclasses import fields

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.sentences import code_of
from support.traps import TRAPS

from kdcore.cli.flags import config_of
from kdcore.commands import Controls, Retune, Step
from kdcore.errors import UserError
from kdcore.exports.repeated import exported_settings
from kdcore.jobs.kind import KINDS
from kdcore.jobs.run.config import RunConfig
from kdcore.store.folder import JobFolder
from kdcore.store.row import row_of

NAMES = [item.name for item in fields(RunConfig)]
HERE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
SPECS = [
    "mlp:" + "1," * 500 + "1",
    "mlp:" + "9" * 5_000,
    "mlp:1 + " * 5_000,
    "dkd:beta=" + "9" * 5_000,
    "1e400*hint",
    "100*hint + " * 5_000,
    "at:" + "1=1:" * 5_000,
    "linear:" + "9" * 400,
    "step:0.1:0",
    "cosine:nan",
    "warmup:1e400,linear:1",
    "rotated:degrees=1e400",
    "x" * 300_000,
    "forest:1,2,3",
    "mlp:½",
    "mlp:１２",
    *TRAPS,
]
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 2**63, True, False])
)
LEAVES = st.one_of(
    st.none(), NUMBERS, st.sampled_from(SPECS), st.text(max_size=9), st.just("\ud800")
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
DEEP = [json.loads("[" * 300 + "]" * 300)]


def in_one_sentence(call, *given):
    """What ``call`` returns; a mistake has one sentence that can be read."""
    try:
        return call(*given)
    except UserError as error:
        code_of(error)
        return None


@HERE
@given(st.dictionaries(st.sampled_from([*NAMES, "?"]), VALUES, max_size=3))
@example({"dataset": DEEP})
@example({"epochs": 10**5_000})
@example({"drop_classes": [10**5_000]})
def test_any_settings_of_a_run(values):
    found = in_one_sentence(RunConfig.from_dict, values)

    if found is not None:  # whatever is taken comes back from JSON as it was
        assert RunConfig.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_stored_settings_are_a_line_of_the_list(tmp_path, kind, data):
    names = [item.name for item in fields(KINDS[kind].config)]
    values = data.draw(st.dictionaries(st.sampled_from([*names, "format"]), VALUES, max_size=3))
    folder = JobFolder(tmp_path / kind / "x", KINDS[kind])
    folder.path.mkdir(parents=True, exist_ok=True)
    (folder.path / "config.json").write_text(json.dumps(values))

    row = row_of(folder)
    assert row.readable == bool(row.config)


CONTENTS = st.one_of(
    st.binary(),
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(
        lambda value: json.dumps(value).encode()
    ),
    st.dictionaries(st.sampled_from([*NAMES, "kind", "format", "settings"]), VALUES).map(
        lambda value: json.dumps(value).encode()
    ),
    st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b'{"epochs": ' + b"9" * 9_000 + b"}"]),
)


@HERE
@given(CONTENTS, st.sampled_from(["config", "repeated"]))
@example(b'{"teacher": [null]}', "config")
def test_any_file_of_settings(tmp_path, contents, flag):
    path = tmp_path / "x.json"
    path.write_bytes(contents)
    options = argparse.Namespace(config=None, repeated=None)
    setattr(options, flag, str(path))

    in_one_sentence(config_of, options)


@HERE
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["r/config.json", "config.json", "r/s/config.json", "x"]), CONTENTS
        ),
        max_size=3,
    ),
    st.binary(max_size=9),
)
def test_any_packed_export(tmp_path, files, behind):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as made:
        for at, (name, content) in enumerate(files):
            made.writestr(name if at == 0 else f"{at}{name}", content)
    path.write_bytes(path.read_bytes() + behind)

    in_one_sentence(exported_settings, path)


@settings(max_examples=150)
@given(st.one_of(st.sampled_from([*NAMES, *TRAPS]), st.text()), VALUES)
def test_any_command_to_a_run(name, value):
    controls = Controls(RunConfig(method="dkd", also="1*hint"))

    in_one_sentence(lambda: controls.send(Retune(name, value)))
    step = in_one_sentence(Step, value)
    assert step is None or step.batches >= 1
