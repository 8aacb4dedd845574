"""All settings, in Django's order. Every environment variable is read here and nowhere else; a bad value raises.

Safe without any variable: debugging is off, there is no default secret and no allowed host.
`.env.example` lists every variable.
"""

from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Core
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
ROOT_URLCONF = "csr_portal.urls"
WSGI_APPLICATION = "csr_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "csr_portal",
    "csr_portal.core",
    "suppliers",
    "agreements",
    "audits",
    "training",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "csr_portal.apps.StaticFiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "csr_portal.core.middleware.reader_preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "csr_portal.core.middleware.private_by_default",
]

TAGS_OF_EVERY_TEMPLATE = [
    f"csr_portal.core.templatetags.{subject}"
    for subject in ("icons", "states", "names", "dates", "languages", "navigation", "fields", "pieces")
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csr_portal.context.organisation",
                "csr_portal.context.navigation",
            ],
            "builtins": ["django.templatetags.i18n", *TAGS_OF_EVERY_TEMPLATE],
        },
    },
]
FORM_RENDERER = "csr_portal.core.forms.PortalFormRenderer"

# Database
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

# Cache: in the database, so that every process counts the same log-in attempts and a restart lifts no lock.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

# People and log-in
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["csr_portal.core.accounts.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "csr_portal.core.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "csr_portal.core.login.LoginForm",
    "reset_password": "csr_portal.core.login.ResetPasswordForm",
    "reset_password_from_key": "csr_portal.core.login.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "CSR Portal"
PASSWORD_RESET_TIMEOUT = 30 * 60

# Sessions, cookies, transport
BEHIND_TLS = PUBLIC_URL.startswith("https://")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "csr_portal.views.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = ["^open/health/"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("TRUST_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")

# Static files and private files
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
ASSETS_DIR = DATA_DIR / "assets"  # what `manage.py build_assets` makes from the font packages
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("built", ASSETS_DIR),
    ("bootstrap", Path(str(files("django_include_bootstrap"))) / "static"),
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "csr_portal.static_files.HashedFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Compressing these takes half a minute and helps nobody: fonts of PDFs are not sent, maps are for developers.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "png", "webp", "woff2", "zip", "gz", "br", "otf", "ttf", "map"]
FILE_UPLOAD_HANDLERS = ["csr_portal.core.files.LimitedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_MB", default=25) * 1024 * 1024

# Mail
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="CSR Portal <csr-portal@localhost>")
EMAIL_TIMEOUT = 20
# Mails that come back: the address to which, the mailbox that is read for it, the secret of who reports by call.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
BOUNCE_SECRET = env.str("BOUNCE_SECRET", default="")
if BOUNCE_MAILBOX and BOUNCE_MAILBOX.partition("://")[0] not in {"imap", "imaps", "pop3", "pop3s"}:
    raise ImproperlyConfigured("BOUNCE_MAILBOX must begin with imaps://, imap://, pop3s:// or pop3://.")

# Background work: the database is the queue of record (core/jobs.py); the broker only carries ids.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB; a safety belt, not the cure
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # kombu looks for lost messages only every interval × throttle seconds; its defaults make that 100.
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_BEAT_SCHEDULE = {
    "send stale jobs again": {"task": "core.send_stale_jobs", "schedule": 15.0},
    "seal what is left open": {"task": "core.seal_history", "schedule": 60.0},
    "clear drafts of dead processes": {"task": "core.clear_drafts", "schedule": 86400.0},
    "watch the certificate of the seal": {"task": "core.watch_seal", "schedule": 21600.0},
    "what time changes": {"task": "csr_portal.nightly", "schedule": 3600.0},
    "mails that came back": {"task": "csr_portal.read_bounces", "schedule": 300.0},
    "mails of the morning": {"task": "csr_portal.send_digests", "schedule": 1200.0},
    "forget old deliveries": {"task": "core.forget_old_deliveries", "schedule": 6 * 3600.0},
    "forget old answers of the API": {"task": "core.forget_old_answers", "schedule": 6 * 3600.0},
}

