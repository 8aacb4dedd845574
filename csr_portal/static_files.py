"""How static files are kept for a real installation: under a name with their hash, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Scripts name the modules they import by hash, too: under their plain names nothing is kept."""

    support_js_module_import_aggregation = True
