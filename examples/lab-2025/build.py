#!/usr/bin/env python3
"""Builds and checks the example Lab. Its answers are CONSTRUCTED; they are not the Lab's data.

    build.py           writes sites.json, memberships.json and responses.csv beside this file
    build.py --check   checks that those files are what this program builds, and that the answers
                       satisfy every figure of the brief and what follows from them

The brief (Edwards, 2026, "Partnerships as infrastructure") publishes figures and no answers. The
tables below are one of very many sets of answers from which its figures follow. Where it leaves
something open, a choice had to be made:

  - Types per site sum to 150, so that the mean is exactly 15.0 ("approximately 15").
  - K-12 schools are engaged by 7 of 10 sites. The brief states no share; 10, or 5 to 7, agree with
    the rest. With 7, exactly seven types stand at 100 %, two at 90 % and four at 80 %.
  - The four types that the brief does not name are engaged by 5, 6, 7 and 5 sites.
  - Shared responsibility: 4 significantly, 5 moderately, 1 not evident ("nearly all", "several").
  - Which two of the twelve sites did not answer.

The check reads the committed files anew and counts for itself: it shares no code with Weft.
"""

import argparse
import csv
import hashlib
import io
import json
import pathlib
import statistics
import sys
from collections import Counter
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent

TYPES = (
    "k12_school school_district cbo ost_program local_business food_agency higher_ed cultural_rec "
    "media_comm transport public_agency healthcare faith_based research_eval "
    "edtech family_group funder library"
).split()

NOT, MODERATELY, SIGNIFICANTLY = "Not evident", "Moderately evident", "Significantly evident"

# Site: the level for each type in the order of TYPES, and shared responsibility. Sites 04 and 09 do
# not answer.
ANSWERS = {
    "site-01": ("434444332133303301", SIGNIFICANTLY),
    "site-02": ("223323342232130400", MODERATELY),
    "site-03": ("022312222022140010", MODERATELY),
    "site-05": ("444431132333232332", SIGNIFICANTLY),
    "site-06": ("443331340230000030", MODERATELY),
    "site-07": ("322322221132141021", MODERATELY),
    "site-08": ("033331211101210010", NOT),
    "site-10": ("044443433343243423", SIGNIFICANTLY),
    "site-11": ("434232321110022200", MODERATELY),
    "site-12": ("444232433204340122", SIGNIFICANTLY),
}

# Setting, entry point and stage of each site: the brief names such settings and "varying entry points
# and stages"; who is what is constructed.
SITES = {
    "site-01": ("INTERMEDIARY", "An intermediary's network", "Deepening"),
    "site-02": ("OUT_OF_SCHOOL_PROVIDER", "Out-of-school programs", "Building"),
    "site-03": ("SCHOOL", "One school", "Exploring"),
    "site-04": ("INTERMEDIARY", "An intermediary's network", "Exploring"),
    "site-05": ("DISTRICT", "A district's strategy", "Deepening"),
    "site-06": ("SCHOOL", "One school", "Building"),
    "site-07": ("OUT_OF_SCHOOL_PROVIDER", "Out-of-school programs", "Building"),
    "site-08": ("SCHOOL", "One school", "Exploring"),
    "site-09": ("OUT_OF_SCHOOL_PROVIDER", "Out-of-school programs", "Exploring"),
    "site-10": ("INTERMEDIARY", "An intermediary's network", "Deepening"),
    "site-11": ("DISTRICT", "A district's strategy", "Building"),
    "site-12": ("UNIVERSITY", "A university's partnership with schools", "Deepening"),
}

# How a site writes a level. Most write the label; three write something else that means the same.
LABELS = ("No interaction", "Networking", "Cooperation", "Coordination", "Collaboration")
SPELLINGS = {
    "site-03": ("no contact", "networked", "cooperating", "coordinating", "collaborating"),
    "site-08": tuple(label.upper() for label in LABELS),
    "site-11": ("0", "1", "2", "3", "4"),
}

