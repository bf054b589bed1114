"""What kind of organ a unit is: declared instead of guessed from its name."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_letter_drafts"
down_revision = "2026_11_26_petition_reviews"
branch_labels = None
depends_on = None

# how names end, the first that fits; only for what was founded before kinds were kept
ENDINGS = (
    ("信访局", "petition"),
    ("人民政府", "government"),
    ("人民法院", "court"),
    ("人民检察院", "procuratorate"),
    ("办事处", "agency"),
    ("管理委员会", "agency"),
    ("政法委员会", "party"),
    ("总工会", "people"),
    ("妇女联合会", "people"),
    ("局", "department"),
    ("健康委员会", "department"),
)


def upgrade() -> None:
    """Add the column and fill it for the units that are there."""
    op.add_column("unit", sa.Column("kind", sa.String(20), nullable=False, server_default=""))
    unit = sa.table("unit", sa.column("name", sa.String), sa.column("kind", sa.String))
    for ending, kind in ENDINGS:
        op.execute(unit.update().where(unit.c.kind == "", unit.c.name.endswith(ending)).values(kind=kind))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("unit", "kind")
