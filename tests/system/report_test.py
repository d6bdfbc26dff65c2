#!/usr/bin/python3
"""`weft report` in a real browser: phone and desktop, light and dark, on paper, without JavaScript and
without a network; tests/system/report_screens.mjs says what people should not meet. And the files that
pictures are drawn into."""

import json
import os
import pathlib
import struct
import subprocess
import unittest

from suite_case import EXAMPLE, ROOT, SuiteCase

from pyweft import releases  # noqa: E402


class ReportTest(SuiteCase):
    def look_at(self, report):
        """Opens the page as people would."""
        # Kept where somebody can look at them, when a place is named.
        screens = pathlib.Path(os.environ.get("WEFT_SCREENS", self.data)) / f"screens-{report.stem}"
        done = subprocess.run(
            ["node", str(ROOT / "tests" / "system" / "report_screens.mjs"), str(report), str(screens)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertGreaterEqual(len(list(screens.glob("*.png"))), 4)

    def load(self):
        """The example; its wave, and what makes reads wait for it."""
        wave = self.suite.load_example(EXAMPLE)
        return wave, ("--min-ingestion", self.suite.positions()["ingestion"])

    def test_a_wave_in_a_browser(self):
        wave, through = self.load()
        report = self.data / "wave.html"
        self.weft("report", wave, *through, "--expectations", EXAMPLE / "expectations.json",
                  "--notice", "The answers of this example are constructed.", "--output", report)
        page = report.read_text()
        self.assertIn("The answers of this example are constructed.", page)
        self.assertIn("How the responses of 2025-winter came in", page)
        self.look_at(report)

    def test_some_sites_of_a_wave(self):
        wave, through = self.load()
        report = self.data / "some.html"
        # What came in is known of all sites alone, and is not shown as if it were of these.
        self.weft("report", wave, *through, "--where", "setting = intermediary", "--output", report)
        page = report.read_text()
        self.assertIn("Only those where", page)
        self.assertIn("setting = intermediary", page)
        self.assertIn("<dt>On the roster</dt><dd>12 sites</dd>", page)
        self.assertNotIn("How the responses of 2025-winter came in", page)

    def test_options_that_a_page_does_not_take(self):
        wave, _ = self.load()
        where = ("--where", "setting = intermediary")
        self.assertIn("the page of a release takes no --where", self.weft("report", "releases/open", *where, code=2))
        self.assertIn("the page of a site takes no --earlier, --types", self.weft(
            "report", wave, "--site", "sites/site-01", "--earlier", "waves/2024-winter", "--types", "cbo", code=2))

    def test_a_site_in_a_browser(self):
        wave, through = self.load()
        report = self.data / "site.html"
        self.weft("report", wave, *through, "--site", "sites/site-01", "--output", report)
        page = report.read_text()
        # What is known, of how many, and how sure.
        self.assertIn("10 of 12 invited", page)
        self.assertIn("Your partner types beside those of the other sites", page)
        self.assertIn("How sure is this?", page)
        other = self.suite.call("weft.registry.v1.SiteService/GetSite", {"name": "sites/site-02"})
        self.assertNotIn(other["displayName"], page)
        self.look_at(report)
        # Nobody has answered for this one.
        rate = self.suite.call("weft.ingestion.v1.WaveService/ListRosterStatus", {"parent": wave})
        silent = next(each["site"] for each in rate["statuses"] if each["state"] == "STATE_UNSPECIFIED")
        self.weft("report", wave, *through, "--site", silent, "--output", report)
        self.assertIn("No response of your site counts yet", report.read_text())

    def test_a_release_in_a_browser(self):
        wave, _ = self.load()
        policy = {"audience": "AUDIENCE_PUBLIC", "minimumCell": 3, "siteRows": "SITE_ROWS_NAMED"}
        releases.publish(self.suite, wave, "winter", policy, contest="Not in our county.")
        report = self.data / "release.html"
        self.weft("--principal", "public/reader", "report", "releases/winter", "--output", report)
        page = report.read_text()
        self.assertIn("A community representative contests this", page)
        self.assertIn("Answered: It is told of how many now.", page)
        self.assertIn("counts of fewer than 3 sites are withheld", page)
        self.assertIn("withheld", page)
        self.assertIn("There is no picture", page)
        self.look_at(report)
        # Where every site appears nothing is left to hide.
        policy["siteRows"] = "SITE_ROWS_ALL"
        releases.publish(self.suite, wave, "open", policy)
        self.weft("report", "releases/open", "--output", report)
        page = report.read_text()
        self.assertNotIn("There is no picture", page)
        self.assertIn("0 values on this page", page)

    def test_files_of_pictures(self):
        wave, through = self.load()
        svg, png, spec = (self.data / f"picture.{end}" for end in ("svg", "png", "json"))
        self.weft("figure", wave, "partner-types", *through, "--output", svg)
        self.assertTrue(svg.read_text().startswith("<svg"))
        self.assertIn("Figure 1. Share of sites", svg.read_text())
        self.weft("feedback", wave, "sites/site-01", *through, "--output", png)
        head = png.read_bytes()[:24]
        self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", head[16:24])
        self.assertGreater(width, 1000)
        self.assertGreater(height, 600)
        self.weft("rate", wave, "--output", spec)
        self.assertIn("vega-lite", json.loads(spec.read_text())["$schema"])
        self.assertIn("ends in .svg, .png or .json", self.weft("rate", wave, "--output", "picture.gif", code=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)
