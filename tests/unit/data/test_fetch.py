import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.files import collect

from kdcore.data.fetch import PIECE, fetch
from kdcore.errors import UserError

CONTENT = bytes(range(256)) * (5 * PIECE // 512)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT; ``cuts`` are lengths after which the next answers break off."""

    cuts: list[int]
    requests: list[str]
    content = CONTENT
    kind = "application/octet-stream"
    resumes = True
    status = 200
    states_length = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/file.gz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range", "")
        server.requests.append(asked)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = int(re.findall(r"\d+", asked)[0]) if asked and server.resumes else 0
        if start >= len(server.content):
            self.send_error(416)
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", server.kind)
        if server.states_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.cuts.pop(0)] if server.cuts else body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.cuts, server.requests = [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "deep" / "folder" / "file.gz"


def part(target):
    return target.with_name("file.gz.part")


def refused(urls, target, md5=MD5) -> UserError:
    with pytest.raises(UserError) as caught:
        collect(fetch(urls, target, md5))
    assert str(target.parent) in str(caught.value)
    assert not target.exists()
    return caught.value


def test_a_file_arrives_whole_and_tells_how_far_it_is(server, target):
    told, _ = collect(fetch([server.url], target, MD5))
    assert target.read_bytes() == CONTENT
    assert not part(target).exists()
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].task, told[-1].done, told[-1].total, told[-1].detail) == (
        "download",
        len(CONTENT),
        len(CONTENT),
        "file.gz",
    )


@pytest.mark.parametrize("tenth", range(10))
def test_a_broken_connection_goes_on_where_it_stopped(server, target, tenth):
    server.cuts = [len(CONTENT) * tenth // 10]
    collect(fetch([server.url], target, MD5))
    assert target.read_bytes() == CONTENT
    assert server.requests == [
        "",
        f"bytes={server.cuts or len(CONTENT) * tenth // 10}-" if tenth else "",
    ]


def test_what_an_earlier_start_left_is_not_fetched_again(server, target):
    target.parent.mkdir(parents=True)
    part(target).write_bytes(CONTENT[:1_000])
    told, _ = collect(fetch([server.url], target, MD5))
    assert server.requests == ["bytes=1000-"]
    assert told[0].done > 1_000
    assert told[-1].total == len(CONTENT)
    assert target.read_bytes() == CONTENT


def test_a_server_that_cannot_resume_starts_anew(server, target):
    server.resumes = False
    target.parent.mkdir(parents=True)
    part(target).write_bytes(b"x" * 1_000)
    collect(fetch([server.url], target, MD5))
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_thrown_away(server, target):
    target.parent.mkdir(parents=True)
    part(target).write_bytes(CONTENT + b"x")
    collect(fetch([server.url], target, MD5))
    assert target.read_bytes() == CONTENT


def test_a_damaged_part_is_deleted_and_fetched_from_the_start(server, target):
    target.parent.mkdir(parents=True)
    part(target).write_bytes(b"x" * 1_000)
    collect(fetch([server.url], target, MD5))
    assert server.requests == ["bytes=1000-", ""]
    assert target.read_bytes() == CONTENT


def test_three_broken_connections_are_told_and_the_part_is_kept(server, target):
    server.cuts = [1_000, 1_000, 1_000]
    assert refused([server.url], target).code == "download_cut_off"
    assert part(target).read_bytes() == CONTENT[:3_000]


def test_a_wrong_sum_is_told_and_deleted_after_three_tries(server, target):
    server.content = b"something else"
    assert refused([server.url], target).code == "download_wrong_sum"
    assert not part(target).exists()
    assert len(server.requests) == 3


def test_a_connection_that_ends_early_without_a_length_has_a_wrong_sum(server, target):
    server.states_length = False
    server.cuts = [10] * 3
    assert refused([server.url], target).code == "download_wrong_sum"


def test_a_web_page_in_the_place_of_the_file_is_told(server, target):
    server.kind, server.content = "text/html; charset=utf-8", b"<html>Log in</html>"
    assert refused([server.url], target).code == "download_html"
    assert part(target).read_bytes() == b""


def test_an_error_of_the_server_is_told_with_its_number(server, target):
    server.status = 503
    error = refused([server.url], target)
    assert (error.code, error.values["cause"]) == ("download_unreachable", "HTTP 503")


def test_without_a_network_the_folder_to_use_by_hand_is_named(server, target):
    closed = "http://127.0.0.1:1/file.gz"
    error = refused([closed], target)
    assert error.code == "download_unreachable"
    assert "by hand" in str(error)
    assert closed in str(error)


def test_the_second_mirror_serves_where_the_first_is_down(server, target):
    collect(fetch(["http://127.0.0.1:1/file.gz", server.url], target, MD5))
    assert target.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_told(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    error = refused([server.url], tmp_path / "file" / "file.gz")
    assert error.code == "folder_not_writable"
