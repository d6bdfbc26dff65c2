#!/usr/bin/python3
"""What somebody wrote in free text stays where it belongs: the words of an open answer are looked for in
everything else that the servers say, log or keep outside the ingestion service's own directory."""

import json
import os
import subprocess
import unittest

from suite_case import BIN_DIR, EXAMPLE, CallError, SuiteCase

WORD = "quagmire7f3a"


class OpenAnswersTest(SuiteCase):
    def setUp(self):
        super().setUp()
        example = self.data / "example"
        example.mkdir()
        for file in EXAMPLE.iterdir():
            if file.suffix in (".json", ".csv"):
                text = file.read_text()
                if file.name == "responses.csv":
                    self.assertIn("Constructed answer: ", text)
                    text = text.replace("Constructed answer: ", f"Constructed answer {WORD}: ")
                (example / file.name).write_text(text)
        self.wave = self.suite.load_example(example)

    def test_is_found_nowhere_else(self):
        answer = self.suite.call("weft.ingestion.v1.ResponseService/ListOpenAnswers",
                                 {"parent": f"{self.wave}/responses/site-01"})
        self.assertIn(WORD, json.dumps(answer), "the search would find it where it belongs")
        said = {}
        for service in ("registry", "ingestion"):
            method = f"weft.{service}.v1.ChangeService/ListChanges"
            position, caught_up = "", False
            said[method] = []
            while not caught_up:
                page = self.suite.call(method, {"resumePosition": position, "pageSize": 1000})
                said[method].append(page)
                position, caught_up = page["resumePosition"], page["caughtUp"]
            self.assertTrue(any(p["batches"] for p in said[method]))
            steps = []
            for step in self.suite.stream(f"weft.{service}.v1.ChangeService/Watch", {"sendInitial": True}):
                steps.append(step)
                if "snapshotEnd" in step:
                    break
            said[f"{service} snapshot"] = steps
        responses = self.suite.call("weft.ingestion.v1.ResponseService/ListResponses", {"parent": self.wave})
        self.assertEqual(len(responses["responses"]), 10)
        said["responses"] = responses
        said["revisions"] = [
            self.suite.call("weft.ingestion.v1.ResponseService/ListResponseRevisions", {"parent": r["name"]})
            for r in responses["responses"]]
        said["imports"] = self.suite.call("weft.ingestion.v1.ImportService/ListImports", {"parent": self.wave})
        said["export"] = list(self.suite.stream("weft.ingestion.v1.ImportService/ExportResponses",
                                                {"parent": self.wave, "floor": "REVIEW_FLOOR_SUBMITTED"}))
        said["metrics"] = [str(self.answers(self.wave))]
        for what, content in said.items():
            self.assertNotIn(WORD, json.dumps(content), what)

    def test_a_problem_beside_it_does_not_quote_it(self):
        text = (self.data / "example" / "responses.csv").read_text()
        broken = text.replace("site-02,Moderately evident", "site-02,Hardly ever").encode()
        broken = broken.replace(WORD.encode(), WORD.encode() + b"\xff", 1)
        failed = self.suite.import_bytes(self.wave, broken, "broken.csv")
        self.assertEqual(failed["state"], "STATE_FAILED")
        self.assertNotIn(WORD, json.dumps(failed))

    def test_is_in_no_log_report_or_foreign_directory(self):
        report = self.data / "report.html"
        addresses = self.suite.addresses
        subprocess.run(
            [os.path.join(BIN_DIR, "weft"), *(f"--{n}={a}" for n, a in addresses.items()), "report", self.wave,
             "--output", str(report)], check=True, stdout=subprocess.DEVNULL)
        self.suite.stop()
        self.assertTrue(any(b"GetWaveSummary" in p.read_bytes() or b"RenderFigure" in p.read_bytes()
                            for p in self.data.glob("*.log")), "logs are written at all")
        searched = [report, *self.data.glob("*.log")]
        for directory in ("registry", "metrics"):
            searched += [p for p in (self.data / directory).rglob("*") if p.is_file()]
        self.assertGreater(len(searched), 6)
        for path in searched:
            self.assertNotIn(WORD.encode(), path.read_bytes(), path)

    def test_needs_a_permission_of_its_own(self):
        request = {"parent": f"{self.wave}/responses/site-01"}
        researcher = (("weft-principal", "researchers/rosa"),)
        with self.assertRaises(CallError) as refused:
            self.suite.call("weft.ingestion.v1.ResponseService/ListOpenAnswers", request, metadata=researcher)
        self.assertEqual(refused.exception.code.name, "PERMISSION_DENIED")
        self.suite.call("weft.ingestion.v1.ResponseService/ListResponses", {"parent": self.wave},
                        metadata=researcher)


if __name__ == "__main__":
    unittest.main(verbosity=2)
