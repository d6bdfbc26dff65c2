"""The row about organizations and partnerships: a load through the API, and what calls cost afterwards."""

import statistics
import time

from lab import CallError
from measures import Measure
from programs import disk_mib, resident_mib

FEW = 1000
TIES_OF_AN_ORGANIZATION = 3
BATCH = 500
RATED = 10_000

# What is asked, as the client names it, and the goal for how a call may grow with the registry: None where
# there is none.
CALLS = {
    "get-organization": 0.5,
    "lookup-organization": 0.5,
    "list-organizations": 0.5,
    "list-organizations-where": 0.5,
    "search-organizations": None,
    "get-partnership": 0.5,
    "get-partnership-dated": 0.5,
    "list-partnerships": 0.5,
    "list-partnerships-dated": 0.5,
}


def partners(lab):
    """Organizations with three ties each: loading them through the API, and each read beside a small registry."""
    many = 2 * FEW if lab.short else lab.growth
    small, large = _loaded(lab, FEW), _loaded(lab, many)
    measures = large["measures"]
    for kind, goal in CALLS.items():
        few, much = _latencies(lab, kind, small["target"], FEW), _latencies(lab, kind, large["target"], many)
        for place, quantile in enumerate(("p50", "p99")):
            measures.append(Measure(f"partners/{kind}/{quantile}", much[place], "µs", f"{FEW:,} organizations",
                                    few[place], less_is_better=True,
                                    least=goal if quantile == "p50" else None))
    for each in (small, large):
        each["suite"].kill_all()
    return measures


def _loaded(lab, organizations):
    """A registry with so many organizations, and what loading it took."""
    ties = TIES_OF_AN_ORGANIZATION * organizations
    suite = lab.registry_with(max(3, ties // 100 // 3 * 3))
    target = suite.addresses["registry"]
    lab.say(f"loading {organizations:,} organizations and {ties:,} partnerships")
    measures = []
    for kind, records in (("create-organizations", organizations), ("create-partnerships", ties)):
        begun = time.monotonic()
        lab.calls(kind, target, calls=-(-records // BATCH), in_flight=8, keys=organizations, warm_up=0)
        seconds = time.monotonic() - begun
        measures.append(Measure(f"partners/{kind}-{organizations}", records / seconds, "records/s"))
    rated = 2 * min(RATED, ties)
    lab.calls("assess-partnerships", target, calls=rated, in_flight=64, keys=organizations, warm_up=0)
    # The index of names is there when a search has been answered.
    begun = time.monotonic()
    while True:
        try:
            suite.call("weft.registry.v1.OrganizationService/SearchOrganizations", {"query": "riverside"},
                       timeout=60)
            break
        except CallError as error:
            if error.reason != "SEARCH_INDEX_BEHIND":
                raise
    measures += [
        Measure(f"partners/index-after-load-{organizations}", time.monotonic() - begun, "s"),
        Measure(f"partners/memory-{organizations}", resident_mib(suite.pid("registry")), "MiB"),
        Measure(f"partners/disk-{organizations}", disk_mib(suite.data_dir / "registry"), "MiB"),
    ]
    return {"suite": suite, "target": target, "measures": measures}


def _latencies(lab, kind, target, organizations):
    """Medians of the median and the 99th of a hundred of calls one after the other."""
    found = [lab.calls(kind, target, keys=organizations, in_flight=1) for _ in range(lab.rounds)]
    return [statistics.median(each[name] for each in found) for name in ("p50_us", "p99_us")]
