"""Slow and idle readers: many streams that wait, many that never read while the feed flows: everybody who
reads gets everything, and what is left unread takes bounded memory. And one that never reads among many that
do: they are not made to wait for it."""

import contextlib
import threading
import time

import grpc

from .context import require
from .ledger import Ledger, sites

CONNECTIONS = 20
GROWTH_MIB = 200
# How much later one in a hundred deliveries may come when somebody does not read.
SLOWER = 2
WATCH = "weft.registry.v1.ChangeService/Watch"
# Nothing here is up to a stream's deadline.
STREAM_SECONDS = 1200


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
            unread = [_watch(suite, channels[i % CONNECTIONS]) for i in range(idle)]
            for stream in unread:
                stream.initial_metadata()
            waiting = suite.resident_mib("registry") - before
            reader = _watch(suite, channels[0], sendInitial=True)
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
            delivery = _Fleet(suite, ledger, idle).compare(channels, context.count(2, 4))
        except grpc.RpcError as error:
            require(False, f"a stream broke: {error}")
        finally:
            for channel in channels:
                channel.close()
        ledger.check()
    return {"streams": idle, "connections": CONNECTIONS, "delivered": len(names),
            "idle_mib": round(waiting, 1), "kib_per_idle_stream": round(waiting * 1024 / idle, 1),
            "unread_mib": round(growth, 1), "kib_per_unread_stream": round(growth * 1024 / idle, 1),
            "delivery": delivery, **ledger.summary()}


def _watch(suite, channel, **request):
    return suite.open_stream(WATCH, request, channel, timeout=STREAM_SECONDS)


class _Fleet:
    """Many streams that read, one write after the other, and when each delivery came."""

    def __init__(self, suite, ledger, streams):
        self._suite = suite
        self._ledger = ledger
        self._streams = streams
        self._begun = 0.0
        self._came = []  # seconds, of the write under way
        self._changed = threading.Condition()

    def compare(self, channels, rounds, writes=10):
        """Delivery with and without one that never reads, in turn; the 99th percentiles."""
        streams = [_watch(self._suite, channels[i % CONNECTIONS]) for i in range(self._streams)]
        threads = [threading.Thread(target=self._read, args=(stream,), daemon=True) for stream in streams]
        for stream, thread in zip(streams, threads):
            stream.initial_metadata()
            thread.start()
        self._write()
        with_it, without = [], []
        for _ in range(rounds):
            for _ in range(writes):
                without += self._write()
            # Has all of the rows to read, on a connection that others use, and takes none.
            unread = _watch(self._suite, channels[0], sendInitial=True)
            unread.initial_metadata()
            for _ in range(writes):
                with_it += self._write()
            require(unread.is_active(), "the stream that nobody read has ended")
            unread.cancel()
        for stream in streams:
            stream.cancel()
        for thread in threads:
            thread.join()
        p99 = {name: sorted(seconds)[len(seconds) * 99 // 100]
               for name, seconds in (("without", without), ("with", with_it))}
        require(p99["with"] <= SLOWER * p99["without"],
                f"delivery is held up by one that does not read: p99 {p99} s")
        return {"readers": self._streams, "deliveries": len(with_it) + len(without),
                "p99_ms": {name: round(seconds * 1000, 1) for name, seconds in p99.items()}}

    def _read(self, stream):
        with contextlib.suppress(grpc.RpcError):
            for message in stream:
                now = time.monotonic()
                changes = sum(len(batch.changes) for batch in message.changes.batches)
                with self._changed:
                    self._came += [now - self._begun] * changes
                    if len(self._came) >= self._streams:
                        self._changed.notify()

    def _write(self):
        """Makes one write, and waits until everybody has it."""
        with self._changed:
            self._came = []
            self._begun = time.monotonic()
            self._ledger.send()
            self._changed.wait_for(lambda: len(self._came) >= self._streams, timeout=60)
            came = self._came
        self._ledger.collect(wait=True)
        require(len(came) == self._streams, f"{len(came)} of {self._streams} got a change")
        return came
