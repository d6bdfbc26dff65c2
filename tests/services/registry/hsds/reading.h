// Directories for tests: files by name in, what was read and told out.
#ifndef WEFT_TESTS_SERVICES_REGISTRY_HSDS_READING_H_
#define WEFT_TESTS_SERVICES_REGISTRY_HSDS_READING_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/directory_reader.h"
#include "services/registry/domain/hsds/report.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry::hsds {

// Name and content.
using Files = std::vector<std::pair<std::string, std::string>>;

struct ReadDirectory {
  std::vector<Incoming> organizations;
  int organizations_read = 0;
  v1::ImportDirectoryResponse told;

  // "BAD_ID organizations.json:3:0 /contents/0/id" of each problem.
  std::vector<std::string> problems() const {
    std::vector<std::string> lines;
    for (const v1::DirectoryProblem& problem : told.problems()) {
      lines.push_back(absl::StrCat(problem.reason(), " ", problem.file(), ":", problem.row(), ":",
                                   problem.column(), problem.pointer().empty() ? "" : " ",
                                   problem.pointer()));
    }
    return lines;
  }
  // "organization.logo 2" of each field that is not kept.
  std::vector<std::string> not_kept() const {
    std::vector<std::string> lines;
    for (const v1::NotKept& one : told.not_kept()) {
      lines.push_back(absl::StrCat(one.field(), " ", one.count()));
    }
    return lines;
  }
};

// `piece`: how many bytes come at a time.
inline ReadDirectory Read(const Files& files, size_t piece = 1 << 20) {
  Report report;
  DirectoryReader reader(report);
  for (const auto& [name, content] : files) {
    reader.BeginFile(name);
    for (absl::string_view rest = content; !rest.empty();) {
      const absl::string_view next = rest.substr(0, piece);
      reader.Feed(next);
      rest.remove_prefix(next.size());
    }
  }
  reader.Finish();
  while (reader.Work(3)) {
  }
  ReadDirectory read;
  read.organizations = reader.TakeOrganizations();
  read.organizations_read = reader.organizations_read();
  report.CopyTo(read.told);
  return read;
}

inline ReadDirectory ReadJson(const std::string& json, size_t piece = 1 << 20) {
  return Read({{"organizations.json", json}}, piece);
}

}  // namespace weft::registry::hsds

#endif  // WEFT_TESTS_SERVICES_REGISTRY_HSDS_READING_H_
