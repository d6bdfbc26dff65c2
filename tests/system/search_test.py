#!/usr/bin/python3
"""Search with the real registry: whoever has written finds it, kills lose nothing of the index, and an index
that is deleted or damaged is made again with the same answers."""

import pathlib
import shutil
import unittest

from suite_case import CallError, SuiteCase

ORGANIZATIONS = "weft.registry.v1.OrganizationService"
QUERIES = ("library", "libary", "riv", "springfeld library", "RPL3", "acad\u00e9mie", '"OR" *')
STEMS = ("Riverside", "Harbor", "Maple", "Acad\u00e9mie", "Oak")


class SearchTest(SuiteCase):
    def create(self, number):
        name = f"{STEMS[number % len(STEMS)]} Public Library {number}"
        return self.suite.call(f"{ORGANIZATIONS}/CreateOrganization", {
            "organizationId": f"o{number}", "organization": {
                "displayName": name, "partnerTypes": ["library"],
                "locations": [{"locality": "Springfield", "region": "MO", "country": "US"}],
                "contacts": [{"displayName": "Rosa Quintessa", "email": "rosa@quintessa.example.org"}]}})

    def search(self, query, **fields):
        return self.suite.call(f"{ORGANIZATIONS}/SearchOrganizations",
                               {"query": query, "pageSize": 100, **fields})

    def everything(self):
        answers = [self.search(query) for query in QUERIES]
        pairs = self.suite.call(f"{ORGANIZATIONS}/ListDuplicateCandidates", {"minScore": 0.0, "pageSize": 500})
        pairs.pop("nextPageToken", None)
        return answers, pairs

    @property
    def index(self):
        return self.data / "registry" / "search"

    def restart(self, between=None):
        self.suite.kill("registry")
        if between:
            between()
        self.suite.start_one("registry")

    def test_the_index_outlives_kills_and_its_own_loss(self):
        made = 0
        for _ in range(3):
            for _ in range(10):
                self.create(made)
                # At once, whatever the index has done until then.
                found = self.search(f"library {made}")
                self.assertEqual(found["hits"][0]["organization"]["name"], f"organizations/o{made}")
                made += 1
            before = self.everything()
            self.restart()
            self.assertEqual(self.everything(), before)
        self.assertTrue(any(each.name == "organizations.db" for each in self.index.iterdir()))

        before = self.everything()
        self.assertEqual(len(self.search("library")["hits"]), made)
        self.restart(lambda: shutil.rmtree(self.index))
        self.assertEqual(self.everything(), before)
        # Without its log, then without the file that the log belongs to.
        self.restart(lambda: [each.unlink() for each in self.index.glob("*-wal")])
        self.assertEqual(self.everything(), before)
        self.restart((self.index / "organizations.db").unlink)
        self.assertEqual(self.everything(), before)
        self.restart(lambda: (self.index / "organizations.db").write_bytes(b"no database" * 1000))
        self.assertEqual(self.everything(), before)
        # One of an earlier state is brought up to date.
        copy = self.data / "copy"
        self.suite.kill("registry")
        shutil.copytree(self.index, copy)
        self.suite.start_one("registry")
        self.create(made)
        before = self.everything()

        def take_copy():
            shutil.rmtree(self.index)
            shutil.copytree(copy, self.index)
        self.restart(take_copy)
        self.assertEqual(self.everything(), before)
        # Personal data is in none of its files.
        for path in pathlib.Path(self.index).iterdir():
            self.assertNotIn(b"quintessa", path.read_bytes().lower(), path)

    def test_the_command_line_searches(self):
        self.create(1)
        self.create(2)
        self.create(3)
        table = self.weft("org", "search", "libary", "--type", "library", "--place", "Springfield, MO, US")
        self.assertIn("misspelling in display name", table)
        self.assertEqual(len(table.splitlines()), 4)
        self.assertIn('"KIND_WHOLE_NAME"', self.weft("--json", "org", "search", "harbor public library 1"))
        self.assertEqual(len(self.weft("org", "search", "library", "--limit", "2").splitlines()), 3)
        self.assertIn("QUERY_INVALID", self.weft("org", "search", "?", code=1))
        pairs = self.weft("org", "duplicates", "--of", "organizations/o1", "--min-score", "0")
        self.assertIn("-8 different name", pairs)
        self.assertIn("+3 same place (Springfield)", pairs)
        self.assertEqual(len(self.weft("org", "duplicates").splitlines()), 1)

    def test_who_may_search(self):
        self.create(1)
        self.weft("org", "search", "library", principal="organizations/o1")
        self.assertIn("PERMISSION_DENIED", self.weft("org", "duplicates", code=1, principal="organizations/o1"))
        with self.assertRaises(CallError) as refused:
            self.search("")
        self.assertEqual(refused.exception.reason, "QUERY_INVALID")


if __name__ == "__main__":
    unittest.main(verbosity=2)
