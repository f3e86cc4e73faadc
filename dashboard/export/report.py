"""A run as one HTML file: its verdict, its charts, its settings and notes; it needs nothing else.

The pages of the folder are drawn by the same script; here all lies in the file, and a policy in it
forbids the browser to fetch anything.
"""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from dashboard.export.answers import answers_in, answers_in_all_languages
from dashboard.export.folder import app_script, styles
from dashboard.export.pages import CHOICES, PAGES, USUAL, Panel, Rows, words_of_the_folder
from dashboard.export.runs import run_to_report
from dashboard.say.titles import row_title
from dashboard.server.encoding import json_text
from dashboard.server.engine import store
from dashboard.server.shared_records import run_history, run_settings
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.values import label_of, value_of
from dashboard.text.viewer import speaking, t
from kdcore.jobs.run.config import RunConfig
from kdcore.store.files import export_whole

FROM = ("live", "calibration", "right")
"""Pages of the folder whose charts a report has, each chart once."""
CHOSEN: dict[str, Any] = {name: (USUAL[name],) for name in CHOICES}
"""Settings of those pages, of which a report has the usual values alone."""
NOT_SAID = ("data_root",)
"""Settings that say where files lie on a machine."""
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
DOCUMENT = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{styles}
</head>
<body>
<noscript>{script_needed}</noscript>
<script>
window.kdcoreFolder = {folder};
window.kdcoreFiles = {data};
window.__kdSheets = new Map({sheets}.map((name) => [new URL(name, document.baseURI).href, null]));
</script>
<script>{plotly}</script>
<script>{app}</script>
</body>
</html>
"""


def report(run: str, language: str) -> str:
    """The report of a run that is over, as the text of an HTML file.

    Args:
        run: its id, the beginning of it, or ``last``.
        language: that it opens with; the other ones can be chosen in it.

    Raises:
        UserError: there is no such run, it is not over, kept no snapshots or is damaged.
    """
    run = run_to_report(run)
    languages = [language, *(one for one in LANGUAGES if one != language)]
    data = {f"{run}/{name}": values for name, values in answers_in_all_languages(run)}
    for one in languages:
        with speaking(one):
            data[f"words-{one}"] = _words(run, one)
            data |= {f"{run}/{one}/{name}": values for name, values in answers_in(one, run, CHOSEN)}
    folder = {
        "pages": ["report"],
        "runs": [run],
        "recorded": run,
        "recorded_pages": [],
        "languages": languages,
        "preferred": language,
        "missing": "{file}",
    }
    with speaking(language):
        return DOCUMENT.format(
            language=escape(t("app.language_tag")),
            policy=POLICY,
            title=escape(f"{t('component.static.report_title')} · {run}"),
            styles="\n".join(f"<style>{path.read_text()}</style>" for path in styles().values()),
            script_needed=escape(t("component.static.script_needed")),
            folder=_in_a_script(folder),
            data=_in_a_script(data),
            sheets=_in_a_script(list(styles())),
            plotly=(files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8"),
            app=app_script(),
        )


def write_report(run: str, path: Path, language: str) -> int:
    """Write the report into a file, which stands there only when it is whole; its bytes.

    Raises:
        UserError: as ``report``; there is no folder for the file, or it cannot be written.
    """
    contents = report(run, language).encode()
    export_whole(path, lambda part: part.write_bytes(contents))
    return len(contents)


def _rows() -> Rows:
    """The panels of several pages one below the other, then the settings and the notes."""
    rows, seen = [], set[str]()
    for page in FROM:
        for row in PAGES[page]:
            new = tuple(panel for panel in row if panel.name not in seen)
            seen.update(panel.name for panel in new)
            if new:
                rows.append(new)
    return (
        *rows,
        (Panel("report_settings", component="settings"),),
        (Panel("report_notes", component="notes"),),
    )


def _words(run: str, language: str) -> dict[str, Any]:
    """All that the file says in a language, which is spoken now."""
    found = words_of_the_folder([run], [], {"report": _rows()})
    row = store().row(run)
    found["choices"] = CHOSEN
    found["texts"]["about"] = found["texts"]["report_about"]
    found["pages"]["report"]["question"] = row_title(row)
    found["runs"][run] |= {
        "settings": _settings(run_settings(run), language),
        "notes": [
            *filter(None, [row.note]),
            *(
                t("runs.pinned", epoch=f"{note.position:g}", text=note.text)
                for note in store().pinned(run)
            ),
        ],
        "made_with": _made_with(run),
    }
    return found


def _settings(settings: Mapping[str, Any], language: str) -> list[list[Any]]:
    """Label, value and whether it is another than the usual one."""
    spoken, usual = words(language), RunConfig().to_dict()
    return [
        [label_of(spoken, name), value_of(spoken, name, value) or "–", value != usual.get(name)]
        for name, value in settings.items()
        if name not in NOT_SAID
    ]


def _made_with(run: str) -> str:
    begun = run_history(run).started
    assert begun is not None, "the run is over"
    return f"{run} · {begun.device} · {begun.version}"


def _in_a_script(values: Any) -> str:
    """JSON that can neither end the script that it stands in nor begin a comment there."""
    return json_text(values).replace("<", "\\u003c")
