#!/usr/bin/env python3
"""The judge: every number of docs/metrics.md, computed a second time from that page alone.

It reads a wave from files (wave_files.py), shares no code with Weft, and asks no server. It is slow and
plain on purpose. Results are dicts in the shape of proto JSON, so that they can be compared with a
server's answers key by key; words (descriptions, caveats, provenance) are left out.

    oracle.py DIRECTORY [--cohort C] [--floor approved] [--engaged-rule either] [--self-rule exclude]
"""

import argparse
import dataclasses
import itertools
import json
import math
import sys
from collections import Counter
from fractions import Fraction

from wave_files import LEVELS, NOT_ANSWERED, RATINGS, Answers, Cell, Missing, read_wave

REASONS = (NOT_ANSWERED, "NOT_ASKED", "DONT_KNOW", "REFUSED", "NOT_APPLICABLE")
ENGAGED_RULES = ("LEVEL_FIRST", "LEVEL_ONLY", "COUNT_ONLY", "EITHER")
QUADRANTS = ("UNSPECIFIED", "NARROW_SHALLOW", "BROAD_SHALLOW", "NARROW_DEEP", "BROAD_DEEP")
YES, NO, UNKNOWN = "YES", "NO", "UNKNOWN"


# Questions about sites, as a server answers them in one spelling, and what they mean of a roster entry.
FILTERS = {
    "setting = district": lambda entry: entry.setting == "SETTING_DISTRICT",
    "setting != district": lambda entry: entry.setting != "SETTING_DISTRICT",
    "NOT setting:*": lambda entry: entry.setting == "",
    "region = MO": lambda entry: "MO" in entry.regions,
    "region = CA OR region = KS": lambda entry: "CA" in entry.regions or "KS" in entry.regions,
    "NOT region:*": lambda entry: not entry.regions,
    'entry_point = "one school" AND stage != growing':
        lambda entry: entry.entry_point == "one school" and entry.stage != "growing",
    "region:MO AND (stage = starting OR setting = university)":
        lambda entry: "MO" in entry.regions and
        (entry.stage == "starting" or entry.setting == "SETTING_UNIVERSITY"),
    "country:*": lambda entry: False,
}


@dataclasses.dataclass(frozen=True)
class Parameters:
    """What the numbers are computed with."""

    cohort: str = ""
    floor: str = "SUBMITTED"
    engaged_rule: str = "LEVEL_FIRST"
    self_rule: str = "INCLUDE"
    filter: str = ""  # a key of FILTERS

    @property
    def lowest(self):
        """The lowest depth that an engaged cell can have."""
        return 1 if self.engaged_rule in ("LEVEL_FIRST", "LEVEL_ONLY") else 0


# --- Estimates ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Number:
    """A number before it is published: exact, with what it rests on."""

    value: object  # Fraction, int or float; None when undefined
    n: int
    N: int
    base: str
    interval: object = None  # (low, high)
    numerator: object = None
    reason: str = "NO_DATA"

    def published(self):
        out = {"n": self.n, "N": self.N, "base": f"BASE_{self.base}"}
        if self.value is None:
            out["undefined"] = {"reason": f"UNDEFINED_REASON_{self.reason}"}
        else:
            out["value"] = float(self.value)
            if self.numerator is not None:
                out["numerator"] = self.numerator
        if self.interval is not None:
            out["low"], out["high"] = map(float, self.interval)
        return out


def share(numerator, n, N, missing, base="ALL"):
    """How many of the `n` that are known; `missing` more of the N may be of them, too."""
    if n == 0:
        return Number(None, 0, N, base, (0, 1) if N > 0 else None)
    return Number(Fraction(numerator, n), n, N, base,
                  (Fraction(numerator, N), Fraction(numerator + missing, N)), numerator)


def median(values):
    """The middle value of a sorted list, or the mean of the two middle ones."""
    half = len(values) // 2
    if len(values) % 2 == 1:
        return Fraction(values[half])
    return (Fraction(values[half - 1]) + Fraction(values[half])) / 2


def missing_counts(reasons):
    counts = Counter(reasons)
    return [{"reason": f"MISSING_REASON_{reason}", "count": counts[reason]}
            for reason in REASONS if counts[reason] > 0]


def reason_of(value):
    return value.reason if isinstance(value, Missing) else NOT_ANSWERED


def is_known(value):
    return value is not None and not isinstance(value, Missing)


# --- Cells ----------------------------------------------------------------------------------------


def count_sign(count):
    """"zero", "positive" or "unclear"."""
    if not is_known(count):
        return "unclear"
    lowest, highest = count[:2]
    if highest == 0:
        return "zero"
    return "positive" if lowest > 0 else "unclear"


def is_contradiction(cell):
    if not is_known(cell.level):
        return False
    return count_sign(cell.count) == ("positive" if cell.level == 0 else "zero")


def without_self(cell):
    """The cell without the site's own organization."""
    count = cell.count
    if is_known(count):
        lowest, highest, _ = count
        count = max(0, lowest - 1), None if highest is None else max(0, highest - 1), False
    sign = count_sign(count)
    level = {"zero": 0, "unclear": None, "positive": cell.level}[sign]
    return Cell(level, count, True)


