#!/usr/bin/env python3
"""Loads random waves into the real servers and compares every number with the oracle, exactly.

    compare.py --bin build/dev/bin --waves 200 --large 5000

Waves have seeds FIRST, FIRST + 1, ...; a wave is the same for the same seed, so that a difference can be
looked at again with --first SEED --waves 1 --keep DIR. Exits 1 when any number differs.
"""

import argparse
import dataclasses
import itertools
import json
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import comparison
import oracle
import wave_files
from pyweft import CallError, Suite
from random_wave import RandomWave
from wave_files import read_wave

METRICS = "weft.metrics.v1.MetricsService/"
RESPONSES = "weft.ingestion.v1.ResponseService/"
# What the oracle does not say: words, and what only a server knows.
UNCOMPARED = {"provenance", "description"}
COMBINATIONS = list(itertools.product(
    ("SUBMITTED", "APPROVED"), oracle.ENGAGED_RULES, ("INCLUDE", "EXCLUDE")))
SHOWN = 20
# Sites of a wave whose associations are tested: of many the oracle knows no p, and a debug build takes long.
MOST_TESTED = 100
# Sites of which the judge goes through all pairs.
MOST_PAIRED = 300
# Sites of a wave that is put beside a second one.
MOST_COMPARED = 600
CATCH_UP_SECONDS = 300


def differences(path, ours, theirs):
    """(path, ours, the oracle's) wherever two values in proto JSON differ."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(set(ours) | set(theirs)):
            if key in UNCOMPARED:
                continue
            where = f"{path}.{key}"
            if key not in ours or key not in theirs:
                yield where, ours.get(key, "(absent)"), theirs.get(key, "(absent)")
            else:
                yield from differences(where, ours[key], theirs[key])
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(ours) != len(theirs):
            yield f"{path} (length)", len(ours), len(theirs)
        for i, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(f"{path}[{i}]", a, b)
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield path, ours, theirs


# --- What happens around the import ---------------------------------------------------------------


def amend(suite, wave, actions):
    """One amendment for each verb; a site is in one of them only."""
    for verb in ("add", "remove"):
        sites = [action["site"] for action in actions if action["verb"] == verb]
        if sites:
            suite.call("weft.ingestion.v1.WaveService/AmendRoster",
                       {"name": wave, f"{verb}Sites": sites, "reason": "drawn at random"})


def take(suite, wave, actions):
    """The bidirectional stream, some items in a batch."""
    items = [{"response": {"respondent": action["site"], "answers": action["answers"]}}
             for action in actions]
    messages = [{"header": {"parent": wave}}]
    for at in range(0, len(items), 7):
        messages.append({"batch": {"items": items[at:at + 7]}})
    messages.append({"end": {"itemCount": len(items)}})
    answers = suite.upload(RESPONSES + "IngestResponses", messages)
    summary = answers[-1].get("summary", {})
    if summary.get("rejected", 1) != 0:
        raise AssertionError(f"IngestResponses refused items: {json.dumps(answers, indent=1)}")


def request_of(wave, action):
    """The method of an action other than those above, and its request."""
    verb = action["verb"]
    if verb == "decline":
        return "DeclineResponse", {"parent": wave, "respondent": action["site"]}
    name = f"{wave}/responses/{action['site'].removeprefix('sites/')}"
    if verb == "update":
        return "UpdateResponse", {"response": {"name": name, "answers": action["answers"]},
                                  "updateMask": "answers"}
    request = {"name": name}
    if verb == "return":
        request["comment"] = "drawn at random"
    return f"{verb.capitalize()}Response", request


def act(suite, wave, actions):
    """Each site's actions in order; those of several sites at a time."""
    by_site = {}
    for action in actions:
        by_site.setdefault(action["site"], []).append(action)
    for step in itertools.zip_longest(*by_site.values()):
        by_verb = {}
        for action in step:
            if action is not None:
                by_verb.setdefault(action["verb"], []).append(action)
        for verb, group in by_verb.items():
            if verb == "take":
                take(suite, wave, group)
            elif verb in ("add", "remove"):
                amend(suite, wave, group)
            else:
                requests = [request_of(wave, action) for action in group]
                suite.call_many(RESPONSES + requests[0][0], [each for _, each in requests])


