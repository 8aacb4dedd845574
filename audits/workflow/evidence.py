"""Files that come with findings and checkpoints."""

import datetime as dt
import hashlib
import uuid

from django.core.files.uploadedfile import UploadedFile

from csr_portal.core import files
from csr_portal.core.models import User
from suppliers.models import Evidence, Site, Supplier


def keep_file(
    supplier: Supplier,
    site: Site | None,
    upload: UploadedFile,
    *,
    by: User,
    client_id: uuid.UUID | None = None,
    effective_on: dt.date | None = None,
) -> Evidence:
    """The file as received, as evidence of this supplier and site.

    The same file again (same content, and not said to be of another day) is the same evidence, to be linked once more.
    """
    if known := _known(supplier, upload, effective_on):
        return known
    return Evidence.objects.create(
        supplier=supplier,
        site=site,
        file=files.receive(upload, by=by, client_id=client_id),
        added_by=by,
        effective_on=effective_on,
    )


def _known(supplier: Supplier, upload: UploadedFile, effective_on: dt.date | None) -> Evidence | None:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    rows = Evidence.objects.filter(supplier=supplier, file__sha256=digest.hexdigest(), withdrawn_at=None)
    return (rows.filter(effective_on=effective_on) if effective_on else rows).first()
