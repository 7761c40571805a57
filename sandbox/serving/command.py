"""Serving from the command line."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path

from sandbox.serving.faults import Faults
from sandbox.serving.server import Sandbox


def serve(folder: Path, port: int, requests_per_minute: float | None, faults: Faults) -> None:
    """Serve a generated folder until SIGTERM or SIGINT, with a configuration for its address. Main thread only.

    Raises SystemExit with a line that says why, if the folder holds no business or the port is taken.
    """
    from sandbox import write_configuration

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(Sandbox(folder, port, requests_per_minute, faults))
        except FileNotFoundError as error:
            raise SystemExit(str(error)) from None
        except OSError as error:
            raise SystemExit(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None
        write_configuration(folder, sandbox.base_url)
        print(f"Sandbox: {sandbox.base_url}", flush=True)
        print(f"Configuration: {folder / 'config'}", flush=True)
        print(f"Secrets: {folder / 'secrets.env'}", flush=True)
        ended.wait()
    print("Sandbox ended", flush=True)
