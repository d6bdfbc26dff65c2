#!/usr/bin/env python3
"""The example Lab in the real servers: every number as the oracle has it, and every claim of the brief.

    example_test.py --bin build/dev/bin
"""

import argparse
import json
import pathlib
import random
import shutil
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import compare
import oracle
from pyweft import Suite
from wave_files import read_wave

EXAMPLE = HERE.parents[1] / "examples" / "lab-2025"


class ExampleTest(unittest.TestCase):
    bin_dir = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = pathlib.Path(scratch.name)
        cls.suite = cls.enterClassContext(Suite(cls.bin_dir, cls.scratch / "data"))
        cls.wave = cls.suite.load_example(EXAMPLE)

    def check_claims(self, wave):
        """The claims about `wave` by verdict."""
        claims = json.loads((EXAMPLE / "expectations.json").read_text(encoding="utf-8"))
        answer = self.suite.call(
            "weft.metrics.v1.MetricsService/CheckExpectations",
            {"parent": wave, "minPositions": self.suite.heads(), **claims})
        verdicts = {}
        for result in answer["results"]:
            verdict = result["verdict"].removeprefix("VERDICT_")
            verdicts.setdefault(verdict, set()).add(result["expectation"]["id"])
        self.assertEqual(answer["holds"], len(verdicts.get("HOLDS", ())))
        return verdicts

    def test_every_number_is_the_oracles(self):
        records = read_wave(EXAMPLE)
        for combination in compare.COMBINATIONS:
            for cohort in ("", "cohorts/2024-2025"):
                parameters = oracle.Parameters(cohort, *combination)
                with self.subTest(parameters=parameters):
                    found = list(compare.compare_wave(
                        self.suite, self.wave, records, parameters, random.Random(1)))
                    self.assertEqual(found, [])

    def test_every_claim_holds(self):
        claims = json.loads((EXAMPLE / "expectations.json").read_text(encoding="utf-8"))
        verdicts = self.check_claims(self.wave)
        self.assertEqual(set(verdicts), {"HOLDS", "NOT_STATED"})
        self.assertEqual(verdicts["NOT_STATED"], {"F6-k12"})
        self.assertEqual(len(verdicts["HOLDS"]), len(claims["expectations"]) - 1)

    def test_one_changed_level_fails_the_claims_about_it(self):
        changed = self.scratch / "changed"
        shutil.copytree(EXAMPLE, changed)
        wave = json.loads((changed / "wave.json").read_text(encoding="utf-8"))
        wave["name"] = "waves/changed"
        (changed / "wave.json").write_text(json.dumps(wave), encoding="utf-8")
        lines = (changed / "responses.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        header = lines[0].split(",")
        row = next(i for i, line in enumerate(lines) if line.startswith("site-12,"))
        cells = lines[row].split(",")
        self.assertEqual(cells[header.index("cbo.level")], "Collaboration")
        cells[header.index("cbo.level")] = "Coordination"
        lines[row] = ",".join(cells)
        (changed / "responses.csv").write_text("".join(lines), encoding="utf-8")
        verdicts = self.check_claims(self.suite.load_example(changed))
        # 4 of 10 at collaboration, and as many at coordination.
        self.assertEqual(verdicts["FAILS"], {"F10", "F10-mode"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--bin", required=True)
    arguments, rest = parser.parse_known_args()
    ExampleTest.bin_dir = arguments.bin
    unittest.main(argv=[sys.argv[0], *rest])
