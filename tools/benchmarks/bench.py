#!/usr/bin/python3
"""Measures Weft beside the limit of the machine and beside its peers, in one run. See --help."""

import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile
import time

import rows_answers
import rows_calls
import rows_feed
import rows_network
import rows_partners
from lab import Lab
from measures import table
from programs import HERE

ROOT = HERE.parents[1]

# In the order in which they run: the first ones use what setting up the later ones would leave busy.
ROWS = {
    "read": rows_calls.read,
    "write": rows_calls.write,
    "write-alone": rows_calls.write_alone,
    "feed-one": rows_feed.one_watcher,
    "feed-many": rows_feed.many_watchers,
    "feed-delivery": rows_feed.delivery,
    "validate": rows_answers.validate,
    "apply": rows_answers.apply_changes,
    "ingest": rows_answers.ingest,
    "import": rows_answers.import_file,
    "figures": rows_answers.figures,
    "slice": rows_answers.slices,
    "network": rows_network.network,
    "memory": rows_calls.memory,
    "growth": rows_calls.growth,
    "partners": rows_partners.partners,
}

EXPLANATION = """\
Each row runs Weft's own servers, the limit (gRPC and RocksDB with nothing between them) and the peers
(PostgreSQL, etcd, DuckDB, NetworkX) in turn, five times over, on 127.0.0.1, with one client program for all that
speak gRPC. What is printed are medians. Trust the ratios more than the numbers: they come from the same
minutes on the same machine. A ratio is always "ours is so many times as good": for times and sizes it
is theirs divided by ours.

The servers log warnings only, as the peers do. Peers that are not installed leave their column empty;
`tools/setup --bench` installs them. Run it on a machine that does nothing else.

rows:
"""


def parse(arguments):
    rows = "\n".join(f"  {name:14} {measure.__doc__.splitlines()[0]}" for name, measure in ROWS.items())
    parser = argparse.ArgumentParser(
        prog="tools/bench", description=__doc__.replace(" See --help.", ""), epilog=EXPLANATION + rows,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", action="append", choices=ROWS, metavar="NAME",
                        help="only this row (again for more)")
    parser.add_argument("--list", action="store_true", help="name the rows, and stop")
    parser.add_argument("--short", action="store_true",
                        help="few records, one round, no peers: shows that everything works, and no more")
    parser.add_argument("--growth", type=int, metavar="N",
                        help="how many records the largest store of the growth row has (default: 1000000)")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("bench.json"), metavar="FILE",
                        help="where the results go as JSON (default: bench.json)")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "bin", metavar="DIR",
                        help="programs to measure (default: build/bin)")
    parser.add_argument("--scratch", type=pathlib.Path, default=ROOT / "build", metavar="DIR",
                        help="where stores go while they are measured, on the disk that is to be measured "
                        "(default: build)")
    return parser.parse_args(arguments)


def without_goals(measures):
    """What a short run can say: no peer was asked, and its few calls judge nothing."""
    return [dataclasses.replace(each, least=None, at_most=None) for each in measures
            if not each.versus or each.theirs is not None]


def run(lab, names):
    measures = []
    for place, name in enumerate(names, start=1):
        print(f"[{place}/{len(names)}] {name}: {ROWS[name].__doc__.splitlines()[0]}", file=sys.stderr,
              flush=True)
        begun = time.monotonic()
        found = ROWS[name](lab)
        if lab.short:
            found = without_goals(found)
        measures += found
        for line in table(found):
            print(f"    {line}", file=sys.stderr)
        lab.say(f"{time.monotonic() - begun:.0f} s")
    return measures


def main(arguments):
    options = parse(arguments)
    if options.list:
        print("\n".join(ROWS))
        return 0
    names = [name for name in ROWS if not options.row or name in options.row]
    begun = time.monotonic()
    options.scratch.mkdir(parents=True, exist_ok=True)
    growth = options.growth or (1000 if options.short else 1_000_000)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.scratch) as scratch:
        # PostgreSQL runs as a user of its own.
        pathlib.Path(scratch).chmod(0o755)
        with Lab(options.bin, scratch, options.short, growth) as lab:
            measures = run(lab, names)
    options.out.write_text(json.dumps([each.to_json() for each in measures], indent=1) + "\n",
                           encoding="utf-8")
    print("\n".join(table(measures)))
    judged = [each.met for each in measures if each.met is not None]
    verdict = "nothing judged" if options.short else f"{sum(judged)} of {len(judged)} goals met"
    print(f"\n{verdict}, in {time.monotonic() - begun:.0f} s; results are in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
