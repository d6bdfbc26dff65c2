#!/usr/bin/python3
"""Nothing acknowledged is lost: servers are killed while a file comes in, the import goes on, and the
numbers are those of a read model built from nothing."""

import shutil
import threading
import time
import unittest

from suite_case import EXAMPLE, CallError, SuiteCase

from pyweft.examples import large_example

SITES = 1500
WAVE = "waves/2025-winter"


class DurabilityTest(SuiteCase):
    def load_in_background(self, name, directory):
        """Starts the import and returns (thread, outcome); the outcome is the answer or the error."""
        outcome = {}

        def run():
            try:
                outcome["import"] = self.suite.import_file(WAVE, directory / "responses.csv", import_id=name)
            except CallError as error:
                outcome["error"] = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread, outcome

    def get_import(self, name):
        return self.suite.call("weft.ingestion.v1.ImportService/GetImport", {"name": f"{WAVE}/imports/{name}"})

    def wait_for(self, name, condition, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self.get_import(name)
                if condition(found):
                    return found
            except CallError as error:
                if error.reason not in ("IMPORT_NOT_FOUND", "SERVER_DRAINING", ""):
                    raise
                found = error
            self.assertLess(time.monotonic(), deadline, f"import {name}: {found}")
            time.sleep(0.01)

    def rebuilt_equals_kept(self):
        kept = self.answers(WAVE)
        self.suite.restart("metrics")
        self.assertEqual(self.answers(WAVE), kept, "after a restart")
        self.suite.kill("metrics")
        shutil.rmtree(self.data / "metrics")
        self.suite.start_one("metrics")
        self.assertEqual(self.answers(WAVE), kept, "after the read model was deleted")
        return kept

    def test_kill_each_server_while_a_file_comes_in(self):
        example = self.data / "large"
        example.mkdir()
        large_example(example, SITES)
        self.assertEqual(self.suite.load_definitions(example), WAVE)
        thread, outcome = self.load_in_background("large", example)
        applied = 0
        for name in ("ingestion", "metrics", "registry", "ingestion"):
            progress = self.wait_for("large", lambda i: i["sitesApplied"] > applied
                                     or i["state"] == "STATE_SUCCEEDED")
            applied = progress["sitesApplied"]
            self.suite.kill(name)
            self.suite.start_one(name)
            # What was acknowledged as applied is there, and was not undone.
            self.assertGreaterEqual(self.get_import("large")["sitesApplied"], applied)
        done = self.wait_for("large", lambda i: i["state"] in ("STATE_SUCCEEDED", "STATE_FAILED"))
        thread.join(60)
        self.assertEqual(done["state"], "STATE_SUCCEEDED", done)
        self.assertEqual(done["sitesApplied"], SITES)
        rate = self.suite.call("weft.ingestion.v1.WaveService/GetResponseRate", {"name": WAVE})
        self.assertEqual((rate["invited"], rate["submitted"]), (SITES, SITES))
        # The answer of the import may have been lost with the connection; its position stands in the record.
        self.suite._positions["ingestion"] = done["position"]
        kept = self.rebuilt_equals_kept()
        self.assertEqual(kept["REVIEW_FLOOR_SUBMITTED", "summary"]["counted"], SITES)
        again = self.suite.import_file(WAVE, example / "responses.csv", import_id="again")
        self.assertEqual(again["sitesUnchanged"], SITES)

    def test_reviews_survive_and_floors_stay_apart(self):
        wave = self.suite.load_example(EXAMPLE)
        service = "weft.ingestion.v1.ResponseService"
        for site in ("site-01", "site-02", "site-03"):
            self.suite.call(f"{service}/ApproveResponse", {"name": f"{wave}/responses/{site}"})
        self.suite.call(f"{service}/ReturnResponse",
                        {"name": f"{wave}/responses/site-02", "comment": "please look at the counts"})
        self.suite.call(f"{service}/WithdrawResponse", {"name": f"{wave}/responses/site-03"})
        self.suite.call(f"{service}/DeclineResponse", {"parent": wave, "respondent": "sites/site-04"})
        self.suite.kill("ingestion")
        self.suite.start_one("ingestion")
        rate = self.suite.call("weft.ingestion.v1.WaveService/GetResponseRate", {"name": wave})
        self.assertEqual({k: rate[k] for k in ("submitted", "approved", "returned", "declined", "withdrawn")},
                         {"submitted": 9, "approved": 2, "returned": 1, "declined": 1, "withdrawn": 1})
        kept = self.rebuilt_equals_kept()
        self.assertEqual(kept["REVIEW_FLOOR_SUBMITTED", "summary"]["counted"], 9)
        self.assertEqual(kept["REVIEW_FLOOR_APPROVED", "summary"]["counted"], 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
