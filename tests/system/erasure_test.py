#!/usr/bin/python3
"""Free text from the command line: it is reviewed and quoted, coded excerpts come in and are counted, and what
somebody wants erased is gone from every file, also when the server is killed right after the answer."""

import json
import time
import unittest

from suite_case import EXAMPLE, SuiteCase

WORD = "quagmire7f3a"
PATIENCE_SECONDS = 60


class ErasureTest(SuiteCase):
    def setUp(self):
        super().setUp()
        self.wave = self.suite.load_definitions(EXAMPLE)
        self.response = f"{self.wave}/responses/site-01"
        self.weft("contribute", f"{self.wave}/sites/site-01", "cbo.count=3", "--as", "p1")
        self.answer = f"{self.response}/openAnswers/{self.question()}"

    def question(self):
        """The id of a text question, as names of open answers have it."""
        wave = json.loads(self.weft("--json", "get", self.wave))
        instrument = json.loads(self.weft("--json", "get", wave["instrument"]))
        texts = [q["id"] for s in instrument["sections"] for q in s["questions"] if "textAnswer" in q]
        return texts[0].replace("_", "-")

    def write(self, text):
        self.weft("update", self.answer, "--allow-missing", "--data", json.dumps(
            {"text": text, "consent": "CONSENT_QUOTE", "attribution": "ATTRIBUTION_ANONYMOUS", "contributor": "p1"}))

    def etag(self):
        return json.loads(self.weft("--json", "get", self.answer))["etag"]

    def traces(self):
        files = [p for p in (self.data / "ingestion").rglob("*") if p.is_file() and p.name != "BALLAST"]
        self.assertGreater(len(files), 3)
        return [p.name for p in files if WORD.encode() in p.read_bytes()]

    def test_reviews_and_quotes(self):
        self.write(f"Ask {WORD} about it.")
        waiting = self.weft("review-open-answers", self.wave)
        self.assertIn(self.answer, waiting)
        self.assertIn(self.etag(), waiting)
        redact = ("review-open-answers", self.answer, "--redact", f"4:{len(WORD)}:[name]", "--clear")
        self.assertIn("--etag", self.weft(*redact, code=2))
        self.assertIn("cleared, speaker –", self.weft(*redact, "--etag", self.etag()))
        quotes = self.weft("quotes", self.wave)
        self.assertIn("“Ask [name] about it.”\n  – Cohort member", quotes)
        self.assertNotIn(WORD, quotes)
        self.assertIn("0 open answers", self.weft("review-open-answers", self.wave))
        self.weft("review-open-answers", self.answer, "--withhold", "--etag", self.etag())
        self.assertIn("0 quotes", self.weft("quotes", self.wave))
        self.assertIn("USAGE", self.weft("review-open-answers", self.answer, "--redact", "4:[name]", code=2))

    def test_counts_coded_excerpts(self):
        file = self.data / "coded.csv"
        file.write_text("code,coder,excerpt,site,memo\n"
                        f"buses,ann,Nothing runs {WORD},site-01,\n"
                        f"buses,ben,Nothing runs {WORD},site-01,\n"
                        "hope,ann,Trees,site-02,\n"
                        "buses,ben,Trees,site-02,\n")
        self.assertIn("(not applied)", self.weft("import-excerpts", self.wave, str(file), "--validate-only"))
        done = self.weft("import-excerpts", self.wave, str(file))
        self.assertIn("passed over: memo\n4 excerpts by ann, ben: 4 new, 0 deleted", done)
        summary = self.weft("coding-summary", self.wave)
        self.assertIn("ann and ben: 2 passages coded by both", summary)
        self.assertIn("2 passages of 2 sites", summary)
        self.assertNotIn(WORD, summary)
        self.assertIn(WORD, self.weft("--json", "list", f"{self.wave}/codedExcerpts"))
        file.write_text(f"code,coder,excerpt,site\nbuses,ann,{WORD},site-99\n")
        refused = self.weft("import-excerpts", self.wave, str(file), code=1)
        self.assertIn('error: row 2, column 4 (site): is not on the wave\'s roster', refused)
        self.assertIn("[UNKNOWN_SITE]", refused)
        self.assertNotIn("excerpts by", refused)
        self.assertNotIn(WORD, refused)

    def test_leaves_no_byte_behind(self):
        self.write(f"Ask {WORD}")
        self.weft("update", f"{self.response}/contributors/p1", "--allow-missing", "--data",
                  json.dumps({"displayName": WORD}))
        would = self.weft("erase-subject", self.response, "--reason", "ticket 17", "--validate-only")
        self.assertIn("would erase 1 open answer, 0 coded excerpts, 1 name", would)
        self.assertNotEqual(self.traces(), [])
        done = self.weft("erase-subject", self.response, "--reason", "ticket 17", "--wait")
        self.assertIn("the bytes are gone", done)
        self.assertEqual(self.traces(), [])
        self.assertIn("ticket 17", self.weft("--json", "list", f"{self.wave}/erasures"))

    def test_goes_on_after_a_kill(self):
        self.write(f"Ask {WORD}")
        erasure = json.loads(self.weft("--json", "erase-subject", self.response, "--reason", "ticket 17"))
        self.suite.kill("ingestion")
        self.suite.start_one("ingestion")
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not self.suite.call("weft.ingestion.v1.ResponseService/GetErasure",
                                  {"name": erasure["name"]}).get("purgeTime"):
            self.assertLess(time.monotonic(), give_up, "the erasure is not purged")
            time.sleep(0.05)
        self.assertEqual(self.traces(), [])
        self.assertIn("RELEASE_ERASED", self.weft("--json", "get", self.answer))


if __name__ == "__main__":
    unittest.main(verbosity=2)