def engagement(cell, rule):
    level = cell.level if is_known(cell.level) else None
    sign = count_sign(cell.count)
    by_level = UNKNOWN if level is None else YES if level >= 1 else NO
    by_count = {"positive": YES, "zero": NO, "unclear": UNKNOWN}[sign]
    if rule == "LEVEL_ONLY":
        return by_level
    if rule == "COUNT_ONLY":
        return by_count
    if rule == "LEVEL_FIRST":
        return by_count if by_level == UNKNOWN else by_level
    if YES in (by_level, by_count):
        return YES
    return NO if NO in (by_level, by_count) else UNKNOWN


class CountedCell:
    """A cell as it counts."""

    def __init__(self, given, parameters):
        self.given = given
        self.cell = given
        if parameters.self_rule == "EXCLUDE" and given.includes_self:
            self.cell = without_self(given)
        self.engaged = engagement(self.cell, parameters.engaged_rule)
        self.depth = None
        if self.engaged == NO:
            self.depth = 0
        elif self.engaged == YES and is_known(self.cell.level):
            self.depth = self.cell.level

    def published(self, code):
        out = {
            "partnerType": code,
            "engagement": f"ENGAGEMENT_{self.engaged}",
            "level": "INTERACTION_LEVEL_UNSPECIFIED",
            "levelMissing": "MISSING_REASON_UNSPECIFIED",
            "countMissing": "MISSING_REASON_UNSPECIFIED",
            "contradiction": is_contradiction(self.given),
        }
        if self.depth is not None:
            out["level"] = f"INTERACTION_LEVEL_{LEVELS[self.depth]}"
        elif not is_known(self.given.level):
            out["levelMissing"] = f"MISSING_REASON_{reason_of(self.given.level)}"
        if is_known(self.cell.count):
            out["countMin"] = self.cell.count[0]
            if self.cell.count[1] is not None:
                out["countMax"] = self.cell.count[1]
        else:
            out["countMissing"] = f"MISSING_REASON_{reason_of(self.given.count)}"
        return out


# --- Level distributions --------------------------------------------------------------------------


def interpolated_median(levels):
    n = len(levels)
    for level in range(5):
        below = sum(each < level for each in levels)
        here = levels.count(level)
        if 2 * (below + here) >= n and here > 0:
            return level - Fraction(1, 2) + (Fraction(n, 2) - below) / here
    raise ValueError("no levels")


def quartile(levels, quarter):
    """The smallest level whose cumulative count reaches quarter · n / 4."""
    return next(level for level in range(5)
                if 4 * sum(each <= level for each in levels) >= quarter * len(levels))


def consensus(counts, width):
    """In doubles, in the order that the page states."""
    n = sum(counts)
    mu = sum(level * count for level, count in enumerate(counts)) / n
    c = 1.0
    for level, count in enumerate(counts):
        if count > 0:
            c += count / n * math.log2(1.0 - math.fabs(level - mu) / width)
    return c


def level_distribution(cells, base, parameters):
    """`cells`: CountedCells, one type over the sites, or one site over its types."""
    lowest = parameters.lowest
    unknown = sum(cell.engaged == UNKNOWN for cell in cells)
    open_depth = sum(cell.engaged == YES and cell.depth is None for cell in cells)
    missing = unknown + open_depth
    if base == "ENGAGED":
        cells = [cell for cell in cells if cell.engaged == YES]
        at_lowest = [lowest] * missing
    else:
        at_lowest = [0] * unknown + [lowest] * open_depth
    levels = sorted(cell.depth for cell in cells if cell.depth is not None)
    counts = [levels.count(level) for level in range(5)]
    n, N = len(levels), len(cells)

    def number(value, interval=None, numerator=None):
        return Number(value, n, N, base, interval, numerator).published()

    if n == 0:
        nothing = number(None)
        return {
            "base": f"BASE_{base}",
            "shares": level_shares([nothing] * 5),
            "modes": [],
            "median": nothing, "interpolatedMedian": nothing, "iqr": nothing, "consensus": nothing,
        }

    shares = []
    for level, count in enumerate(counts):
        could_be = missing if level >= lowest else (unknown if base == "ALL" else 0)
        shares.append(number(Fraction(count, n),
                             (Fraction(count, n + missing), Fraction(count + could_be, n + missing)),
                             count))
    low, high = sorted(levels + at_lowest), sorted(levels + [4] * missing)
    only_if_complete = lambda value: None if missing else (value, value)
    spread = quartile(levels, 3) - quartile(levels, 1)
    agreement = consensus(counts, 4 if base == "ALL" else 4 - lowest)
    return {
        "base": f"BASE_{base}",
        "shares": level_shares(shares),
        "modes": [f"INTERACTION_LEVEL_{LEVELS[level]}" for level in range(5)
                  if counts[level] == max(counts)],
        "median": number(median(levels), (median(low), median(high))),
        "interpolatedMedian": number(interpolated_median(levels),
                                     (interpolated_median(low), interpolated_median(high))),
        "iqr": number(spread, only_if_complete(spread)),
        "consensus": number(agreement, only_if_complete(agreement)),
    }


def level_shares(shares):
    return [{"level": f"INTERACTION_LEVEL_{LEVELS[level]}", "share": estimate}
            for level, estimate in enumerate(shares)]


# --- Sites ----------------------------------------------------------------------------------------

SITE_METRICS = {
    "richness": "TYPES", "coverage": "TYPES", "meanLevelEngaged": "ENGAGED",
    "meanLevelAll": "TYPES", "shareCoordinationOrDeeper": "ENGAGED",
    "shareCollaboration": "ENGAGED", "depthWeightedBreadth": "TYPES",
}


