"""Slowing down whoever guesses: a bucket of tries per address, refilled drop by drop. In memory, per process."""

import threading
from datetime import datetime, timedelta

BURST = 10
REFILL = timedelta(seconds=20)
MOST_ADDRESSES = 5000


class Throttle:
    """``allows`` asks, ``failed`` takes one try away. Right codes cost nothing: a kiosk serves a whole hall from one address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[str, tuple[float, datetime]] = {}

    def allows(self, address: str, at: datetime) -> bool:
        """Whether ``address`` has a try left."""
        with self._lock:
            return self._now(address, at) <= BURST - 1

    def failed(self, address: str, at: datetime) -> None:
        """Count a wrong try."""
        with self._lock:
            if len(self._spent) >= MOST_ADDRESSES:
                self._spent = {key: value for key, value in self._spent.items() if self._now(key, at) > 0}
            self._spent[address] = (self._now(address, at) + 1, at)

    def _now(self, address: str, at: datetime) -> float:
        spent, since = self._spent.get(address, (0.0, at))
        return max(0.0, spent - (at - since) / REFILL)
