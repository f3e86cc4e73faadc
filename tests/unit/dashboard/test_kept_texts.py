"""Texts that a run has kept, in a chart."""

import torch

from dashboard.charts.parts.kept_texts import LINES, WIDTH, kept_texts
from kdcore.inputs import Text


def kept(*texts, unit="words", length=60):
    kind = Text(("", "□", *["a", "b", "c", "<b>", "tree"]), unit)
    numbers = torch.tensor([kind.numbers_of(text, length) for text in texts], dtype=torch.int32)
    return {f"set_{name}": values for name, values in kind.shown(numbers).items()}


def test_a_text_comes_back_as_networks_read_it_and_is_no_tag():
    assert kept_texts(kept("a tree", "b what"), "set") == ["a tree", "b □"]
    assert kept_texts(kept("ab a", unit="characters"), "set") == ["ab□a"]
    assert "<b>" not in kept_texts({**kept("a"), "set_text_tokens": tokens("<b>")}, "set")[0]


def tokens(word):
    line = f"\n{word}".encode()
    return torch.frombuffer(bytearray(line), dtype=torch.uint8)[None].numpy()


def test_a_long_text_has_few_lines_and_other_inputs_none():
    (long,) = kept_texts(kept("tree " * 60), "set")

    lines = long.split("<br>")
    assert len(lines) == LINES
    assert max(map(len, lines)) <= WIDTH + 2
    assert kept_texts({"set_images": torch.zeros(1, 8, 8, 1).numpy()}, "set") == []
