"""Secrets: those handed out, of which only a digest is kept, and the key of an embedded installation, kept in the data folder."""

import hashlib
import os
import secrets
from pathlib import Path

PREFIX = "embedded-"


def new_secret() -> str:
    """256 random bits as 43 characters that fit into addresses and headers."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret: 64 hex characters that do not lead back. A password needs a slow hash instead."""
    return hashlib.sha256(secret.encode()).hexdigest()


def embedded_key(data: Path) -> str:
    """Read the key from `data/secret.key`, or make it (mode 600) when there is none. Two first starts at once agree on one."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / "secret.key"
    if not path.exists():
        draft = data / f".secret.{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(PREFIX + secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def is_embedded_key(key: str) -> bool:
    """True for a key that an embedded installation made for itself; services have to bring their own."""
    return key.startswith(PREFIX)
