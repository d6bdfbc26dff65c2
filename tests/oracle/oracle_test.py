#!/usr/bin/env python3
"""Tests of the oracle itself: values computed by hand, and the example against the brief."""

import math
import pathlib
import sys
import tempfile
import unittest
from collections import Counter
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import oracle
import wave_files
from oracle import CountedCell, Parameters, WaveMetrics
from wave_files import Answers, Cell, Missing, Response, RosterEntry, Wave

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "lab-2025"


def exactly(number):
    return number, number, False


def make_wave(codes, answers, invited=None):
    """Sites s0, s1, ... with these Answers (None: no response)."""
    sites = [f"sites/s{i}" for i in range(invited or len(answers))]
    roster = [RosterEntry(site, site, ["cohorts/c"]) for site in sites]
    responses = {}
    for site, each in zip(sites, answers):
        if each is not None:
            responses[site] = Response([each], submitted=1)
    return Wave("waves/w", "W", [(code, code.upper()) for code in codes], {"sections": []},
                roster, responses)


def answers(levels, rating=None):
    """One letter for each type a, b, c ...: a level, or "?" for a missing one."""
    cells = {}
    for code, letter in zip("abcdefghij", levels):
        cells[code] = Cell(Missing("DONT_KNOW") if letter == "?" else int(letter))
    return Answers(cells, rating)


class CellTest(unittest.TestCase):
    def test_counts(self):
        for text, expected in (("12", (12, 12, False)), ("~12", (12, 12, True)),
                               ("10-15", (10, 15, False)), ("10 \u2013 15", (10, 15, False)),
                               ("20+", (20, None, False)), (" 0 ", (0, 0, False))):
            self.assertEqual(wave_files.parse_count(text), expected)

    def test_count_signs(self):
        for count, sign in (((0, 0, False), "zero"), ((0, 5, False), "unclear"),
                            ((0, None, False), "unclear"), ((1, None, False), "positive"),
                            (None, "unclear"), (Missing("REFUSED"), "unclear")):
            self.assertEqual(oracle.count_sign(count), sign)

    def test_engagement_by_rule(self):
        # level, count: LEVEL_FIRST, LEVEL_ONLY, COUNT_ONLY, EITHER
        cases = {
            (2, None): "YES YES UNKNOWN YES",
            (0, None): "NO NO UNKNOWN NO",
            (None, 3): "YES UNKNOWN YES YES",
            (None, 0): "NO UNKNOWN NO NO",
            (None, None): "UNKNOWN UNKNOWN UNKNOWN UNKNOWN",
            (0, 3): "NO NO YES YES",
            (2, 0): "YES YES NO YES",
        }
        for (level, count), expected in cases.items():
            cell = Cell(level, None if count is None else exactly(count))
            found = [oracle.engagement(cell, rule) for rule in oracle.ENGAGED_RULES]
            self.assertEqual(" ".join(found), expected, (level, count))
        unclear = Cell(None, (0, 5, False))
        self.assertEqual(oracle.engagement(unclear, "LEVEL_FIRST"), "UNKNOWN")

    def test_contradictions(self):
        self.assertTrue(oracle.is_contradiction(Cell(0, exactly(1))))
        self.assertTrue(oracle.is_contradiction(Cell(1, exactly(0))))
        self.assertFalse(oracle.is_contradiction(Cell(1, (0, 5, False))))
        self.assertFalse(oracle.is_contradiction(Cell(None, exactly(1))))

    def test_without_the_site_itself(self):
        exclude = Parameters(self_rule="EXCLUDE")
        counted = CountedCell(Cell(3, exactly(1), True), exclude)
        self.assertEqual((counted.engaged, counted.depth), ("NO", 0))
        counted = CountedCell(Cell(3, (1, 4, False), True), exclude)
        self.assertEqual((counted.engaged, counted.depth), ("UNKNOWN", None))
        self.assertEqual(counted.cell.count[:2], (0, 3))
        counted = CountedCell(Cell(3, (5, None, False), True), exclude)
        self.assertEqual((counted.engaged, counted.depth), ("YES", 3))
        self.assertEqual(counted.cell.count[:2], (4, None))
        counted = CountedCell(Cell(3, None, True), exclude)
        self.assertEqual((counted.engaged, counted.depth), ("UNKNOWN", None))
        counted = CountedCell(Cell(3, exactly(1), False), exclude)
        self.assertEqual(counted.depth, 3)


