#!/usr/bin/python3
"""Every command in README.md's ```sh blocks is run as it stands, in order, in a scratch checkout with
the demo serving; only tools/test, which runs this test, is asked for its help instead."""

import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo_support import ROOT, Checkout, Demo, demo_environment  # noqa: E402

README_PORTS = [7401, 7402, 7403]


def commands():
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


class ReadmeTest(unittest.TestCase):
    def run_line(self, line, cwd):
        done = subprocess.run(line, shell=True, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=1200, check=False, env=demo_environment())
        self.assertEqual(done.returncode, 0, f"$ {line}\n{done.stdout}")
        self.assertTrue(done.stdout.strip(), f"$ {line} prints nothing")
        return done.stdout

    def test_every_command(self):
        lines = commands()
        self.assertEqual(lines[:2], ["tools/demo --once", "tools/test"])
        checkout = Checkout()
        self.addCleanup(checkout.close)
        self.run_line(lines[0], checkout.path)
        self.assertIn("--quick", self.run_line(lines[1] + " --help", checkout.path))
        self.assertIn("tools/test", (ROOT / ".ci" / "run").read_text())
        with Demo(checkout.path, ports=README_PORTS):
            for line in lines[2:]:
                with self.subTest(line):
                    self.run_line(line, checkout.path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
