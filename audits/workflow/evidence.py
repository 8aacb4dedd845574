"""Files that come with findings and checkpoints."""

from django.core.files.uploadedfile import UploadedFile

from csr_portal.core import files
from csr_portal.core.models import User
from suppliers.models import Evidence, Site, Supplier


def keep_file(supplier: Supplier, site: Site | None, upload: UploadedFile, *, by: User) -> Evidence:
    """The file as received, as evidence of this supplier and site."""
    return Evidence.objects.create(supplier=supplier, site=site, file=files.receive(upload, by=by), added_by=by)
