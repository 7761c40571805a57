"""The European Central Bank's euro foreign exchange reference rates: a public file, without an account or a key."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.ecb import settings
from ingestion.ecb.tables import RATES, TABLES
from ingestion.http import Vendor, VendorClient, VendorError
from ingestion.rejections import Defect, day, land
from ingestion.tables import Extraction, Source, Table

ECB = Vendor(
    source="ecb",
    name="The ECB",
    base_url=settings.BASE_URL,
    secret_name="",
    pace=settings.PACE,
)
RATE = re.compile(r"[0-9]+(\.[0-9]+)?")
CURRENCY = re.compile(r"[A-Z]{3}")


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield the rates, if they are asked for."""
    if RATES.name in extraction.table_names:
        yield RATES.resource(partial(_rates, extraction, RATES))


def _rates(extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read the file and land what is new of it: all rates since `in_use_from`, and later those of the last days."""
    remembered = dlt.current.resource_state()
    since = extraction.first_day(table.name, settings.LOOK_BACK_DAYS)
    extraction.say(f"reference rates from {since}" if since else "all reference rates")
    content = VendorClient(ECB, extraction.connection, extraction.report).download(settings.HISTORY)
    newest_day = remembered.get("newest_day", "")
    for rate_date, rows in _lines(extraction, content):
        # A day that cannot be read is landed, and so set aside: it is not known to be an old one.
        if since and re.fullmatch(r"\d{4}-\d\d-\d\d", rate_date) and rate_date < since.isoformat():
            continue
        yield from land(extraction, table, rows, check=_check)
        newest_day = max(newest_day, rate_date) if _is_day(rate_date) else newest_day
    if newest_day:
        remembered["newest_day"] = newest_day


def _lines(extraction: Extraction, content: bytes) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield (day, its rates) for each line of the file. Raises VendorError if it is not the file that is documented."""
    name = extraction.connection.connection_id
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (member,) = archive.namelist()
            text = archive.read(member).decode("ascii")
    except (zipfile.BadZipFile, ValueError) as error:
        raise VendorError(
            f"{name}: {settings.HISTORY} is no archive with one CSV file ({type(error).__name__}); look at the file, "
            "and give rates in exchange_rates.csv meanwhile"
        ) from None
    lines = [line for line in csv.reader(io.StringIO(text)) if line]
    if not lines or lines[0][0] != "Date":
        raise VendorError(f"{name}: {settings.HISTORY} does not begin with the column Date; the ECB has changed it")
    # Each line of the published file ends in a comma.
    currencies = [currency.strip() for currency in lines[0][1:] if currency.strip()]
    for line in lines[1:]:
        rates = zip(currencies, line[1:], strict=False)
        yield (
            line[0],
            [
                {"rate_date": line[0], "currency": currency, "rate": rate.strip()}
                for currency, rate in rates
                if rate.strip() not in settings.NO_RATE
            ],
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(row: dict[str, Any]) -> None:
    day("rate_date", row["rate_date"])
    if not CURRENCY.fullmatch(row["currency"]):
        raise Defect("currency", "is no ISO code of three letters")
    if not RATE.fullmatch(row["rate"]) or not float(row["rate"]):
        raise Defect("rate", "is no number above zero")


SOURCE = Source(
    name="ecb",
    description="The European Central Bank's euro foreign exchange reference rates.",
    tables=TABLES,
    secret_names=SECRET_NAMES["ecb"],
    look_back_days=settings.LOOK_BACK_DAYS,
    extract=extract,
)
