"""Rate limits: requests of one key, and wrong keys from one address, in a minute."""

import ipaddress
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

FAILURES = 30  # wrong keys from one address in a minute


class RateLimit:
    """Counts in memory, from zero after a restart."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._key = RateLimitItemPerMinute(per_minute)
        self._failures = RateLimitItemPerMinute(FAILURES)

    def wait(self, key: str) -> int:
        """Count a request of `key`. Returns the seconds to wait after too many, else 0."""
        return self._hit(self._key, key)

    def wait_after_failure(self, address: str) -> int:
        """Count a wrong key from an address, or its IPv6 network. Returns the seconds to wait after too many, else 0."""
        try:
            parsed = ipaddress.ip_address(address)
            if parsed.version == 6:  # one client has a whole /64
                address = str(ipaddress.ip_network((parsed, 64), strict=False))
        except ValueError:
            pass
        return self._hit(self._failures, address)

    def _hit(self, limit: RateLimitItemPerMinute, who: str) -> int:
        if self._limiter.hit(limit, who):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(limit, who).reset_time - time.time()))
