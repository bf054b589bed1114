"""Warnings, marks, digests and the inbox as things done. Runs inside database.write(); adds, flushes, never commits."""

from portal.supervision.operations.daily import finish, ran
from portal.supervision.operations.digests import send_digests
from portal.supervision.operations.points import Misset, set_points
from portal.supervision.operations.reading import read_all, read_one
from portal.supervision.operations.telling import tell

__all__ = ["Misset", "finish", "ran", "read_all", "read_one", "send_digests", "set_points", "tell"]
