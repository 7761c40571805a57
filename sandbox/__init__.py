"""The vendors' APIs and webhooks on loopback, with two generated businesses behind them and the true answers beside.

`generate` makes a folder, `Sandbox` serves its APIs, `deliver` posts its webhooks, and `write_configuration` writes
what a user of it has.
"""

from sandbox.business.configuration import write_configuration
from sandbox.business.generation import generate
from sandbox.delivery import Delivered, deliver
from sandbox.serving import Faults, RecordedRequest, Sandbox

__all__ = ["Delivered", "Faults", "RecordedRequest", "Sandbox", "deliver", "generate", "write_configuration"]
