"""The vendors' APIs on loopback, over a folder with a generated business."""

from sandbox.serving.command import serve
from sandbox.serving.faults import Faults
from sandbox.serving.server import Sandbox
from sandbox.serving.wire import RecordedRequest

__all__ = ["Faults", "RecordedRequest", "Sandbox", "serve"]
