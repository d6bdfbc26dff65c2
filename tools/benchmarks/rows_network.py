"""The row about networks of sites and organizations."""

import importlib.util
import sys

from measures import Measure, interleave
from programs import HERE, run_json

# As many ties as are computed exactly, and many more.
EXACT = 10_000
SAMPLED = 100_000
# From so many nodes NetworkX follows paths: each takes it the same time.
PEER_SOURCES = {EXACT: 100, SAMPLED: 10}


def network(lab):
    """Networks: betweenness and closeness exactly and sampled, and all that rests on the graph, without a server."""
    sizes = {"exact": 500, "sampled": 10_500} if lab.short else {"exact": EXACT, "sampled": SAMPLED}
    contenders = {}
    for name, ties in sizes.items():
        file = lab.scratch / f"network-{name}.csv"
        lab.direct("network-ties", "--ties", ties, "--file", file)
        contenders[name, "ours"] = lambda _, ties=ties: lab.direct("network", "--ties", ties)["rate"]
        contenders[name, "igraph"] = (
            lambda _, ties=ties: lab.direct("network", "--ties", ties, "--igraph")["rate"])
        with_peer = not lab.short and importlib.util.find_spec("networkx") is not None
        contenders[name, "networkx"] = (
            lambda _, ties=ties, file=file: run_json(
                sys.executable, HERE / "network_peer.py", file, PEER_SOURCES[ties])["rate"]
        ) if with_peer else None
    exact = sizes["exact"]
    contenders["whole", "ours"] = lambda _: lab.direct("network", "--ties", exact, "--whole")["rate"]
    contenders["whole", "igraph"] = (
        lambda _: lab.direct("network", "--ties", exact, "--whole", "--igraph")["rate"])
    found = interleave(lab.rounds, contenders)
    measures = []
    for name in sizes:
        ours = found[name, "ours"]
        measures += [
            Measure(f"network/{name}/igraph", ours, "sources/s", "igraph", found[name, "igraph"], least=0.9),
            Measure(f"network/{name}/networkx", ours, "sources/s", "NetworkX", found[name, "networkx"],
                    least=15),
        ]
    measures.append(Measure("network/whole/igraph", found["whole", "ours"], "networks/s", "igraph",
                            found["whole", "igraph"], least=0.9))
    return measures
