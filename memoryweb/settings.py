"""Every setting of memoryweb. What can be set from outside is read through `env`; docs/settings.md explains each."""

import hashlib
import os
import sqlite3
from pathlib import Path

import Stemmer
from django.core.exceptions import ImproperlyConfigured

from memoryweb import s3
from memoryweb.environment import Environment, is_domain
from memoryweb.secretkey import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR / os.environ.get("ENV_FILE", ".env") if os.environ.get("ENV_FILE", ".env") else None)

HOST = env.text("HOST", "127.0.0.1")
PORT = env.whole_number("PORT", 8000, 1, 65535)
WORKERS = env.whole_number("WORKERS", 2, 1, 64)
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "data")
HTTPS = env.flag("HTTPS", False)
EXTRA_HOSTS = env.host_names("ALLOWED_HOSTS")
MEMORYPLUGIN_TOKEN = env.word("MEMORYPLUGIN_TOKEN")
MEMORYPLUGIN_URL = env.url("MEMORYPLUGIN_URL", "https://www.memoryplugin.com", ("https", "http"))
MEMORYPLUGIN_IMAGE_HOSTS = env.host_names("MEMORYPLUGIN_IMAGE_HOSTS")
CONNECTION_KEYS = env.keys("CONNECTION_KEYS")
IMAGE_CACHE_BYTES = 1_000_000 * env.whole_number("IMAGE_CACHE_MB", 500, 1, 1_000_000)
REDIS_URL = env.url("REDIS_URL", "", ("redis", "rediss"))
IMAGES_BUCKET = env.word("IMAGES_BUCKET")
IMAGES_URL = env.url("IMAGES_URL", "", ("https", "http"))
IMAGES_REGION = env.word("IMAGES_REGION")
IMAGES_KEY = env.word("IMAGES_KEY")
IMAGES_SECRET = env.word("IMAGES_SECRET")
SECRET_KEY = env.text("SECRET_KEY") or secret_key(DATA_DIR)
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
SEARCH_LANGUAGE = env.choice("SEARCH_LANGUAGE", "english", Stemmer.algorithms())
SEMANTIC_MODEL = env.text("SEMANTIC_MODEL")
EMAIL_HOST = env.word("EMAIL_HOST")
EMAIL_PORT = env.whole_number("EMAIL_PORT", 587, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_SECURITY = env.choice("EMAIL_SECURITY", "starttls", ["starttls", "tls", "none"])
DEFAULT_FROM_EMAIL = env.word("EMAIL_FROM") or "memoryweb@localhost"
OIDC_SERVER_URL = env.near_or_secure_url("OIDC_SERVER_URL")
OIDC_CLIENT_ID = env.word("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.word("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")
OIDC_ROLE = env.choice("OIDC_ROLE", "", ["viewer", "contributor", "editor", "none"])
OIDC_DOMAINS = env.host_names("OIDC_DOMAINS")
if OIDC_SERVER_URL and not OIDC_CLIENT_ID:
    raise ImproperlyConfigured("OIDC_SERVER_URL is set, so OIDC_CLIENT_ID must say as what memoryweb is known there.")
TRASH_DAYS = env.whole_number("TRASH_DAYS", 30, 1, 3650)
AUDIT_DAYS = env.whole_number("AUDIT_DAYS", 365, 1, 3650)
CAPTION_URL = env.near_or_secure_url("CAPTION_URL")
CAPTION_MODEL = env.word("CAPTION_MODEL")
CAPTION_KEY = env.word("CAPTION_KEY")
CAPTION_SECONDS = 30  # for one call
if CAPTION_URL and not CAPTION_MODEL:
    raise ImproperlyConfigured("CAPTION_URL is set, so CAPTION_MODEL must name the model that is to be asked there.")

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *EXTRA_HOSTS]
ROOT_URLCONF = "memoryweb.urls"
WSGI_APPLICATION = "memoryweb.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False
LANGUAGE_CODE = "en"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_htmx",
    "memoryweb",
    "memoryweb.accounts",
    "memoryweb.audit",
    "memoryweb.connection",
    "memoryweb.localapi",
    "memoryweb.history",
    "memoryweb.captions",
    "buckets",
    "memories",
    *(["django_tasks", "django_tasks_db"] if CAPTION_URL else []),  # what is not used need not be loaded at each start
]

