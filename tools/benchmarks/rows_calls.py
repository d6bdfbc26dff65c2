"""Rows about calls: point reads, durable writes, memory, growth."""

import time

from measures import Measure, interleave
from programs import resident_mib, start, stop

WATCH_STREAMS = 1000
WATCH_CONNECTIONS = 20
# Below this share of the first rate, a rate has not stayed flat: what noise leaves of equal ones.
FLAT = 0.8


def read(lab):
    """GetSite, 64 in flight."""
    target = lab.serve("registry")["registry"]
    etcd, postgres = lab.etcd, lab.postgres
    found = interleave(lab.rounds, {
        "ours": lab.call_rate("get-site", target),
        "bare": lab.call_rate("echo", lab.bare.target),
        "etcd": etcd and lab.call_rate("etcd-range", etcd.target, keys=lab.peer_keys),
        "postgres": postgres and (lambda _: postgres.run(
            "select", "--keys", lab.sites, "--connections", 8, "--seconds", lab.seconds)["rate"]),
    })
    ours = found["ours"]
    return [
        Measure("read/bare", ours, "calls/s", "bare echo", found["bare"], least=0.65),
        Measure("read/etcd", ours, "calls/s", "etcd Range", found["etcd"], least=1.8),
        Measure("read/postgres", ours, "calls/s", "PostgreSQL select", found["postgres"], least=0.65),
    ]


def write(lab):
    """UpdateSite, 64 in flight: durable when it is answered."""
    target = lab.serve("registry")["registry"]
    etcd, postgres = lab.etcd, lab.postgres
    found = interleave(lab.rounds, {
        "ours": lab.call_rate("update-site", target),
        "bare": lab.call_rate("put", lab.bare.target),
        "etcd": etcd and lab.call_rate("etcd-put", etcd.target, keys=lab.peer_keys),
        "postgres": postgres and (lambda _: postgres.run(
            "upsert", "--keys", lab.sites, "--connections", 32, "--seconds", lab.seconds)["rate"]),
    })
    ours = found["ours"]
    return [
        Measure("write/bare", ours, "calls/s", "bare put", found["bare"], least=0.85),
        Measure("write/etcd", ours, "calls/s", "etcd Put", found["etcd"], least=1.4),
        Measure("write/postgres", ours, "calls/s", "PostgreSQL upsert", found["postgres"], least=1.5),
    ]


def write_alone(lab):
    """UpdateSite, one in flight."""
    target = lab.serve("registry")["registry"]
    etcd = lab.etcd
    found = interleave(lab.rounds, {
        "ours": lab.call_rate("update-site", target, in_flight=1),
        "bare": lab.call_rate("put", lab.bare.target, in_flight=1),
        "etcd": etcd and lab.call_rate("etcd-put", etcd.target, in_flight=1, keys=lab.peer_keys),
    })
    ours = found["ours"]
    return [
        Measure("write-alone/bare", ours, "calls/s", "bare put", found["bare"], least=0.85),
        Measure("write-alone/etcd", ours, "calls/s", "etcd Put", found["etcd"], least=1.0),
    ]


def memory(lab):
    """Resident memory of an idle registry and of idle watchers, and how even reads are at 70 % of capacity."""
    streams = 50 if lab.short else WATCH_STREAMS
    suite = lab.registry_with(100)
    target, pid = suite.addresses["registry"], suite.pid("registry")
    idle = resident_mib(pid)
    ours = _watchers_mib(lab, "weft", target, pid, streams)
    etcd = lab.etcd
    theirs = etcd and (resident_mib(etcd.pid), _watchers_mib(lab, "etcd", etcd.target, etcd.pid, streams))
    measures = []
    for place, (name, value) in enumerate((("idle", idle), (f"{streams}-watchers", ours))):
        measures += [
            Measure(f"memory/{name}", value, "MiB"),
            Measure(f"memory/{name}/etcd", value, "MiB", "etcd", theirs and theirs[place],
                    less_is_better=True),
        ]
    capacity = lab.calls("get-site", target, keys=100)["rate"]
    steady = lab.calls("get-site", target, keys=100, in_flight=512, rate=0.7 * capacity)
    measures.append(Measure("memory/p99-to-p50-at-70%", steady["p99_us"] / steady["p50_us"], "×"))
    suite.kill_all()
    return measures


def _watchers_mib(lab, kind, target, pid, streams):
    """What so many idle streams add to a server's memory."""
    before = resident_mib(pid)
    client = start([lab.bin / "weft-bench-client", "idle", "--target", target, "--kind", kind,
                    "--streams", streams, "--connections", min(streams, WATCH_CONNECTIONS)],
                   lab.scratch / "idle.log", stdin=-1, stdout=-1, text=True)
    try:
        if not client.stdout.readline():
            raise RuntimeError(f"the watchers failed; see {lab.scratch / 'idle.log'}")
        return max(resident_mib(pid) - before, 0.01)
    finally:
        stop(client)


def growth(lab):
    """Point reads and a page of a list as the registry grows, and how long a start takes."""
    sizes = [100]
    while sizes[-1] < lab.growth:
        sizes.append(min(sizes[-1] * 100, lab.growth))
    suites = {}
    for size in sizes:
        lab.say(f"filling a registry with {size:,} sites")
        suites[size] = lab.registry_with(size)
    contenders = {}
    for size, suite in suites.items():
        target = suite.addresses["registry"]
        contenders["read", size] = lab.call_rate("get-site", target, keys=size, seconds=lab.seconds / 2)
        contenders["list", size] = lab.call_rate("list-sites", target, in_flight=8,
                                                 seconds=lab.seconds / 2)
    found = interleave(lab.rounds, contenders)
    measures = []
    for size in sizes[1:]:
        for kind in ("read", "list"):
            measures.append(Measure(f"growth/{kind}-{size}", found[kind, size], "calls/s",
                                    f"{sizes[0]} sites", found[kind, sizes[0]],
                                    least=FLAT))
    largest = suites[sizes[-1]]
    largest.kill("registry")
    seconds = _start_seconds(largest)
    measures.append(Measure(f"growth/start-after-kill-{sizes[-1]}", seconds, "s", at_most=5))
    largest.terminate("registry")
    seconds = _start_seconds(largest)
    measures.append(Measure(f"growth/start-after-stop-{sizes[-1]}", seconds, "s", at_most=1))
    for suite in suites.values():
        suite.kill_all()
    return measures


def _start_seconds(suite):
    begun = time.monotonic()
    suite.start_one("registry")
    return time.monotonic() - begun
