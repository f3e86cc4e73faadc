"""What runs on every page load: language, header, navigation."""

from pathlib import Path

import streamlit as st

from dashboard import address
from dashboard.text import LANGUAGES, browser_language, language, t

HERE = Path(__file__).parent
# file under views and icon, in the order of the navigation
PAGES = (
    ("start", ":material/school:"),
    ("temperature", ":material/thermostat:"),
    ("live", ":material/play_circle:"),
    ("microscope", ":material/biotech:"),
    ("calibration", ":material/speed:"),
    ("right", ":material/rule:"),
    ("landscape", ":material/landscape:"),
    ("shrink", ":material/compress:"),
    ("runs", ":material/history:"),
    ("help", ":material/help:"),
)


def flip_projector() -> None:
    """Larger type, or back."""
    st.session_state["projector"] = not st.session_state["projector"]


def header() -> None:
    """Language and projector mode, for every page and in every link."""
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="header"
    ):
        st.button(
            t("app.projector"), key="projector_button", icon=":material/cast:", shortcut="P",
            type="primary" if st.session_state["projector"] else "tertiary",
            help=t("app.projector_help"), on_click=flip_projector,
        )  # fmt: skip
        st.segmented_control(
            t("app.language"), list(LANGUAGES), default=language(), key="lang",
            format_func=LANGUAGES.__getitem__, required=True, label_visibility="collapsed",
        )  # fmt: skip


st.set_page_config(
    # an icon by name, such as those of the pages, would be fetched from the network
    page_icon=(HERE / "static" / "icon.svg").read_text(encoding="utf-8"),
    layout="wide",
)
st.html(HERE / "style.css")
page = st.navigation(
    [
        st.Page(f"views/{name}.py", title=t(f"nav.{name}"), icon=icon, url_path=name,
                default=name == "start")
        for name, icon in PAGES
    ],
    position="top",
)  # fmt: skip
st.set_page_config(page_title=f"{t(f'page.{page.url_path or PAGES[0][0]}')} · kdcore")
address.bring_back(page.url_path)
address.take("lang", browser_language(), lambda text: text if text in LANGUAGES else "en")
address.take("projector", default=False, read="1".__eq__)
if st.session_state["projector"]:
    st.html("<style>html { font-size: 22px; }</style>")
header()
address.show(
    {
        "lang": None if language() == browser_language() else language(),
        "projector": "1" if st.session_state["projector"] else None,
    }
)
page.run()
