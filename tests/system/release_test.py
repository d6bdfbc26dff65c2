#!/usr/bin/python3
"""A release from the command line: from a draft over a contested review to the page that everybody reads; that it
computes again to the same hash when later answers have come and the read model was deleted; what an erasure takes
out of it; and what the public may read."""

import json
import shutil
import unittest

from suite_case import EXAMPLE, SuiteCase

RELEASE = "releases/winter-2025"
FINDING = f"{RELEASE}/findings/breadth"
FACILITATOR, REPRESENTATIVE, PUBLIC = "users/fay", "users/rosa", "public/anyone"
WORD = "quagmire7f3a"


class ReleaseTest(SuiteCase):
    principal = "users/amara"

    def setUp(self):
        super().setUp()
        self.wave = self.suite.load_example(EXAMPLE)

    def json(self, *arguments, code=0, principal=None):
        out = self.weft("--json", *arguments, code=code, principal=principal)
        return json.loads(out) if code == 0 else out

    def create(self, name=RELEASE, *options):
        return self.json("release", "create", self.wave, "--id", name.rpartition("/")[2], "--display-name",
                         "Winter 2025", "--statement", "How communities work together.", "--reviewer",
                         f"{FACILITATOR}=facilitator", "--reviewer", f"{REPRESENTATIVE}=community-representative",
                         *options)

    def review(self, *arguments, principal):
        return self.weft("finding", "review", FINDING, *arguments, principal=principal)

    def through(self, *options):
        """A contest is answered in a second round, and the release published. The release."""
        self.create(RELEASE, *options)
        added = self.weft("finding", "add", RELEASE, "All sites work with most partner types.", "--id", "breadth",
                          "--refer", "D1:richness.mean", "--refer", "F1:partner_types.cbo.presence")
        self.assertIn("F1 partner_types.cbo.presence: 100 % (10/10)", added)
        self.assertIn("REVIEW_INCOMPLETE", self.submit_and(lambda: self.weft("release", "approve", RELEASE, code=1)))
        self.review("--stance", "supports", principal=FACILITATOR)
        contested = self.review("--stance", "contests", "--note", "Not in our county.", principal=REPRESENTATIVE)
        self.assertIn(f"{REPRESENTATIVE} (community representative) contests: Not in our county.", contested)
        self.assertIn("CONTEST_UNANSWERED", self.weft("release", "approve", RELEASE, code=1))
        self.weft("release", "revise", RELEASE, "--note", "says where")
        self.weft("finding", "update", FINDING, "--statement", "Most sites work with most partner types.")
        self.weft("finding", "answer", FINDING, REPRESENTATIVE, "It says most now.")
        self.submit_and(lambda: None)
        for principal in (FACILITATOR, REPRESENTATIVE):
            self.review("--stance", "supports", principal=principal)
        self.weft("release", "approve", RELEASE)
        self.assertIn("PUBLICATION_NOT_FOUND",
                      self.weft("release", "publication", RELEASE, code=1, principal=PUBLIC))
        return self.json("release", "publish", RELEASE)

    def submit_and(self, then):
        self.weft("release", "submit", RELEASE)
        return then()

    def verdict(self):
        verified = self.json("release", "verify", RELEASE)
        return verified["verdict"], verified["recomputedHash"]

    def later_answers(self):
        """A site answers anew, and there is another wave."""
        response = f"{self.wave}/responses/site-01"
        found = json.loads(self.weft("--json", "get", response))
        answers = found["answers"]
        answers["partnerCells"][0]["level"] = "INTERACTION_LEVEL_NETWORKING"
        answers["partnerCells"][0].pop("levelMissing", None)
        self.weft("update", response, "--data", json.dumps({"answers": answers}))
        self.weft("submit", response)
        document = json.loads((EXAMPLE / "wave.json").read_text(encoding="utf-8"))
        document["name"] = "waves/2026-winter"
        self.suite.create("weft.ingestion.v1.WaveService/CreateWave", [document])
        self.suite.call("weft.ingestion.v1.WaveService/OpenWave", {"name": document["name"]})

    def delete_read_model(self):
        data = self.data / "metrics"
        for path in data.iterdir():
            if path.name == "releases":
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.assertEqual([path.name for path in data.iterdir()], ["releases"])

    def test_outlives_the_read_model_and_later_answers(self):
        published = self.through()
        self.assertEqual(published["state"], "STATE_PUBLISHED")
        before = self.json("release", "publication", RELEASE, principal=PUBLIC)
        self.assertEqual(self.verdict(), ("VERDICT_REPRODUCED", published["contentHash"]))

        self.later_answers()
        self.suite.terminate("metrics")
        self.delete_read_model()
        self.suite.start_one("metrics")
        self.assertEqual(self.verdict(), ("VERDICT_REPRODUCED", published["contentHash"]))
        self.assertEqual(self.json("release", "publication", RELEASE, principal=PUBLIC), before)
        shown = self.weft("release", "verify", RELEASE)
        self.assertIn(f"changed {self.wave}/responses/site-01 (revision 1 → ", shown)
        # The read model is there again, and has what is new.
        self.assertIn("10 of 12 invited sites", self.weft("summary", self.wave))

        self.create("releases/later")
        compared = self.json("release", "compare", "releases/later", RELEASE)
        self.assertGreater(len(compared["numberChanges"]), 0)
        self.assertGreater(compared["unchangedNumbers"], len(compared["numberChanges"]))
        self.assertEqual([each["kind"] for each in compared["findingChanges"]], ["KIND_DROPPED"])
        self.assertIn("numbers differ", self.weft("release", "compare", "releases/later", RELEASE))

    def test_the_public_reads_publications_and_nothing_else(self):
        self.through()
        page = self.json("release", "publication", RELEASE, principal=PUBLIC)
        finding = page["findings"][0]
        self.assertEqual(finding["statement"], "Most sites work with most partner types.")
        self.assertEqual(finding["earlierStatements"], ["All sites work with most partner types."])
        self.assertEqual([each["stance"].removeprefix("STANCE_") for each in finding["stances"]],
                         ["SUPPORTS", "CONTESTS", "SUPPORTS", "SUPPORTS"])
        self.assertEqual(finding["stances"][1]["answer"], "It says most now.")
        self.assertNotIn(REPRESENTATIVE, json.dumps(page))
        shown = self.weft("release", "publication", RELEASE, principal=PUBLIC)
        self.assertIn("a community representative contests: Not in our county.", shown)
        self.assertIn("not evidence of cause", shown)
        self.assertIn(RELEASE, self.weft("release", "publication", principal=PUBLIC))
        self.assertIn("cannot tell", self.weft("definitions", "D1", principal=PUBLIC))
        for command in (("release", "get", RELEASE), ("release", "list"), ("release", "content", RELEASE),
                        ("release", "verify", RELEASE), ("finding", "list", RELEASE), ("summary", self.wave),
                        ("figure", self.wave, "networks"), ("list", "sites"), ("get", self.wave),
                        ("quotes", self.wave)):
            self.assertIn("PERMISSION_DENIED", self.weft(*command, code=1, principal=PUBLIC), command)

    def test_an_erasure_breaks_nothing(self):
        response = f"{self.wave}/responses/site-01"
        answer = f"{response}/openAnswers/{self.question()}"
        self.weft("update", answer, "--allow-missing", "--data", json.dumps(
            {"text": f"Ask {WORD}.", "consent": "CONSENT_QUOTE", "attribution": "ATTRIBUTION_ANONYMOUS"}))
        etag = json.loads(self.weft("--json", "get", answer))["etag"]
        self.weft("review-open-answers", answer, "--clear", "--etag", etag)
        self.create(RELEASE, "--minimum-cell", "0")
        self.weft("finding", "add", RELEASE, "People know whom to ask.", "--id", "breadth", "--quote", answer)
        self.weft("release", "submit", RELEASE)
        for principal in (FACILITATOR, REPRESENTATIVE):
            self.review("--stance", "supports", principal=principal)
        self.weft("release", "approve", RELEASE)
        published = self.json("release", "publish", RELEASE)
        self.assertIn(WORD, self.weft("release", "publication", RELEASE, principal=PUBLIC))

        self.weft("erase-subject", response, "--reason", "ticket 17", "--wait")
        verified = self.json("release", "verify", RELEASE)
        self.assertEqual(verified["verdict"], "VERDICT_REPRODUCED")
        self.assertEqual(verified["erased"], [response])
        self.assertEqual(verified["withdrawnQuotes"], [answer])
        self.assertIn("weft release redact", self.weft("release", "verify", RELEASE))
        self.weft("release", "redact", RELEASE)
        page = self.json("release", "publication", RELEASE, principal=PUBLIC)
        self.assertNotIn(WORD, json.dumps(page))
        self.assertEqual((page["erasedRows"], page["withdrawnQuotes"]), (1, 1))
        self.assertEqual(page["content"]["summary"]["counted"], 10)
        rows = [site for figure in self.json("release", "content", RELEASE)["content"]["figures"]
                for site in figure.get("networks", {}).get("sites", [])]
        self.assertEqual(len(rows), 9)
        self.assertEqual(self.verdict(), ("VERDICT_REPRODUCED", published["contentHash"]))
        files = [path for path in (self.data / "metrics" / "releases").rglob("*")
                 if path.is_file() and path.name != "BALLAST"]
        self.assertEqual([path.name for path in files if WORD.encode() in path.read_bytes()], [])

    def question(self):
        """The id of a text question, as names of open answers have it."""
        wave = json.loads(self.weft("--json", "get", self.wave))
        instrument = json.loads(self.weft("--json", "get", wave["instrument"]))
        texts = [q["id"] for s in instrument["sections"] for q in s["questions"] if "textAnswer" in q]
        return texts[0].replace("_", "-")

    def test_a_crash_loses_nothing_that_was_acknowledged(self):
        created = self.create()
        self.weft("finding", "add", RELEASE, "Breadth is high.", "--id", "breadth")
        self.suite.kill("metrics")
        self.suite.start_one("metrics")
        self.assertEqual(self.json("release", "get", RELEASE)["contentHash"], created["contentHash"])
        self.assertIn("Breadth is high.", self.weft("finding", "list", RELEASE))
        self.assertIn("METRIC_NUMBER_UNKNOWN",
                      self.weft("finding", "add", RELEASE, "No.", "--refer", "D1:coverage.mean", code=1))
        self.assertIn("USAGE", self.weft("finding", "review", FINDING, "--stance", "shrugs", code=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)
