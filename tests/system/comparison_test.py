#!/usr/bin/python3
"""Two waves that asked about different lists of partner types, side by side from the command line; and what the
commands say of a wave's associations and intervals."""

import json
import os
import unittest

from suite_case import EXAMPLE, SuiteCase

OLD, CROSSWALK = "taxonomies/lab-2024", "taxonomies/lab-2024/crosswalks/lab-2025"
EARLIER = "waves/2024-winter"


def optional(value):
    """The same, with nothing required."""
    if isinstance(value, dict):
        return {key: optional(each) for key, each in value.items() if key not in ("required", "columnAliases")}
    return [optional(each) for each in value] if isinstance(value, list) else value


class ComparisonTest(SuiteCase):
    def setUp(self):
        super().setUp()
        self.wave = self.suite.load_example(EXAMPLE)

    def compare(self, *arguments, code=0):
        return self.weft("compare", self.wave, EARLIER, "--min-registry", self.suite.heads()["registry"],
                         "--min-ingestion", self.suite.heads()["ingestion"], *arguments, code=code)

    def open_earlier_wave(self):
        """Of the same sites, who said then how they worked with "community" and "schools"."""
        types = [{"code": code, "displayName": code.title(), "provenance": "PROVENANCE_SOURCED"}
                 for code in ("community", "schools")]
        self.weft("create", OLD, "-d",
                  json.dumps({"displayName": "Lab 2024", "family": "earlier", "version": 1, "types": types}))
        self.weft("publish", OLD)
        instrument = optional(json.loads((EXAMPLE / "instrument.json").read_text(encoding="utf-8")))
        wave = json.loads((EXAMPLE / "wave.json").read_text(encoding="utf-8"))
        instrument.update(name="instruments/survey-2023", taxonomy=OLD, family="earlier")
        wave.update(name=EARLIER, instrument=instrument["name"])
        self.suite.create("weft.ingestion.v1.InstrumentService/CreateInstrument", [instrument])
        self.suite.call("weft.ingestion.v1.InstrumentService/PublishInstrument", {"name": instrument["name"]})
        self.suite.create("weft.ingestion.v1.WaveService/CreateWave", [wave])
        self.suite.call("weft.ingestion.v1.WaveService/OpenWave", {"name": EARLIER})
        file = os.path.join(self.data, "earlier.csv")
        with open(file, "w", encoding="utf-8") as out:
            out.write("site,community.level,schools.level\n")
            out.writelines(f"site-{i:02},No interaction,Collaboration\n" for i in (1, 2, 3, 5, 6))
        self.weft("import", EARLIER, file)

    def test_a_crosswalk_says_which_types_are_the_same(self):
        self.open_earlier_wave()
        self.assertIn("TAXONOMIES_DIFFER", self.compare(code=1))
        self.assertIn("CROSSWALK_NOT_FOUND", self.compare("--crosswalk", CROSSWALK, code=1))
        mappings = [
            {"fromCode": "community", "toCodes": ["cbo"], "relation": "RELATION_EXACT"},
            {"fromCode": "schools", "toCodes": ["k12_school", "school_district"], "relation": "RELATION_SPLIT"}]
        self.weft("create", CROSSWALK, "-d", json.dumps({"mappings": mappings}))
        shown = self.compare("--crosswalk", CROSSWALK, "--test")
        self.assertIn("sites in both: 5; partner types compared: 1", shown)
        self.assertIn("up 100 % (5/5)", shown)
        found = json.loads(self.weft("--json", "compare", self.wave, EARLIER, "--crosswalk", CROSSWALK))
        self.assertEqual([(each["earlier"], each["later"]) for each in found["types"]], [("community", "cbo")])
        self.assertEqual(found["earlierTypesLeftOut"], ["schools"])
        self.assertEqual(found["turnover"]["added"], 5)
        self.assertEqual((found["entering"], found["leaving"]), (5, 0))

        # What people state now is what holds.
        mappings[1].update(toCodes=["k12_school"], relation="RELATION_NARROWER")
        self.weft("update", CROSSWALK, "-d", json.dumps({"mappings": mappings}))
        self.assertIn("sites in both: 5; partner types compared: 2", self.compare("--crosswalk", CROSSWALK))

    def test_associations_intervals_and_feedback(self):
        shown = self.weft("associations", self.wave, "--test")
        self.assertIn("exact, of 1260 arrangements", shown)
        self.assertIn("not evidence of cause", shown)
        self.assertNotIn("p =", self.weft("associations", self.wave))
        shown = self.weft("intervals", self.wave)
        self.assertIn("72–100%", shown)  # ten of ten
        self.assertIn("24–76%", shown)  # five of ten
        self.assertIn("no random sample", shown)
        self.assertIn("confidence", self.weft("intervals", self.wave, "--confidence", "0.5", code=1))
        shown = self.weft("feedback", self.wave, "sites/site-01")
        self.assertIn("among 10 sites", shown)
        self.assertIn("OTHERS LOWER / SAME / HIGHER", shown)
        self.assertIn("no counted response", self.weft("feedback", self.wave, "site-04"))
        self.assertIn("cannot tell", self.weft("definitions", "p1"))
        self.assertIn("METRIC_NOT_FOUND", self.weft("definitions", "P9", code=1))


if __name__ == "__main__":
    unittest.main()
