"""Kill -9 under load: servers die at random moments with writes under way; nothing acknowledged is lost,
nothing is done twice, and what nobody knows is settled by its request id."""

import time

from .context import require
from .ledger import Ledger, instruments, sites


def run(context):
    kills = context.count(8, 20)
    in_flight = []
    with context.servers("registry", "ingestion") as suite:
        ledgers = [Ledger(suite, sites()), Ledger(suite, instruments())]
        for number in range(kills):
            ledger = ledgers[number % len(ledgers)]
            ledger.write(32)
            deadline = time.monotonic() + context.random.uniform(0.02, 0.4)
            ledger.write(100_000, until=lambda: time.monotonic() > deadline)
            for _ in range(8):
                ledger.send()
            in_flight.append(ledger.in_flight())
            suite.kill(ledger.kind.server)
            ledger.collect(wait=True)
            suite.start_one(ledger.kind.server)
            ledger.check()
            ledger.resolve()
            ledger.repeat_some(context.random)
            ledger.check()
        for ledger in ledgers:
            ledger.check_feed()
    busy = sum(1 for each in in_flight if each > 0)
    require(busy * 4 >= kills * 3, f"only {busy} of {kills} kills met writes in flight")
    return {"kills": kills, "kills_with_writes_in_flight": busy,
            **{ledger.kind.server: ledger.summary() for ledger in ledgers}}
