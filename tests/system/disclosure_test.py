#!/usr/bin/python3
"""What the public cannot work out: releases of random waves are published under random policies, everything that
the public may read of them is read as the public, and an integer solver (scipy's HiGHS) looks for the least and the
most that each withheld count can be. One value alone means that it was no secret."""

import json
import pathlib
import random
import sys
import unittest

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp

from suite_case import ROOT, CallError, SuiteCase

from pyweft import releases  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "oracle"))

import compare  # noqa: E402
from random_wave import RandomWave  # noqa: E402

# A site is not engaged, engaged at each of the levels 1 to 4, engaged at one that is not known, or does not tell.
CELLS = ("no", "level1", "level2", "level3", "level4", "open", "unknown")
LEVELS = ("NO_INTERACTION", "NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION")
RATINGS = ("UNSPECIFIED", "NOT_EVIDENT", "MODERATELY_EVIDENT", "SIGNIFICANTLY_EVIDENT")
ENGAGED = CELLS[1:6]
WITH_LEVEL = CELLS[1:5]


class Reader:
    """Puts everything that a publication says into equations over whole numbers."""

    def __init__(self, publication):
        self.summary = publication["content"]["summary"]
        self.figures = {figure["number"]: figure for figure in publication["content"]["figures"]}
        self.types = [each["partnerType"] for each in self.summary["partnerTypes"]]
        self.index = {}
        for kind in self.types:
            for cell in CELLS:
                self.index[kind, cell] = len(self.index)
        for rating in RATINGS:
            self.index["rating", rating] = len(self.index)
        self.low = numpy.zeros(len(self.index))
        self.rows, self.lower, self.upper = [], [], []
        self.withheld = []  # (in words, the variables whose sum is withheld)
        self.read_sites()
        for each in self.summary["partnerTypes"]:
            self.read_type(each)
        self.read_ratings()
        self.read_means()

    def require(self, variables, low, high=None, weights=None):
        row = numpy.zeros(len(self.index))
        for place, variable in enumerate(variables):
            row[self.index[variable]] += 1 if weights is None else weights[place]
        self.rows.append(row)
        self.lower.append(low)
        self.upper.append(low if high is None else high)

    def read_sites(self):
        """Sites that appear one by one are known."""
        for site in self.figures[3]["networks"]["sites"]:
            for node in site["nodes"]:
                if node["engagement"] == "ENGAGEMENT_NO":
                    cell = "no"
                elif node["engagement"] == "ENGAGEMENT_UNKNOWN":
                    cell = "unknown"
                else:
                    level = node["level"].removeprefix("INTERACTION_LEVEL_")
                    cell = "open" if level == "UNSPECIFIED" else f"level{LEVELS.index(level)}"
                self.low[self.index[node["partnerType"], cell]] += 1
        for point in self.figures[4]["model"]["points"]:
            rating = point["sharedResponsibility"].removeprefix("SHARED_RESPONSIBILITY_")
            self.low[self.index["rating", rating]] += 1

    def read_share(self, what, estimate, property_of, known, base):
        """A share of `known` that has a property, out of `base`: lists of variables."""
        if estimate["n"] or estimate["N"]:
            self.require(known, estimate["n"])
            self.require(base, estimate["N"])
        if "suppressed" in estimate:
            self.withheld.append((what, property_of))
            if "low" in estimate:  # Told as a bound.
                self.require(property_of, estimate["low"] * estimate["n"] - 1e-6,
                             estimate["high"] * estimate["n"] + 1e-6)
        elif "value" in estimate:
            self.require(property_of, estimate["numerator"])

    def read_type(self, each):
        kind = each["partnerType"]
        of = lambda cells: [(kind, cell) for cell in cells]
        self.require(of(CELLS), self.summary["counted"])
        self.read_share(f"{kind} presence", each["presence"], of(ENGAGED), of(("no", *ENGAGED)), of(CELLS))
        for depth, level in enumerate(each["levelsAll"]["shares"]):
            cells = of(("no",)) if depth == 0 else of((f"level{depth}",))
            self.read_share(f"{kind} level {depth}", level["share"], cells, of(("no", *WITH_LEVEL)), of(CELLS))
        for depth, level in enumerate(each["levelsEngaged"]["shares"]):
            if depth == 0:
                continue  # None is engaged without interaction, by the rule.
            self.read_share(f"{kind} level {depth} of those engaged", level["share"], of((f"level{depth}",)),
                            of(WITH_LEVEL), of(ENGAGED))

    def read_ratings(self):
        ratings = self.summary["sharedResponsibility"]
        every = [("rating", rating) for rating in RATINGS]
        known = every[1:]
        self.require(every, self.summary["counted"])
        self.require(every[:1], sum(each["count"] for each in ratings["missing"]))
        for place, each in enumerate(ratings["shares"]):
            self.read_share(f"rating {place + 1}", each["share"], [known[place]], known, every)
        self.read_share("at least moderate", ratings["atLeastModerate"], known[1:], known, every)

    def read_means(self):
        """The mean number of types over all sites is a sum over the types; so is the mean level, where nothing is
        missing."""
        mean = self.summary["richness"]["mean"]
        if "value" in mean and mean["n"] == self.summary["counted"]:
            total = mean["value"] * mean["n"]
            self.require([(kind, cell) for kind in self.types for cell in ENGAGED], total - 1e-6, total + 1e-6)
        mean = self.summary["meanLevelAll"]["mean"]
        complete = all(each["presence"].get("n") == self.summary["counted"] and not each["levelMissing"]
                       for each in self.summary["partnerTypes"])
        if "value" in mean and complete:
            total = mean["value"] * mean["n"] * len(self.types)
            cells = [(kind, cell) for kind in self.types for cell in WITH_LEVEL]
            weights = [int(cell[-1]) for _, cell in cells]
            self.require(cells, total - 1e-6, total + 1e-6, weights)

    def bounds_of(self, variables):
        cost = numpy.zeros(len(self.index))
        for variable in variables:
            cost[self.index[variable]] += 1
        ends = []
        for sign in (1, -1):
            found = milp(sign * cost, integrality=numpy.ones(len(cost)), bounds=Bounds(self.low, numpy.inf),
                         constraints=LinearConstraint(numpy.array(self.rows), self.lower, self.upper))
            if not found.success:
                raise AssertionError(f"what is published contradicts itself: {found.message}")
            ends.append(round(sign * found.fun))
        return ends

    def recovered(self):
        """What is withheld and yet known, in words."""
        found = []
        for what, variables in self.withheld:
            least, most = self.bounds_of(variables)
            if least == most:
                found.append(f"{what} is {least}")
        return found


