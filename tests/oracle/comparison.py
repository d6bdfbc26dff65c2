"""The judge of two waves side by side: C1 to C3 of docs/metrics.md, from that page alone.

Both waves ask about the same types, in the same order."""

import itertools
import math
from collections import Counter
from fractions import Fraction

from oracle import NO, UNKNOWN, YES, Number, is_known, median, share
from wave_files import LEVELS, RATINGS

NUMBERS = (("D1", "richness"), ("P1", "meanLevelEngaged"), ("P1-all", "meanLevelAll"),
           ("P3", "depthWeightedBreadth"))
# Differences of which every choice of signs is soon written out.
MOST_ENUMERATED = 12


def moves(pairs, all_units):
    """The shares up, same and down of pairs that are both known."""
    n = len(pairs)
    of = lambda count: share(count, n, all_units, all_units - n).published()
    return {"up": of(sum(b > a for a, b in pairs)), "same": of(sum(b == a for a, b in pairs)),
            "down": of(sum(b < a for a, b in pairs))}


def transitions(cells):
    """C1 of (earlier cell, later cell)."""
    known = [(a.depth, b.depth) for a, b in cells if a.depth is not None and b.depth is not None]
    level = lambda depth: f"INTERACTION_LEVEL_{LEVELS[depth]}"
    return {"transitions": [{"earlier": level(a), "later": level(b), "cells": count}
                            for (a, b), count in sorted(Counter(known).items())],
            **moves(known, len(cells))}


def turnover(cells):
    """C2 of (earlier cell, later cell), the bounds by trying each kind of unknown."""
    counts = Counter((a.engaged, b.engaged) for a, b in cells)
    kept, dropped, added, neither = (counts[pair] for pair in (
        (YES, YES), (YES, NO), (NO, YES), (NO, NO)))
    unknown = len(cells) - kept - dropped - added - neither
    # What an unknown cell may turn out to be.
    may_be_kept = sum(count for (a, b), count in counts.items()
                      if UNKNOWN in (a, b) and NO not in (a, b))
    ever = kept + dropped + added
    interval = None
    if ever + unknown:
        high = Fraction(kept + may_be_kept, ever + may_be_kept) if ever + may_be_kept else 0
        interval = (Fraction(kept, ever + unknown), high)
    jaccard = Number(Fraction(kept, ever) if ever else None, len(cells) - unknown, len(cells), "ALL",
                     interval)
    return {"added": added, "dropped": dropped, "kept": kept, "neither": neither,
            "unknown": unknown, "jaccard": jaccard.published()}


def paired_test(weights, observed):
    """Every choice of signs written out; None where there are too many."""
    n = len(weights)
    if n == 0:
        return {"method": "METHOD_NONE", "cannotReach05": False, "differences": 0}
    if n > MOST_ENUMERATED:
        return None
    as_uneven = sum(abs(sum(sign * weight for sign, weight in zip(signs, weights))) >= abs(observed)
                    for signs in itertools.product((-1, 1), repeat=n))
    return {"method": "METHOD_EXACT", "p": as_uneven / 2**n, "smallestP": 2 / 2**n,
            "cannotReach05": 2 / 2**n > 0.05, "differences": n}


def sign_test(changes):
    signs = [(each > 0) - (each < 0) for each in changes if each]
    return paired_test([1] * len(signs), sum(signs))


def signed_rank_test(changes):
    changes = [each for each in changes if each]
    ranks = [1 + sum(2 * (abs(other) < abs(each)) + (abs(other) == abs(each)) for other in changes)
             for each in changes]
    return paired_test(ranks, sum(rank if each > 0 else -rank
                                  for rank, each in zip(ranks, changes)))


def stuart_maxwell(pairs, all_units):
    """d' V^-1 d over the first two categories, in fractions; and p."""
    table = [[pairs.count((i, j)) for j in (1, 2, 3)] for i in (1, 2, 3)]
    n = len(pairs)
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table)]
    d = [rows[i] - columns[i] for i in range(2)]
    a, b = (rows[i] + columns[i] - 2 * table[i][i] for i in range(2))
    c = -(table[0][1] + table[1][0])
    determinant = a * b - c * c
    if determinant == 0:
        return Number(None, n, all_units, "ALL", reason="CONSTANT" if n else "NO_DATA"), None
    value = Fraction(d[0] * d[0] * b - 2 * d[0] * d[1] * c + d[1] * d[1] * a, determinant)
    return Number(value, n, all_units, "ALL"), math.exp(-float(value) / 2)


def number_change(x, metric, matched, test):
    both = [(a.value(metric), b.value(metric)) for a, b in matched
            if a.numbers and a.value(metric) is not None and b.value(metric) is not None]
    changes = [b - a for a, b in both]
    n = len(both)
    mean = None
    if n:
        means = [float(Fraction(sum(values), n)) for values in zip(*both)]
        mean = means[1] - means[0]
    of = lambda value: Number(value, n, len(matched), "ALL").published()
    out = {"x": x, "meanChange": of(mean), "medianChange": of(median(sorted(changes)) if n else None),
           "up": sum(each > 0 for each in changes), "same": changes.count(0),
           "down": sum(each < 0 for each in changes)}
    if test:
        out["signTest"] = sign_test(changes)
        out["signedRankTest"] = signed_rank_test(changes)
    return out


def compare(earlier, later, test=True):
    """The answer of CompareWaves for two oracle.WaveMetrics."""
    then = {site.entry.site: site for site in earlier.counted}
    now = {site.entry.site: site for site in later.counted}
    matched = [(then[site], now[site]) for site in sorted(then.keys() & now.keys())]
    entering, leaving = sorted(now.keys() - then.keys()), sorted(then.keys() - now.keys())
    cells_of = lambda i: [(a.cells[i], b.cells[i]) for a, b in matched]
    types = later.wave.types
    every_cell = [pair for i in range(len(types)) for pair in cells_of(i)]
    ratings = [(a.answers.rating, b.answers.rating) for a, b in matched
               if is_known(a.answers.rating) and is_known(b.answers.rating)]
    point = lambda rating: f"SHARED_RESPONSIBILITY_{RATINGS[rating - 1]}"
    responsibility = {
        "transitions": [{"earlier": point(a), "later": point(b), "sites": count}
                        for (a, b), count in sorted(Counter(ratings).items())],
        **moves(ratings, len(matched))}
    if test:
        statistic, p = stuart_maxwell(ratings, len(matched))
        responsibility["stuartMaxwell"] = statistic.published()
        if p is not None:
            responsibility["stuartMaxwellP"] = p
        responsibility["signTest"] = sign_test([b - a for a, b in ratings])
    return {
        "crosswalk": "",
        "types": [{"earlier": code, "later": code, "displayName": name} for code, name in types],
        "earlierTypesLeftOut": [], "laterTypesLeftOut": [],
        "matched": len(matched),
        "entering": len(entering), "enteringSites": entering[:100],
        "leaving": len(leaving), "leavingSites": leaving[:100],
        "levels": transitions(every_cell),
        "turnover": turnover(every_cell),
        "partnerTypes": [{"partnerType": code, "levels": transitions(cells_of(i)),
                          "turnover": turnover(cells_of(i))} for i, (code, _) in enumerate(types)],
        "numbers": [number_change(x, metric, matched, test) for x, metric in NUMBERS],
        "sharedResponsibility": responsibility,
    }
