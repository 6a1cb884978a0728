"""How a client may be set up, and what it refuses to be made with."""

import pytest

from bot.pivotal import AsyncPivotalApi, PivotalApi, RetryPolicy, Timeout
from bot.pivotal.settings import Key, base_url

SECRET = "pivotal_K8s9SecretSecret"


def test_the_key_comes_from_the_environment_when_the_client_is_made(monkeypatch):
    monkeypatch.setenv("PIVOTAL_API_KEY", f" {SECRET}\n")

    api = PivotalApi()
    monkeypatch.delenv("PIVOTAL_API_KEY")

    assert api.key_prefix == "pivotal_K8s9"


@pytest.mark.parametrize("kind", [PivotalApi, AsyncPivotalApi])
def test_without_a_key_there_is_no_client(monkeypatch, kind):
    monkeypatch.delenv("PIVOTAL_API_KEY", raising=False)

    with pytest.raises(ValueError, match="pass api_key=… or set PIVOTAL_API_KEY"):
        kind()


@pytest.mark.parametrize("key", ["pivotal_ab cdSecret", "pivotal_ab\ncdSecret", "pivotal_äSecret"])
def test_a_key_with_impossible_characters_is_refused_without_repeating_it(key):
    with pytest.raises(ValueError, match="holds a character that no key has") as caught:
        PivotalApi(key)

    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        (SECRET, "pivotal_K8s9"),
        ("pivotal_test_ab12SecretSecret", "pivotal_test_ab12"),
        ("pivotal_short", "pivotal_"),
        ("sk_somebody_elses", "(not a Pivotal key)"),
    ],
)
def test_of_a_key_only_the_public_part_is_shown(secret, shown):
    key = Key(secret)

    assert key.prefix == shown
    assert secret not in repr(key)
    assert secret not in key.redact(f"You sent {secret}, sorry.")


@pytest.mark.parametrize(
    "address",
    [
        "https://my.pivotal.app/api/v1/",
        "http://127.0.0.1:8080/api/v1",
        "http://localhost:1/api/v1",
        "http://[::1]:1",
        "https://münchen.example",
    ],
)
def test_https_anywhere_and_http_to_this_machine_are_fine(address):
    assert base_url(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address", ["http://my.pivotal.app/api/v1", "http://10.0.0.1", "http://localhost.evil.example"]
)
def test_http_to_another_machine_is_refused(address):
    with pytest.raises(ValueError, match="would send the API key unencrypted: use https"):
        PivotalApi(SECRET, base_url=address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "my.pivotal.app",
        "ftp://x",
        "https://",
        "https://a b",
        "https://[::1",
        "https://x:99999",
        "https://my..pivotal.app",
        f"https://{'x' * 80}.example",
        f"https://ä{'x' * 80}.example",
        "https://xn--☃.example",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="is not an address such as https://my"):
        base_url(address)


@pytest.mark.parametrize("address", ["https://u:p@x.example", "https://x.example/?a=1", "https://x.example/#a"])
def test_an_address_holds_nothing_but_the_place(address):
    with pytest.raises(ValueError, match="no user, query or fragment"):
        base_url(address)


@pytest.mark.parametrize("wrong", [{"connect": 0}, {"read": -1}, {"total": 0}, {"background": 0}])
def test_a_timeout_is_more_than_nothing(wrong):
    with pytest.raises(ValueError, match="more than 0 seconds"):
        Timeout(**wrong)


@pytest.mark.parametrize("wrong", [{"retries": -1}, {"factor": 0.5}, {"jitter": 1.5}, {"cap": -1}, {"first_delay": -1}])
def test_a_retry_policy_makes_sense(wrong):
    with pytest.raises(ValueError, match="A retry policy"):
        RetryPolicy(**wrong)


def test_the_reserve_is_a_share():
    with pytest.raises(ValueError, match="from 0 to less than 1"):
        PivotalApi(SECRET, reserve=1)
