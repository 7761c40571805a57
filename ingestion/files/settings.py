"""What files in a drop folder are called, and what is known of the programs that write them.

The headers of their columns stand in headers.csv.
"""

import re

PREFIXES = {
    "ad_spend": "plain",
    "contacts": "contacts",
    "touchpoints": "touchpoints",
    "meta": "meta",
    "facebook": "meta",
    "instagram": "meta",
    "google": "google",
    "adwords": "google",
    "linkedin": "linkedin",
    "tiktok": "tiktok",
    "microsoft": "microsoft",
    "bing": "microsoft",
    "pinterest": "pinterest",
    "twitter": "x",
    "x_": "x",
}
"""Beginning of a file's name to its layout. Of an export the headers decide, and its name only where several fit."""

EXTENSIONS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".jsonl", ".ndjson", ".json", ".gz")
ANNOUNCEMENTS = ("manifest.json",)
"""How the names end of files that list what an export consists of."""

REFUSED_EXTENSIONS = {
    ".zip": "is an archive; unpack it and put what is in it into the folder",
    ".tar.gz": "is an archive; unpack it and put what is in it into the folder",
    ".zst": "is compressed in a way that is not read; export it with gzip, or without compression",
    ".br": "is compressed in a way that is not read; export it with gzip, or without compression",
    ".avro": "is Avro; export it as Parquet",
    ".xls": "is of an Excel before 2007; save it as .xlsx",
    ".xlsm": "holds macros; save it as .xlsx",
    ".xlsb": "is a binary workbook; save it as .xlsx",
    ".ods": "is no Excel workbook; save it as .xlsx",
    ".numbers": "is no Excel workbook; export it as .xlsx or .csv",
}
"""Files that look like tables and are not read. Files of other kinds are none of ours, and left alone."""

DAY_BY_DAY = {
    "meta": "export it again with the breakdown By time > Day",
    "google": "export it again with Segment > Time > Day",
    "linkedin": "export it again with the time breakdown Daily",
    "tiktok": "export it again with the dimension By Day",
    "microsoft": "export it again with the unit of time Day",
    "pinterest": "export it again with the reporting level Day",
    "x": "export it again with the time segment Day",
    "plain": "give each day a row of its own",
}
"""How a report gets a column of days. Menus of the vendors' report pages as of November 2026."""

AGGREGATION = re.compile(r"Report Aggregation: (?P<by>.*)")
DAILY = ("daily", "hourly", "hour of day")
"""Microsoft says above the header how long a row of its report is; TimePeriod names its first day only."""

WITHOUT_CENTS = frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"})
"""Currencies without decimals (ISO 4217): 1,234 of one is in thousands."""

RAW_SHEETS = ("Raw Data Report",)
"""Of a workbook that says the same on several sheets, the one that is a table: Meta's has a formatted one besides."""

HEADER_LINES = 30
"""The header is looked for in so many lines; the longest preamble known, Microsoft's, has ten."""

SPREADSHEET_DIGITS = 15
"""Excel keeps so many digits of a number; Meta's ids have up to 18."""

REPORTED_DEFECTS = 5
"""Defects of a file that are reported; all of them are in rejected_rows."""

NOT_AT_FAULT = "is readable, but the file was refused for other rows"
REMEDY = "correct it and put the file back"