class SiteTest(unittest.TestCase):
    def numbers(self, levels, **parameters):
        wave = make_wave("abcdefghij"[:len(levels)], [answers(levels)])
        return WaveMetrics(wave, Parameters(**parameters)).list_site_metrics()[0]

    def test_complete(self):
        # Levels 4 3 0 1: three engaged, sum 8.
        site = self.numbers("4301")
        self.assertEqual(site["richness"], {"n": 4, "N": 4, "base": "BASE_TYPES", "value": 3.0,
                                            "low": 3.0, "high": 3.0})
        self.assertEqual(site["coverage"]["numerator"], 3)
        self.assertEqual(site["meanLevelEngaged"]["value"], 8 / 3)
        self.assertEqual(site["meanLevelAll"]["value"], 2.0)
        self.assertEqual(site["shareCoordinationOrDeeper"]["value"], 2 / 3)
        self.assertEqual(site["shareCollaboration"]["value"], 1 / 3)
        self.assertEqual(site["depthWeightedBreadth"]["value"], 0.5)

    def test_missing(self):
        # 4 and 1 known, two unknown: K = 4, S = 2, u = m = 2, s = 2, sum = 5.
        site = self.numbers("4?1?")
        self.assertEqual(site["richness"], {"n": 2, "N": 4, "base": "BASE_TYPES", "value": 2.0,
                                            "low": 2.0, "high": 4.0})
        self.assertEqual(site["meanLevelEngaged"],
                         {"n": 2, "N": 2, "base": "BASE_ENGAGED", "value": 2.5,
                          "low": 7 / 4, "high": 13 / 4})
        self.assertEqual(site["meanLevelAll"],
                         {"n": 2, "N": 4, "base": "BASE_TYPES", "value": 2.5,
                          "low": 5 / 4, "high": 13 / 4})
        self.assertEqual(site["shareCollaboration"]["low"], 1 / 4)
        self.assertEqual(site["shareCollaboration"]["high"], 3 / 4)

    def test_nothing_known(self):
        site = self.numbers("??")
        self.assertEqual(site["richness"],
                         {"n": 0, "N": 2, "base": "BASE_TYPES", "low": 0.0, "high": 2.0,
                          "undefined": {"reason": "UNDEFINED_REASON_NO_DATA"}})
        self.assertEqual((site["meanLevelEngaged"]["low"], site["meanLevelEngaged"]["high"]),
                         (1.0, 4.0))
        self.assertEqual(self.numbers("??", engaged_rule="EITHER")["meanLevelEngaged"]["low"], 0.0)

    def test_not_engaged_at_all(self):
        self.assertEqual(self.numbers("00")["meanLevelEngaged"],
                         {"n": 0, "N": 0, "base": "BASE_ENGAGED",
                          "undefined": {"reason": "UNDEFINED_REASON_NO_DATA"}})

    def test_not_counted(self):
        wave = make_wave("ab", [None])
        site = WaveMetrics(wave, Parameters()).list_site_metrics()[0]
        self.assertEqual(site["richness"], {"n": 0, "N": 2, "base": "BASE_TYPES",
                                            "undefined": {"reason": "UNDEFINED_REASON_NO_DATA"}})
        self.assertEqual((site["counted"], site["revision"], site["cells"]), (False, 0, []))


