"""`manage.py verify_pdf FILE`: checks a sealed file without the database, with this or another public certificate."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pyhanko.keys import load_certs_from_pemder

from csr_portal.core import seal, seal_keys

PROBLEMS = {
    "not_a_pdf": "This is no readable PDF.",
    "no_seal": "This file carries no seal.",
    "altered": "ALTERED: this is not the file that was sealed.",
    "unknown_signer": "The seal is whole, but not made with the given certificate.",
}


class Command(BaseCommand):
    """Prints who sealed the file and when; ends with 1 if the seal is broken, foreign or missing."""

    help = "Check the seal of a PDF."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate", type=Path, help="PEM file with the issuer's certificate; default: our own ones"
        )
        parser.add_argument("--sha256", default="", help="the SHA-256 that the issuer has on record for the file")

    def handle(self, *args: Any, file: Path, certificate: Path | None = None, sha256: str = "", **options: Any) -> None:
        try:
            data = file.read_bytes()
            certificates = (
                list(load_certs_from_pemder([str(certificate)])) if certificate else seal_keys.known_certificates()
            )
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        verdict = seal.verify_with(data, certificates)
        if not verdict.is_valid:
            raise CommandError(PROBLEMS[verdict.problem], returncode=1)
        if sha256 and seal.check(data, sha256.strip().lower()) == "altered":
            raise CommandError(PROBLEMS["altered"], returncode=1)
        stamp = "confirmed by a time stamp" if verdict.timestamped else "by the issuer's clock"
        self.stdout.write("VALID: the file is exactly as it was sealed.")
        self.stdout.write(f"Sealed by  {verdict.subject}")
        self.stdout.write(f"Sealed at  {verdict.signed_at:%Y-%m-%d %H:%M:%S %z} ({stamp})")
        kept = f", stamped for the archive until {verdict.archived_until:%Y-%m-%d}" if verdict.archived_until else ""
        self.stdout.write(f"Level      PAdES {verdict.level}{kept}")
        self.stdout.write(f"SHA-256    {seal.sha256(data)}")
