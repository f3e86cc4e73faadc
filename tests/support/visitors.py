"""Who asks: a browser of the machine itself, one of the network, one with the lecturer's link."""

from dashboard.server import sharing
from dashboard.server.visitors import Visitor

HERE = Visitor("127.0.0.1", {"host": "localhost:8501"}, {})
ELSEWHERE = Visitor("192.168.1.7", {"host": "192.168.1.2:8501"}, {})


def lecturer():
    """A browser of the network that was opened by the lecturer's link."""
    cookies = {sharing.cookie_name(): sharing.token()}
    return Visitor(ELSEWHERE.address, ELSEWHERE.headers, cookies)
