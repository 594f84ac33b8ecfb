"""The settings, with passkeys on this machine: browsers allow them for `localhost` without https."""

from memoryweb.settings import *  # noqa: F403

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
