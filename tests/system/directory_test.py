#!/usr/bin/python3
"""Directories of organizations in and out, with the real servers and the command line; held against the schemas
and examples of HSDS where WEFT_HSDS_SPEC names a copy of the specification."""

import csv
import json
import os
import pathlib
import shutil
import sys
import unittest

from suite_case import BIN_DIR, ROOT, Suite, SuiteCase

sys.path.append(str(ROOT / "tools" / "python" / "site"))
try:
    import jsonschema
except ImportError:
    jsonschema = None

DATA = ROOT / "tests" / "data" / "hsds"
ORGANIZATIONS = "weft.registry.v1.OrganizationService"
LIBRARY = "organizations/5a0d3c52-90a1-4c39-8a6e-0c3a7f0b1d01"


def specification():
    """The copy of the specification, or None: the one that is named, else one beside the repository."""
    named = os.environ.get("WEFT_HSDS_SPEC")
    if named:
        return pathlib.Path(named)
    beside = ROOT.parent / "shared" / "hsds"
    return beside if beside.is_dir() else None


def needs_specification(test):
    reason = "WEFT_HSDS_SPEC names no copy of the specification: exports are not validated, examples not imported"
    return unittest.skipUnless(specification(), reason)(test)


def files_in(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


class DirectoryTest(SuiteCase):
    def registry_of_its_own(self, name):
        """From here on commands go to another registry, which is empty."""
        other = Suite(BIN_DIR, self.data / name)
        self.addCleanup(other.kill_all)
        (self.data / name).mkdir()
        other.start_one("registry")
        self.suite.addresses["registry"] = other.addresses["registry"]

    def report(self, *arguments):
        return json.loads(self.weft("--json", "directory", "import", *arguments))

    def export(self, name, *arguments):
        out = self.data / name
        self.weft("directory", "export", "--out", out, *arguments)
        return out

    def test_a_directory_comes_in_once(self):
        dry = self.weft("directory", "import", DATA / "partners.json", "--dry-run")
        self.assertIn("would be: 3 created, 0 updated, 0 unchanged; dry run, nothing was changed", dry)
        self.assertIn("not kept: service (1)", dry)
        self.assertIn("not kept: organization.description (3)", dry)
        self.assertEqual(self.suite.call(f"{ORGANIZATIONS}/ListOrganizations", {}).get("organizations", []), [])

        self.assertIn("3 created, 0 updated, 0 unchanged", self.weft("directory", "import", DATA / "partners.json"))
        library = self.suite.call(f"{ORGANIZATIONS}/GetOrganization", {"name": LIBRARY})
        self.assertEqual(library["partnerTypes"], ["library"])
        self.assertEqual(library["identifiers"], [{"scheme": "SCHEME_EIN", "value": "53-0196605"}])
        self.assertEqual(library["contacts"][0]["phone"], "+1 417 555 0100 x12")
        self.assertEqual(library["locations"], [{"locality": "Springfield", "region": "MO", "country": "US"}])

        # The package says the same, so it changes nothing.
        self.assertIn("0 created, 0 updated, 3 unchanged", self.weft("directory", "import", DATA / "package"))
        self.assertEqual(self.suite.call(f"{ORGANIZATIONS}/GetOrganization", {"name": LIBRARY}), library)
        self.suite.restart("registry")
        self.assertEqual(self.suite.call(f"{ORGANIZATIONS}/GetOrganization", {"name": LIBRARY}), library)

    def test_problems_are_told_as_compilers_do(self):
        bad = self.data / "bad"
        shutil.copytree(DATA / "package", bad)
        organizations = bad / "organizations.csv"
        organizations.write_text(organizations.read_text(encoding="utf-8").replace(
            "5a0d3c52-90a1-4c39-8a6e-0c3a7f0b1d03", "7"), encoding="utf-8")
        identifiers = bad / "organization_identifiers.csv"
        identifiers.write_text(identifiers.read_text(encoding="utf-8").replace("53-0196605", "12"), encoding="utf-8")
        told = self.weft("directory", "import", bad, code=1)
        self.assertIn('organizations.csv:4:1: BAD_ID: organization.id is "7"', told)
        self.assertIn("organization_identifiers.csv:2:5: BAD_IDENTIFIER: ", told)
        self.assertIn("nothing was changed", told)
        cut = self.data / "cut.json"
        cut.write_bytes((DATA / "partners.json").read_bytes()[:-10])
        self.assertIn("cut.json:96: BAD_JSON: ", self.weft("directory", "import", cut, code=1))
        self.assertIn("FILE_NOT_FOUND", self.weft("directory", "import", self.data / "nowhere", code=1))
        self.weft("directory", "import", DATA / "package", "--mode", "replace", code=2)
        self.weft("directory", "export", "--format", "package", code=2)
        self.assertEqual(self.suite.call(f"{ORGANIZATIONS}/ListOrganizations", {}).get("organizations", []), [])

    def test_what_goes_out_comes_back_the_same(self):
        self.weft("load", ROOT / "examples" / "brief-vignettes")
        self.weft("directory", "import", DATA / "partners.json")
        json_file = self.export("first.json").read_bytes()
        package = files_in(self.export("first", "--format", "package"))
        self.assertEqual(len(package), 10)
        self.registry_of_its_own("second")
        self.assertEqual(self.report(self.data / "first.json")["notKept"], [])
        self.assertEqual(self.export("second.json").read_bytes(), json_file)
        self.registry_of_its_own("third")
        self.assertEqual(self.report(self.data / "first")["problems"], [])
        self.assertEqual(files_in(self.export("third-package", "--format", "package")), package)

    def test_the_sheet(self):
        self.weft("directory", "import", DATA / "partners.json")
        sheet = self.export("sheet.csv", "--format", "csv", "--filter", "region = MO")
        with open(sheet, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["display_name"] for row in rows], ["Riverside Library System"])
        self.assertEqual(rows[0]["contacts"], "Rosa Diaz, Director of programs, rosa@rls.example.org, "
                                              "+1 417 555 0100 x12")
        public = self.weft("directory", "export", "--format", "csv", principal="researchers/ann")
        self.assertNotIn("rosa@", public)

    @needs_specification
    def test_published_examples_come_in(self):
        examples = specification() / "examples"
        for path in (examples / "organization_full.json", examples / "organization_list.json", examples / "csv"):
            with self.subTest(path.name):
                report = self.report(path, "--dry-run")
                self.assertEqual(report["errorCount"], 0, report["problems"])
                self.assertEqual(report["organizationsRead"], 1)
                self.assertIn("organization.legal_status", [each["field"] for each in report["notKept"]])
        self.report(examples / "organization_full.json")
        made = self.suite.call(f"{ORGANIZATIONS}/GetOrganization",
                               {"name": "organizations/d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610"})
        self.assertEqual(made["displayName"], "Example Organization Inc.")
        self.assertEqual(made["identifiers"], [{"scheme": "SCHEME_ORG_ID", "value": "GB-COH-1234567"}])
        self.assertEqual(made["contacts"][0]["phone"], "+44 1234 234567 x100")

    @needs_specification
    @unittest.skipUnless(jsonschema, "jsonschema is not installed (tools/setup installs it)")
    def test_exports_are_what_the_schemas_take(self):
        self.weft("load", ROOT / "examples" / "brief-vignettes")
        self.weft("directory", "import", DATA / "partners.json")
        schema = json.loads((specification() / "schema" / "compiled" / "organization.json").read_text())
        validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
        page = json.loads(self.export("all.json").read_text())
        self.assertEqual(page["total_items"], len(page["contents"]))
        self.assertEqual(len(page["contents"]), 35)
        for organization in page["contents"]:
            validator.validate(organization)

        # The package: each table has the columns of the published one, keys and links hold, what is required is
        # there.
        package = self.export("package", "--format", "package")
        published = {each["name"]: each
                     for each in json.loads((specification() / "datapackage.json").read_text())["resources"]}
        described = json.loads((package / "datapackage.json").read_text())
        self.assertEqual(described["profile"], "tabular-data-package")
        rows = {}
        for resource in described["resources"]:
            theirs = published[resource["name"]]
            self.assertEqual(resource["path"], theirs["path"])
            names = [field["name"] for field in resource["schema"]["fields"]]
            self.assertEqual(names, [field["name"] for field in theirs["schema"]["fields"]])
            with open(package / resource["path"], newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                rows[resource["name"]] = list(reader)
            self.assertEqual(reader.fieldnames, names)
            for table in (resource, theirs):
                for field in table["schema"]["fields"]:
                    constraints = field.get("constraints", {})
                    values = [row[field["name"]] for row in rows[resource["name"]]]
                    if constraints.get("required"):
                        self.assertNotIn("", values, f"{resource['name']}.{field['name']}")
                    if constraints.get("unique"):
                        values = [value for value in values if value]
                        if field["name"] == "id":
                            self.assertEqual(len(values), len(set(values)), resource["name"])
        for resource in described["resources"]:
            for link in resource["schema"].get("foreignKeys", []):
                target = {row["id"] for row in rows[link["reference"]["resource"]]}
                for row in rows[resource["name"]]:
                    if row[link["fields"]]:
                        self.assertIn(row[link["fields"]], target)
        self.assertEqual(len(rows["organization"]), 35)


if __name__ == "__main__":
    unittest.main(verbosity=2)
