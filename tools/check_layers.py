#!/usr/bin/env python3
"""Checks that #include lines follow Weft's layers (docs/architecture.md).

    proto -> service (handlers) -> domain (pure) <- store -> common/storage

CMake cannot stop an include: every target sees the whole tree. This can. It prints each wrong
include as `file:line`, with the rule and the way out, and exits 1; 0 when all is well; 2 when it
found nothing to check.
"""

import argparse
import dataclasses
import posixpath
import re
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

SOURCE_DIRS = ("common", "services", "tools", "tests")
SUFFIXES = (".h", ".cc")

GRPC = r"grpc/|grpcpp/|grpc\+\+/|.*\.grpc\.pb\.h$"
ROCKSDB = r"rocksdb/"
IGRAPH = r"igraph/"
# Headers of the C++ and C libraries and of the system: no directory, or one of the system's.
SYSTEM = r"[^/]+$|(sys|netinet|arpa|net|linux|bits)/[^/]+$"


@dataclasses.dataclass(frozen=True)
class Rule:
    """Files under `where` may not include what matches `forbidden`.

    With `allowed`, they may include nothing else than what matches it. `{name}` in a pattern is
    what the group of that name matched in `where`. Both match from the start of the include path,
    seen from the repository's root.
    """

    name: str
    where: str
    why: str
    way_out: str
    forbidden: Optional[str] = None
    allowed: Optional[str] = None
    except_where: Optional[str] = None


RULES = (
    Rule(
        name="domain-is-pure",
        where=r"services/[^/]+/domain/",
        forbidden=rf"{GRPC}|{ROCKSDB}|common/(rpc|service|storage)/|services/[^/]+/(service|store)/",
        why="domain code takes and returns messages; it knows no RPC, no storage, no handler",
        way_out="pass what it needs as a message or a value, and let the handler load and commit",
    ),
    Rule(
        name="store-knows-no-rpc",
        where=r"services/[^/]+/store/",
        forbidden=rf"{GRPC}|common/rpc/|services/[^/]+/service/",
        why="a store turns messages into keys and values; it serves no call",
        way_out="move what answers the call into service/, or pass the value in",
    ),
    Rule(
        name="services-are-apart",
        where=r"services/(?P<service>[^/]+)/",
        forbidden=r"services/(?!{service}/)[^/]+/",
        why="services talk over gRPC; none uses another's code or storage",
        way_out="call the other service, or move what both need into common/",
    ),
    Rule(
        name="base-stands-alone",
        where=r"common/base/",
        allowed=rf"common/base/|absl/|google/(protobuf|rpc)/|{SYSTEM}",
        why="common/base is below everything: only itself, Abseil, the standard library, "
        "google/protobuf and google/rpc",
        way_out="put what needs more into the common/ library that owns that dependency",
    ),
    Rule(
        name="storage-knows-no-rpc",
        where=r"common/storage/",
        forbidden=rf"{GRPC}|common/rpc/",
        why="storage stands below the RPC runtime",
        way_out="take an interface of common/base, and connect the two where the server is built",
    ),
    Rule(
        name="common-service-is-on-top",
        where=r"common/(?!service/)",
        forbidden=r"common/service/",
        why="common/service joins RPC and storage for handlers; no other library builds on it",
        way_out="move what both need into the lower library",
    ),
    Rule(
        name="common-is-below-services",
        where=r"common/",
        forbidden=r"services/",
        why="common/ is what services are built on",
        way_out="move it into common/, or pass it in from the service",
    ),
    Rule(
        name="product-knows-no-test",
        where=r"(common|services)/",
        forbidden=r"(tests|tools)/|gtest/|gmock/|benchmark/",
        why="what ships depends on neither tests nor tools",
        way_out="move what the product needs into common/",
    ),
    Rule(
        name="rocksdb-in-one-place",
        where=r"(common|services|tools)/",
        except_where=r"common/storage/rocksdb|tools/benchmarks/",
        forbidden=ROCKSDB,
        why="only common/storage/rocksdb* may include RocksDB: another engine takes its place",
        way_out="use common/storage's Engine, or extend it together with its conformance suite",
    ),
    Rule(
        name="sqlite-in-one-place",
        where=r"(common|services|tools)/",
        except_where=r"common/text_index/",
        forbidden=r"sqlite3(ext)?\.h$",
        why="only common/text_index may include SQLite: it indexes, and keeps nothing of its own",
        way_out="use common/text_index, or extend it; what must not be lost goes into common/storage",
    ),
    Rule(
        name="igraph-in-one-place",
        where=r"(common|services|tools)/",
        except_where=r"services/metrics/domain/network/|tools/benchmarks/",
        forbidden=IGRAPH,
        why="only services/metrics/domain/network may include igraph: it is under the GPL, and keeps state of "
        "the whole process",
        way_out="ask igraph_calls.h there, or extend it",
    ),
    Rule(
        name="grpc-in-one-place",
        where=r"(common|services|tools)/",
        except_where=r"common/rpc/|tools/(cli|benchmarks)/",
        forbidden=GRPC,
        why="only common/rpc may include gRPC: handlers and their tests know none",
        way_out="use common/rpc's handlers, clients and server, or extend them",
    ),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<quote>[<"])(?P<path>[^>"]+)[>"]')


def read_includes(path: Path) -> Iterator[Tuple[int, str, bool]]:
    """Yields (line number, path as written, whether it is in quotes), outside block comments."""
    in_comment = False
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if in_comment:
            _, closed, line = line.partition("*/")
            if not closed:
                continue
            in_comment = False
        match = INCLUDE.match(line)
        if match:
            yield number, match["path"], match["quote"] == '"'
        # A comment that opens on this line and does not close on it; `//` hides an opening.
        tail = line.split("//")[0].rpartition("/*")
        in_comment = bool(tail[1]) and "*/" not in tail[2]


def resolve(root: Path, includer: str, include: str, quoted: bool) -> str:
    """The included file as seen from the root, where it is one of the tree's own."""
    if quoted:
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(includer), include))
        if include.startswith(".") or (root / beside).is_file():
            return beside
    return posixpath.normpath(include)