MIDDLEWARE = [
    "memoryweb.middleware.own_resources",
    "django.middleware.security.SecurityMiddleware",
    "memories.hot.HotImages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "memoryweb.middleware.content_security_policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # out here, so that a refused Host has it too
    "memoryweb.middleware.private_pages",
    "memoryweb.middleware.GZip",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "memoryweb.middleware.bounded_bodies",
    "memoryweb.middleware.SignInRequiredMiddleware",
    "memoryweb.middleware.PermissionMiddleware",
    "memoryweb.middleware.own_time_zone",
    "memoryweb.middleware.ServiceErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "memoryweb.templating.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "memoryweb.context.connection",
            ],
        },
    }
]

# WAL lets people read while someone writes. An SQLite older than 3.51.3 can lose data in that mode (see memoryweb's
# docstring), so there the rollback journal stays. FULL: what was answered as saved survives a power cut. secure_delete: what goes
# for good is overwritten, not only let go.
JOURNAL_MODE = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "memoryweb.sqlite3",
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode={JOURNAL_MODE}; PRAGMA synchronous=FULL; "
            "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
        },
    }
}

# All workers must see the same cache, so it is never one process's memory.
SHARED_CACHE = (
    {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache", "OPTIONS": {"MAX_ENTRIES": 20_000}}
)
CACHES = {"default": SHARED_CACHE}
IMAGE_CACHE = DATA_DIR / "cache" / "images"  # of a hosted service

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "memories:browse"
LOGOUT_REDIRECT_URL = LOGIN_URL

# Signing in. Attempts are counted in the shared cache, by name and by address; behind a web server that speaks https, by the
# address that it adds to X-Forwarded-For. The plain backend: allauth's own would tell who is disabled.
AUTHENTICATION_BACKENDS = ["memoryweb.accounts.backends.Backend"]
ACCOUNT_ADAPTER = "memoryweb.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
MFA_ADAPTER = "memoryweb.accounts.adapters.MFAAdapter"
# Passkeys belong to a domain, so there has to be one; and browsers make none without https.
PASSKEYS = HTTPS and any(is_domain(host) for host in EXTRA_HOSTS)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if PASSKEYS else [])]
MFA_PASSKEY_LOGIN_ENABLED = True  # where there are passkeys
MFA_FORMS = {
    "add_webauthn": "memoryweb.accounts.passkeyforms.Make",
    "login_webauthn": "memoryweb.accounts.passkeyforms.SignIn",
    "authenticate_webauthn": "memoryweb.accounts.passkeyforms.Second",
    "reauthenticate_webauthn": "memoryweb.accounts.passkeyforms.Again",
}
SOCIALACCOUNT_ADAPTER = "memoryweb.accounts.adapters.SingleSignOnAdapter"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "memoryweb"

# Cookies do not know ports: without the instance in their names, two instances on one machine would sign each other's
# people out.
INSTANCE = hashlib.sha256(f"instance {SECRET_KEY}".encode()).hexdigest()[:8]
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_ENGINE = "memoryweb.accounts.sessionstore"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session-{INSTANCE}"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf-{INSTANCE}"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "memoryweb.views.stale_form"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in EXTRA_HOSTS] if HTTPS else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Not on the list that browsers are shipped with: whoever has the domain decides that for all that is under it, and it is not
# easily taken back. So `check --deploy` is told not to ask.
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Not "no-referrer": with it, browsers send `Origin: null` with forms, and Django refuses them.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

# One image of 10 MB and its form fields; Django keeps uploads over 2.5 MB in a temporary file.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200  # a call of the API may name 100 memories

EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10  # seconds

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "images"
FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
STORAGES = {
    "default": s3.storage(IMAGES_BUCKET, IMAGES_URL, IMAGES_REGION, IMAGES_KEY, IMAGES_SECRET) if IMAGES_BUCKET else FILES,
    "staticfiles": {"BACKEND": "memoryweb.staticfiles.HashedFiles"},
}

# Paths may hold sign-in links and queries may hold words of memories, so refusals (4xx) are not logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "memoryweb.logs.DiscreetFormatter", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "urllib3": {"level": "ERROR"},
        "django_tasks": {"level": "CRITICAL"},  # what goes wrong in a task, the task says; one that is told to end is no failure
    },
}
