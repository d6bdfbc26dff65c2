"""Waves of any size, made of the example Lab."""

import csv
import io
import json
import random
import shutil

from .descriptors import ROOT

EXAMPLE = ROOT / "examples" / "lab-2025"


def large_example(directory, sites):
    """The example's questionnaire with many sites, whose answers are drawn from the example's rows. The
    sites' ids."""
    for file in ("taxonomy.json", "cohort.json", "instrument.json", "wave.json"):
        shutil.copy(EXAMPLE / file, directory / file)
    ids = [f"site-{i:05d}" for i in range(sites)]
    (directory / "sites.json").write_text(json.dumps({"sites": [
        {"name": f"sites/{i}", "displayName": i, "neutralLabel": f"Label {i}"} for i in ids]}))
    (directory / "memberships.json").write_text(json.dumps({"memberships": [
        {"name": f"cohorts/2024-2025/memberships/{i}"} for i in ids]}))
    with open(EXAMPLE / "responses.csv", newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    draw = random.Random(20250113)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for i in ids:
        writer.writerow([i, *draw.choice(rows)[1:]])
    (directory / "responses.csv").write_text(out.getvalue())
    return ids
