#!/usr/bin/env python3
"""Makes random waves, the same for the same seed, in the files that examples/lab-2025 has.

    random_wave.py SEED DIRECTORY [--sites N]

Nothing in them is meant to be plausible; it is meant to be everything that can happen: missing values
of every kind, ties, contradictions, every way to write a count or a level, byte-order marks, CRLF,
delimiters, quoted line breaks, absent columns, both formats, sites in several cohorts or in none any
more. `actions.json` says what happens around the import, through the API: [{"verb": "approve",
"site": "sites/pool-1"}, ...] with
  add, remove          AmendRoster; `before_import` says when
  take                 IngestResponses with `answers`
  update, submit       UpdateResponse with `answers`; SubmitResponse
  approve, return, withdraw, decline
Sites come from one pool that all waves share, so that many waves need few sites.
"""

import argparse
import csv
import io
import json
import pathlib
import random
import sys

LEVELS = ("NO_INTERACTION", "NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION")
RATINGS = ("NOT_EVIDENT", "MODERATELY_EVIDENT", "SIGNIFICANTLY_EVIDENT")
REASONS = ("NOT_ANSWERED", "NOT_ASKED", "DONT_KNOW", "REFUSED", "NOT_APPLICABLE")
WORDS = ("hub", "guild", "orchard", "bridge", "studio", "harbor", "market", "clinic", "garden",
         "workshop", "league", "archive", "theater", "kitchen", "depot", "council")


def pool_site(number):
    """The same site in every wave."""
    return {
        "name": f"sites/pool-{number}",
        "displayName": f"Community {number}",
        "neutralLabel": f"Site {number:05}",
        "naming": ("NAMING_NAMED", "NAMING_NEUTRAL", "NAMING_UNSPECIFIED")[number % 3],
        "places": [{"region": region} for region in (("MO",), ("CA", "OR"), (), ("MO", "KS"), ("CA",))[number % 5]],
        "attributes": [] if number % 7 == 0 else [{
            "setting": f"SETTING_{('DISTRICT', 'SCHOOL', 'UNSPECIFIED', 'UNIVERSITY')[number % 4]}",
            "entryPoint": ("one school", "", "a whole district")[number % 3],
            "stage": ("starting", "growing")[number % 2],
        }],
    }


def usual_size(rng):
    """Mostly small, sometimes 500: 3 to 500 sites."""
    low, high = rng.choices(((3, 12), (13, 50), (51, 150), (151, 500)), (55, 32, 11, 2))[0]
    return rng.randint(low, high)


class Spelling:
    """Ways to write the same thing."""

    def __init__(self, rng):
        self.rng = rng

    def case(self, text):
        return self.rng.choice((text, text, text.upper(), text.lower(), text.swapcase()))

    def label(self, text):
        """Capitals and white space do not matter."""
        text = self.case(text)
        if self.rng.random() < 0.1:
            text = text.replace(" ", self.rng.choice(("  ", "\u00a0", " \u00a0 ")))
        if self.rng.random() < 0.1:
            text = self.rng.choice((" ", "\u00a0", "  ")) + text + self.rng.choice(("", " "))
        return text

    def missing(self, reason):
        if reason == "NOT_ANSWERED":
            return self.rng.choice(("", "", "", "NA", "na", " "))
        return self.case(reason)

    def count(self, count):
        low, high = count.get("min", 0), count.get("max")
        gap = self.rng.choice(("", "", "", " "))
        if high is None:
            return f"{low}{gap}+"
        if count.get("approximate"):
            return f"~{gap}{low}"
        if low == high and self.rng.random() < 0.9:
            return str(low)
        return f"{low}{gap}{self.rng.choice('--' + chr(0x2013))}{gap}{high}"

    def number(self, value):
        if value == int(value) and abs(value) < 1e6:
            return self.rng.choice((f"{int(value)}", f"{int(value)}", f"{int(value)}.0",
                                    f"{value:e}", f"+{int(value)}" if value > 0 else "0"
                                    if value == 0 else f"{int(value)}"))
        return repr(value)


