"""Storms of deadlines and cancellations: the server stops work that nobody waits for, loses nothing that
it acknowledged, and its memory does not grow with them."""

from .context import require
from .ledger import Ledger, sites

GROWTH_MIB = 150
LIST = "weft.registry.v1.SiteService/ListSites"
WATCH = "weft.registry.v1.ChangeService/Watch"
WAIT = "weft.registry.v1.ChangeService/ListChanges"


def run(context):
    calls = context.count(1000, 5000)
    cancellations = context.count(1000, 10_000)
    with context.servers("registry") as suite:
        ledger = Ledger(suite, sites())
        ledger.write(300)
        ledger.collect(wait=True)
        before = suite.resident_mib("registry")

        reads = []
        for _ in range(calls // 2):
            ledger.send(timeout=context.random.uniform(0.001, 0.02))
            reads.append(suite.begin(LIST, {"pageSize": 1000}, context.random.uniform(0.001, 0.02)))
            if len(reads) >= 64:
                reads.pop(0).exception()
            ledger.collect()
        ledger.collect(wait=True)
        for read in reads:
            read.exception()
        late = len(ledger.ambiguous)
        ledger.resolve()
        ledger.repeat_some(context.random)
        ledger.check()

        cancelled = 0
        while cancelled < cancellations:
            streams = [suite.open_stream(WATCH, {"sendInitial": bool(i % 2)}) for i in range(25)]
            waits = [suite.begin(WAIT, {"parent": "none/none", "wait": "20s"}) for _ in range(25)]
            for stream in streams[:5]:
                next(iter(stream))
            for call in streams + waits:
                call.cancel()
            cancelled += len(streams) + len(waits)
        ledger.write(50)
        ledger.collect(wait=True)
        ledger.check()
        ledger.check_feed()
        growth = suite.resident_mib("registry") - before
        require(growth < GROWTH_MIB, f"{growth:.0f} MiB more after the storms")
    # The server has exited with 0: no coroutine was left.
    return {"deadline_calls": calls, "writes_past_their_deadline": late, "cancellations": cancelled,
            "resident_growth_mib": round(growth, 1), **ledger.summary()}
