// DirectoryReader: the files of a directory in, organizations out, JSON or tabular. Work is done in
// steps, so that a caller who serves others can let them in between.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_DIRECTORY_READER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_DIRECTORY_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/json_reader.h"
#include "services/registry/domain/hsds/package_reader.h"
#include "services/registry/domain/hsds/report.h"

namespace weft::registry::hsds {

inline constexpr int kMaxOrganizations = 20'000;

class DirectoryReader {
 public:
  // `report` outlives the reader.
  explicit DirectoryReader(Report& report) : report_(report), package_(report) {}

  // The next file: its name, then its bytes, cut anywhere.
  void BeginFile(absl::string_view name);
  void Feed(absl::string_view bytes);
  // After the last file.
  void Finish();
  // Reads up to `records` further ones, and fewer when they are large; true while there are more.
  bool Work(int records);

  // What was read, in the order of the files. Call it once, at the end.
  std::vector<Incoming> TakeOrganizations() { return std::move(organizations_); }
  // How many there were, also those that could not be taken.
  int organizations_read() const { return organizations_read_; }

 private:
  enum class Kind { kNone, kJson, kTable, kPassed };

  void EndFile();
  void Take(const Record& record);

  Report& report_;
  PackageReader package_;
  std::optional<JsonReader> json_;
  Kind kind_ = Kind::kNone;
  bool has_json_ = false;
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_set<std::string> ids_;
  int organizations_read_ = 0;
  std::vector<Incoming> organizations_;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_DIRECTORY_READER_H_