class RandomWave:
    """One wave: everything is drawn in the constructor."""

    def __init__(self, seed, sites=None):
        self.rng = random.Random(f"weft {seed}")
        self.id = f"rw-{seed}"
        rng = self.rng
        self.spell = Spelling(rng)
        self.size = sites or usual_size(rng)
        self.types = [f"{rng.choice(WORDS)}_{i}" for i in range(rng.randint(1, 30))]
        rng.shuffle(self.types)
        self.ask_count, self.ask_level = rng.choice(((True, True),) * 8 + ((True, False),
                                                                           (False, True)))
        self.has_rating = rng.random() < 0.95
        self.questions = self._questions()
        self.instrument = self._instrument()
        self._draw_habits()
        self._draw_sites()
        self.actions = []
        self.answers = self._draw_file_answers()
        self._draw_actions()

    # --- The questionnaire ---

    def _options(self):
        rng = self.rng
        options = []
        for i in range(rng.randint(2, 6)):
            option = {"id": f"o{i}" if rng.random() < 0.5 else f"{rng.choice(WORDS)}-{i}",
                      "label": f"The {rng.choice(WORDS)} of {i}"}
            if rng.random() < 0.4:
                option["aliases"] = [f"also {i}", f"Or {i}, say"]
            options.append(option)
        return options

    def _questions(self):
        rng = self.rng
        questions = []
        for i in range(rng.randint(0, 2)):
            questions.append({"id": f"choice_{i}", "text": f"Which one, {i}?",
                              "choice": {"options": self._options(), "ordered": i == 0}})
        for i in range(rng.randint(0, 2)):
            questions.append({"id": f"multi_{i}", "text": f"Which, {i}?",
                              "multiChoice": {"options": self._options()}})
        for i in range(rng.randint(0, 2)):
            questions.append({"id": f"number_{i}", "text": f"How many, {i}?",
                              "number": {"integer": rng.random() < 0.5}})
        for i in range(rng.randint(1, 2)):
            questions.append({"id": f"words_{i}", "text": f"Say more, {i}.", "textAnswer": {}})
        questions.append({"id": "matrix", "text": "Partners?", "partnerMatrix": {
            "askCount": self.ask_count, "askLevel": self.ask_level}})
        if self.has_rating:
            questions.append({"id": rng.choice(("shared_responsibility", "who_is_responsible")),
                              "text": "Shared?", "sharedResponsibility": {}})
        rng.shuffle(questions)
        return questions

    def _scale(self, key, prefix, names):
        """Labels with aliases, and with numbers or without."""
        rng = self.rng
        start = rng.choice((None, None, 0, 0, 1, 10))
        scale = []
        for i, name in enumerate(names):
            label = {key: prefix + name, "label": name.replace("_", " ").capitalize(),
                     "aliases": [f"{name.lower()} so", f"Stage {chr(ord('a') + i)}"]}
            if start is not None:
                label["code"] = start + i
            scale.append(label)
        rng.shuffle(scale)
        return scale

    def _instrument(self):
        rng = self.rng
        sections = []
        rest = list(self.questions)
        while rest:
            taken = rng.randint(1, len(rest))
            sections.append({"id": f"section-{len(sections)}",
                             "displayName": f"Section {len(sections)}", "questions": rest[:taken]})
            rest = rest[taken:]
        self.aliases = {}
        for column in ("site", "shared_responsibility", *self._type_columns()):
            if rng.random() < 0.2 and (column != "shared_responsibility" or self.has_rating):
                self.aliases[column] = f"My {column.replace('.', ', ').replace('_', ' ')}?"
        return {
            "name": f"instruments/{self.id}", "displayName": "Random", "family": self.id,
            "version": 1, "taxonomy": f"taxonomies/{self.id}", "sections": sections,
            "levels": self._scale("level", "INTERACTION_LEVEL_", LEVELS),
            "sharedResponsibility": self._scale("rating", "SHARED_RESPONSIBILITY_", RATINGS),
            "columnAliases": [{"column": column, "alias": alias}
                              for column, alias in self.aliases.items()],
        }

    def _type_columns(self):
        fields = ["includes_self"]
        fields += ["count"] if self.ask_count else []
        fields += ["level"] if self.ask_level else []
        return [f"{code}.{field}" for code in self.types for field in fields]

    # --- Sites ---

    def _draw_sites(self):
        rng = self.rng
        self.cohorts = [f"{self.id}-{letter}" for letter in "abc"[:rng.randint(1, 3)]]
        # The last of several may be one that nobody is in.
        joined = self.cohorts[:-1] if len(self.cohorts) > 1 and rng.random() < 0.3 else self.cohorts
        first = rng.randint(1, max(1, 600 - self.size))
        numbers = list(range(first, first + self.size + 4))
        outside = set(rng.sample(numbers, 4))
        self.memberships = []
        self.member_cohorts = {}
        for number in numbers:
            if number in outside:
                continue
            # Not on the roster: over long ago, or still ahead. But somebody must be.
            away = rng.random() < 0.05 and 2 < len(self.member_cohorts) < 1000
            for cohort in rng.sample(joined, rng.randint(1, len(joined))):
                membership = {"name": f"cohorts/{cohort}/memberships/pool-{number}"}
                if away:
                    membership |= rng.choice((
                        {"startDate": {"year": 2001, "month": 1, "day": 1},
                         "endDate": {"year": 2001, "month": 12, "day": 31}},
                        {"startDate": {"year": 2999, "month": 1, "day": 1}}))
                else:
                    self.member_cohorts.setdefault(number, []).append(cohort)
                self.memberships.append(membership)
        self.outside = sorted(outside)
        self.numbers = numbers

    # --- Answers ---

    def _draw_habits(self):
        """How this wave's sites tend to answer, so that waves differ."""
        rng = self.rng
        self.missing_rate = rng.choice((0.0, 0.02, 0.1, 0.3, 0.7))
        self.silent_rate = rng.choice((0.0, 0.0, 0.1, 0.5))
        self.contradiction_rate = rng.choice((0.0, 0.05, 0.4))
        self.self_rate = rng.choice((0.0, 0.1, 0.5))
        self.largest = rng.choice((1, 3, 12, 200, 100000))
        # One level only, two of them, or all: for ties and constants.
        self.levels = rng.sample(range(5), rng.choice((1, 2, 3, 5, 5, 5)))
        self.ratings = rng.sample(range(3), rng.choice((1, 2, 3, 3, 3)))

    def _reason(self):
        return "MISSING_REASON_" + self.rng.choice(REASONS)

    def _count(self, engaged):
        """A count that is positive or zero as asked for, or leaves it open."""
        rng = self.rng
        if rng.random() < 0.1:
            return {"min": 0} if rng.random() < 0.4 else {"min": 0, "max": rng.randint(1, 5)}
        if not engaged:
            return {"min": 0, "max": 0, "approximate": rng.random() < 0.1}
        low = rng.randint(1, self.largest)
        kind = rng.random()
        if kind < 0.7:
            return {"min": low, "max": low, "approximate": kind < 0.15}
        if kind < 0.85:
            return {"min": low, "max": low + rng.randint(0, self.largest)}
        return {"min": low}

    def _cell(self, code):
        rng = self.rng
        cell = {"partnerType": code}
        level = rng.choice(self.levels)
        if self.ask_level:
            if rng.random() < self.missing_rate:
                cell["levelMissing"] = self._reason()
            else:
                cell["level"] = "INTERACTION_LEVEL_" + LEVELS[level]
        if self.ask_count:
            if rng.random() < self.missing_rate:
                cell["countMissing"] = self._reason()
            else:
                contradicts = rng.random() < self.contradiction_rate
                cell["partners"] = self._count((level > 0) != contradicts)
        if rng.random() < self.self_rate:
            cell["includesSelf"] = rng.random() < 0.8
        return cell

    def _item(self, question):
        rng = self.rng
        if rng.random() < self.missing_rate:
            return {"question": question["id"], "missing": self._reason()}
        if "number" in question:
            whole = question["number"]["integer"]
            number = rng.choice((0, 1, 7, rng.randint(-50, 5000)))
            if not whole and rng.random() < 0.7:
                number = rng.choice((rng.uniform(-10, 10), rng.uniform(0, 1) * 10 ** rng.randint(-9, 12)))
            return {"question": question["id"], "number": float(number)}
        if "choice" in question:
            options = [rng.choice(question["choice"]["options"])["id"]]
        else:
            every = [option["id"] for option in question["multiChoice"]["options"]]
            options = [each for each in every if rng.random() < 0.4]
        return {"question": question["id"], "choices": {"options": options}}

    def random_answers(self):
        """Proto JSON of weft.ingestion.v1.Answers."""
        rng = self.rng
        answers = {
            "partnerCells": [self._cell(code) for code in self.types
                             if rng.random() >= self.silent_rate],
            "items": [self._item(question) for question in self.questions
                      if {"choice", "multiChoice", "number"} & set(question)],
        }
        if self.has_rating:
            if rng.random() < self.missing_rate:
                answers["sharedResponsibility"] = {"missing": self._reason()}
            else:
                rating = RATINGS[rng.choice(self.ratings)]
                answers["sharedResponsibility"] = {"rating": f"SHARED_RESPONSIBILITY_{rating}"}
        return answers

    def _draw_file_answers(self):
        """Pool number -> answers, for the rows of the file; None for a row without answers."""
        rng = self.rng
        rate = rng.choice((0.3, 0.8, 0.8, 1.0)) if self.size < 1000 else 0.9
        answering = [number for number in sorted(self.member_cohorts) if rng.random() < rate]
        silent = [number for number in sorted(self.member_cohorts) if number not in answering]
        for number in silent:
            if rng.random() < 0.1 and len(silent) < len(self.member_cohorts):
                self._act("remove", number, before_import=True)
        for number in self.outside[:rng.randint(0, 2)]:
            self._act("add", number, before_import=True, cohorts=[])
            answering.append(number)
        return {number: None if rng.random() < 0.03 else self.random_answers()
                for number in answering}

    # --- What happens around the import ---

    def _act(self, verb, number, **more):
        self.actions.append({"verb": verb, "site": f"sites/pool-{number}", **more})

    def _draw_actions(self):
        rng = self.rng
        removed = {action["site"] for action in self.actions if action["verb"] == "remove"}
        for number in sorted(self.member_cohorts):
            if self.answers.get(number) is not None:
                if rng.random() < (0.6 if self.size < 1000 else 0.15):
                    self._draw_review(number)
            elif f"sites/pool-{number}" not in removed and number not in self.answers:
                self._draw_late_answer(number)

    def _draw_late_answer(self, number):
        rng = self.rng
        fate = rng.random()
        if fate < 0.15:
            self._act("decline", number)
            if rng.random() < 0.2:
                self._act("remove", number)
        elif fate < 0.2:
            self._act("remove", number)
            if rng.random() < 0.5:
                self._act("add", number)
        elif fate < 0.25:
            self._act("decline", number)
            self._act("take", number, answers=self.random_answers())
        elif fate < 0.28:
            self._act("decline", number)
            self._act("update", number, answers=self.random_answers())
            if rng.random() < 0.5:
                self._act("submit", number)
        elif fate < 0.45:
            self._act("take", number, answers=self.random_answers())
            self._draw_review(number)

    def _draw_review(self, number):
        """A way through review, from submitted on."""
        rng = self.rng
        for _ in range(rng.randint(1, 3)):
            step = rng.random()
            if step < 0.1:
                self._act("withdraw", number)
                if rng.random() < 0.2:
                    self._act("remove", number)
                    return
                if rng.random() < 0.6:
                    return
                # Taking part after all: nothing of before counts any more.
                self._act("update", number, answers=self.random_answers())
                if rng.random() < 0.5:
                    return
                self._act("submit", number)
                continue
            if step < 0.3:
                # Taken back to the desk: the last submitted revision counts until the next.
                self._act("update", number, answers=self.random_answers())
                if rng.random() < 0.5:
                    return
                self._act("submit", number)
                continue
            if step < 0.8:
                self._act("approve", number)
                if rng.random() < 0.6:
                    return
            self._act("return", number)
            if rng.random() < 0.4:
                return
            self._act("update", number, answers=self.random_answers())
            if rng.random() < 0.3:
                return
            self._act("submit", number)

    # --- Files ---

    def documents(self):
        return {
            "taxonomy.json": {
                "name": f"taxonomies/{self.id}", "displayName": "Random", "family": self.id,
                "version": 1,
                "types": [{"code": code, "displayName": f"Type {code}",
                           "provenance": "PROVENANCE_ASSUMED"} for code in self.types],
            },
            "cohort.json": {"cohorts": [
                {"name": f"cohorts/{cohort}", "displayName": cohort, "lab": "Random Lab",
                 "label": cohort} for cohort in self.cohorts]},
            "sites.json": {"sites": [pool_site(number) for number in self.numbers]},
            "memberships.json": {"memberships": self.memberships},
            "instrument.json": self.instrument,
            "wave.json": {
                "name": f"waves/{self.id}", "displayName": f"Random wave {self.id}",
                "instrument": f"instruments/{self.id}",
                "cohorts": [f"cohorts/{cohort}" for cohort in self.cohorts],
            },
            "actions.json": self.actions,
        }

    def _site_text(self, number):
        site = pool_site(number)
        return self.spell.case(self.rng.choice((
            f"pool-{number}", f"pool-{number}", site["name"], site["displayName"],
            site["neutralLabel"])))

    def _point(self, scale, key, value):
        label = next(each for each in self.instrument[scale] if each[key] == value)
        spellings = [label["label"], label["label"], *label["aliases"]]
        if "code" in label and self.rng.random() < 0.3:
            return str(label["code"])
        return self.spell.label(self.rng.choice(spellings))

    def _option(self, options, name):
        option = next(each for each in options if each["id"] == name)
        return self.spell.label(self.rng.choice(
            (option["id"], option["label"], *option.get("aliases", []))))

    def _without_prefix(self, reason):
        return self.spell.missing(reason.removeprefix("MISSING_REASON_"))

    def _flag(self, value):
        words = ("true", "yes", "1") if value else ("false", "no", "0")
        return self.spell.case(self.rng.choice(words))

    def _item_text(self, question, item):
        if "missing" in item:
            return self._without_prefix(item["missing"])
        if "number" in item:
            return self.spell.number(item["number"])
        kind = question.get("choice") or question["multiChoice"]
        chosen = [self._option(kind["options"], name) for name in item["choices"]["options"]]
        if len(chosen) > 1:
            self.rng.shuffle(chosen)
        return self.rng.choice((";", "; ")).join(chosen) or ";"

    def _words(self):
        rng = self.rng
        if rng.random() < 0.3:
            return ""
        words = [rng.choice(WORDS) for _ in range(rng.randint(1, 8))]
        text = rng.choice((" ", ", ", "; ", "\t", "\n", "\r\n")).join(words)
        return rng.choice((text, f'"{text}"', text + "\n\n", "\u00e9t\u00e9 " + text, "12"))

    def _values(self, answers):
        """(tidy item, partner type) -> text, for one site."""
        values = {}
        for cell in answers["partnerCells"]:
            code = cell["partnerType"]
            if "level" in cell:
                values["interaction_level", code] = self._point("levels", "level", cell["level"])
            elif "levelMissing" in cell:
                values["interaction_level", code] = self._without_prefix(cell["levelMissing"])
            if "partners" in cell:
                values["partner_count", code] = self.spell.count(cell["partners"])
            elif "countMissing" in cell:
                values["partner_count", code] = self._without_prefix(cell["countMissing"])
            if "includesSelf" in cell:
                values["includes_self", code] = self._flag(cell["includesSelf"])
        rating = answers.get("sharedResponsibility", {})
        if "rating" in rating:
            values["shared_responsibility", ""] = self._point(
                "sharedResponsibility", "rating", rating["rating"])
        elif "missing" in rating:
            values["shared_responsibility", ""] = self._without_prefix(rating["missing"])
        items = {item["question"]: item for item in answers["items"]}
        for question in self.questions:
            if question["id"] in items:
                values[question["id"], ""] = self._item_text(question, items[question["id"]])
            elif "textAnswer" in question:
                values[question["id"], ""] = self._words()
        return values

    def _header(self, column):
        if column in self.aliases and self.rng.random() < 0.7:
            return self.spell.label(self.aliases[column])
        return self.spell.case(column)

    def _wide_rows(self):
        rng = self.rng
        fields = {"partner_count": "count", "interaction_level": "level",
                  "includes_self": "includes_self"}
        slots = [(item, code) for code in self.types for item, field in fields.items()
                 if f"{code}.{field}" in self._type_columns()]
        slots += [("shared_responsibility", "")] if self.has_rating else []
        slots += [(question["id"], "") for question in self.questions
                  if not {"partnerMatrix", "sharedResponsibility"} & set(question)]
        if rng.random() < 0.3:
            slots = [slot for slot in slots if rng.random() < 0.8] or slots[:1]
        slots.insert(0, None)
        if rng.random() < 0.5:
            rng.shuffle(slots)
        rows = [[self._header("site" if slot is None else
                              f"{slot[1]}.{fields[slot[0]]}" if slot[1] else slot[0])
                 for slot in slots]]
        for number, answers in self.answers.items():
            values = {} if answers is None else self._values(answers)
            rows.append([self._site_text(number) if slot is None else values.get(slot, "")
                         for slot in slots])
        return rows

    def _tidy_rows(self):
        rng = self.rng
        rows = []
        for number, answers in self.answers.items():
            values = {} if answers is None else self._values(answers)
            for (item, code), text in values.items():
                if text.strip() or rng.random() < 0.5:
                    rows.append([self._site_text(number), self.spell.case(item),
                                 self.spell.case(code), text])
        if rng.random() < 0.5:
            rng.shuffle(rows)
        order = [0, 1, 2, 3]
        if rng.random() < 0.3:
            rng.shuffle(order)
        header = [self._header(name) for name in ("site", "item", "partner_type", "value")]
        return [[row[i] for i in order] for row in [header, *rows]]

    def csv_bytes(self):
        rng = self.rng
        rows = self._tidy_rows() if rng.random() < 0.3 else self._wide_rows()
        text = io.StringIO()
        writer = csv.writer(
            text, delimiter=rng.choice(",,;\t"), lineterminator=rng.choice(("\n", "\n", "\r\n")),
            quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
        writer.writerows(rows)
        written = text.getvalue()
        if rng.random() < 0.2:
            written = written.rstrip("\r\n")
        elif rng.random() < 0.2:
            written += "\n"
        return (b"\xef\xbb\xbf" if rng.random() < 0.3 else b"") + written.encode()

    def write(self, directory):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, document in self.documents().items():
            (directory / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        if self.answers:
            (directory / "responses.csv").write_bytes(self.csv_bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("seed")
    parser.add_argument("directory")
    parser.add_argument("--sites", type=int)
    arguments = parser.parse_args()
    RandomWave(arguments.seed, arguments.sites).write(arguments.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
