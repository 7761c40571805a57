"""Chance that depends on nothing but what it is about, so that asking for it changes no other draw."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import TypeVar

_ValueT = TypeVar("_ValueT")


def chance(about: str) -> float:
    """Return a number from 0 up to 1, always the same one for the same text."""
    return int.from_bytes(_digest(about)[:7], "big") / 2**56


def chosen(values: Sequence[_ValueT], about: str) -> _ValueT:
    """Return one of the values."""
    return values[int(chance(about) * len(values))]


def chosen_uuid(about: str) -> str:
    """Return a UUID in text."""
    return str(uuid.UUID(bytes=_digest(about), version=4))


def chosen_letters(count: int, about: str) -> str:
    """Return so many hexadecimal digits, at most 32."""
    return _digest(about).hex()[:count]


def _digest(about: str) -> bytes:
    return hashlib.blake2b(about.encode(), digest_size=16).digest()
