#!/usr/bin/python3
"""`weft report` in a real browser: phone and desktop, light and dark, on paper, without JavaScript and
without a network; tests/system/report_screens.mjs says what people should not meet."""

import os
import subprocess
import unittest

from suite_case import BIN_DIR, EXAMPLE, ROOT, SuiteCase


class ReportTest(SuiteCase):
    def test_in_a_browser(self):
        wave = self.suite.load_example(EXAMPLE)
        through = self.suite.positions()
        report = self.data / "report.html"
        subprocess.run(
            [os.path.join(BIN_DIR, "weft"), *(f"--{n}={a}" for n, a in self.suite.addresses.items()), "report", wave,
             "--min-ingestion", through["ingestion"], "--expectations", str(EXAMPLE / "expectations.json"),
             "--notice", "The answers of this example are constructed.", "--output", str(report)], check=True)
        self.assertIn("The answers of this example are constructed.", report.read_text())
        done = subprocess.run(
            ["node", str(ROOT / "tests" / "system" / "report_screens.mjs"), str(report), str(self.data / "screens")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertGreaterEqual(len(list((self.data / "screens").glob("*.png"))), 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
