"""A time-stamping authority for tests: inside this process, or as a server on loopback that answers RFC 3161."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper

from csr_portal.core import seal_keys


def time_authority(now, *, years, fixed=None):
    """A stamper with a key of its own, and its certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = seal_keys._name("Time Authority", "DE", "TSA")
    certificate = (
        seal_keys._certificate(name, name, key.public_key(), now, years)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(seal_keys._usage(digital_signature=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(b"tsa", key, certificate, None, BestAvailableEncryption(b"x"))
    authority = SimpleSigner.load_pkcs12_data(bundle, other_certs=[], passphrase=b"x")
    stamper = DummyTimeStamper(
        authority.signing_cert, authority.signing_key, certs_to_embed=authority.cert_registry, fixed_dt=fixed
    )
    return stamper, certificate.public_bytes(serialization.Encoding.PEM)


class Server:
    """Answers time-stamp requests at `url` with a stamper; counts them."""

    def __init__(self, stamper):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append(self.headers["Content-Type"])
                answer = stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
