"""Who is the lecturer: this machine's own browser, or who has the token; nobody else."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.visitors import ELSEWHERE, HERE, lecturer

from dashboard.server import sharing
from dashboard.server.visitors import FORWARDED, Role, Visitor, host_name, is_loopback

HOSTS = st.sampled_from(
    ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "evil.example", "10.0.0.2", ""]
)
ADDRESSES = st.one_of(st.ip_addresses().map(str), st.sampled_from(["127.0.0.1", "::1", "", "x"]))
NAMES = st.one_of(
    st.sampled_from(sorted(FORWARDED)),
    st.text("abcdefgh-", max_size=12).map("x-forwarded-{}".format),
)


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.setenv(sharing.SHARE, "1")


def test_on_this_machine_everyone_is_the_lecturer_shared_or_not(monkeypatch):
    assert HERE.role is Role.LECTURER
    monkeypatch.setenv(sharing.SHARE, "1")
    assert HERE.role is Role.LECTURER


@given(ADDRESSES, HOSTS, NAMES, st.text(max_size=20))
def test_what_a_proxy_passes_on_makes_nobody_the_lecturer(address, host, header, value):
    visitor = Visitor(address, {"host": host, header: value}, {})

    assert visitor.role is Role.FOLLOWER


@given(ADDRESSES, HOSTS)
def test_only_this_machine_by_its_own_name_needs_no_token(address, host):
    of_this_machine = is_loopback(address) and is_loopback(host_name(host))

    assert (Visitor(address, {"host": host}, {}).role is Role.LECTURER) == of_this_machine


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_all_addresses_of_this_machine_are_known(address):
    assert is_loopback(address)


@pytest.mark.parametrize(
    "host", ["localhost.evil.example", "127.0.0.1.evil.example", "::ffff:10.0.0.1", "0.0.0.0", "["]
)
def test_what_only_looks_like_this_machine_is_not(host):
    assert not is_loopback(host_name(host)) or not is_loopback(host)


def test_the_token_makes_the_lecturer_while_the_app_is_shared(shared, monkeypatch):
    with_token = lecturer()

    assert with_token.role is Role.LECTURER
    monkeypatch.delenv(sharing.SHARE)
    assert with_token.role is Role.FOLLOWER


@given(st.text())
def test_no_other_text_is_the_token(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(sharing.SHARE, "1")
        cookies = {sharing.cookie_name(): text}

        assert Visitor(ELSEWHERE.address, ELSEWHERE.headers, cookies).role is Role.FOLLOWER


def test_the_token_outlives_a_restart_in_a_file_that_only_its_owner_reads(tmp_path):
    token = sharing.token()
    sharing._token_in.cache_clear()  # as a new process has it
    (file,) = (tmp_path / "store").glob("*")

    assert sharing.token() == token
    assert file.name == sharing.TOKEN_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path):
    file = tmp_path / "store" / sharing.TOKEN_FILE
    file.parent.mkdir()
    file.write_text("of before")
    file.chmod(0o644)

    assert sharing.token() == "of before"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_stores_have_two_tokens_and_two_cookies(tmp_path, monkeypatch):
    before = sharing.token(), sharing.cookie_name()
    monkeypatch.setenv("KDCORE_STORE", str(tmp_path / "other"))

    assert {sharing.token(), sharing.cookie_name()}.isdisjoint(before)


def test_where_the_store_cannot_be_written_the_token_lasts_as_long_as_the_process(
    tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KDCORE_STORE", str(tmp_path / "file"))

    assert sharing.token() == sharing.token() != ""


@pytest.mark.parametrize(
    ("address", "asked", "shared"),
    [
        ("localhost", "", False),
        ("127.0.0.1", "0", False),
        ("localhost", "1", True),
        ("0.0.0.0", "", True),
        (None, "", True),
        ("192.168.1.2", "0", True),
    ],
)
def test_what_listens_to_others_is_shared_however_it_was_started(
    monkeypatch, address, asked, shared
):
    settings = {"server.address": address}
    monkeypatch.setattr(sharing.config, "get_option", settings.get)
    monkeypatch.setenv(sharing.SHARE, asked)

    assert sharing.is_shared() is shared


def test_the_join_link_names_where_others_reach_the_server(monkeypatch):
    settings = {"server.address": "192.168.1.2", "server.port": 8501, "server.baseUrlPath": "kd"}
    monkeypatch.setattr(sharing.config, "get_option", settings.get)

    assert sharing.join_links() == ["http://192.168.1.2:8501/kd/"]
    link = sharing.lecturer_link("http://192.168.1.2:8501/kd/")
    assert link == f"http://192.168.1.2:8501/kd/kd/lecturer/{sharing.token()}"


def test_the_join_link_is_no_address_of_this_machine_alone(monkeypatch):
    settings = {"server.address": "0.0.0.0", "server.port": 8501}
    monkeypatch.setattr(sharing.config, "get_option", settings.get)

    for link in sharing.join_links():
        assert not is_loopback(host_name(link.split("/")[2]))
