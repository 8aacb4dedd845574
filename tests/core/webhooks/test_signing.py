import pytest
from cryptography.fernet import InvalidToken

from csr_portal.core.webhooks import signing

BODY = '{"event":"test","number":"S-10417","name":"东莞"}'
AT = 1_795_000_000


def test_signature_is_the_documented_hmac():
    # docs/webhooks.md: HMAC-SHA256 of "<t>.<body>"; this value was made with `openssl dgst -sha256 -hmac`.
    header = signing.signature('{"version":1}', timestamp=1_700_000_000, keys=["whs_example"])
    assert header == "t=1700000000,v1=245364ced26dd25304fa19481f9f8019c92afddc34ecc14315172febe2188f14"


def test_receiver_accepts_what_was_signed_with_either_secret():
    header = signing.signature(BODY, timestamp=AT, keys=["new", "old"])
    assert header.count("v1=") == 2
    assert [signing.is_genuine(header, BODY, key=key, now=AT + 5) for key in ("new", "old", "other")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("offset", [-301, 301])
def test_receiver_refuses_outside_the_replay_window(offset):
    header = signing.signature(BODY, timestamp=AT, keys=["new"])
    assert not signing.is_genuine(header, BODY, key="new", now=AT + offset)


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_receiver_accepts_inside_the_replay_window(offset):
    header = signing.signature(BODY, timestamp=AT, keys=["new"])
    assert signing.is_genuine(header, BODY, key="new", now=AT + offset)


@pytest.mark.parametrize(
    "header", ["", "t=", "v1=abc", "t=soon,v1=abc", "t=²,v1=abc", f"t={AT}", f"t={AT},v1=ä", "t,v1"]
)
def test_receiver_refuses_a_broken_header(header):
    assert not signing.is_genuine(header, BODY, key="new", now=AT)


def test_every_changed_character_is_noticed():
    header = signing.signature(BODY, timestamp=AT, keys=["new"])
    for place in range(len(BODY)):
        changed = BODY[:place] + ("x" if BODY[place] != "x" else "y") + BODY[place + 1 :]
        assert not signing.is_genuine(header, changed, key="new", now=AT)


def test_secrets_are_long_and_each_is_another():
    first, second = signing.new_secret(), signing.new_secret()
    assert first != second
    assert len(first) == len("whs_") + 43


def test_secret_is_kept_encrypted_and_survives_a_change_of_the_servers_key(settings):
    kept = signing.encrypted("whs_plain")
    assert "whs_plain" not in kept
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 8
    assert signing.decrypted(kept) == "whs_plain"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        signing.decrypted(kept)
