"""Check files of lessons: ``python -m dashboard.lessons FILE …``."""

import argparse
import sys
from pathlib import Path

from dashboard.lessons.format import read_lesson
from dashboard.lessons.problems import LessonError
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from kdcore.escapes import write_anything


def main(arguments: list[str]) -> int:
    """Print a line a file, or one for each mistake; 1 where there is any."""
    write_anything()
    parser = argparse.ArgumentParser(
        prog="python -m dashboard.lessons", description="Check files of lessons."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a lesson, NAME.toml")
    parser.add_argument("--lang", choices=list(LANGUAGES), default="en", help="of the messages")
    asked = parser.parse_args(arguments)
    spoken, wrong = words(asked.lang), False
    for path in asked.files:
        try:
            lesson = read_lesson(path)
        except LessonError as error:
            wrong = True
            print("\n".join(error.lines(spoken)), file=sys.stderr)
        else:
            counts = {"count": len(lesson.cards), "minutes": lesson.minutes}
            print(phrase(spoken, "lessons.checked", file=path.name, **counts))
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
