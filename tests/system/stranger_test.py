#!/usr/bin/python3
"""Somebody who has never seen Weft calls it wrongly. Every answer has the right code, a stable reason, and
says what to do."""

import subprocess
import time
import unittest

import grpc

from suite_case import EXAMPLE, ROOT, CallError, SuiteCase

BUF = ROOT / "tools" / "node" / "node_modules" / ".bin" / "buf"
SITE = "weft.registry.v1.SiteService"


class StrangerTest(SuiteCase):
    def refused(self, method, request, code, reason, *hints, **options):
        with self.assertRaises(CallError) as raised:
            self.suite.call(method, request, **options)
        error = raised.exception
        self.assertEqual((error.code.name, error.reason), (code, reason), error)
        for hint in hints:
            self.assertIn(hint, str(error))
        return error

    def test_names(self):
        self.refused(f"{SITE}/GetSite", {"name": "Site 1"}, "INVALID_ARGUMENT", "NAME_INVALID", "sites/{site}")
        self.refused(f"{SITE}/GetSite", {"name": "sites/nowhere"}, "NOT_FOUND", "SITE_NOT_FOUND", "sites/nowhere")
        self.refused(f"{SITE}/GetSite", {}, "INVALID_ARGUMENT", "NAME_INVALID", "sites/{site}")
        self.refused("weft.metrics.v1.MetricsService/GetWaveSummary", {"name": "waves/none/summary"},
                     "NOT_FOUND", "WAVE_NOT_FOUND", "waves/none")

    def test_fields_all_at_once(self):
        error = self.refused(
            f"{SITE}/CreateSite",
            {"siteId": "Bad Id", "site": {"places": [{"country": "Atlantis"}]}}, "INVALID_ARGUMENT", "INVALID_FIELD")
        fields = [v["field"] for d in error.details for v in d.get("fieldViolations", [])]
        for field in ("site_id", "site.display_name", "site.neutral_label"):
            self.assertIn(field, fields)

    def test_a_stale_etag(self):
        created = self.suite.call(f"{SITE}/CreateSite", {
            "siteId": "a", "site": {"displayName": "A", "neutralLabel": "Site A"}})
        change = {"site": {"name": "sites/a", "displayName": "B", "etag": created["etag"]}}
        self.suite.call(f"{SITE}/UpdateSite", change)
        change["site"]["displayName"] = "C"
        self.refused(f"{SITE}/UpdateSite", change, "ABORTED", "ETAG_MISMATCH", "read it again")
        self.refused(f"{SITE}/UpdateSite", {"site": {"name": "sites/a"}, "updateMask": "colour"},
                     "INVALID_ARGUMENT", "UPDATE_MASK_INVALID", "display_name")

    def test_an_unknown_method_and_service(self):
        channel = self.suite.channel("registry")
        for path, hint in ((f"/{SITE}/FetchSite", "GetSite"), ("/weft.registry.v1.SitesService/GetSite", SITE)):
            with self.assertRaises(grpc.RpcError) as raised:
                channel.unary_unary(path)(b"", timeout=10)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
            self.assertIn(hint, raised.exception.details())

    def test_an_oversized_message(self):
        self.refused(f"{SITE}/CreateSite", {"siteId": "big", "site": {"displayName": "x" * (9 << 20)}},
                     "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", "8388608")

    def test_bytes_that_are_no_message(self):
        with self.assertRaises(grpc.RpcError) as raised:
            self.suite.channel("registry").unary_unary(f"/{SITE}/GetSite")(b"\xff\xff\xff\xff", timeout=10)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("GetSiteRequest", raised.exception.details())

    def test_no_deadline_gets_the_servers(self):
        started = time.monotonic()
        page = self.suite.call("weft.registry.v1.ChangeService/ListChanges",
                               {"resumePosition": self.end_of_feed("registry"), "wait": "600s"}, timeout=None)
        self.assertEqual(page["batches"], [])
        self.assertLess(time.monotonic() - started, 60)

    def end_of_feed(self, service):
        return self.suite.call(f"weft.{service}.v1.ChangeService/ListChanges", {"pageSize": 1000})["resumePosition"]

    def test_pages_and_positions(self):
        self.refused(f"{SITE}/ListSites", {"pageToken": "made-up"}, "INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
        self.refused(f"{SITE}/ListSites", {"pageSize": -1}, "INVALID_ARGUMENT", "PAGE_SIZE_INVALID")
        self.refused("weft.registry.v1.ChangeService/ListChanges", {"resumePosition": "yesterday"},
                     "INVALID_ARGUMENT", "POSITION_INVALID")

    def test_a_wave_that_is_not_ready(self):
        wave = self.suite.load_definitions(EXAMPLE)
        self.refused("weft.ingestion.v1.WaveService/OpenWave", {"name": wave}, "FAILED_PRECONDITION",
                     "WAVE_NOT_DRAFT")
        self.suite.call("weft.ingestion.v1.WaveService/CloseWave", {"name": wave})
        self.refused("weft.ingestion.v1.ResponseService/CreateResponse",
                     {"parent": wave, "response": {"respondent": "sites/site-01"}}, "FAILED_PRECONDITION",
                     "WAVE_NOT_OPEN")

    def test_an_address_that_is_not_loopback(self):
        done = subprocess.run([f"{self.suite.bin_dir}/weft-registry", "--listen", "0.0.0.0:0", "--data",
                               str(self.data / "open")], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("loopback", done.stderr)

    def test_reflection_for_buf(self):
        address = self.suite.addresses["registry"]
        done = subprocess.run(
            [str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", '{"name": "sites/none"}',
             f"http://{address}/{SITE}/GetSite"], capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        said = done.stderr + done.stdout
        for part in ("not_found", "does not exist", "google.rpc.ErrorInfo"):
            self.assertIn(part, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
