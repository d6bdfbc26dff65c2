#!/usr/bin/env python3
"""Writes the catalogue into docs/metrics.md, from services/metrics/domain/catalogue.json.

  tools/gen_metric_docs.py          writes it
  tools/gen_metric_docs.py --check  fails when docs/metrics.md is not what would be written
"""

import argparse
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "services" / "metrics" / "domain" / "catalogue.json"
TARGET = ROOT / "docs" / "metrics.md"
BEGIN = "<!-- The catalogue, written by tools/gen_metric_docs.py -->\n"
END = "<!-- End of the catalogue -->\n"
TABLE_HEAD = ("| Id | Name | What it is | Base; unit | What it cannot tell |\n"
              "|---|---|---|---|---|\n")


def cell(text):
    return text.replace("|", "\\|")


def catalogue():
    rows = json.loads(SOURCE.read_text(encoding="utf-8"))["definitions"]
    return TABLE_HEAD + "".join(
        f"| {row['id']} | {cell(row['displayName'])} | {cell(row['description'])} "
        f"| {cell(row['base'])}; {cell(row['unit'])} | {cell(row['cannotTell'])} |\n" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    page = TARGET.read_text(encoding="utf-8")
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    written = f"{page[:begin]}\n{catalogue()}\n{page[end:]}"
    if written == page:
        return 0
    if arguments.check:
        print("docs/metrics.md is not up to date: run tools/gen_metric_docs.py", file=sys.stderr)
        return 1
    TARGET.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
