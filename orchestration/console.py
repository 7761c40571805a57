"""What a run says on the terminal."""

import logging
import sys

import dagster as dg


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
    logger.addHandler(handler)
    return logger
