"""What runs on every page load: language, header, navigation."""

from pathlib import Path

import streamlit as st

from dashboard.components.class_bar import class_bar
from dashboard.components.page_frame import page_frame
from dashboard.page import address
from dashboard.page.acting import may_act
from dashboard.page.following import AT, follow_lecturer, wish_to_follow
from dashboard.page.lesson import follow_lesson, show_lesson
from dashboard.page.settings.values import KEYS
from dashboard.server.sharing import is_shared
from dashboard.text.languages import LANGUAGES
from dashboard.text.viewer import browser_language, language, md, t

PAGE = Path(__file__).parent / "page"
# files under views, in the order of the navigation; icons would cost it a third of its room
PAGES = (
    "start",
    "lessons",
    "temperature",
    "live",
    "step",
    "microscope",
    "draw",
    "playground",
    "calibration",
    "right",
    "runs",
    "help",
    "classroom",
    "landscape",
    "searches",
    "shrink",
    "robustness",
    "regression",
    "uncertainty",
    "recognition",
    "evidence",
)
EXPERIMENTS = PAGES[PAGES.index("landscape") :]  # behind one name in the navigation
IN_THE_HEADER = "classroom"  # instead of the navigation


def flip_projector() -> None:
    """Larger type and one chart at a time, or back."""
    st.session_state["projector"] = not st.session_state["projector"]


def header(*, projected: bool) -> None:
    """Language and projector mode, for every page and in every link; projected, the pages too."""
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="header"
    ):
        if projected:
            with st.popover(t("app.pages"), icon=":material/menu:", key="pages"):
                for name in PAGES:
                    st.page_link(f"views/{name}.py", label=t(f"nav.{name}"))
        st.page_link(
            f"views/{IN_THE_HEADER}.py",
            label=t(f"nav.{IN_THE_HEADER}"),
            icon=":material/groups:",
            help=t("classroom.help"),
        )
        st.button(
            t("app.projector"),
            key="projector_button",
            icon=":material/cast:",
            type="primary" if projected else "tertiary",
            help=t("app.projector_help"),
            on_click=flip_projector,
        )
        st.segmented_control(
            t("app.language"),
            list(LANGUAGES),
            default=language(),
            key="lang",
            format_func=LANGUAGES.__getitem__,
            required=True,
            label_visibility="collapsed",
        )


def say_who_steers() -> None:
    """A line for who follows: whose the buttons are that cannot be pressed."""
    if not may_act() and not st.session_state["projector"]:
        st.caption(f":material/visibility: {t('classroom.follower')}")


def report_unused_params() -> None:
    """Say once of each parameter of a link that nothing on the page makes use of it."""
    reported = st.session_state.setdefault("reported_unused", set())
    travelling = KEYS.values()  # the settings of a run go along from page to page
    for name in address.unused_params():
        if name not in reported and name not in travelling:
            reported.add(name)
            key = KEYS.get(name)
            text = (
                md("app.unused_hint", name=name, meant=key) if key else md("app.unused", name=name)
            )
            st.toast(text, icon=":material/link_off:", duration="long")


st.set_page_config(
    # an icon by name, such as those of the pages, would be fetched from the network
    page_icon=(PAGE / "icon.svg").read_text(encoding="utf-8"),
    layout="wide",
    initial_sidebar_state=272,
)
st.html(PAGE / "style.css")
projected = st.session_state.get("projector", st.query_params.get("projector") == "1")
pages = {
    name: st.Page(
        f"views/{name}.py",
        title=t(f"nav.{name}"),
        url_path=name,
        default=name == "start",
        visibility="hidden" if name == IN_THE_HEADER else "visible",
    )
    for name in PAGES
}
page = st.navigation(
    {
        "": [of for name, of in pages.items() if name not in EXPERIMENTS],
        t("nav.experiments"): [pages[name] for name in EXPERIMENTS],
    },
    position="hidden" if projected else "top",
)
st.set_page_config(page_title=f"{t(f'page.{page.url_path or PAGES[0]}')} · kdcore")
address.restore_query(page.url_path)
address.read_param("lang", browser_language(), lambda text: text if text in LANGUAGES else "en")
address.read_param("projector", default=False, read="1".__eq__)
if st.session_state["projector"]:
    st.html(PAGE / "projector.css")
if is_shared():
    follow_lecturer(page.url_path or PAGES[0], PAGES)
    class_bar(
        steers=may_act(),
        projected=projected,
        at=st.session_state.get(AT, ""),
        on_follow=wish_to_follow,
    )
body = st.container()  # comes first, so that a keyboard reaches the page before its frame
header(projected=st.session_state["projector"])
page_frame()
address.write_params(
    {
        "lang": None if language() == browser_language() else language(),
        "projector": "1" if st.session_state["projector"] else None,
    }
)
follow_lesson()
show_lesson(page.url_path or PAGES[0])
with body:
    say_who_steers()
    page.run()
if page.url_path != IN_THE_HEADER:  # one comes there from any page, and goes back
    report_unused_params()
