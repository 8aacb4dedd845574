"""The project package: puts the apps together. Apps import nothing of it but `csr_portal.core`."""

from csr_portal.celery import app as celery_app

__all__ = ["celery_app"]