class DistributionTest(unittest.TestCase):
    def distribution(self, levels, base="ALL", **parameters):
        parameters = Parameters(**parameters)
        cells = [CountedCell(cell, parameters) for cell in answers(levels).cells.values()]
        return oracle.level_distribution(cells, base, parameters)

    def test_shares_and_modes(self):
        found = self.distribution("44331")
        self.assertEqual([each["share"]["numerator"] for each in found["shares"]], [0, 1, 0, 2, 2])
        self.assertEqual(found["modes"], ["INTERACTION_LEVEL_COORDINATION",
                                          "INTERACTION_LEVEL_COLLABORATION"])

    def test_center_and_spread(self):
        # 0 1 1 2 4: median 1; n/2 = 2.5, below 1 there is one: 0.5 + 1.5/2.
        found = self.distribution("01124")
        self.assertEqual(found["median"]["value"], 1.0)
        self.assertEqual(found["interpolatedMedian"]["value"], 1.25)
        # Quartiles: cumulative 1, 3, 4, 4, 5 against 1.25 and 3.75.
        self.assertEqual(found["iqr"]["value"], 1.0)
        self.assertEqual(self.distribution("0134")["median"]["value"], 2.0)

    def test_consensus(self):
        self.assertEqual(self.distribution("3333")["consensus"]["value"], 1.0)
        self.assertEqual(self.distribution("0044")["consensus"]["value"], 0.0)
        # 3 and 4 over engaged: width 3, both half a level off.
        self.assertAlmostEqual(self.distribution("34", "ENGAGED")["consensus"]["value"],
                               1 + math.log2(1 - 0.5 / 3), places=15)

    def test_missing_levels(self):
        # 2 3 and one unknown, of three: the unknown may be 0 or 4.
        found = self.distribution("23?")
        self.assertEqual((found["median"]["low"], found["median"]["high"]), (2.0, 3.0))
        share = found["shares"][0]["share"]
        self.assertEqual((share["value"], share["low"], share["high"]), (0.0, 0.0, 1 / 3))
        self.assertNotIn("low", found["iqr"])
        engaged = self.distribution("23?", "ENGAGED")
        self.assertEqual(engaged["shares"][0]["share"]["high"], 0.0)
        self.assertEqual((engaged["shares"][2]["share"]["n"], engaged["shares"][2]["share"]["N"]),
                         (2, 2))

    def test_nothing_known(self):
        found = self.distribution("??")
        self.assertEqual(found["modes"], [])
        self.assertEqual(found["median"], {"n": 0, "N": 2, "base": "BASE_ALL",
                                           "undefined": {"reason": "UNDEFINED_REASON_NO_DATA"}})


class TauTest(unittest.TestCase):
    def tau(self, xs, ys):
        return oracle.tau_b(Counter(zip(map(Fraction, xs), ys)))

    def brute(self, xs, ys):
        sign = lambda a, b: (a > b) - (a < b)
        pairs = [(i, j) for i in range(len(xs)) for j in range(i)]
        s = sum(sign(xs[i], xs[j]) * sign(ys[i], ys[j]) for i, j in pairs)
        x = sum(xs[i] != xs[j] for i, j in pairs)
        y = sum(ys[i] != ys[j] for i, j in pairs)
        return s / math.sqrt(x * y)

    def test_by_hand(self):
        self.assertEqual(self.tau([1, 2, 3], [1, 2, 3]), (1.0, ""))
        self.assertEqual(self.tau([1, 2, 3], [3, 2, 1]), (-1.0, ""))
        # Ties in y: pairs (1,2) (1,3) concordant, (2,3) tied: 2 / sqrt(3 * 2).
        self.assertEqual(self.tau([1, 2, 3], [1, 2, 2]), (2 / math.sqrt(6), ""))

    def test_against_all_pairs(self):
        xs = [11, 13, 13, 14, 15, 16, 16, 17, 17, 18]
        ys = [2, 2, 1, 2, 2, 3, 3, 2, 3, 3]
        self.assertEqual(self.tau(xs, ys)[0], self.brute(xs, ys))

    def test_undefined(self):
        self.assertEqual(self.tau([1], [1]), (None, "TOO_FEW"))
        self.assertEqual(self.tau([], []), (None, "TOO_FEW"))
        self.assertEqual(self.tau([1, 2], [3, 3]), (None, "CONSTANT"))
        self.assertEqual(self.tau([2, 2], [1, 3]), (None, "CONSTANT"))