# About how many partners of each type an engaged site has: lowest and highest.
SIZES = {
    "k12_school": (3, 18), "school_district": (1, 4), "cbo": (8, 30), "ost_program": (3, 14),
    "local_business": (6, 40), "food_agency": (1, 4), "higher_ed": (1, 6), "cultural_rec": (2, 9),
    "media_comm": (1, 5), "transport": (1, 3), "public_agency": (1, 7), "healthcare": (1, 6),
    "faith_based": (2, 10), "research_eval": (1, 3), "edtech": (1, 4), "family_group": (1, 6),
    "funder": (1, 8), "library": (1, 4),
}
# Counts that are not plain numbers, or not known.
COUNTS = {
    ("site-01", "cbo"): "20+", ("site-01", "local_business"): "~25",
    ("site-02", "ost_program"): "10-15", ("site-02", "faith_based"): "DONT_KNOW",
    ("site-03", "local_business"): "~12", ("site-03", "cultural_rec"): "",
    ("site-05", "school_district"): "3", ("site-05", "local_business"): "40+",
    ("site-06", "k12_school"): "4", ("site-06", "cbo"): "10-15",
    ("site-07", "cbo"): "~12", ("site-07", "family_group"): "DONT_KNOW",
    ("site-08", "local_business"): "5-8",
    ("site-10", "k12_school"): "0", ("site-10", "cbo"): "20+",
    ("site-10", "higher_ed"): "~6",
    ("site-11", "k12_school"): "10-15", ("site-11", "school_district"): "1",
    ("site-12", "higher_ed"): "2", ("site-12", "local_business"): "15-20",
}
# Whether the site's own organization is among the partners counted.
INCLUDES_SELF = {
    ("site-05", "school_district"): "true", ("site-06", "k12_school"): "true",
    ("site-11", "school_district"): "true", ("site-11", "k12_school"): "true",
    ("site-02", "ost_program"): "true", ("site-07", "ost_program"): "false",
    ("site-12", "higher_ed"): "true",
}
SELF_TYPES = ("k12_school", "school_district", "ost_program", "higher_ed")

# The other structured items: site by site, in the order of ITEMS.
ITEMS = (
    "components_in_place", "function_coordination", "function_access", "policy_context", "barriers",
    "learners_reached", "learner_agency",
)
ITEM_ANSWERS = {
    "site-01": ("home_base;learning_hub;field_site;advisor", "established", "established", "helps",
                "funding;transportation", "1850", "clearly_evident"),
    "site-02": ("learning_hub;field_site", "emerging", "established", "neither",
                "funding;staff_time", "3200", "somewhat_evident"),
    "site-03": ("Home base for every learner;An advisor for every learner", "Not yet", "Emerging",
                "Hinders", "Funding;Transportation;Staff time", "140", "Somewhat evident"),
    "site-05": ("home_base;learning_hub;field_site;advisor;credential", "established", "emerging",
                "helps", "transportation;accountability", "5400", "clearly_evident"),
    "site-06": ("home_base;learning_hub;advisor", "emerging", "emerging", "hinders",
                "funding;accountability", "210", "clearly_evident"),
    "site-07": ("learning_hub;field_site", "emerging", "established", "NOT_ASKED",
                "funding;data_sharing;staff_time", "2750", "somewhat_evident"),
    "site-08": ("home_base;advisor", "not_yet", "not_yet", "hinders",
                "funding;transportation;staff_time;accountability", "95", "not_evident"),
    "site-10": ("learning_hub;field_site;credential", "established", "established", "helps",
                "data_sharing", "1200", "clearly_evident"),
    "site-11": ("home_base;field_site", "emerging", "emerging", "neither",
                "transportation;staff_time", "DONT_KNOW", "somewhat_evident"),
    "site-12": ("home_base;field_site;advisor;credential", "established", "emerging", "REFUSED",
                "funding;data_sharing", "680", ""),
}

