#!/usr/bin/python3
"""NetworkX on the same network: betweenness and closeness from some nodes, as a rate of nodes a second.

    network_peer.py TIES.csv SOURCES
"""

import json
import random
import sys
import time

import networkx as nx


def main():
    graph = nx.Graph()
    with open(sys.argv[1], encoding="ascii") as ties:
        graph.add_edges_from(line.split(",") for line in ties.read().splitlines())
    count = int(sys.argv[2])
    sources = random.Random(1).sample(sorted(graph), count)
    begun = time.perf_counter()
    nx.betweenness_centrality(graph, k=count, normalized=False, seed=1)
    for source in sources:
        sum(nx.single_source_shortest_path_length(graph, source).values())
    print(json.dumps({"rate": count / (time.perf_counter() - begun)}))


main()