def site_numbers(cells, parameters):
    """D1, D2, P1, P2 and P3 of a site that is counted."""
    K = len(cells)
    S = sum(cell.engaged == YES for cell in cells)
    u = sum(cell.engaged == UNKNOWN for cell in cells)
    v = sum(cell.engaged == YES and cell.depth is None for cell in cells)
    m = u + v
    k = K - m
    s = S - v
    lowest = parameters.lowest
    depths = [cell.depth for cell in cells if cell.depth is not None]
    total = sum(depths)
    engaged = [cell.depth for cell in cells if cell.engaged == YES and cell.depth is not None]

    def breadth(unit, numerator):
        known = K - u > 0
        return Number(Fraction(S) * unit if known else None, K - u, K, "TYPES",
                      (S * unit, (S + u) * unit), numerator if known else None)

    def over_engaged(value, low, high, at_most, numerator=None):
        if s == 0:
            return Number(None, 0, S, "ENGAGED", at_most if m > 0 else None)
        return Number(value, s, S, "ENGAGED", (low, high), numerator)

    def deep(depth):
        found = sum(each >= depth for each in engaged)
        return over_engaged(Fraction(found, s) if s else None, Fraction(found, max(1, s + m)),
                            Fraction(found + m, max(1, s + m)), (0, 1), found)

    def over_all(unit):
        return Number(Fraction(total, k) * unit if k else None, k, K, "TYPES",
                      (Fraction(total + lowest * v, K) * unit,
                       Fraction(total + 4 * m, K) * unit))

    return {
        "richness": breadth(Fraction(1), None),
        "coverage": breadth(Fraction(1, K), S),
        "meanLevelEngaged": over_engaged(
            Fraction(total, s) if s else None, Fraction(total + lowest * m, max(1, s + m)),
            Fraction(total + 4 * m, max(1, s + m)), (lowest, 4)),
        "meanLevelAll": over_all(Fraction(1)),
        "shareCoordinationOrDeeper": deep(3),
        "shareCollaboration": deep(4),
        "depthWeightedBreadth": over_all(Fraction(1, 4)),
    }


def partner_spread(cells):
    """D3 to D6 and P4 of a site that is counted."""
    K = len(cells)
    known = []  # (partners, depth) where the number of partners is known
    for cell in cells:
        if cell.engaged == NO:
            known.append((0, cell.depth))
        elif is_known(cell.cell.count) and cell.cell.count[0] == cell.cell.count[1]:
            known.append((cell.cell.count[0], cell.depth))
    partners = [c for c, _ in known if c > 0]
    weighted = [(c, depth) for c, depth in known if depth is not None]

    def of(value, n=len(known), reason="NO_DATA"):
        return Number(value, n, K, "TYPES", (value, value) if n == K and value is not None else None,
                      reason=reason).published()

    total = sum(partners)
    over = sum(c for c, _ in weighted)
    out = {
        "partners": of(total if known else None),
        "countWeightedLevel": of(Fraction(sum(c * depth for c, depth in weighted), over)
                                 if over else None, len(weighted)),
    }
    if total == 0:
        return {**out, **{name: of(None) for name in ("shannon", "simpson", "hill1", "hill2",
                                                      "evenness")}}
    shannon = 0.0
    for c in partners:
        shannon -= (c / total) * math.log(c / total)
    squares = sum(c * c for c in partners)
    S = len(partners)
    return {**out, "shannon": of(shannon), "simpson": of(1 - Fraction(squares, total**2)),
            "hill1": of(math.exp(shannon)), "hill2": of(Fraction(total**2, squares)),
            "evenness": of(shannon / math.log(S)) if S > 1 else of(None, reason="TOO_FEW")}


class Site:
    """A site of the roster with its counted answers, if it has any."""

    def __init__(self, entry, revision, answers, wave, parameters):
        self.entry = entry
        self.revision = revision
        self.answers = answers
        self.cells = []
        self.numbers = {}
        if answers is None:
            return
        self.cells = [CountedCell(answers.cells.get(code, Cell()), parameters)
                      for code, _ in wave.types]
        self.numbers = site_numbers(self.cells, parameters)

    @property
    def contradictions(self):
        return sum(is_contradiction(cell.given) for cell in self.cells)

    @property
    def levels(self):
        """As given."""
        return [cell.given.level for cell in self.cells if is_known(cell.given.level)]

    @property
    def straight_lined(self):
        return len(self.levels) >= 3 and len(set(self.levels)) == 1

    def value(self, metric):
        return self.numbers[metric].value


def counted_revision(response, parameters):
    if response is None or not response.counts:
        return 0
    return response.approved if parameters.floor == "APPROVED" else response.submitted


