#!/usr/bin/python3
"""A site's team answers together from the command line, and each kind of missing that they give stays what it
is until the metrics and the export."""

import csv
import io
import json
import os
import unittest

from suite_case import EXAMPLE, SuiteCase

# What a site says about one item, and what becomes of it: the word in files, the reason in metrics.
KINDS = {
    "site-01": ("not_asked", "NOT_ASKED", "MISSING_REASON_NOT_ASKED"),
    "site-02": ("dont_know", "DONT_KNOW", "MISSING_REASON_DONT_KNOW"),
    "site-03": ("refused", "REFUSED", "MISSING_REASON_REFUSED"),
    "site-04": ("not_applicable", "NOT_APPLICABLE", "MISSING_REASON_NOT_APPLICABLE"),
    "site-05": ("", "", "MISSING_REASON_NOT_ANSWERED"),
}


class TogetherTest(SuiteCase):
    def setUp(self):
        super().setUp()
        self.wave = self.suite.load_definitions(EXAMPLE)

    def response(self, site):
        return f"{self.wave}/responses/{site}"

    def test_kinds_of_missing_stay_apart(self):
        for site, (value, _, _) in KINDS.items():
            said = ["function_access=emerging", "cbo.count=3", "cbo.level=cooperation"]
            self.weft("contribute", f"{self.wave}/sites/{site}", *said, "--as", "amara")
            if value:
                self.weft("contribute", self.response(site), f"policy_context={value}", f"cbo.level@1={value}",
                          "--as", "ben")
            else:
                self.weft("contribute", self.response(site), "cbo.level@1=", "--as", "ben")
        # No interaction is a level, and none of them.
        self.weft("contribute", f"{self.wave}/sites/site-06", "cbo.level=no_interaction", "policy_context=helps",
                  "--as", "amara")
        names = [self.response(site) for site in [*KINDS, "site-06"]]
        self.weft("submit", *names)
        self.weft("approve", *names)

        call = self.suite.call
        through = self.suite.positions()
        items = call("weft.metrics.v1.MetricsService/GetItemFrequencies",
                     {"parent": self.wave, "questions": ["policy_context"], "minPositions": through})["items"]
        expected = {reason: 1 for _, _, reason in KINDS.values()}
        self.assertEqual({m["reason"]: m["count"] for m in items[0]["missing"]}, expected)
        sites = call("weft.metrics.v1.MetricsService/ListSiteMetrics",
                     {"parent": self.wave, "pageSize": 1000, "minPositions": through})["siteMetrics"]
        cells = {s["site"].partition("/")[2]: next(c for c in s["cells"] if c["partnerType"] == "cbo")
                 for s in sites if s.get("cells")}
        for site, (_, _, reason) in KINDS.items():
            self.assertEqual(cells[site]["levelMissing"], reason)
        self.assertEqual(cells["site-06"]["level"], "INTERACTION_LEVEL_NO_INTERACTION")

        exported = {r["site"].partition("/")[2] or r["site"]: r
                    for r in csv.DictReader(io.StringIO(self.weft("export", self.wave)))}
        for site, (_, word, _) in KINDS.items():
            self.assertEqual(exported[site]["policy_context"], word)
            self.assertEqual(exported[site]["cbo.level"], word)
        self.assertEqual(exported["site-06"]["cbo.level"], "No interaction")

    def test_a_team_from_the_first_answer_to_the_approval(self):
        site, name = f"{self.wave}/sites/site-07", self.response("site-07")
        self.weft("contribute", site, "learners_reached=40", "cbo.level=coordination", "cbo.count=0", "--as", "amara")
        self.assertIn("conflict", self.weft("contribute", name, "learners_reached=50", "--as", "ben"))
        self.assertIn("50 (ben)", self.weft("draft", name, "--open"))
        self.assertIn("error CONFLICT_OPEN: learners_reached", self.weft("problems", name))
        self.assertIn("warning CONTRADICTION: cbo.level", self.weft("problems", name))
        self.assertIn("CONFLICT_OPEN", self.weft("submit", name, code=1))
        draft = json.loads(self.weft("--json", "draft", name))
        seen = next(a["version"] for a in draft["answers"] if a["answer"] == "learners_reached")
        self.weft("contribute", name, f"learners_reached@{seen}=45", "--as", "cleo")
        self.assertIn("warning CONTRADICTION", self.weft("submit", name))
        self.weft("return", name, "-m", "one question", "--on", "cbo.level=with how many?")
        self.assertEqual(json.loads(self.weft("get", name))["answerComments"],
                         [{"answer": "cbo.level", "comment": "with how many?"}])
        self.weft("contribute", name, "cbo.count@1=4", "--as", "amara")
        changes = self.weft("diff", f"{name}/revisions/3", f"{name}/revisions/1")
        for part in ("learners_reached", "40", "45", "cleo", "cbo.count", "amara"):
            self.assertIn(part, changes)
        self.weft("submit", name)
        # One that is refused does not stop the other, and is told.
        self.weft("contribute", f"{self.wave}/sites/site-08", "cbo.level=networking", "--as", "dan")
        refused = self.weft("approve", name, self.response("site-08"), code=1)
        self.assertIn(f"{name} STATE_APPROVED", refused)
        self.assertIn("1 of 2 responses were refused", refused)

        status = self.weft("roster-status", self.wave, "--due")
        self.assertNotIn("sites/site-07 ", status)
        self.assertIn("sites/site-08 ", status)
        self.assertIn("sites/site-09 ", status)
        last = self.weft("rate", self.wave, "--series").splitlines()[-1].split()
        self.assertEqual(last[1:5], ["12", "2", "1", "1"])

        contributor = f"{name}/contributors/amara"
        self.weft("update", contributor, "--allow-missing", "-d", '{"displayName": "Amara Okoye"}')
        self.assertIn("Amara Okoye", self.weft("list", f"{name}/contributors"))
        self.weft("delete", contributor)
        self.assertNotIn("Amara Okoye", self.weft("list", f"{name}/contributors"))

    def test_a_file_with_another_list_of_partner_types(self):
        types = [{"code": code, "displayName": code.title(), "provenance": "PROVENANCE_SOURCED"}
                 for code in ("community", "schools")]
        mappings = [
            {"fromCode": "community", "toCodes": ["cbo"], "relation": "RELATION_EXACT"},
            {"fromCode": "schools", "toCodes": ["k12_school", "school_district"], "relation": "RELATION_SPLIT"}]
        old, crosswalk = "taxonomies/lab-2024", "taxonomies/lab-2024/crosswalks/lab-2025"
        # Resources that have lists, and their names from the command line.
        self.weft("create", old, "-d",
                  json.dumps({"displayName": "Lab 2024", "family": "earlier", "version": 1, "types": types}))
        self.weft("publish", old)
        self.weft("create", crosswalk, "-d", json.dumps({"mappings": mappings}))
        file = os.path.join(self.data, "old.csv")
        with open(file, "w", encoding="utf-8") as out:
            out.write("site,community.count,community.level,schools.level\nsite-01,4,Networking,Cooperation\n")
        self.assertIn("UNKNOWN_TYPE_COLUMN", self.weft("import", self.wave, file, code=1))
        columns = self.weft("import", self.wave, file, "--crosswalk", crosswalk, "--explain")
        self.assertIn("by the crosswalk", columns)
        self.assertIn("covers k12_school, school_district", columns)
        self.assertIn("TYPE_NOT_CARRIED_OVER", self.weft("import", self.wave, file, "--crosswalk", crosswalk))
        cells = json.loads(self.weft("get", self.response("site-01")))["answers"]["partnerCells"]
        self.assertEqual(cells, [{"partnerType": "cbo", "partners": {"min": 4, "max": 4, "approximate": False},
                                  "level": "INTERACTION_LEVEL_NETWORKING"}])


if __name__ == "__main__":
    unittest.main()