def load(suite, directory):
    """The wave in `directory`, through the API; its name."""
    wave = suite.load_definitions(directory)
    actions = json.loads((directory / "actions.json").read_text(encoding="utf-8"))
    amend(suite, wave, [action for action in actions if action.get("before_import")])
    file = directory / "responses.csv"
    if file.exists():
        result = suite.import_file(wave, file)
        if result["state"] != "STATE_SUCCEEDED":
            raise AssertionError(f"import failed: {json.dumps(result, indent=1)}")
    act(suite, wave, [action for action in actions if not action.get("before_import")])
    return wave


def load_later(suite, drawn, directory, sites):
    """A second wave of the same sites and questions, in which about half of `sites` answer anew; what is
    known of it."""
    records = read_wave(directory)
    document = json.loads((directory / "wave.json").read_text(encoding="utf-8"))
    document["name"] += "-later"
    suite.create("weft.ingestion.v1.WaveService/CreateWave", [document])
    suite.call("weft.ingestion.v1.WaveService/OpenWave", {"name": document["name"]})
    roster, token = [], ""
    while True:
        page = suite.call("weft.ingestion.v1.WaveService/ListRosterEntries", {
            "parent": document["name"], "pageSize": 1000, "pageToken": token})
        roster += [wave_files.roster_entry({**each, "name": each["site"],
                                           "attributes": [each.get("attributes") or {}]}, each["cohorts"])
                   for each in page["rosterEntries"]]
        token = page["nextPageToken"]
        if not token:
            break
    invited = [entry.site for entry in roster if entry.site in sites or drawn.rng.random() < 0.3]
    actions = [{"verb": "take", "site": site, "answers": drawn.random_answers()}
               for site in invited if drawn.rng.random() < 0.7]
    take(suite, document["name"], actions)
    responses = {}
    for action in actions:
        responses[action["site"]] = wave_files.Response()
        responses[action["site"]].take(wave_files.answers_from_json(action["answers"]))
    return wave_files.Wave(document["name"], document["displayName"], records.types,
                           records.instrument, roster, responses)


# --- Comparing ------------------------------------------------------------------------------------


def parameters_json(parameters):
    return {
        "cohort": parameters.cohort,
        "floor": f"REVIEW_FLOOR_{parameters.floor}",
        "engagedRule": f"ENGAGED_RULE_{parameters.engaged_rule}",
        "selfRule": f"SELF_RULE_{parameters.self_rule}",
        "filter": parameters.filter,
    }


def list_site_metrics(suite, wave, request, page_size):
    sites, token = [], ""
    while True:
        page = suite.call(METRICS + "ListSiteMetrics", {
            "parent": wave, "pageSize": page_size, "pageToken": token, **request}, timeout=300)
        sites += page["siteMetrics"]
        token = page["nextPageToken"]
        if not token:
            return sites


def get_summary(suite, wave, request):
    """The summary, once the read model holds what was written. It may be far behind after a load."""
    give_up = time.monotonic() + CATCH_UP_SECONDS
    while True:
        try:
            return suite.call(METRICS + "GetWaveSummary", {"name": f"{wave}/summary", **request})
        except CallError as error:
            if error.reason != "READ_MODEL_BEHIND" or time.monotonic() > give_up:
                raise