class WaveTest(unittest.TestCase):
    def test_floors(self):
        wave = make_wave("a", [answers("1"), answers("2"), answers("3")])
        wave.responses["sites/s0"].approved = 1
        wave.responses["sites/s0"].revisions.append(answers("4"))
        wave.responses["sites/s0"].submitted = 2
        wave.responses["sites/s2"].counts = False
        submitted = WaveMetrics(wave, Parameters()).summary()
        approved = WaveMetrics(wave, Parameters(floor="APPROVED")).summary()
        self.assertEqual((submitted["counted"], approved["counted"]), (2, 1))
        self.assertEqual(submitted["meanLevelEngaged"]["mean"]["value"], 3.0)
        self.assertEqual(approved["meanLevelEngaged"]["mean"]["value"], 1.0)

    def test_cohorts_and_removed_sites(self):
        wave = make_wave("a", [answers("1"), answers("2"), None])
        wave.roster[0].cohorts = ["cohorts/c", "cohorts/d"]
        wave.roster[2].active = False
        self.assertEqual(WaveMetrics(wave, Parameters()).summary()["invited"], 2)
        in_d = WaveMetrics(wave, Parameters(cohort="cohorts/d")).summary()
        self.assertEqual((in_d["invited"], in_d["counted"]), (1, 1))
        nobody = WaveMetrics(wave, Parameters(cohort="cohorts/e")).summary()
        self.assertEqual(nobody["responseRate"]["undefined"]["reason"],
                         "UNDEFINED_REASON_EMPTY_BASE")

    def test_statistics_use_every_interval(self):
        # Second site: D1 is unknown with [0, 1], and so only in the interval.
        wave = make_wave("a", [answers("1"), answers("?")])
        richness = WaveMetrics(wave, Parameters()).summary()["richness"]["mean"]
        self.assertEqual((richness["value"], richness["n"], richness["N"]), (1.0, 1, 2))
        self.assertEqual((richness["low"], richness["high"]), (0.5, 1.0))

    def test_quadrants(self):
        wave = make_wave("abc", [answers("400"), answers("110"), answers("222"), answers("???")])
        metrics = WaveMetrics(wave, Parameters())
        # Richness 1 2 3, cut 2; mean level 4 1 2, cut 2.
        self.assertEqual([site["quadrant"] for site in metrics.list_site_metrics()],
                         ["QUADRANT_NARROW_DEEP", "QUADRANT_BROAD_SHALLOW", "QUADRANT_BROAD_DEEP",
                          "QUADRANT_UNSPECIFIED"])
        self.assertEqual([each["sites"] for each in metrics.summary()["quadrants"]["counts"]],
                         [1, 0, 1, 1, 1])

    def test_ratings(self):
        wave = make_wave("a", [answers("1", 3), answers("1", 2), answers("1", Missing("REFUSED")),
                               answers("1")])
        ratings = WaveMetrics(wave, Parameters()).summary()["sharedResponsibility"]
        upper = ratings["atLeastModerate"]
        self.assertEqual((upper["value"], upper["n"], upper["N"]), (1.0, 2, 4))
        self.assertEqual((upper["low"], upper["high"]), (0.5, 1.0))
        self.assertEqual(ratings["missing"],
                         [{"reason": "MISSING_REASON_NOT_ANSWERED", "count": 1},
                          {"reason": "MISSING_REASON_REFUSED", "count": 1}])


