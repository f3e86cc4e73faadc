"""The words that a component shows in the browser."""

from dashboard.charts.style import LEARNERS
from dashboard.text import language, words


def words_of(component: str) -> dict[str, str]:
    """Texts of ``[component.NAME]`` by their own name, in the viewer's language."""
    prefix = f"component.{component}."
    return {
        key.removeprefix(prefix): text
        for key, text in words(language()).items()
        if key.startswith(prefix)
    }


def learner_names() -> dict[str, str]:
    """Names of teacher and students in the viewer's language."""
    spoken = words(language())
    return {name: spoken[f"learner.{name}"] for name in LEARNERS}
