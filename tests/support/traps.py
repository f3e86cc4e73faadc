"""Names that somebody may type to bring others to a foreign place or to upset the page."""

ELSEWHERE = "http://example.invalid/"
PICTURE = f"![x]({ELSEWHERE}a.png)"
LINK = f"[here]({ELSEWHERE})"
HTML = f'<img src="{ELSEWHERE}b.png" onerror="document.title=1">'
SCRIPT = "<script>document.title=2</script>"
LATEX = rf"$\href{{{ELSEWHERE}}}{{x}}$"
STREAMLIT = ":red[x] :material/home: :smile:"
PATH = "../../../etc/passwd"
TEMPLATE = "{name} {0} %s ${x}"

TRAPS = [
    PICTURE,
    LINK,
    HTML,
    SCRIPT,
    LATEX,
    STREAMLIT,
    PATH,
    TEMPLATE,
    "\u202eabc",
    "a\nb",
    "'\"`\\",
]