# Signing of PDFs: without a key of its own the installation makes a demo certificate authority (core/seal.py).
SEAL_PKCS12 = env.str("SEAL_PKCS12", default="")
SEAL_PASSPHRASE = env.str("SEAL_PASSPHRASE", default="")
SEAL_PKCS11_MODULE = env.str("SEAL_PKCS11_MODULE", default="")
SEAL_PKCS11_TOKEN = env.str("SEAL_PKCS11_TOKEN", default="")
SEAL_PKCS11_LABEL = env.str("SEAL_PKCS11_LABEL", default="")
SEAL_TSA_URL = env.str("SEAL_TSA_URL", default="")
SEAL_LEVEL = env.str("SEAL_LEVEL", default="B-T" if SEAL_TSA_URL else "B-B")
SEAL_TRUST = env.str("SEAL_TRUST", default="")
if SEAL_LEVEL not in ("B-B", "B-T", "B-LTA"):
    raise ImproperlyConfigured("SEAL_LEVEL is B-B, B-T or B-LTA.")
if SEAL_LEVEL != "B-B" and not SEAL_TSA_URL:
    raise ImproperlyConfigured(f"SEAL_LEVEL {SEAL_LEVEL} needs SEAL_TSA_URL.")

# Webhooks: which events there are is said by each app; where they may go is said here (core/webhooks/addresses.py).
WEBHOOK_EVENTS = ["suppliers.events.EVENTS", "agreements.events.EVENTS"]
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)
WEBHOOK_ALLOWED_NETWORKS = [ip_network(text) for text in env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])]

# The nightly file with the gate's answers: where it is laid down, and how many days it stays (suppliers/drops.py).
PURCHASING_DROP_DIR = Path(env.str("PURCHASING_DROP_DIR", default=str(DATA_DIR / "purchasing"))).resolve()
PURCHASING_DROP_DAYS = env.int("PURCHASING_DROP_DAYS", default=30)

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "csr_portal.core.api_defaults.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["csr_portal.core.api_defaults.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "csr_portal.core.api_defaults.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "EXCEPTION_HANDLER": "csr_portal.core.api.error_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CSR Portal",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"SegmentEnum": "suppliers.states.Segment", "AudienceEnum": "suppliers.states.IN_RELATION"},
}

# The gate: each condition lives in the app that owns the fact (docs/decisions/0002-the-gate.md).
# Which segment needs which, with which limits, is versioned data: suppliers.GatePolicy.
GATE_CONDITIONS = {
    "agreement": "agreements.gates.agreement_in_force",
    "guideline": "agreements.gates.guideline_acknowledged",
    "self_inspection": "audits.gates.self_inspection_accepted",
    "site_review": "audits.gates.site_review_valid",
    "certificate": "suppliers.certificate_gate.certificate_held",
    "findings": "audits.gates.no_blocking_finding",
    "training": "training.gates.people_trained",
    "csr_review": "suppliers.gates.csr_review_decided",
}
INVITATION_DAYS = 60  # how long a supplier's invitation link works
# What each app writes into the supplier's standing (list columns), recomputed in the transaction of every step.
STANDING_SOURCES = [
    "agreements.gates.standing",
    "audits.gates.standing",
    "training.gates.standing",
]
HISTORY_SENTENCES = "csr_portal.sentences.all_sentences"  # how every action of every app reads
# What a merge of two suppliers does with each kind of row of a supplier (docs/decisions/0007-merging.md).
MERGE_PARTS = [
    "suppliers.merge_parts.PARTS",
    "agreements.merge_parts.PARTS",
    "audits.merge_parts.PARTS",
    "training.merge_parts.PARTS",
]
# What lowers the risk in the additive model: `controls(suppliers, day) -> {supplier id: [Control]}`, each app its own.
RISK_CONTROLS = {
    "self_inspection": "audits.risk_controls.self_inspections",
    "site_review": "audits.risk_controls.site_reviews",
    "certificate": "suppliers.certificates.risk_controls",
    "training": "training.gates.risk_controls",
}
# audits asks whether a person may lead a site review; training answers.
AUDITOR_GATE = "training.gates.lead_auditor_blockers"
# … and with which certificates a person goes, for the report of the review.
AUDITOR_CERTIFICATES = "training.gates.auditor_certificates"

# Logs: one line of JSON per event on standard error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "csr_portal.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
