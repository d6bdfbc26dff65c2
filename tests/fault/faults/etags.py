"""Several clients read, write and compare-and-swap the same few sites while the server is killed now and
then: each site's history has an order that explains every answer."""

import random
import threading
import time

import grpc

from .context import CallError, require
from .ledger import AMBIGUOUS
from .linearizability import (CONFLICT, OK, READ, SWAP, UNKNOWN, WRITE, Operation,
                              is_linearizable)

KEYS = 4
CLIENTS = 8
SERVICE = "weft.registry.v1.SiteService"


class _Client(threading.Thread):
    def __init__(self, suite, number, seed, history, stop):
        super().__init__(daemon=True)
        self._suite = suite
        self._number = number
        self._random = random.Random(seed)
        self._history = history
        self._end = stop
        self._known = {}  # key -> (etag, value) last seen
        self._written = 0

    def run(self):
        while not self._end.is_set():
            key = self._random.randrange(KEYS)
            kind = self._random.choice((READ, SWAP, SWAP, WRITE))
            if kind == SWAP and key not in self._known:
                kind = READ
            self._do(key, kind)

    def _do(self, key, kind):
        name = f"sites/key-{key}"
        self._written += 1
        value = f"{self._number}.{self._written}"
        etag, expected = self._known.get(key, ("", None)) if kind == SWAP else ("", None)
        begin = time.monotonic()
        try:
            if kind == READ:
                site = self._suite.call(f"{SERVICE}/GetSite", {"name": name}, timeout=5)
                value = site["displayName"]
            else:
                site = self._suite.call(f"{SERVICE}/UpdateSite", {
                    "site": {"name": name, "displayName": value, "etag": etag},
                    "updateMask": "displayName"}, timeout=5)
            self._known[key] = (site["etag"], site["displayName"])
            outcome = OK
        except (CallError, grpc.FutureCancelledError, ValueError) as error:
            # ValueError: of a channel that was closed with its server.
            code = getattr(error, "code", grpc.StatusCode.CANCELLED)
            if getattr(error, "reason", "") == "ETAG_MISMATCH":
                outcome = CONFLICT
                self._known.pop(key, None)
            elif code in AMBIGUOUS:
                outcome = UNKNOWN
            elif code == grpc.StatusCode.ABORTED:
                return  # Others were faster each time (CONFLICT): nothing was done.
            else:
                raise
        self._history[key].append(Operation(kind, begin, time.monotonic(), outcome, value, expected))


def run(context):
    kills = context.count(3, 10)
    operations = conflicts = unknown = 0
    with context.servers("registry") as suite:
        for life in range(kills + 1):
            # A history for each life and its kill keeps the search short.
            initial = {}
            for key in range(KEYS):
                site = {"displayName": f"start {life}", "neutralLabel": "Neutral"}
                if life == 0:
                    suite.call(f"{SERVICE}/CreateSite", {"site": site, "siteId": f"key-{key}"})
                else:
                    suite.call(f"{SERVICE}/UpdateSite", {"site": {"name": f"sites/key-{key}", **site}})
                initial[key] = f"start {life}"
            history = [[] for _ in range(KEYS)]
            stop = threading.Event()
            clients = [_Client(suite, f"{life}.{i}", context.random.random(), history, stop)
                       for i in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(context.random.uniform(0.3, 0.6))
            if life < kills:
                suite.kill("registry")
                suite.start_one("registry")
                time.sleep(0.3)
            stop.set()
            for client in clients:
                client.join()
            for key in range(KEYS):
                last = suite.call(f"{SERVICE}/GetSite", {"name": f"sites/key-{key}"})
                now = time.monotonic()
                history[key].append(Operation(READ, now, now, OK, last["displayName"]))
                require(is_linearizable(history[key], initial[key]),
                        f"no order explains the history of key {key}: {history[key]}")
            done = [each for key in history for each in key]
            operations += len(done)
            conflicts += sum(1 for each in done if each.outcome == CONFLICT)
            unknown += sum(1 for each in done if each.outcome == UNKNOWN)
    require(conflicts > 0, "no swap lost against another")
    return {"operations": operations, "conflicts": conflicts, "unknown": unknown, "kills": kills,
            "histories": KEYS * (kills + 1)}
