"""A test case with the three real servers under it, in a scratch directory that goes with the test."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from pyweft import CallError, Suite  # noqa: E402

BIN_DIR = os.environ.get("WEFT_BIN_DIR", str(ROOT / "build" / "bin"))
EXAMPLE = ROOT / "examples" / "lab-2025"

__all__ = ["BIN_DIR", "EXAMPLE", "ROOT", "CallError", "Suite", "SuiteCase", "without_positions"]


def without_positions(value):
    """A response without what may differ between two stores that hold the same."""
    if isinstance(value, dict):
        return {k: without_positions(v) for k, v in value.items() if k not in ("computedThrough", "nextPageToken")}
    if isinstance(value, list):
        return [without_positions(v) for v in value]
    return value


class SuiteCase(unittest.TestCase):
    log_level = "info"
    # Who calls, unless weft() is told another.
    principal = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="weft-system-")
        self.addCleanup(scratch.cleanup)
        self.data = pathlib.Path(scratch.name)
        self.suite = Suite(BIN_DIR, self.data, log_level=self.log_level)
        self.addCleanup(self.suite.kill_all)
        self.suite.start()

    def weft(self, *arguments, code=0, principal=None):
        """What the command prints; with another exit code, what it complains about."""
        addresses = [f"--{name}={address}" for name, address in self.suite.addresses.items()]
        principal = principal or self.principal
        caller = ["--principal", principal] if principal else []
        done = subprocess.run([os.path.join(BIN_DIR, "weft"), *addresses, *caller, *map(str, arguments)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def answers(self, wave):
        """Everything that metrics says about a wave, at both floors, once it has read all feeds."""
        through = self.suite.positions()
        answers = {}
        for floor in ("REVIEW_FLOOR_SUBMITTED", "REVIEW_FLOOR_APPROVED"):
            parameters = {"floor": floor}
            calls = {
                "summary": ("MetricsService/GetWaveSummary", {"name": f"{wave}/summary"}),
                "sites": ("MetricsService/ListSiteMetrics", {"parent": wave, "pageSize": 1000}),
                "items": ("MetricsService/GetItemFrequencies", {"parent": wave}),
                "networks": ("FigureService/GetFigure", {"name": f"{wave}/figures/networks"}),
            }
            for key, (method, request) in calls.items():
                answer = self.suite.call(
                    f"weft.metrics.v1.{method}", {**request, "parameters": parameters, "minPositions": through})
                answers[floor, key] = without_positions(answer)
        return answers
