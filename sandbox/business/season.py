"""How busy a day is. An average day is about 1."""

import math
import random
from datetime import date

from sandbox.business.span import Span

# Monday first, and January first.
_WEEKDAYS = (1.08, 1.12, 1.1, 1.05, 0.95, 0.78, 0.92)
_MONTHS = (1.3, 1.1, 1.05, 1.0, 0.95, 0.85, 0.8, 0.85, 1.05, 1.1, 1.3, 0.95)
_DAYS_OF_GROWTH = 730


def busyness(day: date, span: Span) -> float:
    """Return the factor of a day: its weekday, its month, and how long the business has grown."""
    growth = 0.85 + 0.3 * min(1.0, span.offset(day) / _DAYS_OF_GROWTH)
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * growth


def drawn_count(expected: float, draws: random.Random) -> int:
    """Return a random count (Poisson) around an expected one."""
    limit, count, product = math.exp(-expected), 0, draws.random()
    while product > limit:
        count += 1
        product *= draws.random()
    return count
