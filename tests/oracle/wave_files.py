"""Reads a wave from files as plain data: the oracle's own reading of the formats.

A directory holds what examples/lab-2025 holds. `read_wave` gives what the metrics need to know; it
knows nothing of Weft's code and asks no server. What happens to responses after the import stands
in `actions.json`, a list, which only the oracle's random waves have (see random_wave.py).
"""

import csv
import dataclasses
import io
import json
import pathlib
import re

LEVELS = ("NO_INTERACTION", "NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION")
RATINGS = ("NOT_EVIDENT", "MODERATELY_EVIDENT", "SIGNIFICANTLY_EVIDENT")
MISSING_WORDS = ("NOT_ASKED", "DONT_KNOW", "REFUSED", "NOT_APPLICABLE")
NOT_ANSWERED = "NOT_ANSWERED"

TYPE_FIELDS = {"count": "partner_count", "level": "interaction_level",
               "includes_self": "includes_self"}


@dataclasses.dataclass
class Missing:
    """Why there is no answer."""

    reason: str


@dataclasses.dataclass
class Cell:
    """What was said about one partner type. None and a Missing both mean that it is not known."""

    level: object = None  # 0 to 4, Missing, None
    count: object = None  # (min, max, approximate); max None when open; Missing, None
    includes_self: object = None  # True, False, None


@dataclasses.dataclass
class Answers:
    """One revision of a response."""

    cells: dict = dataclasses.field(default_factory=dict)  # type -> Cell
    rating: object = None  # 1 to 3, Missing, None
    items: dict = dataclasses.field(default_factory=dict)  # question -> list, number, Missing


@dataclasses.dataclass
class Response:
    """Every revision, and which of them was submitted and approved last (0: none)."""

    revisions: list = dataclasses.field(default_factory=list)
    submitted: int = 0
    approved: int = 0
    counts: bool = True  # False once withdrawn or declined

    def take(self, answers):
        """Answers that are handed in at once, as files and streams do."""
        if not self.revisions or self.revisions[-1] != answers:
            self.revisions.append(answers)
        self.submitted = len(self.revisions)
        self.counts = True

    def update(self, answers):
        """Other answers, not handed in yet. Taking part anew starts from nothing."""
        if not self.counts:
            self.submitted = self.approved = 0
            self.counts = True
        if not self.revisions or self.revisions[-1] != answers:
            self.revisions.append(answers)


@dataclasses.dataclass
class RosterEntry:
    """A site of the wave."""

    site: str  # "sites/site-01"
    label: str
    cohorts: list
    setting: str = ""  # "SETTING_DISTRICT"; "" when it is not known
    entry_point: str = ""
    stage: str = ""
    regions: list = dataclasses.field(default_factory=list)
    active: bool = True


@dataclasses.dataclass
class Wave:
    """Everything that the metrics are computed from."""

    name: str
    display_name: str
    types: list  # (code, display name)
    instrument: dict
    roster: list
    responses: dict  # site -> Response


def fold(text):
    """Text as labels are compared: white space around it and capitals do not matter."""
    return " ".join(text.replace("\u00a0", " ").split()).lower()


class Labels:
    """What the words of a questionnaire mean."""

    def __init__(self, instrument):
        self.questions = {
            question["id"]: question
            for section in instrument.get("sections", [])
            for question in section["questions"]
        }
        self.levels = self._scale(
            instrument.get("levels", []), "level", "INTERACTION_LEVEL_", LEVELS, 0)
        self.ratings = self._scale(
            instrument.get("sharedResponsibility", []), "rating", "SHARED_RESPONSIBILITY_",
            RATINGS, 1)
        self.columns = {}
        for alias in instrument.get("columnAliases", []):
            for file_format in [alias["format"]] if alias.get("format") else ["wide", "tidy"]:
                self.columns[file_format, fold(alias["alias"])] = alias["column"]
        self.options = {
            name: self._options(question) for name, question in self.questions.items()
        }

    @staticmethod
    def _scale(labels, key, prefix, order, first):
        meaning = {}
        for label in labels:
            point = order.index(label[key].removeprefix(prefix)) + first
            for text in [label["label"], *label.get("aliases", [])]:
                meaning[fold(text)] = point
            if "code" in label:
                meaning[str(label["code"])] = point
        return meaning

    @staticmethod
    def _options(question):
        kind = question.get("choice") or question.get("multiChoice") or {"options": []}
        return {
            fold(text): option["id"]
            for option in kind["options"]
            for text in [option["id"], option["label"], *option.get("aliases", [])]
        }


def parse_missing(text):
    """None when the cell is empty, a Missing for a token, else the text."""
    text = text.replace("\u00a0", " ").strip()
    if text == "" or text.upper() == "NA":
        return None
    if text.upper() in MISSING_WORDS:
        return Missing(text.upper())
    return text


