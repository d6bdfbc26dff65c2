#!/usr/bin/env python3
"""Our forms are ones that pyxform, the converter of KoboToolbox and ODK, takes: that of the example
instrument, and one with skip rules of every kind.

  pyxform_test.py --site tools/python/site --form lab-survey-2024.csv --skip-rules skip-rules.csv

Exits 77, which CTest counts as skipped, where pyxform is not installed (tools/setup installs it).
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

XFORMS = "{http://www.w3.org/2002/xforms}"


def fail(message: str) -> None:
    print(f"pyxform_test: {message}", file=sys.stderr)
    sys.exit(1)


def check_example(root: ElementTree.Element, binds: dict) -> None:
    # Every question, with the type and the rule that the sheet gives it.
    expected = {
        "/data/site": ("string", None),
        "/data/s_early-indicators/learners_reached": ("int", ". >= 0"),
        "/data/s_functions/function_access": ("string", None),
        "/data/s_partnerships/partner_matrix/cbo/cbo_count": ("int", ". >= 0"),
        "/data/s_partnerships/partner_matrix/cbo/cbo_level": ("string", None),
        "/data/s_partnerships/partner_matrix/library/library_level": ("string", None),
        "/data/s_partnerships/partnerships_open": ("string", "string-length(.) <= 2000"),
        "/data/s_shared-responsibility/shared_responsibility": ("string", None),
    }
    for path, (kind, constraint) in expected.items():
        if path not in binds:
            fail(f"{path} is not asked; there are {sorted(binds)}")
        found = (binds[path].get("type"), binds[path].get("constraint"))
        if found != (kind, constraint):
            fail(f"{path} is {found}, not {(kind, constraint)}")
    matrix = [path for path in binds if "/partner_matrix/" in path]
    # 18 types with a count and a level, and the note above them.
    if len(matrix) != 2 * 18 + 1:
        fail(f"the matrix has {len(matrix)} questions: {matrix}")
    levels = [
        item.findtext(f"{XFORMS}name")
        for instance in root.iter(f"{XFORMS}instance")
        if instance.get("id") == "interaction_level"
        for item in instance.iter(f"{XFORMS}item")
    ]
    if levels != ["no_interaction", "networking", "cooperation", "coordination", "collaboration",
                  "DONT_KNOW"]:
        fail(f"the levels are {levels}")


def check_skip_rules(binds: dict) -> None:
    """References are resolved to paths, so pyxform knows every question that a condition names."""
    context = "/data/s_context"
    partners = "/data/s_partners/partners"
    rating = "/data/s_partners/shared_responsibility"
    expected = {
        context: f"( {rating}  != '' and  {rating}  != 'DONT_KNOW') and not(( {partners}/cbo/cbo_level"
        f"  = 'no_interaction' or  {partners}/cbo/cbo_level  = 'networking'))",
        rating: f" {partners}/cbo/cbo_count  > 0 or ( {partners}/k12_school/k12_school_level  = "
        f"'coordination' or  {partners}/k12_school/k12_school_level  = 'collaboration')",
        f"{context}/setting": f"not( {context}/functions  != '')",
        f"{context}/students": f" {context}/setting  != 'school' and (selected( {context}/functions "
        f", 'host') or selected( {context}/functions , 'fund'))",
        f"{context}/hopes": f" {context}/students  >= 10 and ( {context}/setting  != '' and "
        f" {context}/setting  != 'DONT_KNOW')",
    }
    for path, relevant in expected.items():
        found = binds[path].get("relevant")
        if found != relevant:
            fail(f"{path} is asked when {found!r}, not when {relevant!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(": ")[0])
    parser.add_argument("--site", type=pathlib.Path, required=True)
    parser.add_argument("--form", type=pathlib.Path, required=True)
    parser.add_argument("--skip-rules", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.site))
    try:
        from pyxform.xls2xform import convert
    except ImportError:
        print(f"pyxform is not installed in {arguments.site}; run tools/setup", file=sys.stderr)
        sys.exit(77)

    def binds_of(form: pathlib.Path) -> tuple:
        warnings: list = []
        xform = convert(xlsform=str(form), warnings=warnings, validate=False).xform
        if warnings:
            fail(f"pyxform warns of {form.name}: {warnings}")
        root = ElementTree.fromstring(xform)
        return root, {bind.get("nodeset"): bind for bind in root.iter(f"{XFORMS}bind")}

    check_example(*binds_of(arguments.form))
    check_skip_rules(binds_of(arguments.skip_rules)[1])


if __name__ == "__main__":
    main()
