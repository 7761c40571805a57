"""What the files in a drop folder are called and how their columns are named."""

KINDS = {"ad_spend*.csv": "ad_spend", "contacts*.csv": "contacts"}
"""File name pattern to raw table."""

REPORTED_DEFECTS = 5
"""Defects of a file that are reported; all of them are in rejected_rows."""

NOT_AT_FAULT = "is readable, but the file was refused for other rows"
