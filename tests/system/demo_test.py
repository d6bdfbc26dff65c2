#!/usr/bin/python3
"""tools/demo from outside: the study's findings come out, a changed answer flips what rests on it and
nothing else, and the calls that it prints work as printed."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo_support import BUF, ROOT, WAVE, Checkout, Demo, claims  # noqa: E402

EXAMPLE = ROOT / "examples" / "lab-2025"


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.addCleanup(self.checkout.close)

    def test_prints_the_findings_and_repeats_itself(self):
        first = Demo(self.checkout.path).run_once()
        self.assertEqual(first.returncode, 0, first.output)
        self.assertIn("Figure 1.", first.output)
        self.assertIn("Figure 2.", first.output)
        verdicts = claims(first.output)
        expected = [e["id"] for e in json.loads((EXAMPLE / "expectations.json").read_text())["expectations"]]
        self.assertEqual(list(verdicts), expected)
        unstated = {i for i, verdict in verdicts.items() if verdict == "not stated in the brief"}
        self.assertEqual({i for i, v in verdicts.items() if v == "holds"}, set(expected) - unstated)
        self.assertIn("(83 %)", first.output)
        report = (self.checkout.path / "report.html").read_text()
        self.assertIn("<!DOCTYPE html>", report[:100])
        again = Demo(self.checkout.path).run_once()
        self.assertEqual(again.returncode, 0, again.output)
        self.assertEqual(claims(again.output), verdicts)
        self.assertIn("0 created, 12 there already", again.output)

    def test_one_changed_level_flips_what_rests_on_it(self):
        with tempfile.TemporaryDirectory() as scratch:
            example = pathlib.Path(scratch) / "lab"
            shutil.copytree(EXAMPLE, example)
            with open(example / "responses.csv", newline="") as file:
                rows = list(csv.reader(file))
            column = rows[0].index("cbo.level")
            row = next(r for r in rows[1:] if r[column].lower() == "collaboration")
            row[column] = "Networking"
            with open(example / "responses.csv", "w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
            demo = Demo(self.checkout.path, arguments=["--example", str(example)]).run_once()
        self.assertEqual(demo.returncode, 1, demo.output)
        # Four of ten sites collaborate with CBOs now, instead of five. Presence, breadth and the other
        # types are as they were, and collaboration is still the most frequent level.
        failed = {i for i, verdict in claims(demo.output).items() if verdict.endswith("fails")}
        self.assertEqual(failed, {"F10"})

    def test_serves_and_its_printed_calls_work(self):
        with Demo(self.checkout.path) as demo:
            calls = [line.strip() for line in demo.output.splitlines() if line.strip().startswith("grpcurl ")]
            self.assertGreaterEqual(len(calls), 5)
            for call in calls:
                self.assert_works_with_buf(call)
            grpcurl = build_grpcurl()
            if grpcurl is None:
                print("no Go here: the printed calls were made with buf curl only")
            else:
                for call in calls:
                    done = subprocess.run(call, shell=True, capture_output=True, text=True, check=False,
                                          env={**os.environ, "PATH": f"{grpcurl.parent}:{os.environ['PATH']}"})
                    self.assertEqual(done.returncode, 0, f"{call}\n{done.stderr}")
                    self.assertTrue(done.stdout.strip(), call)
        self.assertEqual(demo.returncode, 130, demo.output)

    def assert_works_with_buf(self, call):
        words = call.replace("grpcurl -plaintext ", "").strip()
        command = [str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
        if words.endswith(" list"):
            command += ["--list-methods", f"http://{words.split()[0]}"]
        else:
            data = words.split("'")[1]
            address, method = words.split("' ", 1)[1].split()
            command += ["-d", data, f"http://{address}/{method}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{' '.join(command)}\n{done.stderr}")
        self.assertTrue(done.stdout.strip(), call)


def build_grpcurl():
    """The real grpcurl, built once into build/tools where Go can; None without Go."""
    go = shutil.which("go")
    if go is None:
        return None
    directory = ROOT / "build" / "tools"
    binary = directory / "grpcurl"
    if not binary.exists():
        done = subprocess.run(
            [go, "install", "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"], check=False,
            capture_output=True, text=True, env={**os.environ, "GOBIN": str(directory), "GOFLAGS": "-mod=mod"})
        if done.returncode != 0:
            print(f"Go cannot build grpcurl here: {done.stderr.strip().splitlines()[-1:]}")
            return None
    return binary


if __name__ == "__main__":
    unittest.main(verbosity=2)
