"""A walk through every page at every size, in both languages and themes: nothing is broken.

With KDCORE_WALK_DIR set to a folder, every page is visited in every combination; pictures and
what axe finds are put there, to be looked at.
"""

import json
import os
from itertools import product
from pathlib import Path

import pytest
from support.pages import LOCALES, VISITS, keep_errors, layout_faults, violations, visit

SIZES = ((390, 844), (768, 1024), (1440, 900), (1920, 1080))
LOOKS = tuple(product(LOCALES, ("light", "dark")))
FOLDER = os.environ.get("KDCORE_WALK_DIR")


def pages_of(size, look):
    """The pages to visit: each meets each size, and each language in each theme."""
    shift = SIZES.index(size) + LOOKS.index(look)
    return {
        name: address
        for at, (name, address) in enumerate(VISITS.items())
        if FOLDER or (at + shift) % len(LOOKS) == 0
    }


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_is_broken_on_the_way(new_context, stocked_app, size, look):
    language, scheme = look
    context = new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=LOCALES[language],
        has_touch=size[0] < 800,
        reduced_motion="reduce",
    )
    page = context.new_page()
    errors = keep_errors(page)
    broken = {}
    for name, address in pages_of(size, look).items():
        visit(page, f"{stocked_app}/{address}")
        exceptions = page.locator("[data-testid=stException]").all_inner_texts()
        broken[name] = [*exceptions, *layout_faults(page), *errors]
        errors.clear()
        if FOLDER:
            keep(page, f"{name}-{size[0]}x{size[1]}-{language}-{scheme}")
    context.close()

    assert {name: lines for name, lines in broken.items() if lines} == {}


def test_the_walk_meets_every_page_at_every_size_and_in_every_look():
    seen = dict.fromkeys(product(VISITS, SIZES), 0)
    looks = dict.fromkeys(product(VISITS, LOOKS), 0)
    for size, look in product(SIZES, LOOKS):
        for name in pages_of(size, look):
            seen[name, size] += 1
            looks[name, look] += 1

    assert min(seen.values()) >= 1
    assert min(looks.values()) >= 1


def keep(page, name):
    """A picture of the page and what axe finds on it."""
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    (folder / f"{name}.json").write_text(json.dumps(violations(page), indent=1))
