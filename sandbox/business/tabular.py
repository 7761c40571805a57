"""CSV files: UTF-8, comma, one header line."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows under the columns; what a row lacks, or has as None, stays empty. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
