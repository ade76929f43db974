"""Sessions of browsers: a signed cookie that names a key, for twelve hours.

The key itself never stays in the browser. Each process has a secret of its own, so a restart ends all sessions. A key
that is revoked or expired ends its sessions, since every request looks it up.
"""

import hashlib
import secrets

from itsdangerous import BadSignature, TimestampSigner

COOKIE = "bali_session"
LASTS = 12 * 3600  # seconds


class Sessions:
    """Makes and reads session tokens."""

    def __init__(self) -> None:
        self._signer = TimestampSigner(secrets.token_bytes(32), digest_method=hashlib.sha256)

    def begin(self, key: str) -> str:
        """A token for the key of this id."""
        return self._signer.sign(key).decode()

    def key_of(self, token: str) -> str | None:
        """The id of the token's key; None if the token was changed or its time is over."""
        try:
            return self._signer.unsign(token, max_age=LASTS).decode()
        except BadSignature:
            return None
