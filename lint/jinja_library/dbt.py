"""Those of dbt's cross-database macros that the models call, as they come out on DuckDB, for sqlfluff."""


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """Return SQL of the moment so many dateparts later."""
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"


def date_trunc(datepart: str, date: str) -> str:
    """Return SQL of the first day of a day's month or year."""
    return f"date_trunc('{datepart}', {date})"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Return SQL of the number of dateparts from one moment to another."""
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def generate_series(upper_bound: int) -> str:
    """Return a select of the whole numbers from 1 on as `generated_number`."""
    return f"select generate_series as generated_number from generate_series(1, {upper_bound})"  # noqa: S608


def hash(field: str) -> str:
    """Return SQL of a text's hash."""
    return f"md5({field})"


def last_day(date: str, datepart: str) -> str:
    """Return SQL of the last day of a day's month or year."""
    return f"last_day({date})"


def listagg(measure: str, delimiter_text: str) -> str:
    """Return SQL of the texts of a group as one."""
    return f"string_agg({measure}, {delimiter_text})"


def split_part(string_text: str, delimiter_text: str, part_number: int) -> str:
    """Return SQL of one part of a text."""
    return f"split_part({string_text}, {delimiter_text}, {part_number})"
