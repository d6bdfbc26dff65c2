#include "tests/fuzz/directory_target.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/csv/utf8.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/profile.h"
#include "services/registry/domain/hsds/to_hsds.h"
#include "services/registry/domain/hsds/writers.h"
#include "services/registry/domain/organization.h"
#include "tests/services/registry/hsds/reading.h"

namespace weft::registry {
namespace {

using hsds::Files;
using hsds::Incoming;
using hsds::ReadDirectory;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "directory: %s\n", what);
  std::abort();
}

bool IsText(absl::string_view text) {
  Utf8Checker checker;
  return checker.Check(text) == text.size() && !checker.incomplete();
}

Files FilesOf(absl::string_view input) {
  if (!absl::StartsWith(input, "@@")) return {{"organizations.json", std::string(input)}};
  Files files;
  for (absl::string_view line : absl::StrSplit(input, '\n')) {
    if (absl::ConsumePrefix(&line, "@@")) {
      // Names come as text, in messages.
      files.emplace_back(IsText(line) ? std::string(line) : "organizations.csv", "");
    } else {
      absl::StrAppend(&files.back().second, line, "\n");
    }
  }
  return files;
}

std::string NameOf(const Incoming& incoming) { return absl::StrCat("organizations/", incoming.id); }

std::string TextOf(const ReadDirectory& read) {
  std::string text = read.told.SerializeAsString();
  for (const Incoming& one : read.organizations) {
    absl::StrAppend(&text, one.id, one.parent_id, one.stated.SerializeAsString());
  }
  return text;
}

// What is written of `read` and read again.
void CheckReadBack(const ReadDirectory& read, const Files& files) {
  const ReadDirectory back = hsds::Read(files);
  Require(back.told.problems().empty() && back.told.not_kept().empty(),
          "what is written has problems");
  Require(back.organizations.size() == read.organizations.size(), "an organization is lost");
  for (size_t i = 0; i < back.organizations.size(); ++i) {
    const Incoming& before = read.organizations[i];
    const Incoming& after = back.organizations[i];
    Require(before.id == after.id && before.parent_id == after.parent_id, "an id changes");
    Require(hsds::NewFrom(before.stated, "").SerializeAsString() ==
                hsds::NewFrom(after.stated, "").SerializeAsString(),
            "an organization changes on its way out and in");
  }
}

}  // namespace

void CheckDirectory(absl::string_view input) {
  const Files files = FilesOf(input);
  const ReadDirectory read = hsds::Read(files);
  Require(TextOf(hsds::Read(files, 3)) == TextOf(read), "it matters where a file is cut");
  for (const v1::DirectoryProblem& problem : read.told.problems()) {
    Require(!problem.reason().empty() && !problem.message().empty(), "a problem says nothing");
    Require(IsText(problem.message()) && IsText(problem.pointer()) && IsText(problem.field()),
            "a problem holds what is no text");
  }
  for (const v1::NotKept& one : read.told.not_kept()) {
    Require(one.count() > 0 && IsText(one.field()), "a field that is not kept is none");
  }
  Require(read.told.error_count() > 0 || !read.organizations.empty(),
          "nothing comes of a directory without an error");
  if (read.organizations.empty()) return;
  std::string json = hsds::JsonPageHead(static_cast<int>(read.organizations.size()));
  Files package = {{"datapackage.json", hsds::PackageDescriptor()}};
  bool first = true;
  for (const Incoming& one : read.organizations) {
    const v1::Organization made = hsds::NewFrom(one.stated, NameOf(one));
    Require(ValidateOrganization(made).ok(), "an organization cannot be stored");
    Require(hsds::HsdsIdOf(made) == one.id, "an id is no id");
    hsds::AppendJson(hsds::ToRecord(made, one.id, one.parent_id, nullptr), first, json);
    first = false;
  }
  for (const hsds::TableSpec* table : hsds::Tables()) {
    std::string file;
    hsds::AppendTableHeader(*table, file);
    absl::flat_hash_set<std::string> written;
    for (const Incoming& one : read.organizations) {
      const v1::Organization made = hsds::NewFrom(one.stated, NameOf(one));
      hsds::AppendTableRows(*table, hsds::ToRecord(made, one.id, one.parent_id, nullptr), written,
                            file);
    }
    package.emplace_back(table->file, std::move(file));
  }
  CheckReadBack(read, {{"organizations.json", json + hsds::JsonPageTail()}});
  CheckReadBack(read, package);
}

}  // namespace weft::registry
