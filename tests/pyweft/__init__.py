"""Starts Weft's real servers and calls them, for tests in Python.

    with Suite("build/dev/bin", scratch) as suite:
        wave = suite.load_example("examples/lab-2025")
        summary = suite.call("weft.metrics.v1.MetricsService/GetWaveSummary",
                             {"name": f"{wave}/summary", "minPositions": suite.positions()})

Needs Debian's python3-grpcio and python3-protobuf, so run it with /usr/bin/python3.
"""

from .descriptors import Api, api
from .suite import CallError, Suite

__all__ = ["Api", "CallError", "Suite", "api"]
