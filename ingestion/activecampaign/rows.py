"""What is kept of ActiveCampaign's rows: its fields, without links, and without dates that are none."""

from typing import Any

from dlt.common.normalizers.naming.snake_case import NamingConvention

from ingestion.activecampaign import settings
from ingestion.tables import Table

NAMING = NamingConvention()
NOT_KEPT = ("links", "scoreValues")


def with_all_fields(rows: list[Any]) -> list[Any]:
    """Return rows with whatever they have."""
    return [_cleaned(row) for row in rows]


def with_declared_fields(table: Table, rows: list[Any]) -> list[Any]:
    """Return rows with the fields that their table declares: what else ActiveCampaign sends may be keys or names."""
    return [
        {name: value for name, value in row.items() if NAMING.normalize_identifier(name) in table.columns}
        if isinstance(row, dict)
        else row
        for row in with_all_fields(rows)
    ]


def _cleaned(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: None if _is_zero(value) else value for name, value in row.items() if name not in NOT_KEPT}


def _is_zero(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(settings.ZERO_DATE)
