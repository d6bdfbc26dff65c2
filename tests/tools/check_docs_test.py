#!/usr/bin/env python3
"""Shows that tools/check_docs.py finds dead links and paths, and nothing else."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_docs.py"


class CheckDocsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.write("tools/demo", "#!/bin/sh")
        self.write("docs/api.md", "# The API: v1, `weft`", "## Calls", "## Calls")

    def write(self, path, *lines):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run_tool(self):
        done = subprocess.run(
            [sys.executable, TOOL, "--root", self.root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def test_what_exists_is_accepted(self):
        self.write(
            "README.md",
            "# Weft",
            "[API](docs/api.md), [calls](docs/api.md#calls), [again](docs/api.md#calls-1),",
            "[title](docs/api.md#the-api-v1-weft), [here](#weft), [web](https://example.org/x)",
            "`tools/demo --once`, `docs/`, `docs/*.md`, `{a}/tools/x`, `tools/{demo,demo}`,",
            "`services/<name>/main.cc`, `docs/adr/...`, `build/bin/weft`, `some/other/path`, and",
            "`common/{name}/x.h`. Also `[not](a-link.md)`.",
            "```sh",
            "tools/demo --data ./data/demo   # [no](link.md)",
            "```",
        )
        self.assertEqual(self.run_tool(), (0, "2 pages name only what exists\n"))

    def test_what_does_not_exist_is_found_with_its_line(self):
        for line, problem in (
            ("[a](docs/gone.md)", "link to docs/gone.md: no such file"),
            ("![a](docs/gone.png 'title')", "link to docs/gone.png: no such file"),
            ("[a](docs/api.md#gone)", "link to docs/api.md#gone: no such heading"),
            ("[a](#gone)", "link to #gone: no such heading"),
            ("run `tools/gone --now`", "names tools/gone, which"),
            ("`./tools/gone`", "names ./tools/gone, which"),
            ("`tools/{demo,gone}`", "names tools/gone, which"),
            ("`docs/*.html`", "names docs/*.html, which"),
            ("```\ntools/gone\n```", "names tools/gone, which"),
        ):
            with self.subTest(line=line):
                self.write("README.md", "# Weft", line)
                status, output = self.run_tool()
                self.assertEqual(status, 1, output)
                self.assertRegex(output, r"^README\.md:[23]: ")
                self.assertIn(problem, output)
                self.assertIn("1 problems in 2 pages", output)

    def test_no_page_is_no_success(self):
        (self.root / "docs/api.md").unlink()
        status, output = self.run_tool()
        self.assertEqual(status, 2)
        self.assertIn("nothing was checked", output)


if __name__ == "__main__":
    unittest.main()
