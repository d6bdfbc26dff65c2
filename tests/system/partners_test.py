#!/usr/bin/python3
"""Organizations and partnerships with the real servers: what was acknowledged outlives kills, histories
included, and metrics passes over what it does not use."""

import os
import pathlib
import threading
import time
import unittest

from suite_case import EXAMPLE, ROOT, CallError, SuiteCase

ORGANIZATIONS = "weft.registry.v1.OrganizationService"
PARTNERSHIPS = "weft.registry.v1.PartnershipService"
KILLS = 3
# The text that the vignettes are from, where it is at hand.
BRIEF = pathlib.Path(os.environ.get("WEFT_BRIEF", "brief.txt"))
WRITERS = 4
LEVELS = ("NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION")


class PartnersTest(SuiteCase):
    def add_site(self, name):
        self.suite.call("weft.registry.v1.SiteService/CreateSite", {
            "siteId": name, "site": {"displayName": name, "neutralLabel": f"Site {name}"}})

    def call_through_kills(self, path, request):
        """Calls until it is answered; the request id makes the repetition safe."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.suite.call(path, request)
            except CallError as error:
                if error.reason not in ("", "SERVER_DRAINING") or time.monotonic() > deadline:
                    raise
            except ValueError:  # The channel went with the server, and the next one is not there yet.
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def write_until(self, writer, stopped, acknowledged, errors):
        """Organizations, each with a tie, ratings and a confirmation; keeps what the server answered."""
        try:
            number = 0
            while not stopped.is_set():
                number += 1
                key = f"{writer}-{number}"
                ein = f"{10 + writer}-{number:07d}"
                made = self.call_through_kills(f"{ORGANIZATIONS}/CreateOrganization", {
                    "organizationId": f"o-{key}", "requestId": f"org-{key}",
                    "organization": {"displayName": f"Organization {key}",
                                     "identifiers": [{"scheme": "SCHEME_EIN", "value": ein}]}})
                tie = self.call_through_kills(f"{PARTNERSHIPS}/CreatePartnership", {
                    "parent": "sites/s1", "partnershipId": f"p-{key}", "requestId": f"tie-{key}",
                    "partnership": {"organization": made["name"], "partnerType": "cbo"}})
                rated = self.call_through_kills(f"{PARTNERSHIPS}/AssessPartnership", {
                    "name": tie["name"], "requestId": f"rate-{key}",
                    "assessment": {"level": f"INTERACTION_LEVEL_{LEVELS[number % 4]}"}})
                confirmed = self.call_through_kills(f"{PARTNERSHIPS}/ConfirmPartnership", {
                    "name": tie["name"], "requestId": f"confirm-{key}", "note": key})
                acknowledged.append((ein, made, tie, rated, confirmed))
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    def test_acknowledged_writes_outlive_kills(self):
        self.add_site("s1")
        stopped = threading.Event()
        acknowledged = []
        errors = []
        writers = [threading.Thread(target=self.write_until, args=(i, stopped, acknowledged, errors))
                   for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        for kill in range(1, KILLS + 1):
            deadline = time.monotonic() + 60
            while len(acknowledged) < 10 * kill and not errors:
                self.assertLess(time.monotonic(), deadline, "nothing is acknowledged")
                time.sleep(0.02)
            self.suite.kill("registry")
            self.suite.start_one("registry")
        stopped.set()
        for writer in writers:
            writer.join(90)
        self.assertEqual(errors, [])
        self.suite.kill("registry")
        self.suite.start_one("registry")
        for ein, made, tie, rated, confirmed in acknowledged:
            found = self.suite.call(f"{ORGANIZATIONS}/LookupOrganization", {"scheme": "SCHEME_EIN", "value": ein})
            self.assertEqual(found, made)
            now = self.suite.call(f"{PARTNERSHIPS}/GetPartnership", {"name": tie["name"]})
            self.assertEqual(now, confirmed)
            self.assertEqual(now["level"], rated["level"])
            ratings = self.suite.call(f"{PARTNERSHIPS}/ListAssessments", {"parent": tie["name"]})
            self.assertEqual(ratings["assessments"], [rated])
            # As it was before it was rated.
            then = self.suite.call(f"{PARTNERSHIPS}/GetPartnership",
                                   {"name": tie["name"], "recordedBy": tie["updateTime"]})
            self.assertEqual(then, tie)

    def test_metrics_passes_over_them(self):
        wave = self.suite.load_example(EXAMPLE)
        before = self.answers(wave)
        self.suite.call(f"{ORGANIZATIONS}/CreateOrganization",
                        {"organizationId": "library", "organization": {"displayName": "Library"}})
        tie = self.suite.call(f"{PARTNERSHIPS}/CreatePartnership", {
            "parent": "sites/site-01", "partnershipId": "library",
            "partnership": {"organization": "organizations/library", "partnerType": "library"}})
        self.suite.call(f"{PARTNERSHIPS}/AssessPartnership",
                        {"name": tie["name"], "assessment": {"level": "INTERACTION_LEVEL_COOPERATION"}})
        self.suite.call(f"{PARTNERSHIPS}/UpdateSiteView",
                        {"siteView": {"name": f"{tie['name']}/siteView", "note": "good"}})
        self.suite.call(f"{PARTNERSHIPS}/ConfirmPartnership", {"name": tie["name"]})
        # These wait until metrics has read the feed past all of that.
        self.assertEqual(self.answers(wave), before)
        self.suite.restart("metrics")
        self.assertEqual(self.answers(wave), before)


    def test_the_communities_of_the_brief(self):
        vignettes = str(ROOT / "examples" / "brief-vignettes")
        self.assertIn("organizations.json: 32 created", self.weft("load", vignettes))
        # Once more changes nothing.
        again = self.weft("load", vignettes)
        self.assertIn("organizations.json: 0 created, 32 there already", again)
        self.assertIn("assessments.json: 0 rated, 3 there already", again)
        page = self.suite.call(f"{PARTNERSHIPS}/ListPartnerships", {"parent": "sites/-", "pageSize": 1000})
        ties = {each["name"]: each for each in page["partnerships"]}
        self.assertEqual(len(ties), 32)
        # A level only where the sentence states one.
        rated = sorted(name.rpartition("/")[2] for name, tie in ties.items()
                       if tie["level"] != "INTERACTION_LEVEL_UNSPECIFIED")
        self.assertEqual(rated, ["nc-state", "sparknc-business-advisory-council", "sparknc-host-schools"])
        brief = BRIEF.read_text(encoding="utf-8") if BRIEF.exists() else None
        for name in ties:
            view = self.suite.call(f"{PARTNERSHIPS}/GetSiteView", {"name": f"{name}/siteView"})
            self.assertRegex(view["note"], r"^Edwards \(2026\): “.+”$")
            if brief is not None:
                self.assertIn(view["note"].partition("“")[2].rstrip("”"), brief)


if __name__ == "__main__":
    unittest.main(verbosity=2)