OPEN_ITEMS = (
    "components_open", "functions_open", "context_open", "barriers_open", "indicators_open",
    "partnerships_open", "responsibility_open",
)
OPEN_ANSWERS = {
    "components_open": "Constructed answer: learners meet people at work, and see {} from inside.",
    "functions_open": "Constructed answer: a small team keeps the calendar of {} and asks who is missing.",
    "context_open": "Constructed answer: what counts as school time decides most of what {} can do.",
    "barriers_open": "Constructed answer: one shared bus line would help more than another program for {}.",
    "indicators_open": "Constructed answer: young people began to bring friends along to {}.",
    "partnerships_open": "Constructed answer: we plan the year together with {}, and share the cost.",
    "responsibility_open": "Constructed answer: more and more, {} ask how the learners are doing.",
}
SUBJECTS = {
    "site-01": "workshops", "site-02": "summer clubs", "site-03": "the neighborhood",
    "site-05": "clinics", "site-06": "learning hubs", "site-07": "theaters", "site-08": "families",
    "site-10": "companies", "site-11": "farms", "site-12": "laboratories",
}
# Open answers that stand for themselves: with quotation marks, with a line break, left out.
OPEN_EXCEPTIONS = {
    ("site-02", "barriers_open"):
        'Constructed answer: "funding" is the short answer; time is the long one.',
    ("site-06", "partnerships_open"):
        "Constructed answer, in two lines:\nthe food bank lends its kitchen; learners cook on Fridays.",
    ("site-08", "responsibility_open"): "",
    ("site-11", "context_open"): "",
}


