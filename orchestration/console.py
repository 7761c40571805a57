"""What a run says on the terminal."""

import io
import logging
import re
import sys
from typing import TextIO

import dagster as dg

STEPS_PER_LINE = 50
GOOD_STEP = re.compile(r"(?P<number>\d+) of \d+ (?P<outcome>START|OK|PASS) ")


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        step = meta.get("step_key") or meta.get("job_name") or ""
        # Dagster repeats its own names before the text.
        text = meta.get("orig_message") or record.getMessage()
        return f"{self.formatTime(record, '%H:%M:%S')} {step}: {text}"


@dg.logger(
    config_schema={"log_level": dg.Field(str, default_value="INFO", is_required=False)},
    description="One short line per message.",
)
def console(context: dg.InitLoggerContext) -> logging.Logger:
    """Return a logger that writes the time, the step and the message; what Dagster logs for itself is left out."""
    level = context.logger_config["log_level"]
    logger = logging.Logger("dollartrail", level=level)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Line())
    handler.addFilter(lambda record: "dbt subsetted execution" not in record.getMessage())
    logger.addHandler(handler)
    return logger


class DbtOutput(io.TextIOBase):
    """Where dbt's lines go: what is wrong passes, of the hundreds of steps that are well only every fiftieth.

    Every line stands in the dbt.log beside the warehouse.
    """

    def __init__(self, out: TextIO) -> None:
        """Pass lines on to `out`."""
        self._out = out

    def write(self, text: str) -> int:
        """Pass on what a reader needs."""
        step = GOOD_STEP.match(text)
        if step is None or (step["outcome"] != "START" and int(step["number"]) % STEPS_PER_LINE == 0):
            self._out.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what was passed on."""
        self._out.flush()
