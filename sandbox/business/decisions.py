"""What a person decided about two addresses."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Decision:
    """`link`: both addresses are one person. `keep_apart`: they are not, whatever they look like."""

    workspace_id: str
    email: str
    other_email: str
    decision: str
    decided_at: datetime
    reason: str
