"""Accounts. A person of staff signs in with one; screens and kiosks never do."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.access.permissions import Permission, Role, granted
from portal.database import Base, UtcDateTime


class Account(UserMixin, Base):
    """One member of staff. ``unit_id`` is the organ the person belongs to; it decides what the accusation wall hides."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    login_name: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60), default="")
    unit_id: Mapped[int | None]
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    session_key: Mapped[str] = mapped_column(String(32))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    role_rows: Mapped[list["AccountRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    platform_rows: Mapped[list["AccountPlatform"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __table_args__ = (UniqueConstraint("login_name"), Index("ix_account_centre_id", "centre_id"))

    @property
    def is_active(self) -> bool:
        """Flask-Login's question: may this account hold a session."""
        return self.enabled

    def get_id(self) -> str:
        """Flask-Login's session value: changes with the key, so that a password change ends every session."""
        return f"{self.id}:{self.session_key}"

    @property
    def roles(self) -> list[Role]:
        """Roles, in the order of the enumeration."""
        held = {row.role for row in self.role_rows}
        return [role for role in Role if role.value in held]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Codes of the platforms this person works for."""
        return tuple(sorted(row.platform for row in self.platform_rows))

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person's roles allow."""
        return granted(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether ``permission`` is among them."""
        return permission in self.permissions


class AccountRole(Base):
    """A role held."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)


class AccountPlatform(Base):
    """A platform the account works for: decides which cases are open to it."""

    __tablename__ = "account_platform"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(30), primary_key=True)
