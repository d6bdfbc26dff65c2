#!/usr/bin/env python3
"""Shows that tools/check_layers.py finds what it is there to find, and nothing else."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"


class CheckLayersTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def write(self, path, *lines):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run_tool(self):
        done = subprocess.run(
            [sys.executable, TOOL, "--root", self.root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def assert_broken(self, rule, path, include):
        """One file with one include breaks exactly that rule, on the line where it stands."""
        self.write(path, "// A file.", f"#include {include}")
        status, output = self.run_tool()
        self.assertEqual(status, 1, output)
        self.assertIn(f"{path}:2: ", output)
        self.assertIn(f"[{rule}]", output)
        self.assertIn("way out: ", output)
        (self.root / path).unlink()

    def test_every_rule_finds_its_violations(self):
        registry = "services/registry/"
        for rule, path, include in (
            ("domain-is-pure", registry + "domain/a.cc", "<grpcpp/grpcpp.h>"),
            ("domain-is-pure", registry + "domain/a.cc", '"weft/registry/v1/site.grpc.pb.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"rocksdb/db.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"common/rpc/call_context.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"common/storage/engine.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"common/service/mutate.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"services/registry/store/site_store.h"'),
            ("domain-is-pure", registry + "domain/a.h", '"../store/site_store.h"'),
            ("domain-is-pure", registry + "domain/deep/a.h", '"../../service/site_service.h"'),
            ("store-knows-no-rpc", registry + "store/a.cc", "<grpc/grpc.h>"),
            ("store-knows-no-rpc", registry + "store/a.cc", '"common/rpc/server.h"'),
            ("store-knows-no-rpc", registry + "store/a.cc", '"services/registry/service/a.h"'),
            ("services-are-apart", registry + "service/a.cc", '"services/metrics/domain/a.h"'),
            ("services-are-apart", registry + "main.cc", '"services/metrics/domain/a.h"'),
            ("base-stands-alone", "common/base/a.h", '"common/auth/principal.h"'),
            ("base-stands-alone", "common/base/a.h", '"weft/type/v1/estimate.pb.h"'),
            ("base-stands-alone", "common/base/a.h", "<spdlog/spdlog.h>"),
            ("storage-knows-no-rpc", "common/storage/a.cc", "<grpcpp/server.h>"),
            ("storage-knows-no-rpc", "common/storage/a.cc", '"common/rpc/server.h"'),
            ("common-service-is-on-top", "common/rpc/a.cc", '"common/service/mutate.h"'),
            ("common-is-below-services", "common/auth/a.cc", '"services/registry/domain/a.h"'),
            ("product-knows-no-test", "common/auth/a.cc", '"tests/testing/temp_dir.h"'),
            ("product-knows-no-test", registry + "main.cc", "<gtest/gtest.h>"),
            ("rocksdb-in-one-place", "common/storage/memory_engine.cc", "<rocksdb/db.h>"),
            ("rocksdb-in-one-place", registry + "store/a.cc", "<rocksdb/db.h>"),
            ("rocksdb-in-one-place", "tools/cli/a.cc", "<rocksdb/db.h>"),
            ("igraph-in-one-place", "services/metrics/domain/figures.cc", "<igraph/igraph.h>"),
            ("igraph-in-one-place", "services/metrics/service/a.cc", "<igraph/igraph.h>"),
            ("grpc-in-one-place", registry + "service/a.cc", "<grpcpp/server_context.h>"),
            ("grpc-in-one-place", "common/observability/a.cc", "<grpc/support/log.h>"),
            ("grpc-in-one-place", "tools/report/a.cc", "<grpcpp/grpcpp.h>"),
        ):
            with self.subTest(path=path, include=include):
                self.assert_broken(rule, path, include)

    def test_what_the_layers_allow(self):
        registry = "services/registry/"
        self.write(
            "common/base/a.h",
            "#include <sys/stat.h>",
            "#include <string>",
            '#include "absl/status/status.h"',
            '#include "common/base/b.h"',
            '#include "google/protobuf/message.h"',
            '#include "google/rpc/status.pb.h"',
        )
        self.write("common/storage/rocksdb_engine.cc", "#include <rocksdb/db.h>")
        self.write("common/storage/rocksdb/anchor.cc", '#include "rocksdb/db.h"')
        self.write("services/metrics/domain/network/a.cc", "#include <igraph/igraph.h>")
        self.write("common/rpc/server.cc", "#include <grpcpp/server.h>", "#include <grpc/grpc.h>")
        self.write("tools/cli/main.cc", "#include <grpcpp/grpcpp.h>")
        self.write("tests/common/storage/a_test.cc", "#include <rocksdb/db.h>")
        self.write("tests/system/a_test.cc", "#include <gtest/gtest.h>", "#include <grpcpp/grpcpp.h>")
        self.write(
            registry + "service/a.cc",
            '#include "common/rpc/call_context.h"',
            '#include "services/registry/domain/a.h"',
            '#include "services/registry/store/a.h"',
            '#include "weft/metrics/v1/metrics.pb.h"',
        )
        self.write(
            registry + "store/a.cc",
            '#include "common/storage/engine.h"',
            '#include "services/registry/domain/a.h"',
        )
        self.write(
            registry + "domain/a.cc",
            '#include "services/registry/domain/a.h"',
            '#include "common/base/error.h"',
            '#include "weft/registry/v1/site.pb.h"',
            '// #include "common/storage/engine.h"',
            "/* before the layers:",
            '#include "common/storage/engine.h"',
            "*/",
        )
        status, output = self.run_tool()
        self.assertEqual((status, output), (0, "11 files follow the layers\n"))

    def test_a_file_beside_the_includer_is_found_without_its_directory(self):
        self.write("services/registry/store/rows.h", "#pragma once")
        self.assert_broken("domain-is-pure", "services/registry/domain/a.h", '"../store/rows.h"')
        self.write("services/registry/store/b.cc", '#include "rows.h"')
        self.assertEqual(self.run_tool()[0], 0)

    def test_an_include_after_a_comment_with_slashes_is_seen(self):
        path = "services/registry/domain/a.cc"
        self.write(path, "// see http://example.org/*", '#include "common/rpc/server.h"')
        status, output = self.run_tool()
        self.assertEqual(status, 1, output)
        self.assertIn(f"{path}:2: ", output)

    def test_all_violations_are_counted(self):
        self.write(
            "services/registry/domain/a.cc",
            '#include "common/rpc/server.h"',
            '#include "common/storage/engine.h"',
        )
        status, output = self.run_tool()
        self.assertEqual(status, 1)
        self.assertIn("2 wrong includes in 1 files", output)

    def test_an_empty_tree_is_no_success(self):
        status, output = self.run_tool()
        self.assertEqual(status, 2)
        self.assertIn("nothing was checked", output)


if __name__ == "__main__":
    unittest.main()
