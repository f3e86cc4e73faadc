"""The words that a component shows in the browser."""

from typing import Any

from dashboard.components.captions import caption
from dashboard.text.languages import words
from dashboard.text.names import LEARNERS
from dashboard.text.viewer import language


def words_of(component: str) -> dict[str, str]:
    """Texts of ``[component.NAME]`` by their own name, in the viewer's language."""
    prefix = f"component.{component}."
    return {
        key.removeprefix(prefix): text
        for key, text in words(language()).items()
        if key.startswith(prefix)
    }


def menu_of(run: str) -> dict[str, Any]:
    """What the menus beside pictures need: their words, and the caption of the run."""
    return {"words": words_of("live_plot"), "caption": caption(run), "run": run}


def example_words() -> dict[str, str]:
    """What is said beside an example of any kind of input."""
    names = {f"example_{learner}": name for learner, name in learner_names().items()}
    return words_of("examples") | names


def learner_names() -> dict[str, str]:
    """Names of teacher and students in the viewer's language."""
    spoken = words(language())
    return {name: spoken[f"learner.{name}"] for name in LEARNERS}
