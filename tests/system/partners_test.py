#!/usr/bin/python3
"""Organizations and partnerships with the real servers: what was acknowledged outlives kills, histories
included, and metrics passes over what it does not use."""

import json
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

    def lookup(self, ein):
        return self.suite.call(f"{ORGANIZATIONS}/LookupOrganization", {"scheme": "SCHEME_EIN", "value": ein})["name"]

    def add_tie(self, name, organization, kind="library"):
        self.weft("partnership", "add", "sites/s1", f"organizations/{organization}", kind, "--id", name)

    def test_duplicates_are_merged_and_come_apart(self):
        self.add_site("s1")
        self.weft("org", "create", "Riverside Public Library", "--id", "library", "--identifier", "ein=53-0196605",
                  "--tag", "literacy")
        self.weft("org", "create", "Riverside Library", "--id", "riverside", "--identifier", "ein=01-0000001",
                  "--website", "https://riverside.example.org", "--tag", "books")
        self.weft("org", "create", "Branch", "--id", "branch", "--parent", "organizations/riverside")
        self.add_tie("kept", "library")
        self.add_tie("same", "riverside")
        self.add_tie("other", "riverside", "cbo")
        self.weft("--principal", "organizations/riverside", "partnership", "confirm", "sites/s1/partnerships/other")
        before = {name: self.suite.call(f"{ORGANIZATIONS}/GetOrganization", {"name": f"organizations/{name}"})
                  for name in ("library", "riverside", "branch")}
        merge = ("org", "merge", "organizations/library", "organizations/riverside")
        self.assertIn("MERGE_TIES_COLLIDE", self.weft(*merge, code=1))
        self.assertIn("FIELD=ORGANIZATION", self.weft(*merge, "--take", "website", code=2))
        preview = self.weft(*merge, "--collisions", "end", "--preview")
        self.assertIn("preview", preview)
        self.assertIn("website: filled, organizations/riverside", preview)
        self.assertIn("+ books of organizations/riverside", preview)
        self.assertIn("ties: 2, of which 1 collided", preview)
        self.assertIn("sites/s1/partnerships/same of organizations/riverside: ended on ", preview)
        self.assertIn("collides with sites/s1/partnerships/kept", preview)
        self.assertIn("organizations/branch of organizations/riverside (child)", preview)
        self.assertEqual(self.lookup("010000001"), "organizations/riverside")

        done = json.loads(self.weft("--json", *merge, "--collisions", "end", "--note", "one building"))
        name = done["merge"]["name"]
        self.suite.kill("registry")
        self.suite.start_one("registry")
        self.assertEqual(self.lookup("010000001"), "organizations/library")
        self.assertIn("organizations/library  Riverside Public Library",
                      self.weft("org", "get", "organizations/riverside"))
        self.assertIn("merged into organizations/library",
                      self.weft("org", "get", "organizations/riverside", "--merged"))
        self.assertNotIn("organizations/riverside", self.weft("org", "list"))
        self.assertIn("organizations/riverside", self.weft("org", "list", "--merged"))
        self.assertIn("organizations/branch", self.weft("org", "list", "--where", "parent = riverside"))
        found = self.weft("org", "search", "riverside")
        self.assertIn("organizations/library", found)
        self.assertNotIn("organizations/riverside", found)
        self.add_tie("since", "riverside", "food_agency")
        listed = self.weft("partnership", "list", "sites/-", "--organization", "organizations/riverside")
        for tie in ("kept", "same", "other", "since"):
            self.assertIn(f"sites/s1/partnerships/{tie}", listed)
        self.assertNotIn("riverside", listed)
        self.assertIn("OWN_ORGANIZATION_MERGED", self.weft(
            "partnership", "list", "sites/-", code=1, principal="organizations/riverside"))
        self.assertIn("ORGANIZATION_MERGED", self.weft("org", "delete", "organizations/riverside", code=1))
        self.assertIn(name, self.weft("org", "merges", "organizations/riverside"))
        self.assertIn("one building", self.weft("org", "merges", name))
        self.assertEqual(json.loads(self.weft("get", name))["survivor"], "organizations/library")

        self.assertIn("2 ties and 1 parts and redirects went back", self.weft("org", "unmerge", name, "--preview"))
        self.assertEqual(self.lookup("010000001"), "organizations/library")
        self.weft("org", "unmerge", name)
        self.suite.kill("registry")
        self.suite.start_one("registry")
        self.assertIn("MERGE_UNDONE", self.weft("org", "unmerge", name, code=1))
        for each, then in before.items():
            now = self.suite.call(f"{ORGANIZATIONS}/GetOrganization", {"name": f"organizations/{each}"})
            self.assertEqual({**now, "etag": "", "updateTime": ""}, {**then, "etag": "", "updateTime": ""})
        listed = self.weft("partnership", "list", "sites/-", "--organization", "organizations/riverside",
                           "--where", "open = true")
        for tie in ("same", "other"):
            self.assertIn(f"sites/s1/partnerships/{tie}", listed)
        self.assertIn("sites/s1/partnerships/since", self.weft(
            "partnership", "list", "sites/-", "--organization", "organizations/library"))

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
        self.suite.call(f"{PARTNERSHIPS}/ProposePartnership", {
            "parent": "sites/site-02",
            "partnershipProposal": {"organization": "organizations/library", "partnerType": "library"}})
        self.suite.call("weft.registry.v1.VocabularyService/CreateVocabulary", {
            "vocabulary": {"displayName": "Roles", "family": "roles", "version": 1, "kind": "KIND_ROLE"}})
        self.suite.call(f"{ORGANIZATIONS}/CreateOrganization",
                        {"organizationId": "twin", "organization": {"displayName": "Twin"}})
        self.suite.call(f"{ORGANIZATIONS}/MergeOrganizations",
                        {"survivor": "organizations/twin", "duplicates": ["organizations/library"]})
        # These wait until metrics has read the feed past all of that.
        self.assertEqual(self.answers(wave), before)
        self.suite.restart("metrics")
        self.assertEqual(self.answers(wave), before)


    def test_an_organization_proposes_a_tie(self):
        for site in ("s1", "s2"):
            self.add_site(site)
        self.weft("org", "create", "Riverside Library", "--id", "library")
        own = "organizations/library"
        self.weft("create", "--data", json.dumps({"vocabularies": [
            {"name": "vocabularies/roles-1", "displayName": "Roles", "family": "roles", "version": 1,
             "kind": "KIND_ROLE", "terms": [{"code": "mentoring", "displayName": "Mentoring",
                                             "provenance": "PROVENANCE_ASSUMED"}]}]}))
        propose = ("partnership", "propose", "sites/s1", own, "library", "--id", "q", "--vocabulary",
                   "vocabularies/roles-1", "--note", "each Friday", "--level", "coordination", "--on", "2025-01-15")
        self.assertIn("VOCABULARY_NOT_PUBLISHED", self.weft(*propose, principal=own, code=1))
        self.weft("publish", "vocabularies/roles-1")
        self.assertIn('did you mean "mentoring"?', self.weft(*propose, "--role", "mentorng", principal=own, code=1))
        self.assertIn("library, proposed", self.weft(*propose, "--role", "mentoring", principal=own))
        self.assertIn("PARTNERSHIP_PROPOSAL_OPEN_TAKEN", self.weft(*propose[:5], principal=own, code=1))
        name = "sites/s1/partnershipProposals/q"
        self.assertIn("PERMISSION_DENIED", self.weft("partnership", "accept", name, principal=own, code=1))
        self.suite.kill("registry")
        self.suite.start_one("registry")
        self.assertIn("each Friday", self.weft("partnership", "proposals", "sites/-", "--state", "proposed"))
        accepted = self.weft("partnership", "accept", name, "--id", "library")
        self.assertIn("confirmed by the organization", accepted)
        self.assertIn("organization's rating: coordination since 2025-01-15", accepted)
        self.assertIn("site's rating: –", accepted)
        proposal = self.suite.call(f"{PARTNERSHIPS}/GetPartnershipProposal", {"name": name})
        self.assertEqual(proposal["partnership"], "sites/s1/partnerships/library")

        tie = proposal["partnership"]
        self.assertIn("CODE_NOT_IN_VOCABULARY", self.weft(
            "partnership", "view", tie, "site", "--role", "tours", "--vocabulary", "vocabularies/roles-1", code=1))
        self.assertIn("in the words of vocabularies/roles-1", self.weft(
            "partnership", "view", tie, "site", "--vocabulary", "vocabularies/roles-1"))
        self.assertEqual(self.weft("partnership", "view", tie, "site"),
                         f"{tie}/siteView\n  in the words of vocabularies/roles-1\n")

        for verb, principal in (("decline", None), ("withdraw", own)):
            self.weft("partnership", "propose", "sites/s2", own, "library", "--id", verb, principal=own)
            said = self.weft("partnership", verb, f"sites/s2/partnershipProposals/{verb}", "--note", "not this year",
                             principal=principal)
            self.assertIn("not this year", said)
        self.assertNotIn("sites/s2", self.weft("partnership", "proposals", "sites/-", "--state", "proposed"))
        self.assertNotIn("sites/s2", self.weft("partnership", "list", "sites/-"))

    def test_the_communities_of_the_brief(self):
        vignettes = str(ROOT / "examples" / "brief-vignettes")
        loaded = self.weft("load", vignettes)
        self.assertIn("organizations.json: 32 created", loaded)
        self.assertIn("vocabularies.json: 2 created", loaded)
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
        lists = self.suite.call("weft.registry.v1.VocabularyService/ListVocabularies", {})["vocabularies"]
        self.assertEqual({each["state"] for each in lists}, {"STATE_PUBLISHED"})
        codes = {each["name"]: {term["code"] for term in each["terms"]} for each in lists}
        for term in (term for each in lists for term in each["terms"]):
            self.assertEqual(term["provenance"] == "PROVENANCE_SOURCED", term["source"] != "", term)
            if brief is not None:
                self.assertIn(term["source"], brief)
        for name in ties:
            view = self.suite.call(f"{PARTNERSHIPS}/GetSiteView", {"name": f"{name}/siteView"})
            self.assertRegex(view["note"], r"^Edwards \(2026\): “.+”$")
            listed = {code for each in view["vocabularies"] for code in codes[each]}
            self.assertLessEqual({*view["roles"], *view["mechanisms"]}, listed)
            if brief is not None:
                self.assertIn(view["note"].partition("“")[2].rstrip("”"), brief)


if __name__ == "__main__":
    unittest.main(verbosity=2)
