"""Writes the folder: the pages' script and styles, the chart library, data and words as scripts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from dashboard.export.answers import answers_in, answers_in_all_languages
from dashboard.export.bundle import bundle
from dashboard.export.pages import ALWAYS_RECORDED, PAGES, words_of_the_folder
from dashboard.export.runs import runs_to_write
from dashboard.lessons.finding import lessons
from dashboard.server.encoding import json_text
from dashboard.server.engine import RECORDED
from dashboard.server.routes import COMPONENTS
from dashboard.text.languages import LANGUAGES
from dashboard.text.viewer import speaking, t
from kdcore.errors import UserError

BROWSER = Path(__file__).with_name("browser")
APP = "assets/app/app.js"
"""The script of all pages; the style sheets lie beside it, where the components look for them."""
PLOTLY = "assets/plotly.min.js"
INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="assets/icon.svg">
<link rel="stylesheet" href="assets/app/folder.css">
</head>
<body>
<noscript>{script_needed}</noscript>
<script>window.kdcoreFolder = {folder};</script>
<script src="{app}"></script>
</body>
</html>
"""
README = """{titles}

English
-------
Open index.html in a browser: from this folder, from a memory stick, or from any web server.
Nothing is installed and no network is needed. The pages show runs of the program "kdcore" that were
trained and recorded; to train runs of your own, the program is needed.
Keep the folder as it is: index.html needs all that lies beside it.

简体中文
--------
用浏览器打开 index.html：可以直接从本文件夹、U 盘或任意网站服务器打开。
不用安装任何东西，也不需要网络。页面展示的是“kdcore”程序训练并录制下来的运行；要自己训练，则需要程序。
请保持文件夹完整：index.html 需要旁边的所有文件。
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    folder: Path
    files: int
    bytes: int


def write_folder(
    folder: Path,
    asked: Sequence[str] = (),
    *,
    force: bool = False,
    begin: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write recorded runs and lessons as pages that need neither Python nor a network.

    Args:
        folder: is made where it is missing.
        asked: runs of the store that are written too, as ``runs_to_write`` takes them.
        force: write also where something is, over files of the same name; others stay.
        begin: called with the path of each file in the folder before it is written.

    Raises:
        UserError: the folder is not empty, or cannot be written; a run cannot be shown.
    """
    runs = runs_to_write(asked)
    try:
        if not force and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError("folder_not_empty", folder=str(folder))
        count = total = 0
        for name, content in _contents(runs):
            begin(name)
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            count, total = count + 1, total + len(content)
    except OSError as error:
        cause = error.strerror or str(error)
        raise UserError("folder_not_writable", folder=str(folder), cause=cause) from None
    return Written(folder=folder, files=count, bytes=total)


def _contents(runs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each file's path in the folder, and what it holds."""
    for name, path in styles().items():
        yield f"{APP.rpartition('/')[0]}/{name}", path.read_bytes()
    yield APP, app_script().encode()
    yield PLOTLY, (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    yield "assets/icon.svg", (COMPONENTS.parent / "page" / "icon.svg").read_bytes()
    for run in runs:
        for name, values in answers_in_all_languages(run):
            yield _data(f"{run}/{name}", values)
    titles, warnings, missing = [], [], []
    for language in LANGUAGES:
        with speaking(language):
            told = words_of_the_folder(runs, list(lessons().found.values()))
            titles.append(t("component.static.name"))
            warnings.append(t("component.static.script_needed"))
            missing.append(t("component.static.missing"))
            yield _data(f"words-{language}", told)
            for run in runs:
                for name, values in answers_in(language, run):
                    yield _data(f"{run}/{language}/{name}", values)
    yield "README.txt", README.format(titles=" · ".join(titles)).encode()
    folder = {
        "pages": list(PAGES),
        "runs": list(runs),
        "recorded": RECORDED,
        "recorded_pages": list(ALWAYS_RECORDED),
        "languages": list(LANGUAGES),
        "missing": " ".join(missing),
    }
    index = INDEX.format(
        title=escape(titles[0]),
        script_needed=escape(" ".join(warnings)),
        folder=json_text(folder),
        app=APP,
    )
    yield "index.html", index.encode()


def _data(path: str, values: Any) -> tuple[str, bytes]:
    return f"data/{path}.js", f"kdcoreData({json_text(path)},{json_text(values)});\n".encode()


@cache
def app_script() -> str:
    """The classic script of all pages, from the components' own modules."""
    return bundle(
        "folder_app.js", _scripts(), instead="recorded_source.js", names=("fetch", "EventSource")
    )


def _scripts() -> Mapping[str, Path]:
    found = [*COMPONENTS.glob("*/*.js"), *BROWSER.glob("*.js")]
    return {path.name: path for path in found if path.name != "component.js"}


def styles() -> Mapping[str, Path]:
    """The style sheets that the script names, and the folder's own; by name."""
    script = app_script()
    found = [path for path in COMPONENTS.glob("*/*.css") if f'"{path.name}"' in script]
    return {path.name: path for path in [*found, BROWSER / "folder.css"]}
