#!/usr/bin/python3
"""tools/bench runs whole, in its short form, and says what its contract promises. Nothing here judges speed."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "tools" / "benchmarks" / "bench.py"
BIN_DIR = os.environ.get("WEFT_BIN_DIR", str(ROOT / "build" / "bin"))

sys.path.insert(0, str(BENCH.parent))

from measures import Measure, interleave, table  # noqa: E402


def run_bench(*arguments):
    return subprocess.run([sys.executable, BENCH, *arguments], capture_output=True, text=True, check=False)


class MeasureTest(unittest.TestCase):
    def test_a_ratio_grows_with_how_well_we_do(self):
        faster = Measure("calls", ours=30, theirs=10, unit="calls/s", versus="peer", least=2)
        self.assertEqual((faster.ratio, faster.met), (3, True))
        slower = Measure("time", ours=30, theirs=10, unit="µs", versus="peer", least=1, less_is_better=True)
        self.assertEqual((round(slower.ratio, 3), slower.met), (0.333, False))

    def test_a_missing_peer_is_neither_met_nor_missed(self):
        alone = Measure("calls", ours=30, unit="calls/s", versus="peer", least=2)
        self.assertIsNone(alone.ratio)
        self.assertIsNone(alone.met)
        self.assertIn("not installed", "\n".join(table([alone])))

    def test_a_goal_for_the_number_itself(self):
        self.assertIs(Measure("start", ours=0.9, unit="s", at_most=1).met, True)
        self.assertIs(Measure("start", ours=1.1, unit="s", at_most=1).met, False)

    def test_contenders_take_turns(self):
        order = []

        def contender(name, values):
            return lambda n: (order.append(name), values[n])[1]
        found = interleave(3, {"a": contender("a", [1, 9, 2]), "b": None, "c": contender("c", [5, 4, 6])})
        self.assertEqual(found, {"a": 2, "b": None, "c": 5})
        self.assertEqual("".join(order), "acacac")


class ShortRunTest(unittest.TestCase):
    def test_every_row_runs_and_the_results_have_their_form(self):
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as scratch:
            out = pathlib.Path(scratch) / "bench.json"
            done = run_bench("--short", "--bin", BIN_DIR, "--scratch", scratch, "--out", out)
            self.assertEqual(done.returncode, 0, done.stderr[-4000:])
            results = json.loads(out.read_text(encoding="utf-8"))
            self.assertEqual(list(pathlib.Path(scratch).iterdir()), [out], "stores are left behind")
        for each in results:
            self.assertLessEqual({"name", "ours", "theirs", "unit", "ratio"}, each.keys())
            self.assertGreater(each["ours"], 0, each["name"])
            self.assertIn(each["name"], done.stdout)
        rows = run_bench("--list").stdout.split()
        measured = {each["name"].partition("/")[0] for each in results}
        self.assertEqual(measured, {row.partition("-")[0] if row.startswith("feed") else row for row in rows})

    def test_an_unknown_row_is_refused_with_those_there_are(self):
        done = run_bench("--row", "nonsense")
        self.assertEqual(done.returncode, 2)
        self.assertIn("growth", done.stderr)


if __name__ == "__main__":
    unittest.main()
