"""Class: who steers, and how do the others come in?"""

from html import escape

import streamlit as st

from dashboard.page.acting import may_act
from dashboard.page.jobs.ask_class import ask_form, past_questions
from dashboard.page.projector import in_expander, is_projected
from dashboard.server.classroom import classroom
from dashboard.server.sharing import (
    code_picture,
    is_shared,
    join_links,
    lecturer_link,
    listens_here_alone,
)
from dashboard.server.visitors import host_name, is_loopback
from dashboard.text.viewer import md, t

START = "python -m dashboard --share"


def links() -> list[str]:
    """Addresses for the class, first that by which this page was opened, if others can use it."""
    opened = (st.context.url or "").rpartition("/classroom")[0]
    host = host_name(opened.partition("://")[2].partition("/")[0])
    usable = [f"{opened}/"] if host and not is_loopback(host) else []
    return list(dict.fromkeys([*usable, *join_links()]))


def how_to_share() -> None:
    """The app is for this computer alone."""
    st.badge(t("classroom.here"), icon=":material/computer:", color="gray")
    st.markdown(t("classroom.how_to_share"))
    st.code(START, language=None)
    st.markdown(t("classroom.what_sharing_does"))


def way_in() -> str:
    """The QR code and the address to type; which one it is."""
    known = links()
    code, words = st.columns([3, 2], gap="large", vertical_alignment="center")
    with words:
        st.badge(t("classroom.shared"), icon=":material/groups:", color="green")
        st.header(t("classroom.join"), anchor=False)
        link: str = (
            st.selectbox(t("classroom.which"), known, key="join_link") if known[1:] else known[0]
        )
        st.code(link, language=None, wrap_lines=True)
    picture = code_picture(link)
    alt = escape(t("classroom.join_picture", link=link))
    beside = " kd-join-beside" if may_act() and not is_projected() else ""
    code.html(f'<img class="kd-join{beside}" src="{picture}" alt="{alt}">')
    return link


def lecturers_own(link: str) -> None:
    """What is the lecturer's to know; the link is closed away, for the page may be projected."""
    if listens_here_alone():
        st.warning(t("classroom.only_here"), icon=":material/lan:")
    with st.expander(t("classroom.lecturer_link"), icon=":material/key:"):
        st.markdown(t("classroom.lecturer_link_about"))
        st.code(lecturer_link(link), language=None, wrap_lines=True)
    st.caption(t("classroom.ending"))
    if link.startswith("http:"):
        st.caption(t("classroom.plain_http"))


def steering() -> None:
    """The lecturer's part: a question to the class."""
    if damaged := classroom().damaged:
        st.warning(md("classroom.damaged", count=damaged), icon=":material/healing:")
    with (
        in_expander(t("classroom.ask_title"), when=True),
        st.container(border=True, key="ask_the_class"),
    ):
        ask_form()


st.title(t("classroom.title"), anchor=False)
st.markdown(t("classroom.lead"))
if is_shared():
    if may_act():
        steering()
    link = way_in()
    if may_act():
        past_questions()
        lecturers_own(link)
elif may_act():
    how_to_share()