def parse_count(text):
    """"12", "~12", "10-15", "20+" as (min, max, approximate)."""
    text = text.replace("\u2013", "-").replace(" ", "")
    if match := re.fullmatch(r"(\d+)-(\d+)", text):
        return int(match[1]), int(match[2]), False
    if match := re.fullmatch(r"(\d+)\+", text):
        return int(match[1]), None, False
    number = int(re.fullmatch(r"~?(\d+)", text)[1])
    return number, number, text.startswith("~")


def parse_number(text):
    return float(text)


class FileAnswers:
    """Puts the values of a file into Answers, site by site."""

    def __init__(self, labels, types):
        self.labels = labels
        self.types = types
        self.sites = {}
        self.said_something = set()

    def put(self, site, item, partner_type, text):
        """`item` as in tidy files; `partner_type` is "" for items that have none."""
        answers = self.sites.setdefault(site, Answers())
        question = self.labels.questions.get(item, {})
        if "textAnswer" in question:
            if text.strip() not in ("", "NA", *MISSING_WORDS):
                self.said_something.add(site)
            return
        value = parse_missing(text)
        if value is None or (item == "includes_self" and isinstance(value, Missing)):
            return
        self.said_something.add(site)
        if partner_type:
            self._put_cell(answers.cells.setdefault(partner_type, Cell()), item, value)
        elif item == "shared_responsibility":
            answers.rating = self._or_missing(value, lambda text: self.labels.ratings[fold(text)])
        else:
            answers.items[item] = self._or_missing(
                value, lambda text: self._item_value(item, question, text))

    def _put_cell(self, cell, item, value):
        if item == "partner_count":
            cell.count = self._or_missing(value, parse_count)
        elif item == "interaction_level":
            cell.level = self._or_missing(value, lambda text: self.labels.levels[fold(text)])
        elif item == "includes_self":
            cell.includes_self = value.lower() in ("true", "yes", "1")
        else:
            raise ValueError(f"{item} is not asked for partner types")

    @staticmethod
    def _or_missing(value, parse):
        return value if isinstance(value, Missing) else parse(value)

    def _item_value(self, item, question, text):
        if "number" in question:
            return parse_number(text)
        options = self.labels.options[item]
        if "multiChoice" in question:
            return sorted(options[fold(part)] for part in text.split(";") if part.strip())
        return [options[fold(text)]]


def read_csv(data):
    """Rows of a file of bytes, in whatever delimiter its header uses."""
    text = data.decode("utf-8-sig")
    header = text.splitlines()[0]
    delimiter = max(",;\t", key=header.count)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)]


def column_of(header, file_format, labels, known):
    name = fold(header)
    return name if name in known else labels.columns[file_format, name]


def read_answers(data, labels, types, find_site):
    """site -> Answers, for every site that the file says something about."""
    rows = read_csv(data)
    answers = FileAnswers(labels, types)
    tidy_columns = {"site", "item", "partner_type", "value"}
    names = [labels.columns.get(("tidy", fold(cell)), fold(cell)) for cell in rows[0]]
    if {"item", "value"} <= set(names):
        columns = [column_of(cell, "tidy", labels, tidy_columns) for cell in rows[0]]
        for row in rows[1:]:
            value = dict(zip(columns, row))
            answers.put(find_site(value["site"]), fold(value["item"]),
                        fold(value.get("partner_type", "")), value["value"])
    else:
        known = {"site", "shared_responsibility", *labels.questions}
        known |= {f"{code}.{field}" for code in types for field in TYPE_FIELDS}
        columns = [column_of(cell, "wide", labels, known) for cell in rows[0]]
        for row in rows[1:]:
            site = find_site(row[columns.index("site")])
            for column, text in zip(columns, row):
                if column == "site":
                    continue
                partner_type, _, field = column.rpartition(".")
                answers.put(site, TYPE_FIELDS[field] if partner_type else column,
                            partner_type, text)
    return {site: value for site, value in answers.sites.items()
            if site in answers.said_something}


def read_json(directory, name):
    return json.loads((pathlib.Path(directory) / name).read_text(encoding="utf-8"))


def read_roster(directory, wave):
    """Sites that are members of one of the wave's cohorts without an end in the past."""
    cohorts = {}
    for membership in read_json(directory, "memberships.json")["memberships"]:
        _, cohort, _, site = membership["name"].split("/")
        # Random waves use dates that are long past or far ahead, so that today does not matter.
        past = membership.get("endDate", {"year": 9999})["year"] < 2010
        ahead = membership.get("startDate", {"year": 0})["year"] > 2200
        if f"cohorts/{cohort}" in wave["cohorts"] and not past and not ahead:
            cohorts.setdefault(f"sites/{site}", []).append(f"cohorts/{cohort}")
    sites = {site["name"]: site for site in read_json(directory, "sites.json")["sites"]}
    return [roster_entry(sites[name], sorted(cohorts[name])) for name in sorted(cohorts)], sites


