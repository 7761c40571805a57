"""The vendors' APIs on loopback, with two generated businesses behind them and the true answers beside."""

from sandbox.business.configuration import write_configuration
from sandbox.business.generation import generate
from sandbox.serving import Faults, RecordedRequest, Sandbox

__all__ = ["Faults", "RecordedRequest", "Sandbox", "generate", "write_configuration"]
