"""Browsers that are signed in: a cookie that names the key, is signed, and ends by itself.

The key itself never stays in the browser. The secret is the process's own, so a service that starts again asks anew; and a
key that is revoked or expires ends its sessions, for every request looks it up.
"""

import hmac
import secrets
import time

COOKIE = "bali_session"
LASTS = 12 * 3600  # seconds


class Sessions:
    """Gives out session tokens and knows its own again."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def begin(self, key: str) -> str:
        """A token for the key of this id."""
        said = f"{key}.{int(time.time()) + LASTS}"
        return f"{said}.{self._sign(said)}"

    def key_of(self, token: str) -> str | None:
        """The id that `begin` was given, while the session lasts."""
        said, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(said).encode()):
            return None
        key, _, until = said.rpartition(".")
        return key if time.time() < int(until) else None

    def _sign(self, said: str) -> str:
        return hmac.digest(self._secret, said.encode(), "sha256").hex()
