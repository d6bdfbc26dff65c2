#!/usr/bin/python3
"""The network of sites and organizations, and a site's profile, with the real servers and the command line: files
that NetworkX, igraph and anything that reads CSV or JSON open, and that say the same."""

import csv
import json
import unittest

import igraph
import networkx

from suite_case import EXAMPLE, ROOT, SuiteCase, without_positions

VIGNETTES = ROOT / "examples" / "brief-vignettes"
PARTNERSHIPS = "weft.registry.v1.PartnershipService"
COHORT = ["--cohort", "cohorts/brief-vignettes", "--on", "2025-06-01"]
# The communities of the brief, and the partners that it names.
SITES, ORGANIZATIONS, TIES, RATED = 10, 32, 32, 3


def named(graph):
    """The graph with nodes under their keys: ids in XML have no slash."""
    return networkx.relabel_nodes(graph, {node: node.replace(":", "/") for node in graph})


class NetworkTest(SuiteCase):
    def load_vignettes(self):
        self.weft("load", VIGNETTES)
        self.wait()

    def wait(self):
        """Until metrics has read all that was written."""
        self.suite.call("weft.metrics.v1.NetworkService/GetNetworkMetrics", {
            "measures": ["NETWORK_MEASURE_DENSITY"], "minPositions": self.suite.positions()})

    def test_files_that_others_open(self):
        self.load_vignettes()
        graphml, gexf, kumu = (self.data / f"network.{kind}" for kind in ("graphml", "gexf", "json"))
        said = self.weft("network", "export", *COHORT, "--format", "graphml", "--out", graphml)
        self.assertIn(f"{SITES + ORGANIZATIONS} nodes and {TIES} ties written to {graphml}", said)
        self.weft("network", "export", *COHORT, "--format", "gexf", "--out", gexf)
        self.weft("network", "export", *COHORT, "--format", "kumu", "--out", kumu)
        self.weft("network", "export", *COHORT, "--format", "csv", "--out", self.data / "network.csv")

        by_networkx = named(networkx.read_graphml(graphml))
        by_igraph = igraph.Graph.Read_GraphML(str(graphml))
        self.assertEqual((by_networkx.number_of_nodes(), by_networkx.number_of_edges()),
                         (SITES + ORGANIZATIONS, TIES))
        self.assertEqual((by_igraph.vcount(), by_igraph.ecount()), (SITES + ORGANIZATIONS, TIES))
        self.assertTrue(networkx.is_bipartite(by_networkx))
        self.assertEqual(sorted(dict(by_networkx.degree()).values()), sorted(by_igraph.degree()))
        self.assertEqual(len(by_igraph.connected_components()),
                         networkx.number_connected_components(by_networkx))
        by_gexf = named(networkx.read_gexf(gexf))
        self.assertEqual(set(by_gexf.nodes), set(by_networkx.nodes))
        self.assertEqual({frozenset(e) for e in by_gexf.edges}, {frozenset(e) for e in by_networkx.edges})
        # A level only where the brief states one, and never 0 in its place.
        rated = [data for _, _, data in by_networkx.edges(data=True) if "collaboration" in str(data)]
        self.assertEqual(len(rated), RATED)

        with open(self.data / "network-nodes.csv", encoding="utf-8", newline="") as file:
            nodes = list(csv.DictReader(file))
        with open(self.data / "network-edges.csv", encoding="utf-8", newline="") as file:
            edges = list(csv.DictReader(file))
        self.assertEqual({row["Id"] for row in nodes}, set(by_networkx.nodes))
        self.assertEqual({frozenset((row["Source"], row["Target"])) for row in edges},
                         {frozenset(e) for e in by_networkx.edges})
        blueprint = json.loads(kumu.read_text(encoding="utf-8"))
        self.assertEqual(len(blueprint["elements"]), SITES + ORGANIZATIONS)
        self.assertEqual(len(blueprint["connections"]), TIES)

    def test_numbers_are_those_of_the_file(self):
        self.load_vignettes()
        graphml = self.data / "network.graphml"
        self.weft("network", "export", *COHORT, "--format", "graphml", "--out", graphml)
        graph = named(networkx.read_graphml(graphml))
        metrics = json.loads(self.weft("--json", "network", "metrics", *COHORT, "--top", "1000"))
        facts = metrics["facts"]
        self.assertEqual((facts["siteCount"], facts["organizationCount"], facts["tieCount"]),
                         (SITES, ORGANIZATIONS, TIES))
        self.assertEqual(facts["knownLevelTieCount"], RATED)
        self.assertEqual(facts["componentCount"], networkx.number_connected_components(graph))
        self.assertAlmostEqual(metrics["density"]["value"], TIES / (SITES * ORGANIZATIONS))
        degrees = {node["key"]: node["degree"] for mode in metrics["modes"] for node in mode["nodes"]}
        self.assertEqual(degrees, dict(graph.degree()))
        table = self.weft("network", "metrics", *COHORT)
        self.assertIn("10 sites, 32 organizations, 32 ties (29 of unknown level)", table)
        self.assertIn("SparkNC", table)
        # Of one day, and one kind: what is filtered is told.
        nobody = json.loads(self.weft("--json", "network", "metrics", *COHORT, "--min-level", "coordination"))
        self.assertEqual((nobody["facts"]["tieCount"], nobody["facts"]["unknownLevelLeftOutCount"]),
                         (RATED, TIES - RATED))

    def test_a_map_to_look_at(self):
        self.load_vignettes()
        picture = self.data / "map.svg"
        self.assertIn(f"picture written to {picture}", self.weft("network", "map", *COHORT, "--out", picture))
        drawn = picture.read_text(encoding="utf-8")
        for text in ("Who works with whom", "SparkNC", "Collaboration", "Level not known"):
            self.assertIn(text, drawn)
        places = json.loads(self.weft("--json", "network", "map", *COHORT))
        self.assertEqual((len(places["nodes"]), len(places["ties"])), (SITES + ORGANIZATIONS, TIES))
        self.assertEqual(places, json.loads(self.weft("--json", "network", "map", *COHORT)))
        self.assertNotEqual(places["nodes"], json.loads(
            self.weft("--json", "network", "map", *COHORT, "--seed", "5"))["nodes"])
        table = self.weft("network", "map", *COHORT, "--earlier", "2025-01-01")
        self.assertIn("Map of lines between 10 sites and 32 organizations: 32 ties", table)
        self.assertIn("Nodes stand near where they stood on the map of 2025-01-01", table)
        self.assertIn("is no day", self.weft("network", "map", "--earlier", "spring", code=2))
        self.assertIn("COHORT_NOT_FOUND", self.weft("network", "map", "--cohort", "cohorts/none", code=1))

    def test_the_map_in_the_report_of_a_wave(self):
        wave = self.suite.load_example(EXAMPLE)
        page = self.data / "report.html"
        report = ["report", wave, "--floor", "submitted", "--output", page]
        # Nobody has entered a partnership yet: everything else is there.
        self.weft(*report)
        self.assertNotIn("Who works with whom", page.read_text(encoding="utf-8"))
        self.suite.call("weft.registry.v1.OrganizationService/CreateOrganization",
                        {"organizationId": "library", "organization": {"displayName": "Library of Springfield"}})
        for site in ("site-01", "site-02"):
            self.suite.call(f"{PARTNERSHIPS}/CreatePartnership", {
                "parent": f"sites/{site}", "partnershipId": "library",
                "partnership": {"organization": "organizations/library", "partnerType": "library"}})
        self.weft(*report)
        shown = page.read_text(encoding="utf-8")
        self.assertIn("Who works with whom", shown)
        self.assertIn("1 organization has more than one site; the most, 2, has Library of Springfield", shown)

    def test_a_network_that_cannot_be(self):
        self.load_vignettes()
        self.assertIn("COHORT_NOT_FOUND",
                      self.weft("network", "metrics", "--cohort", "cohorts/none", code=1))
        self.assertIn("is no day", self.weft("network", "metrics", "--on", "2025-3-1", code=2))
        self.assertIn("is no value of --format",
                      self.weft("network", "export", "--format", "pdf", "--out", "-", code=2))
        self.assertIn("two files",
                      self.weft("network", "export", "--format", "csv", "--out", "-", code=2))
        self.assertIn("PERMISSION_DENIED",
                      self.weft("network", "metrics", code=1, principal="public/anyone"))

    def test_a_profile_beside_the_answers(self):
        wave = self.suite.load_example(EXAMPLE)
        self.suite.call("weft.registry.v1.OrganizationService/CreateOrganization",
                        {"organizationId": "library", "organization": {"displayName": "Library of Springfield"}})
        for partner_type, level in (("library", "NETWORKING"), ("museum", "COOPERATION")):
            tie = self.suite.call(f"{PARTNERSHIPS}/CreatePartnership", {
                "parent": "sites/site-01", "partnershipId": partner_type,
                "partnership": {"organization": "organizations/library", "partnerType": partner_type}})
            self.suite.call(f"{PARTNERSHIPS}/AssessPartnership", {"name": tie["name"], "assessment": {
                "level": f"INTERACTION_LEVEL_{level}", "effectiveDate": {"year": 2025, "month": 1, "day": 1}}})
        request = {"name": "sites/site-01/profile", "floor": "REVIEW_FLOOR_SUBMITTED"}
        profile = self.suite.call("weft.metrics.v1.MetricsService/GetSiteProfile",
                                  {**request, "minPositions": self.suite.positions()})
        self.assertEqual(profile["provenance"]["wave"], wave)
        self.assertTrue(profile["counted"])
        self.assertEqual(profile["ties"]["tieCount"], 2)
        self.assertEqual([t["partnerType"] for t in profile["otherTypes"]], ["museum"])
        # Everything else that the site answered has no partnership in the registry.
        engaged = [t for t in profile["types"] if t["answer"]["engagement"] == "ENGAGEMENT_YES"]
        kinds = {d["kind"]: d["types"] for d in profile["differences"]}
        library = next(t for t in profile["types"] if t["partnerType"] == "library")
        self.assertEqual(kinds["KIND_ANSWERED_WITHOUT_TIES"], len(engaged) - (library in engaged))
        printed = self.weft("profile", "sites/site-01", "--floor", "submitted", "--rule", "mode")
        self.assertIn("answered, no partnership recorded", printed)
        self.assertIn("Library of Springfield", printed)
        self.assertIn("levels by the rule mode", printed)
        self.assertIn("museum", printed)
        printed = json.loads(self.weft("--json", "profile", "sites/site-01", "--floor", "submitted"))
        self.assertEqual(printed, profile)
        # The site's own page has it, too, and that of a site without partnerships does not.
        page = self.data / "site.html"
        title = "Your partners in the registry"
        for site, shown in (("sites/site-01", True), ("sites/site-02", False)):
            self.weft("report", wave, "--site", site, "--output", page)
            self.assertEqual(title in page.read_text(encoding="utf-8"), shown, site)
        # Another day, before the ratings; and nobody from outside.
        before = json.loads(self.weft("--json", "profile", "sites/site-01", "--on", "2024-12-31"))
        self.assertEqual(before["ties"]["levelUnknown"], 2)
        self.assertIn("SITE_NOT_FOUND", self.weft("profile", "sites/nowhere", code=1))
        self.assertIn("PERMISSION_DENIED", self.weft("profile", "sites/site-01", code=1, principal="public/anyone"))
        # What is mirrored comes back after the read model is lost.
        self.suite.restart("metrics")
        again = self.suite.call("weft.metrics.v1.MetricsService/GetSiteProfile",
                                {**request, "minPositions": self.suite.positions()})
        self.assertEqual(without_positions(again), without_positions(profile))


if __name__ == "__main__":
    unittest.main(verbosity=2)