class WaveMetrics:
    """Everything about one wave under one set of parameters."""

    def __init__(self, wave, parameters):
        self.wave = wave
        self.parameters = parameters
        self.sites = []
        for entry in wave.roster:
            if not entry.active:
                continue
            if parameters.cohort and parameters.cohort not in entry.cohorts:
                continue
            if parameters.filter and not FILTERS[parameters.filter](entry):
                continue
            response = wave.responses.get(entry.site)
            revision = counted_revision(response, parameters)
            answers = response.revisions[revision - 1] if revision else None
            self.sites.append(Site(entry, revision, answers, wave, parameters))
        self.counted = [site for site in self.sites if site.answers is not None]
        self.placed = [site for site in self.counted
                       if site.value("richness") is not None
                       and site.value("meanLevelEngaged") is not None]
        self.cuts = None
        if self.placed:
            self.cuts = {metric: median(sorted(site.value(metric) for site in self.placed))
                         for metric in ("richness", "meanLevelEngaged")}

    def over_sites(self, value, n=None, interval=None, numerator=None, reason="NO_DATA"):
        """A Number over the counted sites."""
        return Number(value, n, len(self.counted), "ALL", interval, numerator, reason)

    # --- One site ---

    def quadrant(self, site):
        if self.cuts is None or site not in self.placed:
            return "UNSPECIFIED"
        broad = site.value("richness") >= self.cuts["richness"]
        deep = site.value("meanLevelEngaged") >= self.cuts["meanLevelEngaged"]
        return f"{'BROAD' if broad else 'NARROW'}_{'DEEP' if deep else 'SHALLOW'}"

    def site_metrics(self, site):
        K = len(self.wave.types)
        answers = site.answers or Answers()
        out = {
            "name": f"{self.wave.name}/siteMetrics/{site.entry.site.removeprefix('sites/')}",
            "site": site.entry.site,
            "label": site.entry.label,
            "counted": site.answers is not None,
            "revision": site.revision,
            "quadrant": "QUADRANT_UNSPECIFIED",
            "sharedResponsibility": "SHARED_RESPONSIBILITY_UNSPECIFIED",
            "sharedResponsibilityMissing": "MISSING_REASON_UNSPECIFIED",
            "contradictions": site.contradictions,
            "straightLined": site.straight_lined,
            "cells": [cell.published(code)
                      for cell, (code, _) in zip(site.cells, self.wave.types)],
        }
        nowhere = Number(None, 0, 1, "ALL").published()
        out["richnessDistance"] = out["depthDistance"] = nowhere
        if site.answers is None:
            for metric, base in SITE_METRICS.items():
                out[metric] = Number(None, 0, K, base).published()
            for key, base in (("levelsAll", "ALL"), ("levelsEngaged", "ENGAGED")):
                out[key] = self.no_levels(base, K)
            return out
        for metric, number in site.numbers.items():
            out[metric] = number.published()
        if K > 0:
            out["partnerSpread"] = partner_spread(site.cells)
        out["levelsAll"] = level_distribution(site.cells, "ALL", self.parameters)
        out["levelsEngaged"] = level_distribution(site.cells, "ENGAGED", self.parameters)
        if is_known(answers.rating):
            out["sharedResponsibility"] = f"SHARED_RESPONSIBILITY_{RATINGS[answers.rating - 1]}"
        else:
            out["sharedResponsibilityMissing"] = f"MISSING_REASON_{reason_of(answers.rating)}"
        quadrant = self.quadrant(site)
        out["quadrant"] = f"QUADRANT_{quadrant}"
        if quadrant != "UNSPECIFIED":
            for key, metric in (("richnessDistance", "richness"),
                                ("depthDistance", "meanLevelEngaged")):
                distance = site.value(metric) - self.cuts[metric]
                out[key] = Number(distance, 1, 1, "ALL").published()
        return out

    @staticmethod
    def no_levels(base, N):
        nothing = Number(None, 0, N, base).published()
        return {
            "base": f"BASE_{base}",
            "shares": level_shares([nothing] * 5),
            "modes": [],
            "median": nothing, "interpolatedMedian": nothing, "iqr": nothing, "consensus": nothing,
        }

    def list_site_metrics(self):
        return [self.site_metrics(site) for site in self.sites]

    # --- The wave ---

    def statistic(self, metric):
        numbers = [site.numbers[metric] for site in self.counted]
        values = sorted(number.value for number in numbers if number.value is not None)
        lows = sorted(number.interval[0] for number in numbers if number.interval)
        highs = sorted(number.interval[1] for number in numbers if number.interval)
        kinds = {
            "mean": lambda each: sum(each, Fraction(0)) / len(each),
            "median": median,
            "min": lambda each: each[0],
            "max": lambda each: each[-1],
        }
        return {
            name: self.over_sites(
                kind(values) if values else None, len(values),
                (kind(lows), kind(highs)) if lows else None).published()
            for name, kind in kinds.items()
        }

    def partner_type(self, index):
        code, display_name = self.wave.types[index]
        cells = [site.cells[index] for site in self.counted]
        engaged = sum(cell.engaged == YES for cell in cells)
        unknown = sum(cell.engaged == UNKNOWN for cell in cells)
        missing = lambda field: missing_counts(
            reason_of(getattr(cell.given, field)) for cell in cells
            if not is_known(getattr(cell.given, field)))
        return {
            "partnerType": code,
            "displayName": display_name,
            "presence": share(engaged, len(cells) - unknown, len(cells), unknown).published(),
            "levelsAll": level_distribution(cells, "ALL", self.parameters),
            "levelsEngaged": level_distribution(cells, "ENGAGED", self.parameters),
            "levelMissing": missing("level"),
            "countMissing": missing("count"),
        }

    def ratings(self):
        ratings = [site.answers.rating for site in self.counted]
        known = [rating for rating in ratings if is_known(rating)]
        N = len(ratings)
        of = lambda numerator: share(numerator, len(known), N, N - len(known)).published()
        return {
            "shares": [
                {"rating": f"SHARED_RESPONSIBILITY_{name}", "share": of(known.count(point))}
                for point, name in enumerate(RATINGS, start=1)
            ],
            "atLeastModerate": of(sum(rating >= 2 for rating in known)),
            "missing": missing_counts(
                reason_of(rating) for rating in ratings if not is_known(rating)),
        }

    def association(self, x, metric):
        pairs = Counter(
            (site.value(metric), site.answers.rating) for site in self.counted
            if site.value(metric) is not None and is_known(site.answers.rating))
        value, reason = tau_b(pairs)
        number = self.over_sites(value, sum(pairs.values()), reason=reason)
        return {"x": x, "y": "R1", "tauB": number.published()}

    def association_details(self, test):
        return [self.association_detail(x, metric, test)
                for x, metric in (("D1", "richness"), ("P1", "meanLevelEngaged"),
                                  ("P1-all", "meanLevelAll"), ("P3", "depthWeightedBreadth"))]

    def association_detail(self, x, metric, test):
        pairs = [(site.value(metric), site.answers.rating) for site in self.counted
                 if site.value(metric) is not None and is_known(site.answers.rating)]
        out = {"x": x, "y": "R1"}
        for name, (value, reason) in ordinal_measures(pairs).items():
            out[name] = self.over_sites(value, len(pairs), reason=reason).published()
        by_rating = {rating: sorted(x for x, y in pairs if y == rating)
                     for rating in sorted({y for _, y in pairs})}
        of = lambda value, n: Number(value, n, n, "ALL").published()
        point = lambda rating: f"SHARED_RESPONSIBILITY_{RATINGS[rating - 1]}"
        out["groups"] = [
            {"rating": point(rating), "sites": len(xs), "mean": of(sum(xs) / Fraction(len(xs)), len(xs)),
             "median": of(median(xs), len(xs))}
            for rating, xs in by_rating.items()
        ]
        out["differences"] = []
        for lower, higher in itertools.combinations(by_rating, 2):
            a, b = Counter(by_rating[lower]), Counter(by_rating[higher])
            n, of_pairs = a.total() + b.total(), a.total() * b.total()
            more = sum(a[x] * b[z] * ((z > x) - (z < x)) for x in a for z in b)
            out["differences"].append({
                "lower": point(lower), "higher": point(higher),
                "cliffsDelta": of(Fraction(more, of_pairs), n),
                "superiority": of(Fraction(more + of_pairs, 2 * of_pairs), n)})
        if test:
            out["test"] = permutation_test(pairs)
        return out

    def site_feedback(self, site):
        """One site of the roster among the others."""
        short = site.entry.site.removeprefix("sites/")
        out = {"name": f"{self.wave.name}/siteFeedback/{short}", "site": site.entry.site,
               "label": site.entry.label, "counted": site.answers is not None,
               "sites": len(self.counted), "numbers": [], "partnerTypes": [],
               "commonElsewhere": [], "uncommonElsewhere": [],
               "sharedResponsibility": "SHARED_RESPONSIBILITY_UNSPECIFIED"}
        if site.answers is None or not self.wave.types:
            return out
        others = [other for other in self.counted if other is not site]
        stand = lambda own, values: {
            "lower": sum(own is not None and value is not None and value < own for value in values),
            "same": sum(own is not None and value == own for value in values),
            "higher": sum(own is not None and value is not None and value > own for value in values)}
        for x, key in (("D1", "richness"), ("P1", "meanLevelEngaged"), ("P1-all", "meanLevelAll"),
                       ("P3", "depthWeightedBreadth")):
            values = sorted(each.value(key) for each in self.counted if each.value(key) is not None)
            out["numbers"].append({
                "x": x, "value": site.numbers[key].published(),
                "median": self.over_sites(median(values) if values else None,
                                          len(values)).published(),
                "others": stand(site.value(key), [other.value(key) for other in others])})
        for i, (code, name) in enumerate(self.wave.types):
            cells = [other.cells[i] for other in others]
            known = [cell for cell in cells if cell.engaged != UNKNOWN]
            engaged = sum(cell.engaged == YES for cell in known)
            out["partnerTypes"].append({
                "partnerType": code, "displayName": name, "cell": site.cells[i].published(code),
                "presenceElsewhere": share(engaged, len(known), len(cells),
                                           len(cells) - len(known)).published(),
                "levelElsewhere": stand(site.cells[i].depth, [cell.depth for cell in cells])})
            if known and 2 * engaged >= len(known) and site.cells[i].engaged == NO:
                out["commonElsewhere"].append(code)
            if known and 2 * engaged < len(known) and site.cells[i].engaged == YES:
                out["uncommonElsewhere"].append(code)
        rating = lambda of: of.answers.rating if is_known(of.answers.rating) else None
        if rating(site) is not None:
            out["sharedResponsibility"] = f"SHARED_RESPONSIBILITY_{RATINGS[rating(site) - 1]}"
        out["sharedResponsibilityStanding"] = stand(rating(site), [rating(other) for other in others])
        return out

    def sampling_intervals(self, confidence, finite_population):
        """R5 and R6; the oracle leaves out bootstraps that it cannot write out."""
        z = {0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004}[confidence]
        population = len(self.sites) if finite_population else None
        summary = self.summary()
        found = [("F1", each["partnerType"], each["presence"]) for each in summary["partnerTypes"]]
        ratings = summary["sharedResponsibility"]
        found += [("R1", each["rating"].removeprefix("SHARED_RESPONSIBILITY_").lower(), each["share"])
                  for each in ratings["shares"]]
        found.append(("R1", "at_least_moderate", ratings["atLeastModerate"]))
        out = [{"metric": metric, "subject": subject, "estimate": estimate,
                **wilson(estimate, z, population)} for metric, subject, estimate in found]
        for metric, key in (("D1", "richness"), ("P1", "meanLevelEngaged"),
                            ("P1-all", "meanLevelAll"), ("P3", "depthWeightedBreadth")):
            values = [site.value(key) for site in self.counted if site.value(key) is not None]
            out.append({"metric": metric, "subject": "", "estimate": summary[key]["mean"],
                        **bootstrap(values, confidence, population)})
        return out

    def quadrants(self):
        counts = Counter(self.quadrant(site) for site in self.counted)
        cut = lambda metric: self.over_sites(
            self.cuts[metric] if self.cuts else None, len(self.placed)).published()
        return {
            "richnessCut": cut("richness"),
            "depthCut": cut("meanLevelEngaged"),
            "counts": [{"quadrant": f"QUADRANT_{name}", "sites": counts[name]}
                       for name in QUADRANTS],
        }

    def response_rate(self):
        invited, counted = len(self.sites), len(self.counted)
        if invited == 0:
            return Number(None, 0, 0, "INVITED", reason="EMPTY_BASE").published()
        return share(counted, invited, invited, 0, "INVITED").published()

    def summary(self):
        out = {
            "name": f"{self.wave.name}/summary",
            "displayName": self.wave.display_name,
            "invited": len(self.sites),
            "counted": len(self.counted),
            "responseRate": self.response_rate(),
            "typeCount": len(self.wave.types),
        }
        for metric in SITE_METRICS:
            out[metric] = self.statistic(metric)
        out["partnerTypes"] = [self.partner_type(i) for i in range(len(self.wave.types))]
        out["sharedResponsibility"] = self.ratings()
        out["associations"] = [self.association("D1", "richness"),
                               self.association("P1", "meanLevelEngaged")]
        out["quadrants"] = self.quadrants()
        out["contradictions"] = sum(site.contradictions for site in self.counted)
        given = sum(len(site.levels) >= 3 for site in self.counted)
        out["straightLining"] = share(sum(site.straight_lined for site in self.counted), given, given,
                                      0).published()
        return out

    def between_sites(self):
        """D7: every pair of sites, and every pair of types."""
        known = [site for site in self.counted if all(cell.engaged != UNKNOWN for cell in site.cells)]
        types = [{place for place, cell in enumerate(site.cells) if cell.engaged == YES} for site in known]
        gamma = len(set().union(*types)) if types else 0
        alphas = sum(map(len, types))
        pairs = list(itertools.combinations(types, 2))

        def number(value, reason="NO_DATA"):
            return self.over_sites(value, len(known), reason=reason).published()

        def mean(of_pair):
            values = [of_pair(a, b) if a | b else 0 for a, b in pairs]
            return number(math.fsum(values) / len(pairs) if pairs else None, "TOO_FEW")

        def nested(sets):
            """Of each pair, in per cent of the smaller one."""
            return [0 if len(a) == len(b) else 100 * len(a & b) / min(len(a), len(b))
                    for a, b in itertools.combinations([each for each in sets if each], 2)]

        overlaps = nested(types) + nested(
            [{i for i, each in enumerate(types) if place in each} for place in range(len(self.wave.types))])
        return {
            "gamma": number(gamma if known else None),
            "meanAlpha": number(Fraction(alphas, len(known)) if known else None),
            "whittaker": number(Fraction(gamma * len(known), alphas) if alphas else None),
            "jaccard": mean(lambda a, b: 1 - len(a & b) / len(a | b)),
            "sorensen": mean(lambda a, b: 1 - 2 * len(a & b) / (len(a) + len(b))),
            "nodf": number(math.fsum(overlaps) / len(overlaps) if overlaps else None, "TOO_FEW"),
            "pairs": str(len(pairs)),
            "sampled": False,
        }

    # --- Items ---

    def item_frequencies(self):
        return [
            self.item(question, section["displayName"])
            for section in self.wave.instrument.get("sections", [])
            for question in section["questions"]
            if "textAnswer" not in question and "partnerMatrix" not in question
        ]

    def item(self, question, section):
        name = question["id"]
        if "sharedResponsibility" in question:
            given = [site.answers.rating for site in self.counted]
            given = [[RATINGS[each - 1].lower()] if is_known(each) else each for each in given]
        else:
            given = [site.answers.items.get(name) for site in self.counted]
        known = [each for each in given if is_known(each)]
        missing = len(given) - len(known)
        out = {
            "question": name,
            "text": question["text"],
            "section": section,
            "options": [
                {
                    "option": option,
                    "label": label,
                    "share": share(sum(option in each for each in known), len(known), len(given),
                                   missing).published(),
                }
                for option, label in self.options(question)
            ],
            "missing": missing_counts(reason_of(each) for each in given if not is_known(each)),
        }
        if "number" in question:
            out["number"] = self.number_statistic(sorted(known), missing)
        return out

    def options(self, question):
        if "sharedResponsibility" in question:
            labels = {each["rating"].removeprefix("SHARED_RESPONSIBILITY_"): each["label"]
                      for each in self.wave.instrument["sharedResponsibility"]}
            return [(point.lower(), labels[point]) for point in RATINGS]
        kind = question.get("choice") or question.get("multiChoice") or {"options": []}
        return [(option["id"], option["label"]) for option in kind["options"]]

    def number_statistic(self, values, missing):
        """In doubles: the sum in ascending order, divided by n."""
        found = dict.fromkeys(("mean", "median", "min", "max"))
        if values:
            total = 0.0
            for value in values:
                total += value
            found = {"mean": total / len(values), "median": median(values), "min": values[0],
                     "max": values[-1]}
        return {
            name: self.over_sites(
                value, len(values), (value, value) if values and not missing else None).published()
            for name, value in found.items()
        }


