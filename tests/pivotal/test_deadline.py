"""Real sockets and real, short times: no call of either client outlives its total time, whatever drips in."""

import socket
from time import monotonic

import pytest

from bot.pivotal import Hooks, PivotalApi, RetryPolicy, TimedOut, Timeout, Unreachable
from bot.pivotal.client import utc_now

KEY = "pivotal_K8s9SecretSecretSecret"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
GZIP_HEAD = b"A\r\n\x1f\x8b\x08\x08\0\0\0\0\0\xff\r\n"
DRIPS = {
    "headers": {"first": OK, "then": (b"X: y\r\n",)},
    "early hints": {"then": (b"HTTP/1.1 103 Early Hints\r\n\r\n",)},
    "a chunk's extension": {"first": CHUNKED + b"\r\n1;a=", "then": (b"x",)},
    "a body that decodes to nothing": {
        "first": CHUNKED + b"Content-Encoding: gzip\r\n\r\n" + GZIP_HEAD,
        "then": (b"1\r\nx\r\n",),
    },
    "a body": {"first": OK + b"Content-Length: 500\r\n\r\n", "then": (b" ",)},
}
SHORT = Timeout(connect=5, read=1, total=1, background=1)


@pytest.fixture
def real(make):
    """Makes a client that goes by the real clock, over connections of its own."""

    def real(address, scheme="http", **options):
        options = {"timeout": SHORT, "retry": None, "clock": utc_now, "http_client": None} | options
        return make(base_url=f"{scheme}://{address}", **options)

    return real


@pytest.mark.parametrize("drip", DRIPS)
def test_whatever_drips_in_the_total_time_ends_it(real, raw, drip):
    server = raw(**DRIPS[drip])
    api = real(server.address)
    began = monotonic()

    with pytest.raises(TimedOut) as caught:
        api.onboardings.update(89, phase="launch")

    assert monotonic() - began < server.patience / 2
    assert (caught.value.maybe_applied, caught.value.attempts) == (True, 1)


def test_an_answer_in_time_is_read_and_its_connection_kept(real, raw):
    body = b'{"object":"me"}'
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    server = raw(first=answer, then=(answer,), most=1)
    api = real(server.address)

    kinds = [api.me().object, api.me().object]

    assert kinds == ["me", "me"]
    assert len(server.heads) == 1


@pytest.fixture
def unconnected(real, silent, monkeypatch):
    """Makes a client whose proxy never says that there is a tunnel."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{silent}")
    monkeypatch.setenv("NO_PROXY", "")
    return lambda **options: real("pivotal.example", scheme="https", **options)


def test_a_change_that_found_no_connection_in_time_was_surely_not_applied(unconnected):
    with pytest.raises(TimedOut) as caught:
        unconnected().onboardings.update(89, phase="launch")

    assert (caught.value.maybe_applied, caught.value.attempts) == (False, 1)


def test_a_change_that_was_sent_and_not_answered_in_time_may_have_been_applied(real, silent):
    with pytest.raises(TimedOut) as caught:
        real(silent).onboardings.update(89, phase="launch")

    assert caught.value.maybe_applied is True


def test_the_hook_after_an_attempt_is_told_when_the_total_time_is_up(real, unconnected, silent):
    told = []
    hooks = Hooks(after=(lambda attempt, outcome: told.append((attempt.number, outcome.status, outcome.lost)),))
    options = {"hooks": hooks, "timeout": Timeout(connect=5, read=5, total=1)}

    for api in (real(silent, **options), unconnected(**options)):
        with pytest.raises(TimedOut):
            api.me()

    assert told == [(1, None, "No answer from Pivotal in time"), (1, None, "No connection to Pivotal in time")]


def test_a_proxy_of_the_environment_is_asked_for_a_tunnel_without_the_key(real, raw, monkeypatch):
    server = raw(first=b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{server.address}")
    monkeypatch.setenv("NO_PROXY", "")
    api = real("pivotal.example", scheme="https", timeout=Timeout(total=5))

    with pytest.raises(Unreachable) as caught:
        api.onboardings.update(89, phase="launch")

    assert caught.value.maybe_applied is False
    assert server.heads[0].startswith(b"CONNECT pivotal.example:443 ")
    assert KEY.encode() not in server.heads[0]


def test_whoever_the_environment_excepts_is_asked_directly(raw, silent, monkeypatch):
    server = raw(first=b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{server.address}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with PivotalApi(KEY, base_url=f"https://{silent}", timeout=SHORT, retry=None) as api, pytest.raises(TimedOut):
        api.me()

    assert server.heads == []


def test_a_connection_that_is_refused_is_tried_again(real):
    told = []
    hooks = Hooks(after=(lambda _, outcome: told.append(outcome.lost),))
    policy = RetryPolicy(retries=1, first_delay=0)

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        api = real("127.0.0.1:{1}".format(*deaf.getsockname()), retry=policy, hooks=hooks, timeout=Timeout(total=10))
        with pytest.raises(Unreachable) as caught:
            api.onboardings.update(89, phase="launch")

    assert told == ["Pivotal could not be reached"] * 2
    assert (caught.value.maybe_applied, caught.value.attempts) == (False, 2)
