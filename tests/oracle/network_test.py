#!/usr/bin/env python3
"""Networks: every number against NetworkX and igraph, and every file as they read it.

    network_test.py --probe build/dev/tests/oracle/network_probe [--networks 20]
"""

import argparse
import csv
import io
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import igraph
import networkx as nx
from networkx.algorithms import bipartite
import numpy

LEVELS = [None, "NETWORKING", "COOPERATION", "COORDINATION", "COLLABORATION"]
SETTINGS = ["DISTRICT", "SCHOOL", "UNIVERSITY", "UNSPECIFIED"]
REGIONS = ["MO", "CA", "NY", None]


class Case:
    """A random or known two-mode graph, with levels and attributes, as records of the registry."""

    def __init__(self, sites, organizations, ties, seed):
        self.random = random.Random(seed)
        self.sites = [f"sites/s{i:03}" for i in range(sites)]
        self.settings = {site: self.random.choice(SETTINGS) for site in self.sites}
        names = [f"organizations/o{i:04}" for i in range(organizations)]
        self.types = {name: self.random.choice(["cbo", "library", "higher_ed"]) for name in names}
        self.regions = {node: self.random.choice(REGIONS) for node in self.sites + names}
        # Tie: depth, 0 where it is not known.
        self.ties = {(self.sites[a], names[b]): self.random.choice([0, 1, 2, 2, 3, 4]) for a, b in ties}
        tied = {b for _, b in self.ties}
        self.organizations = [name for name in names if name in tied]
        self.graph = nx.Graph()
        self.graph.add_nodes_from(self.sites, bipartite=0)
        self.graph.add_nodes_from(self.organizations, bipartite=1)
        for (a, b), depth in self.ties.items():
            self.graph.add_edge(a, b, depth=depth)

    @classmethod
    def drawn(cls, sites, organizations, chance, seed):
        chooser = random.Random(seed)
        ties = [(a, b) for a in range(sites) for b in range(organizations) if chooser.random() < chance]
        return cls(sites, organizations, ties, seed)

    @classmethod
    def southern_women(cls):
        graph = nx.davis_southern_women_graph()
        women, events = graph.graph["top"], graph.graph["bottom"]
        return cls(len(women), len(events), [(women.index(a), events.index(b)) for a, b in graph.edges], 1)

    @staticmethod
    def places(region):
        return [{"locality": "Town", "region": region, "country": "US"}] if region else []

    def records(self, request):
        return {
            "sites": [{"name": site, "uid": site, "displayName": f"Site {site[-3:]} <&> \u00e9",
                       "neutralLabel": "neutral", "naming": "NAMING_NAMED",
                       "attributes": [{"setting": f"SETTING_{self.settings[site]}"}],
                       "places": self.places(self.regions[site])} for site in self.sites],
            "organizations": [{"name": name, "displayName": f"=Partner, \"{name[-4:]}\"",
                               "locations": self.places(self.regions[name])}
                              for name in self.organizations],
            "partnerships": [
                {"name": f"{a}/partnerships/p{i}", "organization": b, "partnerType": self.types[b],
                 "startDate": {"year": 2024, "month": 1, "day": 2},
                 **({"level": f"INTERACTION_LEVEL_{LEVELS[depth]}"} if depth else {})}
                for i, ((a, b), depth) in enumerate(self.ties.items())],
            "request": request,
        }


