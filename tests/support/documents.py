"""The documents of the project: their blocks, their commands, what they name."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "benchmarks/README.md"])
}
NOT_RUN = re.compile(r"<!-- not run: \S.*-->")
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    language: str
    text: str
    run: bool
    """Whether nothing before it says why it is not run."""

    def commands(self) -> Iterator[list[str]]:
        """The commands of a shell's block as words, without the variables before them."""
        for line in self.text.splitlines():
            for part in line.split("&&"):
                words = shlex.split(part, comments=True)
                while words and ASSIGNMENT.fullmatch(words[0]):
                    words = words[1:]
                if words:
                    yield words


def tokens(path: Path) -> list[Token]:
    """A document as Markdown has it."""
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a document."""
    found = []
    before = ""
    for token in tokens(path):
        if token.type == "fence":
            found.append(Block(token.info, token.content, not NOT_RUN.search(before)))
        before = token.content if token.type == "html_block" else ""
    return found


def inline(path: Path) -> Iterator[Token]:
    """What stands within a document's paragraphs, lists and tables."""
    for token in tokens(path):
        yield from token.children or ()


def spans(path: Path) -> list[str]:
    """What stands in backticks, blocks left out."""
    return [token.content for token in inline(path) if token.type == "code_inline"]


def links(path: Path) -> list[str]:
    """Where links and pictures lead, those of the web left out."""
    found = [
        str(token.attrs.get("href" if token.type == "link_open" else "src"))
        for token in inline(path)
        if token.type in ("link_open", "image")
    ]
    return [link for link in found if "://" not in link]


def anchors(path: Path) -> set[str]:
    """The names by which headings are linked to."""
    parts = tokens(path)
    titles = [
        parts[at + 1].content.lower()
        for at, token in enumerate(parts)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def programs(words: list[str]) -> tuple[str, str, list[str]]:
    """The program of a command, the module that Python is to run, and the arguments."""
    program = words[0].removeprefix(".venv/bin/")
    if program in ("python", "python3") and words[1:2] == ["-m"]:
        return program, words[2], words[3:]
    return program, "", words[1:]