class DisclosureTest(SuiteCase):
    log_level = "warning"

    def read(self, method, request):
        """As the public."""
        return self.suite.call(releases.SERVICE + method, request, metadata=releases.PUBLIC)

    def wave(self, seed, sites):
        directory = pathlib.Path(self.data) / f"wave-{seed}"
        RandomWave(seed, sites).write(directory)
        return compare.load(self.suite, directory)

    def test_a_solver_recovers_no_withheld_count(self):
        rng = random.Random(20261129)
        withheld = 0
        for seed in range(101, 113):
            wave = self.wave(seed, rng.randint(8, 60))
            policy = {"audience": "AUDIENCE_PUBLIC", "minimumCell": rng.randint(2, 8),
                      "codedShare": rng.choice((0, 0, 0.05, 0.15)),
                      "siteRows": rng.choice(("SITE_ROWS_NAMED", "SITE_ROWS_NAMED", "SITE_ROWS_NONE"))}
            name = releases.publish(self.suite, wave, f"r{seed}", policy)
            publication = self.read("GetPublication", {"name": name})
            reader = Reader(publication)
            withheld += len(reader.withheld)
            with self.subTest(seed=seed, policy=policy):
                self.assertEqual(reader.recovered(), [])
                self.check_other_forms(name, publication)
        self.assertGreater(withheld, 500)

    def check_other_forms(self, name, publication):
        """The list holds the same, and what is withheld is a number in no table and no finding."""
        listed = self.read("ListPublications", {"pageSize": 1000})["publications"]
        self.assertIn(publication, listed)
        drawn = self.read("RenderPublication", {"name": name})
        self.assertEqual(drawn["publication"], publication)
        presence = {each["displayName"]: each["presence"] for each in
                    publication["content"]["summary"]["partnerTypes"]}
        for row in drawn["figures"][0]["table"]["rows"]:
            if "suppressed" in presence[row["cells"][0]]:
                self.assertRegex(row["cells"][1], "^withheld")
                self.assertEqual(row["cells"][2], "")
        mean = publication["content"]["summary"]["richness"]["mean"]
        self.assertEqual(publication["findings"][0]["references"][0]["estimate"], mean)
        for each in json.dumps(publication), json.dumps(drawn["figures"]):
            self.assertNotIn("sites/pool-", each.replace("\"site\": \"sites/pool-", ""))

    def test_two_releases_do_not_single_anybody_out(self):
        wave = self.wave(120, 30)
        policy = {"audience": "AUDIENCE_PUBLIC", "minimumCell": 5, "siteRows": "SITE_ROWS_NONE"}
        releases.publish(self.suite, wave, "all", policy)
        # All but the few of one kind.
        page = self.suite.call("weft.metrics.v1.MetricsService/ListSiteMetrics", {
            "parent": wave, "pageSize": 1000, "minPositions": self.suite.heads(),
            "parameters": {"filter": "NOT setting:*"}})
        few = [site for site in page["siteMetrics"] if site["counted"]]
        self.assertGreater(len(few), 0)
        if len(few) >= 5:
            policy["minimumCell"] = len(few) + 1
        with self.assertRaises(CallError) as refused:
            releases.publish(self.suite, wave, "most", policy, filter="setting:*")
        self.assertEqual(refused.exception.reason, "PUBLICATION_SINGLES_OUT")


if __name__ == "__main__":
    unittest.main(verbosity=2)