class NetworkTest(unittest.TestCase):
    probe = None
    networks = 20
    number = "of a file"

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = pathlib.Path(scratch.name)
        chooser = random.Random(20260601)
        cls.cases = [Case.southern_women()]
        for seed in range(cls.networks):
            cls.cases.append(Case.drawn(chooser.randint(2, 25), chooser.randint(3, 60),
                                        chooser.choice([0.03, 0.08, 0.2, 0.5]), seed))
        cls.cases = [case for case in cls.cases if len(case.sites) > 1 and len(case.organizations) > 1]

    def ask(self, what, case, request):
        path = self.scratch / "records.json"
        path.write_text(json.dumps(case.records(request)), encoding="utf-8")
        done = subprocess.run([self.probe, what, path], check=True, stdout=subprocess.PIPE)
        return done.stdout

    def _formatMessage(self, msg, standardMsg):
        return super()._formatMessage(f"network {self.number}: {msg or ''}", standardMsg)

    def each_case(self):
        for self.number, case in enumerate(self.cases):
            metrics = json.loads(self.ask("metrics", case, {"seed": 3}))
            nodes = {node["key"]: node for mode in metrics["modes"] for node in mode["nodes"]}
            self.assertEqual(set(nodes), set(case.graph))
            yield case, metrics, nodes

    def assert_number(self, estimate, expected, what):
        """None and NaN stand for undefined."""
        if expected is None or math.isnan(expected):
            self.assertNotIn("value", estimate, what)
            self.assertIn("undefined", estimate, what)
        else:
            self.assertIn("value", estimate, what)
            self.assertAlmostEqual(estimate["value"], expected, delta=1e-9 * max(1, abs(expected)),
                                   msg=what)

    def test_counts_and_degrees(self):
        for case, metrics, nodes in self.each_case():
            graph = case.graph
            facts = metrics["facts"]
            self.assertEqual(facts["tieCount"], graph.size())
            self.assertEqual(facts["unknownLevelTieCount"],
                             sum(1 for depth in case.ties.values() if depth == 0))
            components = list(nx.connected_components(graph))
            self.assertEqual(facts["componentCount"], len(components))
            self.assertEqual(facts["largestComponentSize"], max(map(len, components)))
            for component in components:
                self.assertEqual(len({nodes[node]["component"] for node in component}), 1)
            self.assertEqual(len({node["component"] for node in nodes.values()}), len(components))
            self.assert_number(metrics["density"], bipartite.density(graph, case.sites), "density")
            degrees = bipartite.degree_centrality(graph, case.sites)
            for node, share in degrees.items():
                self.assert_number(nodes[node]["degreeShare"], share, node)
            for mode, members, maximum in (
                    (0, case.sites, (len(case.sites) - 1) * len(case.organizations)),
                    (1, case.organizations, (len(case.organizations) - 1) * (len(case.sites) - 1))):
                counts = [graph.degree(node) for node in members]
                self.assert_number(metrics["modes"][mode]["degreeCentralization"],
                                   sum(max(counts) - count for count in counts) / maximum, "centralization")

    def test_betweenness_and_closeness(self):
        for case, _, nodes in self.each_case():
            betweenness = bipartite.betweenness_centrality(case.graph, case.sites)
            closeness = bipartite.closeness_centrality(case.graph, case.sites)
            order = list(case.graph)
            other = igraph.Graph([(order.index(a), order.index(b)) for a, b in case.ties])
            other.add_vertices(len(order) - other.vcount())
            by_igraph = dict(zip(order, other.betweenness()))
            plain = nx.betweenness_centrality(case.graph, normalized=False)
            for node in case.graph:
                self.assertAlmostEqual(by_igraph[node], plain[node], places=6)
                self.assert_number(nodes[node]["betweenness"], betweenness[node], node)
                self.assert_number(nodes[node]["closeness"],
                                   closeness[node] if case.graph.degree(node) else None, node)

    def test_projections_and_brokerage(self):
        for case, metrics, nodes in self.each_case():
            for mode, members in ((0, case.sites), (1, case.organizations)):
                shared = bipartite.weighted_projected_graph(case.graph, members)
                newman = bipartite.collaboration_weighted_projected_graph(case.graph, members)
                jaccard = bipartite.overlap_weighted_projected_graph(case.graph, members, jaccard=True)
                projection = metrics["modes"][mode]["projection"]
                self.assert_number(projection["density"], nx.density(shared), "projection density")
                weights = [weight for _, _, weight in shared.edges(data="weight")]
                self.assert_number(projection["meanShared"],
                                   sum(weights) / len(weights) if weights else None, "shared")
                strongest = projection["strongest"]
                self.assertEqual(len(strongest), min(20, len(weights)))
                self.assertEqual([pair["shared"] for pair in strongest],
                                 sorted(weights, reverse=True)[:20])
                for pair in strongest:
                    ends = pair["first"], pair["second"]
                    self.assertEqual(pair["shared"], shared.edges[ends]["weight"])
                    self.assertAlmostEqual(pair["newman"], newman.edges[ends]["weight"], places=9)
                    self.assertAlmostEqual(pair["jaccard"], jaccard.edges[ends]["weight"], places=9)
                constraint = nx.constraint(shared, weight="weight")
                effective = nx.effective_size(shared)
                order = list(shared)
                by_igraph = igraph.Graph.TupleList(
                    [(a, b, weight) for a, b, weight in shared.edges(data="weight")], weights=True)
                if weights:
                    found = dict(zip(by_igraph.vs["name"], by_igraph.constraint(weights="weight")))
                    for node, value in found.items():
                        self.assertAlmostEqual(value, constraint[node], places=9)
                for node in order:
                    self.assert_number(nodes[node]["constraint"], constraint[node], node)
                    self.assert_number(nodes[node]["effectiveSize"], effective[node], node)
            several = [node for node in case.graph if case.graph.degree(node) > 1]
            redundancy = bipartite.node_redundancy(case.graph, several) if several else {}
            for node in case.graph:
                self.assert_number(nodes[node]["redundancy"], redundancy.get(node), node)

    def test_strength_leaves_unknown_levels_open(self):
        for case, _, nodes in self.each_case():
            for node in case.graph:
                depths = [data["depth"] for _, _, data in case.graph.edges(node, data=True)]
                known = [depth for depth in depths if depth]
                missing = len(depths) - len(known)
                strength = nodes[node]["strength"]
                self.assert_number(strength, sum(known) if not missing else None, node)
                self.assertEqual((strength["low"], strength["high"]),
                                 (sum(known) + missing, sum(known) + 4 * missing))

    def e_i(self, metrics, attribute, pairs, values, dealt):
        """Compares an index: the pairs of nodes, each node's value, and the nodes among whom they are dealt."""
        index = next(each for each in metrics["eIIndexes"] if each["attribute"] == f"ATTRIBUTE_{attribute}")
        pairs = [(a, b) for a, b in pairs if values[a] and values[b]]
        if not pairs:
            self.assertIn("undefined", index["index"])
            return
        if "undefined" in index["index"]:
            self.assertEqual(index["index"]["undefined"]["reason"], "UNDEFINED_REASON_CONSTANT")
            return
        within = sum(values[a] == values[b] for a, b in pairs)
        observed = (len(pairs) - 2 * within) / len(pairs)
        self.assert_number(index["index"], observed, attribute)
        self.assertEqual((index["internal"], index["external"]), (within, len(pairs) - within))
        known = [node for node in dealt if values[node]]
        chooser = numpy.random.default_rng(1)
        drawn = []
        for _ in range(2000):
            anew = dict(values)
            for node, place in zip(known, chooser.permutation(len(known))):
                anew[node] = values[known[place]]
            inside = sum(anew[a] == anew[b] for a, b in pairs)
            drawn.append((len(pairs) - 2 * inside) / len(pairs))
        spread = numpy.std(drawn)
        self.assertAlmostEqual(index["expected"]["value"], numpy.mean(drawn),
                               delta=5 * spread / math.sqrt(len(drawn)) + 1e-9)
        self.assertAlmostEqual(index["standardDeviation"], spread, delta=0.12 * spread + 1e-9)
        far = abs(observed - index["expected"]["value"]) - 1e-9
        p = numpy.mean([abs(each - index["expected"]["value"]) >= far for each in drawn])
        self.assertAlmostEqual(index["p"], p, delta=5 * math.sqrt(0.25 / len(drawn)))

    def test_e_i_indexes(self):
        for case, metrics, _ in self.each_case():
            settings = {site: None if each == "UNSPECIFIED" else each for site, each in case.settings.items()}
            self.e_i(metrics, "SETTING", bipartite.projected_graph(case.graph, case.sites).edges,
                     settings, case.sites)
            self.e_i(metrics, "PARTNER_TYPE",
                     bipartite.projected_graph(case.graph, case.organizations).edges, case.types,
                     case.organizations)
            self.e_i(metrics, "REGION", list(case.ties), case.regions, case.organizations)

    def correlation(self, case, core, pattern):
        cells, ideal = [], []
        for site in case.sites:
            for organization in case.organizations:
                depth = case.ties.get((site, organization))
                if depth == 0:
                    continue
                cells.append(depth or 0)
                inside = (site in core) + (organization in core)
                ideal.append(inside == 2 if pattern == "PATTERN_BOTH" else inside > 0)
        if len(set(cells)) < 2 or len(set(ideal)) < 2:
            return None
        return numpy.corrcoef(cells, ideal)[0, 1]

    def test_core_and_periphery(self):
        for case, metrics, nodes in self.each_case():
            for fit in metrics["corePeriphery"]:
                member = "inCoreBoth" if fit["pattern"] == "PATTERN_BOTH" else "inCoreEither"
                core = {key for key, node in nodes.items() if node.get(member)}
                if "undefined" in fit["correlation"]:
                    self.assertFalse(core)
                    continue
                best = self.correlation(case, core, fit["pattern"])
                self.assert_number(fit["correlation"], best, fit["pattern"])
                if any(depth == 0 for depth in case.ties.values()):
                    continue
                for node in nodes:
                    moved = self.correlation(case, core ^ {node}, fit["pattern"])
                    self.assertLessEqual(-2 if moved is None else moved, best + 1e-9, "a better core")

    def test_communities(self):
        for case, metrics, nodes in self.each_case():
            graph = case.graph
            groups = {}
            for key, node in nodes.items():
                if "community" in node:
                    groups.setdefault(node["community"], set()).add(key)
                else:
                    self.assertEqual(graph.degree(key), 0)
            communities = metrics["communities"]
            self.assertEqual(communities["count"], len(groups))
            singles = [{node} for node in graph if graph.degree(node) == 0]
            newman = nx.community.modularity(graph, list(groups.values()) + singles)
            self.assert_number(communities["newmanModularity"], newman, "Newman")
            ties = graph.size()
            barber = 0
            for group in groups.values():
                sites = sum(graph.degree(node) for node in group if node in case.settings)
                others = sum(graph.degree(node) for node in group if node not in case.settings)
                barber += graph.subgraph(group).size() / ties - sites * others / ties ** 2
            self.assert_number(communities["modularity"], barber, "Barber")
            # As good as igraph's own, for what it was made better by.
            order = list(graph)
            other = igraph.Graph(n=len(order), edges=[(order.index(a), order.index(b)) for a, b in case.ties])
            # Where igraph draws from.
            random.seed(1)
            found = other.community_leiden(objective_function="modularity", n_iterations=5)
            theirs = 0
            for group in found:
                members = {order[i] for i in group}
                sites = sum(graph.degree(node) for node in members if node in case.settings)
                others = sum(graph.degree(node) for node in members if node not in case.settings)
                theirs += graph.subgraph(members).size() / ties - sites * others / ties ** 2
            self.assertGreater(barber, theirs - 0.02)

    # --- Files ------------------------------------------------------------------------------------

    def assert_same_graph(self, edges, case):
        """`edges`: (site, organization, depth or None)."""
        self.assertEqual({(a, b): depth or 0 for a, b, depth in edges}, case.ties)

    def test_graphml(self):
        for case in self.cases[:8]:
            text = self.ask("graphml", case, {"measures": ["NETWORK_MEASURE_BETWEENNESS"]})
            read = nx.read_graphml(io.BytesIO(text))
            keys = nx.get_node_attributes(read, "key")
            self.assertEqual(set(keys.values()), set(case.graph))
            self.assertFalse(read.is_directed())
            sites = {node for node, mode in read.nodes(data="bipartite") if mode == 0}
            self.assertEqual({keys[node] for node in sites}, set(case.sites))
            self.assert_same_graph(
                [(*sorted((keys[a], keys[b]), reverse=True), weight)
                 for a, b, weight in read.edges(data="weight")], case)
            path = self.scratch / "network.graphml"
            path.write_bytes(text)
            again = igraph.Graph.Read_GraphML(str(path))
            self.assertTrue(again.is_bipartite())
            self.assertEqual(again.ecount(), len(case.ties))
            betweenness = bipartite.betweenness_centrality(case.graph, case.sites)
            for vertex in again.vs:
                self.assertAlmostEqual(vertex["betweenness"], betweenness[vertex["key"]], places=9)
                self.assertEqual(vertex["type"], vertex["mode"] == "organization")
            self.assert_same_graph(
                [(*sorted((again.vs[e.source]["key"], again.vs[e.target]["key"]), reverse=True),
                  None if math.isnan(e["weight"]) else e["weight"]) for e in again.es], case)

    def test_gexf(self):
        for case in self.cases[:8]:
            read = nx.read_gexf(io.BytesIO(self.ask("gexf", case, {})))
            self.assertEqual(set(read), set(case.graph))
            self.assertEqual(read.nodes[case.sites[0]]["label"], "Site 000 <&> \u00e9")
            self.assert_same_graph([(*sorted((a, b), reverse=True), data.get("weight"))
                                    for a, b, data in read.edges(data=True)], case)
            for _, _, data in read.edges(data=True):
                self.assertEqual(data["start"], "2024-01-02")
                self.assertEqual(data["start_date"], "2024-01-02")

    def test_csv(self):
        for case in self.cases[:8]:
            nodes = list(csv.DictReader(io.StringIO(self.ask("csv-nodes", case, {}).decode())))
            self.assertEqual([node["Id"] for node in nodes], case.sites + case.organizations)
            for node in nodes:
                self.assertEqual(int(node["degree"]), case.graph.degree(node["Id"]))
                if node["mode"] == "organization":
                    self.assertTrue(node["Label"].startswith("'=Partner, \""))
            edges = list(csv.DictReader(io.StringIO(self.ask("csv-edges", case, {}).decode())))
            self.assertEqual({edge["Type"] for edge in edges}, {"Undirected"})
            self.assert_same_graph([(edge["Source"], edge["Target"],
                                     int(edge["Weight"]) if edge["Weight"] else None)
                                    for edge in edges], case)

    def test_kumu(self):
        for case in self.cases[:8]:
            blueprint = json.loads(self.ask("kumu", case, {}))
            self.assertEqual([each["id"] for each in blueprint["elements"]],
                             case.sites + case.organizations)
            self.assert_same_graph([(each["from"], each["to"], each.get("strength"))
                                    for each in blueprint["connections"]], case)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--networks", type=int, default=20)
    options, rest = parser.parse_known_args()
    NetworkTest.probe = options.probe
    NetworkTest.networks = options.networks
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
