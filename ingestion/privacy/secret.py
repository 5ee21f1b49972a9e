"""The hashing secret: its keys, its file, its fingerprint, and what it makes of an identifier.

A secret is one key, and one more a rotation: the first makes a hash, each later one seals it, so
that a hash is HMAC(k2, HMAC(k1, identifier)) and rotating needs no identifier.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingestion.privacy.whole import write_whole

DIGITS = 32  # hex digits of a hash
_THEN = re.compile(rb"\s+then:")  # between the keys of a secret, on lines of their own or on one
UNFINISHED = (
    "A rotation of the hashing secret is not finished, so the log is closed: run `waypost rotate`, "
    "which goes on with it."
)


class SecretError(Exception):
    """The hashing secret is missing, open to others, or not the one that made this log."""


def read_secret(path: Path) -> bytes:
    """Read the secret, making one (mode 0600) at first use; says so in one line on stderr."""
    if not path.exists():
        _make_secret(path)
    if path.stat().st_mode & 0o077:
        raise SecretError(f"{path} can be read by others: run chmod 600 {path}.")
    secret = path.read_text().strip().encode()
    if min(len(key) for key in keys(secret)) < 16:
        raise SecretError(f"{path} holds fewer than 16 characters: put a longer secret there.")
    return secret


def keys(secret: bytes) -> list[bytes]:
    """The keys of a secret in the order of their use: one, and one more a rotation."""
    return _THEN.split(secret)


def chained(found: Sequence[bytes]) -> bytes:
    """The secret that consists of these keys."""
    return b"\nthen:".join(found)


def seal(secret: bytes, found: str, *, since: int = 1) -> str:
    """Bring a hash of the first `since` keys to the last key; it keeps its number of digits."""
    for key in keys(secret)[since:]:
        found = hmac.new(key, found.encode(), hashlib.sha256).hexdigest()[: len(found)]
    return found


def _make_secret(path: Path) -> None:
    """Put a new secret in place whole or not at all; of two processes one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(name, path)
        print(f"waypost: made a new hashing secret in {path}; keep a copy of it", file=sys.stderr)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def fingerprint(secret: bytes) -> str:
    """16 hex digits that name a secret without telling it."""
    return seal(secret, first_hash(secret, b"waypost fingerprint")[:16])


def first_hash(secret: bytes, message: bytes) -> str:
    """What the first key alone makes of a message, 32 hex digits; never to be kept unsealed."""
    return hmac.new(keys(secret)[0], message, hashlib.sha256).hexdigest()[:DIGITS]


def kept_fingerprint(kept: Path) -> str:
    """The fingerprint of the secret that made a log, as kept in the file; empty without one.

    Two of them, one a line, while a rotation is under way: from and to.
    """
    return kept.read_text().strip() if kept.exists() else ""


def keep_fingerprint(kept: Path, *found: str) -> None:
    """Put one fingerprint (or from and to) in place in one rename, durable on return."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_whole(kept, "".join(f"{one}\n" for one in found))


def check_fingerprint(secret: bytes, kept: Path) -> None:
    """Refuse a secret other than the one whose fingerprint the log keeps in `kept`."""
    mine = fingerprint(secret)
    found = kept_fingerprint(kept)
    if not found:
        keep_fingerprint(kept, mine)
    elif is_rotating(secret, found):
        raise SecretError(UNFINISHED)
    elif found != mine:
        raise SecretError(
            f"the secret is not the one that made this log (its fingerprint is in {kept}): "
            "set WAYPOST_SECRET_FILE to the right one."
        )


def is_rotating(secret: bytes, found: str) -> bool:
    """True when the log (the fingerprint that it keeps) is not yet sealed by all keys of the secret."""
    known = keys(secret)
    return "\n" in found or found in (
        fingerprint(chained(known[:count])) for count in range(1, len(known))
    )


def hash_id(secret: bytes, id_type: str, normal: str) -> str:
    """`id_hash`: first 32 hex digits of HMAC-SHA-256(key, id_type ‖ 0x1F ‖ value), sealed."""
    return seal(secret, first_hash(secret, f"{id_type}\x1f{normal}".encode()))
