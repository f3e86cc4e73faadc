"""What a reader sees of a Markdown text."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

from dashboard.text.escape import WORD_JOINER


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags = "", set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def text_and_tags(markdown):
    """The text and the kinds of elements that it has become."""
    page = _Page()
    page.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))
    return page.text.replace(WORD_JOINER, "").strip(), page.tags