class FileTest(unittest.TestCase):
    INSTRUMENT = {
        "sections": [{"id": "s", "displayName": "S", "questions": [
            {"id": "pick", "text": "?", "multiChoice": {"options": [
                {"id": "one", "label": "The one"}, {"id": "two", "label": "Two"}]}},
            {"id": "size", "text": "?", "number": {}},
            {"id": "words", "text": "?", "textAnswer": {}}]}],
        "levels": [{"level": "INTERACTION_LEVEL_COOPERATION", "label": "Cooperation",
                    "aliases": ["co-op"], "code": 2}],
        "sharedResponsibility": [],
        "columnAliases": [{"column": "a.level", "alias": "How deep?"}],
    }

    def read(self, text, encoding="utf-8"):
        labels = wave_files.Labels(self.INSTRUMENT)
        return wave_files.read_answers(text.encode(encoding), labels, ["a"], lambda site: site)

    def test_wide(self):
        found = self.read('site;A.Count;how deep?;pick;size;words\r\n'
                          's0;~3;CO-OP;the one;1.5;"a ""b""\r\nc; d"\r\n'
                          's1;dont_know;2;;NA;\r\n'
                          's2;;;;;\r\n', "utf-8-sig")
        self.assertEqual(found["s0"].cells["a"], Cell(2, (3, 3, True)))
        self.assertEqual(found["s0"].items, {"pick": ["one"], "size": 1.5})
        self.assertEqual(found["s1"].cells["a"], Cell(2, Missing("DONT_KNOW")))
        self.assertEqual(found["s1"].items, {})
        self.assertNotIn("s2", found)

    def test_tidy(self):
        found = self.read("site,item,partner_type,value\n"
                          "s0,interaction_level,a,cooperation\n"
                          "s1,pick,,TWO; one\n"
                          "s0,includes_self,A,yes\n")
        self.assertEqual(found["s0"].cells["a"], Cell(2, None, True))
        self.assertEqual(found["s1"].items, {"pick": ["one", "two"]})

    def test_roster_and_amendments(self):
        with tempfile.TemporaryDirectory() as scratch:
            directory = pathlib.Path(scratch)
            for name in ("taxonomy", "cohort", "sites", "memberships", "instrument", "wave"):
                source = EXAMPLE / f"{name}.json"
                (directory / f"{name}.json").write_bytes(source.read_bytes())
            (directory / "actions.json").write_text(
                '[{"verb": "remove", "site": "sites/site-04"},'
                ' {"verb": "decline", "site": "sites/site-05"}]', encoding="utf-8")
            summary = WaveMetrics(wave_files.read_wave(directory), Parameters()).summary()
        self.assertEqual((summary["invited"], summary["counted"]), (11, 0))


class ExampleTest(unittest.TestCase):
    """The brief's figures, from the example's files."""

    @classmethod
    def setUpClass(cls):
        cls.metrics = WaveMetrics(wave_files.read_wave(EXAMPLE), Parameters())
        cls.summary = cls.metrics.summary()
        cls.types = {each["partnerType"]: each for each in cls.summary["partnerTypes"]}

    def test_response_and_breadth(self):
        self.assertEqual((self.summary["counted"], self.summary["invited"]), (10, 12))
        richness = self.summary["richness"]
        self.assertEqual([richness[key]["value"] for key in ("mean", "min", "max")],
                         [15.0, 11.0, 18.0])

    def test_presence(self):
        presence = Counter(each["presence"]["numerator"] for each in self.types.values())
        self.assertEqual([presence[count] for count in (10, 9, 8)], [7, 2, 4])

    def test_depth(self):
        modes = {code: each["levelsEngaged"]["modes"] for code, each in self.types.items()}
        for level, codes in (
            ("COLLABORATION", ("cbo", "k12_school", "research_eval", "school_district")),
            ("COORDINATION", ("local_business", "ost_program", "higher_ed", "public_agency")),
        ):
            for code in codes:
                self.assertEqual(modes[code], [f"INTERACTION_LEVEL_{level}"])
        for code in ("cbo", "k12_school"):
            share = self.types[code]["levelsAll"]["shares"][4]["share"]
            self.assertEqual((share["numerator"], share["n"]), (5, 10))

    def test_responsibility(self):
        ratings = self.summary["sharedResponsibility"]
        self.assertEqual(ratings["atLeastModerate"]["numerator"], 9)
        self.assertEqual(ratings["shares"][2]["share"]["numerator"], 4)
        for association in self.summary["associations"]:
            self.assertGreater(association["tauB"]["value"], 0)

    def test_nothing_contradicts(self):
        self.assertEqual(self.summary["contradictions"], 0)

    def test_the_site_itself(self):
        without = WaveMetrics(self.metrics.wave, Parameters(self_rule="EXCLUDE")).summary()
        found = {each["partnerType"]: each for each in without["partnerTypes"]}
        self.assertEqual(found["school_district"]["presence"]["numerator"], 9)

    def test_items(self):
        items = {each["question"]: each for each in self.metrics.item_frequencies()}
        self.assertEqual(len(items), 8)
        self.assertEqual(items["learners_reached"]["number"]["max"]["value"], 5400.0)
        self.assertEqual(items["policy_context"]["missing"],
                         [{"reason": "MISSING_REASON_NOT_ASKED", "count": 1},
                          {"reason": "MISSING_REASON_REFUSED", "count": 1}])
        self.assertEqual(items["shared_responsibility"]["options"][1]["share"]["numerator"], 5)


if __name__ == "__main__":
    unittest.main()
