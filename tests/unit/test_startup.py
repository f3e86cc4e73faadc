"""What is not loaded before somebody needs it, and what is loaded before somebody waits for it."""

import json
import subprocess
import sys

import pytest

from kdcore import worker
from kdcore.cli.arguments import parse, parser
from kdcore.cli.overview import COMMANDS
from kdcore.jobs.kind import KINDS

HEAVY = ("numpy", "pandas", "torch", "plotly", "rich", "kdcore.jobs", "kdcore.catalogue")


def loaded(program, modules):
    """Those of the modules that a program has loaded at its end."""
    code = f"{program}\nimport sys\nprint([name for name in {modules} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "program",
    [
        "import kdcore",
        "from kdcore.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
    ids=["the package", "the help"],
)
def test_nothing_heavy_is_loaded_for(program):
    assert loaded(program, HEAVY) == "[]"


def test_a_command_loads_no_other_and_no_torch():
    program = "from kdcore.cli.arguments import parse\nparse(['runs'])"

    assert loaded(program, ("torch", "kdcore.cli.run", "kdcore.cli.recipe")) == "[]"


def test_what_the_package_offers_is_there():
    import kdcore  # noqa: PLC0415

    assert all(getattr(kdcore, name).__name__ == name for name in kdcore.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        kdcore.nothing_of_the_kind  # noqa: B018


def test_the_help_is_the_same_whatever_is_loaded():
    assert parser(only="").format_help() == parser().format_help()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_has_the_flags_that_it_has_among_all(name):
    def help_of(root):
        return root._subparsers._group_actions[0].choices[name].format_help()

    assert help_of(parser(only=name)) == help_of(parser())


def test_an_alias_finds_its_command():
    assert parse(["shrinks"]).kind == "compression"
    assert parse(["shrink", "last"]).run == "last"


def test_every_kind_of_job_has_a_command_and_a_listing():
    modules = {command.add.partition(":")[0] for command in COMMANDS.values()}

    assert {kind.carry_out.partition(":")[0] for kind in KINDS.values()} <= modules
    assert {kind.plural for kind in KINDS.values()} <= COMMANDS.keys()
    for kind in KINDS.values():
        assert COMMANDS[kind.plural].help == f"the stored {kind.plural.replace('-', ' ')}"


def test_the_server_starts_without_engine_charts_and_pages():
    later = (
        "numpy.random",
        "torch",
        "pandas",
        "kdcore.hub",
        "kdcore.catalogue",
        "dashboard.charts",
        "dashboard.server.routes",
        "dashboard.text.languages",
    )

    assert loaded("import dashboard.app", later) == "[]"


def test_who_asks_in_a_class_and_its_links_load_nothing_in_the_servers_loop():
    program = """
import dashboard.app, os, sys
from dashboard.server import sharing
from dashboard.server.visitors import Visitor
os.environ[sharing.SHARE] = "1"
before = set(sys.modules)
assert Visitor("192.168.1.7", {}, {sharing.cookie_name(): sharing.token()}).role.name == "LECTURER"
sharing.print_links()
more = [name for name in set(sys.modules) - before if name.startswith(("dashboard", "kdcore"))]
assert not more, more
"""

    assert loaded(program, ("numpy", "torch", "kdcore.store")) == "[]"


def test_what_the_first_pages_need_is_loaded_beforehand_and_nothing_heavy():
    program = """
import dashboard.getting_ready as ready, sys, json
from importlib import import_module
for name in (*ready.FIRST_PAGE, *ready.LIVE_PAGE): import_module(name)
from dashboard.components.plain_data import take_plain_data_as_it_is
take_plain_data_as_it_is()
before = set(sys.modules)
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("dashboard/main.py", default_timeout=60).run()
assert not page.exception, page.exception
print([name for name in ("torch", "pandas", "pyarrow", "optuna") if name in sys.modules])
page.switch_page("views/live.py").run()
assert not page.exception, page.exception
more = [name for name in set(sys.modules) - before if name.startswith(("dashboard", "kdcore"))]
print(json.dumps(sorted(more)))
"""
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    ).stdout.splitlines()

    assert found[-2] == "[]"
    assert json.loads(found[-1]) == []


def test_a_worker_that_warms_up_goes_to_the_job_that_waits(monkeypatch):
    seen = []

    def run(_):
        for number in range(5):
            seen.append(number)
            yield number

    monkeypatch.setattr(worker, "Run", run)
    worker.warm_up(lambda: len(seen) == 2)

    assert seen == [0, 1]
