"""The acting person as a value: what operations and queries are told about who is asking."""

from dataclasses import dataclass

from portal.access.models import Account
from portal.access.permissions import Permission


@dataclass(frozen=True)
class Actor:
    """Taken from the account once per request, so that rules never reach for a request or a session."""

    id: int
    centre_id: int
    name: str
    unit_id: int | None
    platforms: tuple[str, ...]
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether ``permission`` was granted."""
        return permission in self.permissions


def actor_of(account: Account) -> Actor:
    """The actor that ``account`` is."""
    return Actor(account.id, account.centre_id, account.name, account.unit_id, account.platforms, account.permissions)
