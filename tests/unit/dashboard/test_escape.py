"""What people type is shown as it is, whatever Markdown would make of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.markdown import text_and_tags

from dashboard.text.escape import WORD_JOINER, Markdown, MarkdownFiller, markdown_text

TRAPS = [
    "![x](http://example.invalid/a.png)",
    "[here](http://example.invalid)",
    "100*hint + 0.5*dkd:beta=2",
    "**bold** __bold__ *a* _b_",
    "`code`",
    "<b>bold</b> &lt;",
    "# one",
    "1. one",
    "- one",
    "+ one",
    "> one",
    "---",
    "a|b",
    "~~gone~~",
    "C:\\new_*",
    "=====",
]


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_is_plain_text_alone_in_a_sentence_and_in_a_list(text):
    for template in ("{}", "The name {} is unknown.", "- {}"):
        told, tags = text_and_tags(template.format(markdown_text(text)))

        assert told == template.removeprefix("- ").format(text)
        assert tags <= {"p", "ul", "li"}


LINKS = (
    re.compile(r"(?i)(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)"),
    re.compile(r"([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)"),
)
"""What the browser's Markdown makes a link of by itself: mdast-util-gfm-autolink-literal 2.0."""
ADDRESSES = st.one_of(
    st.sampled_from(["http://", "HTTPS://", "www.", "a@", "a.b+c@x@"]).flatmap(
        lambda start: st.from_regex(r"[-\w]{1,5}(\.[-\w]{1,4}){1,3}[/)\]]?").map(start.__add__)
    ),
    st.text(),
)


@given(st.lists(ADDRESSES, max_size=3).map(" ".join))
def test_no_address_becomes_a_link_by_itself(text):
    shown = markdown_text(text).replace("\\", "")  # with escapes and without, no address is whole

    assert not any(link.search(shown) for link in LINKS)
    assert not any(link.search(markdown_text(text)) for link in LINKS)


@given(st.text())
def test_any_text_is_shown_in_one_line(text):
    told, tags = text_and_tags(markdown_text(text))

    assert told.split() == text.replace("\0", "\ufffd").replace(WORD_JOINER, "").split()
    assert tags <= {"p"}


@pytest.mark.parametrize("name", [":smile:", ":red[x]", ":material/home:", ":+1:", ":100:", "a:b"])
def test_no_colon_begins_one_of_streamlits_own_marks(name):
    assert "\\:" in markdown_text(name)


@pytest.mark.parametrize("text", ["20260101-000000-aaaa", "93.1%", "mlp:256,128", "0.5 ± 0.1"])
def test_an_ordinary_name_or_number_needs_no_escape(text):
    assert markdown_text(text) == text


def test_formulas_stay_dollars():
    assert markdown_text("$x$ costs 5$") == r"\$x\$ costs 5\$"


def test_what_is_markdown_already_is_not_escaped_twice():
    once = markdown_text("a*b")

    assert markdown_text(once) is once
    assert MarkdownFiller().format("**{}** {} {:.1%}", Markdown("*x*"), "*y*", -0.5) == (
        r"***x*** \*y\* −50.0%"
    )