def tau_b(pairs):
    """Kendall's tau-b of a Counter of (x, y), and why there is none."""
    n = sum(pairs.values())
    if n < 2:
        return None, "TOO_FEW"
    choose = lambda count: count * (count - 1) // 2
    xs, ys = Counter(), Counter()
    for (x, y), count in pairs.items():
        xs[x] += count
        ys[y] += count
    n0 = choose(n)
    n1 = sum(choose(count) for count in xs.values())
    n2 = sum(choose(count) for count in ys.values())
    if n1 == n0 or n2 == n0:
        return None, "CONSTANT"
    difference = 0
    lower = Counter()  # how many pairs of a lower x have each y
    for x in sorted(xs):
        here = {y: pairs[x, y] for y in ys if pairs[x, y]}
        for y, count in here.items():
            for other, others in lower.items():
                difference += count * others * ((y > other) - (y < other))
        lower.update(here)
    return difference / math.sqrt(float(n0 - n1) * float(n0 - n2)), ""


def ordinal_measures(pairs):
    """Each measure's value with why there is none, of a list of (x, y)."""
    n = len(pairs)
    names = ("tauB", "gamma", "somersDX", "somersDY", "rho", "jonckheere", "jonckheereExpected")
    if n < 2:
        return dict.fromkeys(names, (None, "TOO_FEW"))
    counts = list(Counter(pairs).items())
    concordant = discordant = tied_x = tied_y = 0
    for (a, b), times in counts:
        for (c, d), others in counts:
            both = times * (others - 1) if (a, b) == (c, d) else times * others
            tied_x += both * (a == c)
            tied_y += both * (b == d)
            concordant += both * ((a < c and b < d) or (a > c and b > d))
            discordant += both * ((a < c and b > d) or (a > c and b < d))
    # Each pair was met from both sides.
    concordant, discordant, tied_x, tied_y = (
        each // 2 for each in (concordant, discordant, tied_x, tied_y))
    all_pairs = n * (n - 1) // 2
    difference = concordant - discordant
    quotient = lambda a, b: (a / b, "") if b else (None, "CONSTANT")
    out = {"tauB": tau_b(Counter(pairs)),
           "gamma": quotient(difference, concordant + discordant),
           "somersDX": quotient(difference, all_pairs - tied_y),
           "somersDY": quotient(difference, all_pairs - tied_x)}
    # Twice the mid-ranks, less their mean: whole numbers.
    ranks = []
    for values in zip(*pairs):
        occurrences, before, deviation = Counter(values), 0, {}
        for value in sorted(occurrences):
            deviation[value] = 2 * before + occurrences[value] - n
            before += occurrences[value]
        ranks.append([deviation[value] for value in values])
    xs, ys = ranks
    squares = [float(sum(each * each for each in rank)) for rank in ranks]
    covariance = sum(a * b for a, b in zip(xs, ys))
    out["rho"] = quotient(float(covariance), math.sqrt(squares[0] * squares[1]))
    if tied_y == all_pairs:
        out["jonckheere"] = out["jonckheereExpected"] = (None, "CONSTANT")
    else:
        apart = all_pairs - tied_y
        out["jonckheere"] = (Fraction(apart + difference, 2), "")
        out["jonckheereExpected"] = (Fraction(apart, 2), "")
    return out


def wilson(estimate, z, population):
    if "value" not in estimate or (population is not None and population <= estimate["n"]):
        return {"method": "METHOD_NONE"}
    n, k = Fraction(estimate["n"]), estimate["numerator"]
    p = Fraction(k, estimate["n"])
    if population is not None:
        n = n * (population - 1) / (population - n)
    n, p = float(n), float(p)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return {"method": "METHOD_WILSON", "lower": 0.0 if k == 0 else middle - half,
            "upper": 1.0 if k == estimate["n"] else middle + half}


# 7 of 7 sites can be drawn in 1,716 ways, apart from their order.
MOST_RESAMPLED = 7


def bootstrap(values, confidence, population):
    """Every way to draw as many anew; None where there are too many."""
    n = len(values)
    if n == 0 or (population is not None and population <= n):
        return {"method": "METHOD_NONE"}
    if n > MOST_RESAMPLED:
        return {"method": None, "lower": None, "upper": None, "resamples": None}
    ways = Counter()
    for places in itertools.combinations_with_replacement(range(n), n):
        orders = math.factorial(n)
        for times in Counter(places).values():
            orders //= math.factorial(times)
        ways[sum((values[i] for i in places), Fraction(0)) / n] += orders
    tail = Fraction(round(1000 * (1 - confidence)), 2000)
    shrink = 1 if population is None else math.sqrt((population - n) / (population - 1))
    mean = float(sum(values, Fraction(0)) / n)
    ends = []
    for share in (tail, 1 - tail):
        reached = 0
        for value in sorted(ways):
            reached += ways[value]
            if reached >= share * n**n:
                ends.append(mean + (float(value) - mean) * shrink)
                break
    return {"method": "METHOD_BOOTSTRAP_EXACT", "lower": ends[0], "upper": ends[1],
            "resamples": float(n**n)}


# Sites of which every distinct arrangement of three ratings is soon written out: 1,680 of 9.
MOST_ENUMERATED = 9


def permutation_test(pairs):
    """The exact test, every arrangement written out; None where there are too many."""
    if len({x for x, _ in pairs}) < 2 or len({y for _, y in pairs}) < 2:
        return {"method": "METHOD_NONE", "cannotReach05": False, "draws": 0, "seed": "0"}
    if len(pairs) > MOST_ENUMERATED:
        return None
    xs = [x for x, _ in pairs]

    def distance(labels):
        return abs(sum(((xs[i] < xs[j]) - (xs[i] > xs[j])) * ((labels[i] < labels[j]) - (labels[i] > labels[j]))
                       for i, j in itertools.combinations(range(len(xs)), 2)))

    observed = distance([y for _, y in pairs])
    distances = [distance(labels) for labels in set(itertools.permutations(y for _, y in pairs))]
    least = Fraction(distances.count(max(distances)), len(distances))
    return {
        "method": "METHOD_EXACT",
        "p": float(Fraction(sum(each >= observed for each in distances), len(distances))),
        "smallestP": float(least),
        "cannotReach05": least > Fraction(5, 100),
        "arrangements": float(len(distances)),
        "draws": 0,
        "seed": "0",
    }


def compare_groups(wave, first, second, test=True):
    """Two groups of a wave side by side, each by its Parameters; sites of both are left out."""
    groups = [WaveMetrics(wave, parameters) for parameters in (first, second)]
    invited = [{site.entry.site for site in group.sites} for group in groups]
    both = invited[0] & invited[1]
    for group in groups:
        group.sites = [site for site in group.sites if site.entry.site not in both]
        group.counted = [site for site in group.counted if site.entry.site not in both]

    def rating(site):
        return Fraction(site.answers.rating - 1) if is_known(site.answers.rating) else None

    numbers = []
    kinds = [(x, lambda site, metric=metric: site.value(metric)) for x, metric in
             (("D1", "richness"), ("P1", "meanLevelEngaged"), ("P1-all", "meanLevelAll"),
              ("P3", "depthWeightedBreadth"))]
    for x, value_of in [*kinds, ("R1", rating)]:
        values = [sorted(value for value in map(value_of, group.counted) if value is not None)
                  for group in groups]
        row = {"x": x}
        for name, group, known in zip(("first", "second"), groups, values):
            row[f"{name}Mean"] = group.over_sites(
                sum(known, Fraction(0)) / len(known) if known else None, len(known)).published()
            row[f"{name}Median"] = group.over_sites(median(known) if known else None, len(known)).published()
        more = sum(b > a for a in values[0] for b in values[1])
        less = sum(b < a for a in values[0] for b in values[1])
        pairs = len(values[0]) * len(values[1])
        counted = len(groups[0].counted) + len(groups[1].counted)
        delta = Fraction(more - less, pairs) if pairs else None
        for key, value in (("cliffsDelta", delta), ("superiority", (delta + 1) / 2 if pairs else None)):
            row[key] = Number(value, len(values[0]) + len(values[1]) if pairs else 0,
                              len(values[0]) + len(values[1]) if pairs else counted, "ALL",
                              reason="TOO_FEW").published()
        if test:
            row["test"] = permutation_test([(value, place) for place in (0, 1) for value in values[place]])
        numbers.append(row)
    types = [(a.partner_type(i), b.partner_type(i)) for a, b in [groups] for i in range(len(wave.types))]
    sizes = [{"group": {"cohort": parameters.cohort, "filter": parameters.filter},
              "invited": len(group.sites), "counted": len(group.counted)}
             for group, parameters in zip(groups, (first, second))]
    return {
        "wave": wave.name, "first": sizes[0], "second": sizes[1], "inBoth": len(both), "numbers": numbers,
        "partnerTypes": [{"partnerType": a["partnerType"], "displayName": a["displayName"],
                          "first": a["presence"], "second": b["presence"]} for a, b in types],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("directory")
    parser.add_argument("--cohort", default="")
    parser.add_argument("--floor", default="submitted", choices=("submitted", "approved"))
    parser.add_argument("--engaged-rule", default="level_first",
                        choices=[rule.lower() for rule in ENGAGED_RULES])
    parser.add_argument("--self-rule", default="include", choices=("include", "exclude"))
    arguments = parser.parse_args()
    parameters = Parameters(arguments.cohort, arguments.floor.upper(),
                            arguments.engaged_rule.upper(), arguments.self_rule.upper())
    metrics = WaveMetrics(read_wave(arguments.directory), parameters)
    json.dump({"summary": metrics.summary(), "siteMetrics": metrics.list_site_metrics(),
               "items": metrics.item_frequencies()}, sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
