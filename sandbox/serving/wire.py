"""What passes between the HTTP server and the vendors behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Row = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What a client asked.

    `path` lies below the vendor's prefix; `address` is the whole address but for the query. `params` holds the query
    and, over it, a form or JSON object sent as body; `headers` has lower-case names; `body` is what was sent, unread.
    """

    method: str
    path: str
    address: str
    params: dict[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def bearer(self) -> str | None:
        """The token of the Authorization header; empty if it is not a bearer's, None without the header."""
        authorization = self.headers.get("authorization")
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True)
class Answer:
    """What a vendor answers: text is sent as plain text, everything else as JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it was answered. `path` begins with the vendor's prefix; `params` never holds a secret.

    `status` is that of the answer, also of one that broke off. `connection_id` is None where no key was accepted.
    `asked_at` is the moment at which the request came, in seconds of the monotonic clock; it makes no two requests
    different.
    """

    method: str
    path: str
    params: dict[str, str]
    status: int
    connection_id: str | None
    asked_at: float = field(default=0.0, compare=False)


class Account(Protocol):
    """One account at a vendor, behind its keys; or a page that asks for no key, whose `connection_id` is None."""

    @property
    def connection_id(self) -> str | None:
        """The connection that the account is of."""
        ...

    def answer(self, request: Request) -> Answer:
        """Answer a request that was let in."""
        ...


class Vendor(Protocol):
    """How a vendor lets in, turns away and fails."""

    def identify(self, request: Request) -> Account | Answer:
        """Return the account that the key opens, or the vendor's refusal. Changes nothing."""
        ...

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Say: too many requests. Only some vendors tell the minutes to wait."""
        ...

    def broken(self) -> Answer:
        """Say that the vendor itself failed."""
        ...
