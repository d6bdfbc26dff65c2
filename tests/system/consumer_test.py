#!/usr/bin/python3
"""The example consumer, killed and started again at random under writes: its copy ends equal to the server, also
where the feed was compacted meanwhile. WEFT_CONSUMER_SECONDS says for how long; 12 without."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

from suite_case import ROOT, SuiteCase

CONSUMER = ROOT / "examples" / "consumer"
SECONDS = float(os.environ.get("WEFT_CONSUMER_SECONDS", "12"))
SITES = "weft.registry.v1.SiteService/"
COHORTS = "weft.registry.v1.CohortService/"


class ConsumerTest(SuiteCase):
    def setUp(self):
        super().setUp()
        self.descriptors = self.data / "weft.binpb"
        subprocess.run([CONSUMER / "describe", self.descriptors], check=True)
        self.copy = self.data / "copy.sqlite"
        self.process = None
        self.addCleanup(self.kill)

    def start(self, *options):
        with open(self.data / "consumer.log", "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "/usr/bin/python3", CONSUMER / "consumer.py", "--descriptors",
                 self.descriptors, "--server", self.suite.addresses["registry"], "--file", self.copy, *options],
                stderr=log)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.copy)) as db:
            return dict(db.execute("select name, etag from resource"))

    def held(self):
        """Names and etags of all that the server holds."""
        held = {}
        for method, field, parent in ((SITES + "ListSites", "sites", None), (COHORTS + "ListCohorts", "cohorts", None),
                                      (COHORTS + "ListMemberships", "memberships", "cohorts/-")):
            token = ""
            while True:
                page = self.suite.call(method, {"pageSize": 1000, "pageToken": token,
                                                **({"parent": parent} if parent else {})})
                held.update({each["name"]: each["etag"] for each in page[field]})
                token = page["nextPageToken"]
                if not token:
                    break
        return held

    def write(self, rng, known):
        """Something happens to a site or a cohort."""
        what = rng.random()
        if what < 0.5 or len(known) < 5:
            name = f"sites/s{rng.randrange(10**9)}"
            self.suite.create(SITES + "CreateSite", [{"name": name, "displayName": "A site", "neutralLabel": "S"}])
            known.append(name)
        elif what < 0.85:
            self.suite.call(SITES + "UpdateSite", {"site": {
                "name": rng.choice(known), "hostOrganization": f"Host {rng.randrange(10**9)} {'x' * 150}"},
                "updateMask": "hostOrganization"})
        else:
            name = known.pop(rng.randrange(len(known)))
            self.suite.call(SITES + "DeleteSite", {"name": name})

    def check_copy(self):
        """Everything that was written has come, and nothing else is there."""
        self.assertEqual(self.process.wait(timeout=60), 0)
        self.process = None
        self.assertEqual(self.rows(), self.held())

    def test_ends_equal_to_the_server(self):
        rng = random.Random(7)
        known = []
        restarts = 0
        # A feed of a second: who is away for longer has to read anew.
        with self.gone_feed():
            end = time.monotonic() + SECONDS
            next_kill = next_start = time.monotonic()
            while time.monotonic() < end:
                now = time.monotonic()
                if self.process is None and now >= next_start:
                    self.start()
                    next_kill = now + rng.uniform(0.2, 1.5)
                if self.process is not None and now >= next_kill:
                    self.kill()
                    restarts += 1
                    if restarts % 5 == 0:
                        # The server goes down with it, at any moment.
                        self.suite.kill("registry")
                        self.suite.start_one("registry")
                    next_start = now + rng.choice((0, 0, 0, 3))
                self.write(rng, known)
            self.kill()
        self.assertGreater(restarts, 5)
        self.start("--once")
        self.check_copy()
        with contextlib.closing(sqlite3.connect(self.copy)) as db:
            content = json.loads(db.execute("select content from resource where name = ?", (known[0],)).fetchone()[0])
        self.assertEqual(content["name"], known[0])

    def test_after_compaction_it_reads_anew(self):
        rng = random.Random(8)
        known = []
        for _ in range(50):
            self.write(rng, known)
        self.start("--once")
        self.check_copy()
        # What it has seen is gone from the server, in the feed and, some of it, altogether.
        with self.gone_feed():
            for _ in range(30):
                self.write(rng, known)
            for name in known[:10]:
                self.suite.call(SITES + "DeleteSite", {"name": name})
            known = known[10:]
            self.trim()
            self.start("--once")
            self.check_copy()
        self.assertIn("starting over", (self.data / "consumer.log").read_text())

    def test_ends_when_it_is_told_to(self):
        self.start()
        deadline = time.monotonic() + 30
        while not self.copy.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(timeout=20), 0)
        self.process = None

    @contextlib.contextmanager
    def gone_feed(self):
        """The registry keeps hardly any of its feed while this lasts."""
        self.suite.terminate("registry")
        self.suite.flags["registry"] = ["--feed_age=1s"]
        self.suite.start_one("registry")
        try:
            yield
        finally:
            self.suite.flags.pop("registry")

    def trim(self):
        """Writes until the feed no longer reaches back to the copy's position."""
        with contextlib.closing(sqlite3.connect(self.copy)) as db:
            position = db.execute("select position from feed").fetchone()[0]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.suite.create(SITES + "CreateSite", [{"name": f"sites/t{time.monotonic_ns()}", "displayName": "T",
                                                      "neutralLabel": "T"}])
            try:
                self.suite.call("weft.registry.v1.ChangeService/ListChanges", {"resumePosition": position})
            except Exception as error:  # pylint: disable=broad-except
                if getattr(error, "reason", "") == "POSITION_EXPIRED":
                    return
                raise
            time.sleep(0.2)
        self.fail("the feed still reaches back")


if __name__ == "__main__":
    unittest.main(verbosity=2)
