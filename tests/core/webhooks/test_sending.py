import socket
import ssl
import threading
import time

import pytest

from csr_portal.core.webhooks import sending
from csr_portal.core.webhooks.sending import post


def test_post_sends_body_and_headers_and_reports_the_answer(receiver):
    receiver.answer = (202, {}, "taken")
    answer = post(receiver.address, '{"name":"东莞"}', {"CSR-Portal-Event": "test"})
    assert (answer.code, answer.text, answer.error, answer.is_success) == (202, "taken", "", True)
    assert answer.milliseconds < 5000
    [(path, headers, body)] = receiver.requests
    assert (path, body) == ("/hooks?from=portal", '{"name":"东莞"}')
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"
    assert headers["CSR-Portal-Event"] == "test"


@pytest.mark.parametrize("code", [199 + 1, 204, 299])
def test_answers_of_the_two_hundreds_are_success(receiver, code):
    receiver.answer = (code, {}, "")
    assert post(receiver.address, "{}", {}).is_success


@pytest.mark.parametrize("code", [301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_every_other_answer_is_none(receiver, code):
    receiver.answer = (code, {}, "")
    answer = post(receiver.address, "{}", {})
    assert (answer.code, answer.is_success) == (code, False)


def test_redirect_is_not_followed(receiver):
    receiver.answer = (307, {"Location": receiver.address.replace("hooks", "inside")}, "")
    assert post(receiver.address, "{}", {}).code == 307
    assert [path for path, *_ in receiver.requests] == ["/hooks?from=portal"]


def test_answer_is_cut_and_can_be_kept_by_any_database(receiver):
    receiver.answer = (200, {}, "a\0" * 100_000)
    assert post(receiver.address, "{}", {}).text == "a" * sending.KEPT_OF_ANSWER


def test_private_address_is_not_called(receiver, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    answer = post(receiver.address, "{}", {})
    assert (answer.code, answer.error) == (None, "127.0.0.1 leads to 127.0.0.1, which is not a public address.")
    assert receiver.requests == []


def test_closed_port_is_a_failure_with_a_reason(receiver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = post(f"http://127.0.0.1:{free.getsockname()[1]}/", "{}", {})
    assert answer.code is None
    assert answer.error.startswith("ConnectionRefusedError")


def test_certificate_of_nobody_is_refused(receiver):
    answer = post(receiver.address.replace("http://", "https://"), "{}", {})
    assert answer.code is None
    assert "SSL" in answer.error
    assert receiver.requests == []


def test_tls_speaks_to_the_checked_address_under_the_name(receiver, monkeypatch):
    named = []

    class Context:
        def wrap_socket(self, plain, server_hostname):
            named.append((plain.getpeername(), server_hostname))
            return plain

    monkeypatch.setattr(ssl, "create_default_context", Context)
    answer = post(receiver.address.replace("http://", "https://"), "{}", {})
    assert answer.is_success
    assert named == [(("127.0.0.1", receiver.server_port), "127.0.0.1")]


@pytest.fixture
def slow(receiver):
    """A server that begins an answer and then drips."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not done.wait(0.05):
                try:
                    connection.sendall(b"X-More: x\r\n")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    done.set()
    thread.join()
    listener.close()


def test_answer_that_drips_is_cut_at_the_limit(slow, monkeypatch):
    monkeypatch.setattr(sending, "TOTAL_SECONDS", 0.3)
    started = time.monotonic()
    answer = post(slow, "{}", {})
    assert (answer.code, answer.error) == (None, "No answer in time.")
    assert time.monotonic() - started < 5


def test_silence_is_a_failure(receiver, monkeypatch):
    monkeypatch.setattr(sending, "WAIT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answer = post(f"http://127.0.0.1:{listener.getsockname()[1]}/", "{}", {})
    assert (answer.code, answer.error) == (None, "No answer in time.")