def broken_rules(includer: str, included: str) -> Iterator[Rule]:
    for rule in RULES:
        where = re.match(rule.where, includer)
        if not where or (rule.except_where and re.match(rule.except_where, includer)):
            continue
        names = where.groupdict()

        def matches(pattern: str) -> bool:
            for name, value in names.items():
                pattern = pattern.replace("{" + name + "}", re.escape(value))
            return re.match(pattern, included) is not None

        if rule.forbidden and matches(rule.forbidden):
            yield rule
        if rule.allowed and not matches(rule.allowed):
            yield rule


def check(root: Path) -> Tuple[int, List[str]]:
    """Returns how many files were read, and a message for every include that breaks a rule."""
    count = 0
    problems = []
    for directory in SOURCE_DIRS:
        for path in sorted((root / directory).rglob("*")):
            includer = path.relative_to(root).as_posix()
            if path.suffix not in SUFFIXES or "/node_modules/" in includer or not path.is_file():
                continue
            count += 1
            for number, include, quoted in read_includes(path):
                included = resolve(root, includer, include, quoted)
                for rule in broken_rules(includer, included):
                    problems.append(
                        f"{includer}:{number}: includes {included} [{rule.name}]\n"
                        f"    rule: {rule.why}\n"
                        f"    way out: {rule.way_out}"
                    )
    return count, problems


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        help="the tree to check (default: this repository)",
    )
    parser.add_argument("--rules", action="store_true", help="print the rules and exit")
    arguments = parser.parse_args()

    if arguments.rules:
        for rule in RULES:
            print(f"{rule.name}: {rule.why}")
        return 0

    count, problems = check(arguments.root)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} wrong includes in {count} files")
        return 1
    if count == 0:
        print(f"no source file under {arguments.root}: nothing was checked", file=sys.stderr)
        return 2
    print(f"{count} files follow the layers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