def roster_entry(site, cohorts):
    """The site as the roster holds it."""
    attributes = (site.get("attributes") or [{}])[-1]  # they have no dates here
    setting = attributes.get("setting", "")
    return RosterEntry(site["name"], label_of(site), cohorts,
                       "" if setting == "SETTING_UNSPECIFIED" else setting,
                       attributes.get("entryPoint", ""), attributes.get("stage", ""),
                       [place["region"] for place in site.get("places", []) if place.get("region")])


def label_of(site):
    named = site.get("naming") == "NAMING_NAMED"
    return site["displayName"] if named else site["neutralLabel"]


def answers_from_json(value):
    """Answers from proto JSON of weft.ingestion.v1.Answers."""
    reason = lambda name: Missing(name.removeprefix("MISSING_REASON_"))
    known = lambda found: None if found == Missing(NOT_ANSWERED) else found
    answers = Answers()
    for given in value.get("partnerCells", []):
        cell = Cell(includes_self=given.get("includesSelf"))
        if "partners" in given:
            count = given["partners"]
            cell.count = count.get("min", 0), count.get("max"), count.get("approximate", False)
        elif "countMissing" in given:
            cell.count = known(reason(given["countMissing"]))
        if "level" in given:
            cell.level = LEVELS.index(given["level"].removeprefix("INTERACTION_LEVEL_"))
        elif "levelMissing" in given:
            cell.level = known(reason(given["levelMissing"]))
        if cell != Cell():
            answers.cells[given["partnerType"]] = cell
    rating = value.get("sharedResponsibility", {})
    if "rating" in rating:
        name = rating["rating"].removeprefix("SHARED_RESPONSIBILITY_")
        answers.rating = RATINGS.index(name) + 1
    elif "missing" in rating:
        answers.rating = known(reason(rating["missing"]))
    for item in value.get("items", []):
        if "choices" in item:
            answers.items[item["question"]] = sorted(item["choices"].get("options", []))
        elif "number" in item:
            answers.items[item["question"]] = float(item["number"])
        elif item["missing"] != "MISSING_REASON_NOT_ANSWERED":
            answers.items[item["question"]] = reason(item["missing"])
    return answers


def apply_action(wave, sites, action):
    """What a call after the import does to the records; see random_wave.py."""
    verb, site = action["verb"], action["site"]
    entry = next((entry for entry in wave.roster if entry.site == site), None)
    response = wave.responses.get(site)
    if verb == "add":
        if entry is None:
            wave.roster.append(roster_entry(sites[site], action["cohorts"]))
            wave.roster.sort(key=lambda each: each.site)
        else:
            entry.active = True
    elif verb == "remove":
        entry.active = False
    elif verb == "approve":
        response.approved = response.submitted
    elif verb in ("withdraw", "decline"):
        wave.responses.setdefault(site, Response()).counts = False
    elif verb in ("take", "update"):
        response = wave.responses.setdefault(site, Response())
        answers = answers_from_json(action["answers"])
        if verb == "take":
            response.take(answers)
        else:
            response.update(answers)
    elif verb == "submit":
        response.submitted = len(response.revisions)
    elif verb != "return":
        raise ValueError(f"unknown action {verb}")


def read_wave(directory):
    """The wave in `directory`, with what happened to it after the import."""
    directory = pathlib.Path(directory)
    document = read_json(directory, "wave.json")
    instrument = read_json(directory, "instrument.json")
    taxonomy = read_json(directory, "taxonomy.json")
    types = [(each["code"], each["displayName"]) for each in taxonomy["types"]]
    roster, sites = read_roster(directory, document)
    wave = Wave(document["name"], document["displayName"], types, instrument, roster, {})
    actions = read_json(directory, "actions.json") if (directory / "actions.json").exists() else []
    for action in actions:
        if action.get("before_import"):
            apply_action(wave, sites, action)
    if (directory / "responses.csv").exists():
        by_name = {}
        for entry in wave.roster:
            by_name[fold(sites[entry.site]["neutralLabel"])] = entry.site
            by_name[fold(sites[entry.site]["displayName"])] = entry.site
        for entry in wave.roster:
            by_name[fold(entry.site)] = entry.site
            by_name[fold(entry.site.removeprefix("sites/"))] = entry.site
        data = (directory / "responses.csv").read_bytes()
        found = read_answers(data, Labels(instrument), [code for code, _ in types],
                             lambda text: by_name[fold(text)])
        for site, answers in found.items():
            wave.responses.setdefault(site, Response()).take(answers)
    for action in actions:
        if not action.get("before_import"):
            apply_action(wave, sites, action)
    return wave
