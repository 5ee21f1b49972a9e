"""The hashing secret of a home that exists: found, never made; knows no command."""

from __future__ import annotations

from ingestion import privacy
from waypost.cli import WaypostError
from waypost.settings import Settings


def existing(settings: Settings) -> bytes:
    """The secret that is there; raises `WaypostError` without one.

    Only an ingest and `waypost init` may make one: whoever looks for somebody with a new secret
    finds nobody, and leaves a second secret behind.
    """
    if not settings.secret_file.exists():
        raise WaypostError(
            f"There is no hashing secret at {settings.secret_file}: set WAYPOST_SECRET_FILE to the "
            "one that made this log."
        )
    return privacy.read_secret(settings.secret_file)


def of_log(settings: Settings) -> bytes:
    """The secret that is there and made the log; raises `SecretError` for another one.

    Also while a rotation is not finished. A home without a log takes any secret.
    """
    secret = existing(settings)
    if settings.fingerprint.exists():
        privacy.check_fingerprint(secret, settings.fingerprint)
    return secret