def count_of(site, partner_type, level):
    """A plausible number of partners: more at deeper levels, the same at every run."""
    if (site, partner_type) in COUNTS:
        return COUNTS[site, partner_type]
    if level == 0:
        return "0"
    low, high = SIZES[partner_type]
    noise = hashlib.sha256(f"{site}/{partner_type}".encode()).digest()[0]
    share = (level - 1) * 64 + noise // 4
    return str(low + (high - low) * share // 256)


def build_sites():
    return {
        "sites": [
            {
                "name": f"sites/{site}",
                "displayName": site.replace("site-", "Site "),
                "neutralLabel": site.replace("site-", "Site "),
                "naming": "NAMING_NEUTRAL",
                "places": [{"country": "US"}],
                "attributes": [
                    {
                        "setting": f"SETTING_{setting}",
                        "entryPoint": f"{entry_point} (constructed)",
                        "stage": f"{stage} (constructed)",
                    }
                ],
            }
            for site, (setting, entry_point, stage) in SITES.items()
        ]
    }


def build_memberships():
    return {
        "memberships": [
            {"name": f"cohorts/2024-2025/memberships/{site}", "site": f"sites/{site}"}
            for site in SITES
        ]
    }


def open_answer(site, question):
    return OPEN_EXCEPTIONS.get(
        (site, question), OPEN_ANSWERS[question].format(SUBJECTS[site])
    )


def build_rows():
    header = ["site", "shared_responsibility"]
    for code in TYPES:
        header += [f"{code}.count", f"{code}.level"]
        if code in SELF_TYPES:
            header.append(f"{code}.includes_self")
    header += [*ITEMS, *OPEN_ITEMS]
    rows = [header]
    for site, (levels, rating) in ANSWERS.items():
        row = [site, rating]
        for code, level in zip(TYPES, map(int, levels)):
            row += [count_of(site, code, level), SPELLINGS.get(site, LABELS)[level]]
            if code in SELF_TYPES:
                row.append(INCLUDES_SELF.get((site, code), ""))
        row += [*ITEM_ANSWERS[site], *(open_answer(site, question) for question in OPEN_ITEMS)]
        rows.append(row)
    return rows


def as_json(value):
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def build():
    return {
        "sites.json": as_json(build_sites()),
        "memberships.json": as_json(build_memberships()),
        "responses.csv": as_csv(build_rows()),
    }


# --- The check ------------------------------------------------------------------------------------


class Checks:
    def __init__(self):
        self.failed = []
        self.count = 0

    def that(self, holds, what):
        self.count += 1
        if not holds:
            self.failed.append(what)

    def equal(self, found, expected, what):
        self.that(found == expected, f"{what}: {found!r} is not {expected!r}")


def read_levels(text, instrument):
    """The committed file, read by its header and the instrument's labels: site -> type -> level."""
    order = ["NO_INTERACTION", "NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION"]
    meaning = {}
    for label in instrument["levels"]:
        level = order.index(label["level"].removeprefix("INTERACTION_LEVEL_"))
        for word in [label["label"], *label["aliases"], str(label["code"])]:
            meaning[word.casefold()] = level
    sites = {}
    for row in csv.DictReader(io.StringIO(text)):
        sites[row["site"]] = row
        row["levels"] = {code: meaning[row[f"{code}.level"].casefold()] for code in TYPES}
    return sites


def modes(levels):
    counts = Counter(levels)
    return [level for level in sorted(counts) if counts[level] == max(counts.values())]


def concordance(xs, ys):
    """Concordant minus discordant pairs: the sign of Kendall's tau-b."""
    sign = lambda a, b: (a > b) - (a < b)
    pairs = [(i, j) for i in range(len(xs)) for j in range(i)]
    return sum(sign(xs[i], xs[j]) * sign(ys[i], ys[j]) for i, j in pairs)


def exists_matrix(rows, columns):
    """Gale-Ryser: whether a 0/1 matrix has these row and column sums."""
    rows = sorted(rows, reverse=True)
    return sum(rows) == sum(columns) and all(
        sum(rows[:k]) <= sum(min(k, column) for column in columns) for k in range(1, len(rows) + 1)
    )


def check_margins(checks, breadth):
    """What the published figures force, by enumeration: no choice above is impossible."""
    universal = [10] * 7
    banded = [9, 9, 8, 8, 8, 8]
    checks.equal(sum(universal + banded), 120, "cells of the 13 types with a stated share")
    # The mean rounds to 15 from these totals; at 150 the other five types have 30 cells.
    totals = [total for total in range(181) if Fraction(29, 2) <= Fraction(total, 10) < Fraction(31, 2)]
    checks.equal(totals, list(range(145, 155)), "totals whose mean rounds to 15")
    checks.equal([total - 120 for total in totals], list(range(25, 35)), "cells of the other five")
    # K-12 schools at 8 or 9 sites would stand among the types whose share the brief states.
    for k12, unnamed in ((5, [7, 7, 6, 5]), (7, [7, 6, 5, 5]), (10, [5, 5, 5, 5])):
        checks.that(
            exists_matrix(sorted(breadth.values()), universal + banded + [k12] + unnamed),
            f"a matrix with K-12 schools at {k12} exists for these sites",
        )


def check_breadth(checks, sites):
    breadth = {
        site: sum(level > 0 for level in row["levels"].values()) for site, row in sites.items()
    }
    values = sorted(breadth.values())
    checks.equal(sum(values), 150, "engaged cells")
    checks.equal(Fraction(sum(values), len(values)), Fraction(15), "mean of types per site")
    checks.equal((values[0], values[-1]), (11, 18), "range of types per site")
    checks.that(14 <= statistics.median(values) <= 17, "the median is possible at a total of 150")
    checks.that(1.70 <= statistics.pstdev(values) <= 3.50, "the deviation is possible at 150")
    presence = {
        code: sum(row["levels"][code] > 0 for row in sites.values()) for code in TYPES
    }
    stated = {10: TYPES[1:8], 9: ["media_comm", "transport"],
              8: ["public_agency", "healthcare", "faith_based", "research_eval"]}
    for count, codes in stated.items():
        checks.equal([code for code in TYPES if presence[code] == count], codes,
                     f"types that {count} of 10 sites engage")
    checks.equal(presence["k12_school"], 7, "K-12 schools, as chosen")
    checks.equal([presence[code] for code in TYPES[14:]], [5, 6, 7, 5], "unnamed types, as chosen")
    narrow = [site for site, value in breadth.items() if value == 11]
    checks.equal(narrow, ["site-06"], "the site with 11 types (F9)")
    engaged = {code for code in TYPES if sites[narrow[0]]["levels"][code] > 0}
    checks.that(engaged >= set(TYPES[1:8]) and len(engaged - set(TYPES[1:8])) == 4,
                "it engages the seven universal types and four others")
    return breadth


def check_depth(checks, sites, breadth):
    column = lambda code: [row["levels"][code] for row in sites.values()]
    engaged = lambda code: [level for level in column(code) if level > 0]
    for code in ("cbo", "k12_school"):
        checks.equal(column(code).count(4), 5, f"{code} at collaboration (F10)")
    for level, codes in (
        (4, ("cbo", "k12_school", "school_district", "research_eval")),
        (3, ("local_business", "ost_program", "higher_ed", "public_agency")),
    ):
        for code in codes:
            checks.equal(modes(column(code)), [level], f"mode of {code}, all sites")
            checks.equal(modes(engaged(code)), [level], f"mode of {code}, engaged sites")
    for code in ("public_agency", "research_eval"):
        checks.equal(len(engaged(code)), 8, f"base of {code} when present")
    checks.that({2, 3} <= set(column("school_district")), "districts also at 2 and 3 (F13)")
    depth = {
        site: Fraction(sum(row["levels"].values()), breadth[site]) for site, row in sites.items()
    }
    checks.that(max(depth.values()) - min(depth.values()) >= Fraction(3, 2), "depth varies widely")
    checks.that(all(level in column_levels for column_levels in
                    [{level for row in sites.values() for level in row["levels"].values()}]
                    for level in range(5)), "every level occurs")
    return depth


def check_responsibility(checks, sites, breadth, depth):
    scale = [NOT, MODERATELY, SIGNIFICANTLY]
    rating = {site: scale.index(row["shared_responsibility"]) for site, row in sites.items()}
    checks.equal(sum(value >= 1 for value in rating.values()), 9, "at least moderately (F16)")
    checks.equal(sum(value == 2 for value in rating.values()), 4, "significantly (F16)")
    ratings = [rating[site] for site in sites]
    for name, values in (("breadth", breadth), ("depth", depth)):
        checks.that(concordance([values[site] for site in sites], ratings) > 0,
                    f"{name} rises with shared responsibility (F17)")


def check_consistency(checks, sites):
    """No cell contradicts itself, every count can be read, and every text says what it is."""
    explicit_zeros = 0
    for site, row in sites.items():
        for code in TYPES:
            count, level = row[f"{code}.count"], row["levels"][code]
            if count in ("", "DONT_KNOW"):
                continue
            lowest = int(count.strip("~+").split("-")[0])
            checks.that((lowest > 0) == (level > 0), f"{site}, {code}: {count} at level {level}")
            explicit_zeros += level == 0
        for question in OPEN_ITEMS:
            checks.that(row[question] == "" or row[question].startswith("Constructed answer"),
                        f"{site}, {question} says that it is constructed")
    checks.that(explicit_zeros >= 20, "no interaction is said, not left out")
    counts = [row[f"{code}.count"] for row in sites.values() for code in TYPES]
    for what, found in (("~", "~12" in counts), ("range", "10-15" in counts),
                        ("open", "20+" in counts), ("missing", "DONT_KNOW" in counts)):
        checks.that(found, f"a count of the kind {what} occurs")


def check():
    checks = Checks()
    files = build()
    for name, text in files.items():
        path = HERE / name
        committed = path.read_bytes() if path.exists() else b""
        checks.that(committed == text.encode(), f"{name} is what build.py builds; run build.py")
    taxonomy = json.loads((HERE / "taxonomy.json").read_text(encoding="utf-8"))
    checks.equal([t["code"] for t in taxonomy["types"]], TYPES, "codes of taxonomy.json (F2)")
    checks.equal(
        [t["code"] for t in taxonomy["types"] if t["provenance"] == "PROVENANCE_ASSUMED"],
        TYPES[14:], "assumed types")
    instrument = json.loads((HERE / "instrument.json").read_text(encoding="utf-8"))
    checks.equal(len(instrument["levels"]), 5, "levels (F2)")
    checks.equal(len(instrument["sharedResponsibility"]), 3, "points of shared responsibility (F2)")
    for section in instrument["sections"]:
        kinds = {"open" if "textAnswer" in q else "structured" for q in section["questions"]}
        checks.equal(kinds, {"open", "structured"}, f"items of section {section['id']}")
    wave = json.loads((HERE / "wave.json").read_text(encoding="utf-8"))
    checks.that(wave["fieldStartDate"]["month"] == 1 and wave["fieldEndDate"]["month"] == 3,
                "in the field from January to March (F3)")
    sites = read_levels((HERE / "responses.csv").read_text(encoding="utf-8"), instrument)
    checks.equal((len(sites), len(SITES)), (10, 12), "sites that answer, of those invited (F1)")
    breadth = check_breadth(checks, sites)
    check_margins(checks, breadth)
    depth = check_depth(checks, sites, breadth)
    check_responsibility(checks, sites, breadth, depth)
    check_consistency(checks, sites)
    for what in checks.failed:
        print(f"fails: {what}", file=sys.stderr)
    print(f"{checks.count - len(checks.failed)} of {checks.count} checks hold")
    return 1 if checks.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="check and write nothing")
    if parser.parse_args().check:
        return check()
    for name, text in build().items():
        (HERE / name).write_bytes(text.encode())
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