def compare_wave(suite, wave, records, parameters, rng):
    """Differences under one set of parameters."""
    judge = oracle.WaveMetrics(records, parameters)
    request = {"parameters": parameters_json(parameters), "minPositions": suite.heads()}
    summary = get_summary(suite, wave, request)
    yield from differences("summary", summary, judge.summary())
    yield from differences("summary.provenance.parameters", summary["provenance"]["parameters"],
                           request["parameters"])
    expected = judge.list_site_metrics()
    sites = list_site_metrics(suite, wave, request, rng.choice((1000, 1000, 1000, 7, 0)))
    yield from differences("siteMetrics", sites, expected)
    if expected:
        one = rng.choice(expected)
        yield from differences(one["name"], suite.call(
            METRICS + "GetSiteMetrics", {"name": one["name"], **request}), one)
    if judge.sites:
        feedback = judge.site_feedback(rng.choice(judge.sites))
        yield from differences(feedback["name"], suite.call(
            METRICS + "GetSiteFeedback", {"name": feedback["name"], **request}), feedback)
    test = len(judge.counted) <= MOST_TESTED
    answer = suite.call(METRICS + "GetAssociations", {"parent": wave, "test": test, **request})
    details = judge.association_details(test)
    without_untold(answer["associations"], details)
    yield from differences("associations", answer["associations"], details)
    asked = {"confidence": rng.choice((0.9, 0.95, 0.99)), "finitePopulation": rng.random() < 0.5}
    answer = suite.call(METRICS + "GetSamplingIntervals", {"parent": wave, **asked, **request})
    intervals = judge.sampling_intervals(asked["confidence"], asked["finitePopulation"])
    without_untold(answer["intervals"], intervals)
    for each in answer["intervals"] + intervals:
        for end in {"lower", "upper"} & each.keys():  # the order of operations is not stated
            each[end] = round(each[end], 12)
    yield from differences("intervals", answer["intervals"], intervals)
    if len(judge.counted) <= MOST_PAIRED:
        answer = suite.call(METRICS + "GetBetweenSiteTurnover", {"parent": wave, **request})
        turnover = judge.between_sites()
        for each in (answer, turnover):
            for metric in ("jaccard", "sorensen", "nodf"):  # the order of additions is not stated
                if "value" in each[metric]:
                    each[metric]["value"] = round(each[metric]["value"], 9)
        answer.pop("wave")
        answer.pop("provenance")
        yield from differences("turnover", answer, turnover)
    yield from compare_groups(suite, wave, records, parameters, rng)
    items = suite.call(METRICS + "GetItemFrequencies", {"parent": wave, **request})
    yield from differences("items", items["items"], judge.item_frequencies())


def compare_groups(suite, wave, records, parameters, rng):
    """Differences between what both make of two groups of the wave's sites."""
    cohorts = ["", *sorted({cohort for entry in records.roster for cohort in entry.cohorts})]
    one, other = (dataclasses.replace(parameters, cohort=rng.choice(cohorts),
                                      filter=rng.choice(("", *oracle.FILTERS))) for _ in range(2))
    if (one.cohort, one.filter) == (other.cohort, other.filter):
        return
    test = len(records.responses) <= MOST_TESTED
    answer = suite.call(METRICS + "CompareGroups", {
        "parent": wave, "first": {"cohort": one.cohort, "filter": one.filter},
        "second": {"cohort": other.cohort, "filter": other.filter}, "test": test,
        "parameters": {**parameters_json(parameters), "cohort": "", "filter": ""}, "minPositions": suite.heads()})
    expected = oracle.compare_groups(records, one, other, test)
    answer.pop("provenance")
    without_untold(answer["numbers"], expected["numbers"])
    yield from differences("groups", answer, expected)


def without_untold(ours, theirs):
    """Leaves out of both what the oracle does not say: its None."""
    if isinstance(theirs, dict):
        for key in [key for key, value in theirs.items() if value is None]:
            ours.pop(key, None)
            del theirs[key]
        for key in theirs.keys() & ours.keys():
            without_untold(ours[key], theirs[key])
    elif isinstance(theirs, list):
        for a, b in zip(ours, theirs):
            without_untold(a, b)


