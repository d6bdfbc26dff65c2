"""The registry dies between two steps of its work with files: each step, before and after it."""

from .context import require
from .ledger import Ledger, sites

# Steps of a commit, of a start (which turns the log into a table), of the anchor; fault_points.cc.
STEPS = ("log-write", "log-sync", "table-write", "table-sync", "manifest-write", "manifest-sync",
         "current-rename", "directory-sync", "anchor-write", "anchor-sync", "anchor-rename",
         "anchor-directory-sync", "reply")


def run(context):
    library = context.build_dir / "tests/fault/libweft_fault_points.so"
    require(library.exists(), f"{library} is not built")
    hits = {}
    summaries = []
    for number, step in enumerate(STEPS):
        for side in ("before", "after"):
            for repeat in range(context.count(1, 3)):
                nth = 1 if repeat == 0 else context.random.randint(2, 20)
                point = f"{step}:{side}:{nth}"
                hit, summary = _die_at(context, f"{number}-{side}-{repeat}", library, point)
                hits[f"{step}:{side}"] = hits.get(f"{step}:{side}", 0) + hit
                summaries.append(summary)
    missed = [point for point, count in hits.items() if count == 0]
    require(not missed, f"points that were never reached: {missed}")
    return {"points": hits, "acknowledged": sum(each["acknowledged"] for each in summaries),
            "ambiguous_resolved": sum(each["ambiguous_resolved"] for each in summaries),
            "lost": 0, "duplicates": 0}


def _die_at(context, directory, library, point):
    """Whether the server died there, and the ledger's figures."""
    with context.servers("registry", directory=directory) as suite:
        ledger = Ledger(suite, sites())
        ledger.write(20)
        ledger.collect(wait=True)
        suite.kill("registry")
        suite.environment["registry"] = {
            "LD_PRELOAD": str(library), "WEFT_FAULT_POINT": point,
            # The sanitizer's library is not the first one then.
            "ASAN_OPTIONS": "verify_asan_link_order=0"}
        try:
            suite.start_one("registry")
            ledger.write(1000, window=8, until=lambda: suite.has_ended("registry"))
        except AssertionError:
            require(suite.has_ended("registry"), f"{point}: neither ready nor dead")
        hit = suite.has_ended("registry")
        suite.kill("registry")
        ledger.collect(wait=True)
        suite.environment.clear()
        suite.start_one("registry")
        ledger.check()
        ledger.resolve()
        ledger.repeat_some(context.random)
        ledger.check()
        ledger.check_feed()
        return hit, ledger.summary()
