"""What learners and methods are called in a language."""

from dashboard.text.phrases import Words, phrase

LEARNERS = ("teacher", "plain", "distilled")
"""In the order in which they are shown."""


def learner_name(words: Words, learner: str) -> str:
    """The learner's name in the words' language."""
    return words[f"learner.{learner}"]


def role_name(words: Words, role: str) -> str:
    """A role such as ``teacher 2`` in the words' language."""
    kind, _, number = role.partition(" ")
    return f"{learner_name(words, kind)} {number}".strip()


def method_title(words: Words, spec: str) -> str:
    """A method's name with those settings that are not the usual ones."""
    method, _, own = spec.partition(":")
    title = words[f"method.{method}"]
    details = own.replace(":", words["app.comma"])
    return phrase(words, "app.with_details", title=title, details=details) if own else title
