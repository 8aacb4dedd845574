"""The product's settings with what makes tests fast: cheap hasher, tasks in place, mail in memory, scratch folders."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
if "DATA_DIR" not in os.environ:
    # In memory where the system offers it.
    memory = "/dev/shm"  # noqa: S108
    os.environ["DATA_DIR"] = tempfile.mkdtemp(
        prefix="csr-portal-tests-", dir=memory if os.access(memory, os.W_OK) else None
    )
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
# Each process of xdist has a database of its own, in which the same keys come again: its files lie apart, too. The
# worker and the server that a test starts inherit the folder of that test's process.
process = os.environ.get("PYTEST_XDIST_WORKER", "")
if process and os.path.basename(os.environ["DATA_DIR"]) != process:
    os.environ["DATA_DIR"] = os.path.join(os.environ["DATA_DIR"], process)
    os.makedirs(os.environ["DATA_DIR"], exist_ok=True)

from csr_portal.settings import *
from csr_portal.settings import BASE_DIR, DATA_DIR, DATABASES, INSTALLED_APPS, STATIC_ROOT, STATICFILES_DIRS, STORAGES

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the real worker and the server of browser tests open it too. Nobody needs it after a crash.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# The live server of pytest-django serves static files only when it finds this very name.
INSTALLED_APPS = [app.replace("csr_portal.apps.StaticFiles", "django.contrib.staticfiles") for app in INSTALLED_APPS]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns without it
# The fonts are made once (30 s) and kept between runs; `manage.py build_assets` sees when they are out of date.
ASSETS_DIR = BASE_DIR / "var" / "test-assets"
ASSETS_DIR.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS[1] = ("built", ASSETS_DIR)