def compare_two(suite, earlier, later, parameters):
    """Differences between two waves side by side and what the oracle says of them."""
    request = {"parent": later.name, "earlierWave": earlier.name, "test": True,
               "parameters": parameters_json(parameters), "minPositions": suite.heads()}
    ours = suite.call(METRICS + "CompareWaves", request, timeout=60)
    for side in ("earlier", "later"):
        del ours[side]
    theirs = comparison.compare(oracle.WaveMetrics(earlier, parameters),
                                oracle.WaveMetrics(later, parameters))
    without_untold(ours, theirs)
    yield from differences("comparison", ours, theirs)


def run_wave(suite, seed, sites, combinations, directory):
    """Makes, loads and compares one wave. How many differences there are."""
    drawn = RandomWave(seed, sites)
    drawn.write(directory)
    started = time.monotonic()
    wave = load(suite, directory)
    loaded = time.monotonic()
    records = read_wave(directory)
    rng = random.Random(f"compare {seed}")
    cohorts = ["", "", *(f"cohorts/{cohort}" for cohort in drawn.cohorts)]
    found = []
    for combination in combinations:
        question = rng.choice(("", *oracle.FILTERS))
        parameters = oracle.Parameters(rng.choice(cohorts), *combination, question)
        for path, ours, theirs in compare_wave(suite, wave, records, parameters, rng):
            found.append(f"  {parameters}\n    {path}: ours {ours!r}, oracle {theirs!r}")
    if drawn.size <= MOST_COMPARED:
        later = load_later(suite, drawn, directory, set(records.responses))
        get_summary(suite, later.name, {"minPositions": suite.heads()})
        for combination in combinations:
            parameters = oracle.Parameters("", *combination)
            for path, ours, theirs in compare_two(suite, records, later, parameters):
                found.append(f"  {parameters}\n    {path}: ours {ours!r}, oracle {theirs!r}")
    print(f"seed {seed}: {drawn.size} sites, {len(drawn.types)} types, loaded in "
          f"{loaded - started:.1f} s, compared {len(combinations)} ways in "
          f"{time.monotonic() - loaded:.1f} s: "
          f"{len(found)} differences", flush=True)
    for each in found[:SHOWN]:
        print(each, flush=True)
    return len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True, help="directory of the servers")
    parser.add_argument("--waves", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="seed of the first wave")
    parser.add_argument("--sites", type=int, help="sites of every wave, instead of at random")
    parser.add_argument("--large", type=int, default=0, help="one more wave, of so many sites")
    parser.add_argument("--ways", type=int, default=3, help="sets of parameters for each wave")
    parser.add_argument("--engine", default="rocksdb")
    parser.add_argument("--keep", help="directory for the waves' files, which stay")
    arguments = parser.parse_args()

    # One after the other, so that every combination has its turn.
    turn = itertools.cycle(COMBINATIONS)
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        files = pathlib.Path(arguments.keep or scratch)
        with Suite(arguments.bin, pathlib.Path(scratch) / "data", arguments.engine) as suite:
            runs = []
            for i in range(arguments.waves):
                seed = arguments.first + i
                # The smallest and the largest size are always there.
                sites = arguments.sites or {1: 3, 2: 500}.get(seed)
                runs.append((seed, sites, arguments.ways))
            if arguments.large:
                runs.append((f"large-{arguments.large}", arguments.large, 1))
            for seed, sites, ways in runs:
                combinations = list(itertools.islice(turn, ways))
                try:
                    count = run_wave(suite, seed, sites, combinations, files / f"wave-{seed}")
                except Exception:
                    print(f"seed {seed}: stopped", flush=True)
                    raise
                if count:
                    bad.append(seed)
    print(f"{len(runs) - len(bad)} of {len(runs)} waves equal the oracle"
          + (f"; not equal: seeds {', '.join(map(str, bad))}" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
