"""Slow and idle readers: many streams that wait, some that never read while the feed flows; everybody who
reads gets everything, and what the others leave unread takes bounded memory."""

import grpc

from .context import require
from .ledger import Ledger, sites

CONNECTIONS = 20
GROWTH_MIB = 200
WATCH = "weft.registry.v1.ChangeService/Watch"


def run(context):
    idle = context.count(200, 1000)
    writes = context.count(500, 3000)
    with context.servers("registry") as suite:
        ledger = Ledger(suite, sites(padding=20))
        ledger.write(10)
        ledger.collect(wait=True)
        channels = [suite.new_channel("registry") for _ in range(CONNECTIONS)]
        try:
            before = suite.resident_mib("registry")
            unread = [suite.open_stream(WATCH, {}, channels[i % CONNECTIONS]) for i in range(idle)]
            for stream in unread:
                stream.initial_metadata()
            waiting = suite.resident_mib("registry") - before
            reader = suite.open_stream(WATCH, {"sendInitial": True}, channels[0])
            names = set()
            messages = iter(reader)
            ledger.write(writes)
            ledger.collect(wait=True)
            wanted = {answer["name"] for answer in ledger.acknowledged.values()}
            while not wanted <= names:
                message = next(messages)
                for batch in (message.snapshot, *message.changes.batches):
                    names.update(change.name for change in batch.changes)
            growth = suite.resident_mib("registry") - before
            require(growth < GROWTH_MIB, f"{growth:.0f} MiB for {idle} streams that nobody reads")
            for stream in unread + [reader]:
                stream.cancel()
        except grpc.RpcError as error:
            require(False, f"a stream broke: {error}")
        finally:
            for channel in channels:
                channel.close()
        ledger.check()
    return {"streams": idle, "connections": CONNECTIONS, "delivered": len(names),
            "idle_mib": round(waiting, 1), "unread_mib": round(growth, 1), **ledger.summary()}
