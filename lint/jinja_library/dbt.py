"""Those of dbt's cross-database macros that the models call, as they come out on DuckDB, for sqlfluff."""


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """Return SQL of the moment so many dateparts later."""
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Return SQL of the number of dateparts from one moment to another."""
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def hash(field: str) -> str:
    """Return SQL of a text's hash."""
    return f"md5({field})"


def split_part(string_text: str, delimiter_text: str, part_number: int) -> str:
    """Return SQL of one part of a text."""
    return f"split_part({string_text}, {delimiter_text}, {part_number})"
