"""What the tests of leadership share."""

from tests.leadership.sponsors import do, hall

__all__ = ["do", "hall"]
