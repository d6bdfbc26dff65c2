"""Rows about the change feed."""

from measures import Measure, interleave

BACKLOG = 50_000
STREAMS = 1000
CONNECTIONS = 20
LIVE_CHANGES = 100


def _head(lab):
    """Where the registry's feed ends."""
    return lab.suite.heads(("registry",))["registry"]


def one_watcher(lab):
    """Changes that are there, to one watcher."""
    changes = 500 if lab.short else BACKLOG
    target = lab.serve("registry")["registry"]
    position = _head(lab)
    lab.calls("update-site", target, calls=changes, warm_up=0, in_flight=256)
    etcd = lab.etcd
    if etcd is not None:
        revision = lab.client("revision", etcd.target)["revision"] + 1
        lab.calls("etcd-put", etcd.target, calls=changes, warm_up=0, in_flight=256, keys=lab.peer_keys)

    def read(kind, target, start):
        return lambda _: lab.client("backlog", target, "--kind", kind, "--from", start,
                                    "--changes", changes)["rate"]
    found = interleave(lab.rounds, {
        "ours": read("weft", target, position),
        "bare": read("bare", lab.bare.target, changes),
        "etcd": etcd and read("etcd", etcd.target, revision),
    })
    return [
        Measure("feed/one/bare", found["ours"], "changes/s", "bare stream", found["bare"], least=0.5),
        Measure("feed/one/etcd", found["ours"], "changes/s", "etcd Watch", found["etcd"], least=2),
    ]


def many_watchers(lab):
    """Changes as they are made, to many watchers."""
    streams = 50 if lab.short else STREAMS
    fleet = ("--streams", streams, "--connections", min(streams, CONNECTIONS), "--changes", LIVE_CHANGES)
    target = lab.serve("registry")["registry"]
    etcd = lab.etcd

    def live(kind, target, keys):
        return lambda _: lab.client("live", target, "--kind", kind, *fleet, "--in-flight", 64,
                                    "--keys", keys, "--salt", lab.fresh())["rate"]
    found = interleave(lab.rounds, {
        "ours": live("weft", target, lab.sites),
        "bare": lambda _: lab.client("backlog", lab.bare.target, "--kind", "bare", "--from", LIVE_CHANGES,
                                     *fleet)["rate"],
        "etcd": etcd and live("etcd", etcd.target, lab.peer_keys),
    })
    return [
        Measure("feed/many/bare", found["ours"], "deliveries/s", "bare stream", found["bare"], least=0.5),
        Measure("feed/many/etcd", found["ours"], "deliveries/s", "etcd Watch", found["etcd"], least=2),
    ]


def delivery(lab):
    """From the beginning of a write to its delivery, beside the write's own time."""
    changes = 30 if lab.short else 500
    target = lab.serve("registry")["registry"]
    writes = []

    def ours(_):
        told = lab.client("live", target, "--kind", "weft", "--changes", changes, "--in-flight", 1,
                          "--keys", lab.sites, "--salt", lab.fresh())
        writes.append(told["write_p50_us"])
        return told["delivery_p50_us"]

    etcd = lab.etcd
    found = interleave(lab.rounds, {
        "ours": ours,
        "etcd": etcd and (lambda _: lab.client(
            "live", etcd.target, "--kind", "etcd", "--changes", changes, "--in-flight", 1,
            "--keys", lab.peer_keys, "--salt", lab.fresh())["delivery_p50_us"]),
    })
    write = sorted(writes)[len(writes) // 2]
    return [
        # At most one and a half times a write is at least two thirds of its speed.
        Measure("feed/delivery/write", found["ours"], "µs", "a durable write", write,
                least=round(1 / 1.5, 2), less_is_better=True),
        Measure("feed/delivery/etcd", found["ours"], "µs", "etcd Watch", found["etcd"],
                less_is_better=True),
    ]
