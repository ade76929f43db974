"""How much one key may ask in a minute, and how often one address may try wrong keys."""

import ipaddress
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

FAILURES = 30  # wrong keys of one address in a minute


class RateLimit:
    """Counts in memory: a service that starts again begins anew."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._key = RateLimitItemPerMinute(per_minute)
        self._failures = RateLimitItemPerMinute(FAILURES)

    def wait(self, key: str) -> int:
        """Count a request of `key`; gives the seconds to wait where it is one too many, else 0."""
        return self._hit(self._key, key)

    def wait_after_failure(self, address: str) -> int:
        """Count a wrong key from `address`, for IPv6 its network; as `wait`."""
        try:
            parsed = ipaddress.ip_address(address)
            if parsed.version == 6:  # where one client has a whole /64
                address = str(ipaddress.ip_network((parsed, 64), strict=False))
        except ValueError:
            pass
        return self._hit(self._failures, address)

    def _hit(self, limit: RateLimitItemPerMinute, who: str) -> int:
        if self._limiter.hit(limit, who):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(limit, who).reset_time - time.time()))
