"""An account of a CRM, served by the sandbox, that a test's project is connected to."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sandbox.serving import Sandbox
from tests.ingestion.conftest import Project

Serve = Callable[..., AbstractContextManager[Sandbox]]


def server_of(
    project: Project, source: str, write_account: Callable[..., Path], folder: Path, below: str = "", **given: str
) -> Serve:
    """Return what serves contacts, and more that `write_account` takes, as acme_<source>.

    `below` is the path below the vendor's, `given` are further cells of the connection.
    """

    @contextmanager
    def serving(contacts: list[dict[str, Any]], **content: Any) -> Iterator[Sandbox]:
        with Sandbox(write_account(folder, contacts, **content), requests_per_minute=None) as vendors:
            project.connect(f"acme_{source}", source, f"{vendors.base_url}/{source}{below}", **given)
            yield vendors

    return serving


def paths(vendors: Sandbox) -> Counter[str]:
    """Return how often each path was asked."""
    return Counter(request.path for request in vendors.requests)
