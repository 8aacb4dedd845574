"""Mail servers on the loopback: an SMTP catcher, and mailboxes that speak just enough IMAP and POP3 to be read."""

import re
import socketserver
import threading
from contextlib import contextmanager

from csr_portal.core.bounces.reports import mark


def report(notice, recipient, *, action="failed", words="550 5.1.1 User unknown", returned="text/rfc822-headers"):
    """A delivery status notification as Postfix writes it, about the mail of that notice."""
    inner = f"From: portal@example.com\r\nX-Notice: {mark(notice)}\r\nSubject: =?utf-8?b?6YKA6K+3?=\r\n\r\n"
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you …\r\n\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n"
        "Arrival-Date: Fri, 20 Nov 2026 12:00:00 +0800\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nOriginal-Recipient: rfc822;{recipient}\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; {words}\r\n\r\n"
        f"--B\r\nContent-Type: {returned}\r\n\r\n{inner}\r\n--B--\r\n"
    ).encode()


class Box(socketserver.ThreadingTCPServer):
    """`messages` are what lies in it by number; `log` is what was said to it, without the password."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler, messages):
        super().__init__(("127.0.0.1", 0), handler)
        self.messages, self.seen, self.log = dict(enumerate(messages, 1)), set(), []

    @property
    def port(self):
        return self.server_address[1]


class Imap(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text if isinstance(text, bytes) else f"{text}\r\n".encode())

    def handle(self):
        self.say("* OK ready")
        for raw in self.rfile:
            tag, _, command = raw.decode().strip().partition(" ")
            self.server.log.append(re.sub(r"^LOGIN .*", "LOGIN", command))
            if not self.answer(command):
                self.say(f"{tag} NO refused")
                continue
            self.say(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def answer(self, command):
        box = self.server
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN"):
            return command == 'LOGIN box "p@ss word"'
        elif command.startswith("SELECT"):
            self.say(f"* {len(box.messages)} EXISTS")
            return "Missing" not in command
        elif command.startswith("UID SEARCH"):
            self.say("* SEARCH " + " ".join(str(n) for n in box.messages if n not in box.seen))
        elif match := re.match(r"UID FETCH (\d+)", command):
            raw = box.messages[int(match[1])]
            self.say(b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (int(match[1]), len(raw), raw))
        elif match := re.match(r"UID STORE (\d+) \+FLAGS \((.*)\)", command):
            box.seen.add(int(match[1]))
            box.deleted = int(match[1]) if "Deleted" in match[2] else None
        elif command == "EXPUNGE":
            box.messages.pop(box.deleted)
        return True


class Pop(socketserver.StreamRequestHandler):
    def say(self, *lines):
        for line in lines:
            self.wfile.write(line if isinstance(line, bytes) else line.encode())
            self.wfile.write(b"\r\n")

    def handle(self):
        box, going = self.server, []
        self.say("+OK ready")
        for raw in self.rfile:
            command, _, word = raw.decode().strip().partition(" ")
            box.log.append(command)
            match command:
                case "USER":
                    self.say("+OK")
                case "PASS":
                    self.say("+OK" if word == "p@ss word" else "-ERR refused")
                case "LIST":
                    self.say("+OK", *(f"{n} {len(text)}" for n, text in box.messages.items()), ".")
                case "RETR":
                    self.say("+OK", box.messages[int(word)].rstrip(b"\r\n"), ".")
                case "DELE":
                    going.append(int(word))
                    self.say("+OK")
                case "QUIT":
                    for number in going:
                        box.messages.pop(number)
                    self.say("+OK")
                    return


@contextmanager
def mailbox(handler, messages):
    with Box(handler, messages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
