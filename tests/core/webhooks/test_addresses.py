import socket
from ipaddress import ip_network

import pytest

from csr_portal.core.webhooks import addresses
from csr_portal.core.webhooks.addresses import AddressRefused, Target, check_form, is_allowed, resolve


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://erp.example.com/", "The address must begin with https://."),
        ("ftp://erp.example.com/", "The address must begin with https://."),
        ("file:///etc/passwd", "The address must begin with https://."),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "The address must begin with https://."),
        ("https:///hooks", "This is not an address."),
        ("https://erp.example.com:0/", "This is not an address."),
        ("https://erp.example.com:99999/", "This is not an address."),
        ("https://[::1", "This is not an address."),
        ("https://anna:secret@erp.example.com/", "The address must not contain a user name or password."),
    ],
)
def test_form_of_an_address_is_refused_with_its_reason(address, reason):
    with pytest.raises(AddressRefused, match=reason):
        check_form(address)


def test_plain_http_is_accepted_by_setting_only(settings):
    settings.WEBHOOK_ALLOW_HTTP = True
    check_form("http://erp.example.com/")
    with pytest.raises(AddressRefused):
        check_form("ftp://erp.example.com/")


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
    ],
)
def test_address_that_is_not_public_is_refused(ip):
    assert not is_allowed(ip)


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_address_is_allowed(ip):
    assert is_allowed(ip)


def test_networks_of_the_setting_are_allowed_and_their_neighbours_not(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.20.0.0/16"), ip_network("fd00:1::/32")]
    assert [is_allowed(ip) for ip in ("10.20.9.9", "::ffff:10.20.9.9", "fd00:1::7")] == [True] * 3
    assert [is_allowed(ip) for ip in ("10.21.0.1", "127.0.0.1", "fd00:2::7")] == [False] * 3


def answers(monkeypatch, *ips):
    """What the resolver says; the system's own is not asked."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *arguments, **more: found)


def test_resolve_gives_what_to_connect_to(monkeypatch):
    answers(monkeypatch, "93.184.216.34", "93.184.216.35")
    assert resolve("https://erp.example.com/hooks/a?b=c") == Target(
        "https", "erp.example.com", 443, "/hooks/a?b=c", "93.184.216.34"
    )
    assert resolve("https://erp.example.com:8443") == Target("https", "erp.example.com", 8443, "/", "93.184.216.34")


def test_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    answers(monkeypatch, "93.184.216.34", "10.0.0.7")
    with pytest.raises(AddressRefused, match="erp.example.com leads to 10.0.0.7, which is not a public address."):
        resolve("https://erp.example.com/")


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_spellings_of_the_loopback_are_refused(host):
    with pytest.raises(AddressRefused, match="is not a public address|is not known"):
        resolve(f"https://{host}/")


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 64 + ".example", "a..b"])
def test_name_that_nobody_knows_is_refused(host):
    with pytest.raises(AddressRefused, match="is not known"):
        resolve(f"https://{host}/")
