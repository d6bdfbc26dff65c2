// PackageReader: the tables of an HSDS tabular data package in, organizations out, each with what
// belongs to it. The files may come in any order, so all rows that we read are held.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PACKAGE_READER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PACKAGE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/csv/csv_reader.h"
#include "services/registry/domain/hsds/profile.h"
#include "services/registry/domain/hsds/record.h"
#include "services/registry/domain/hsds/report.h"

namespace weft::registry::hsds {

// Rows of all tables together.
inline constexpr int kMaxRows = 500'000;

class PackageReader {
 public:
  // `report` outlives the reader.
  explicit PackageReader(Report& report);
  ~PackageReader();
  PackageReader(const PackageReader&) = delete;
  PackageReader& operator=(const PackageReader&) = delete;

  // Whether a file of that name is one of HSDS's tables.
  static bool IsTable(absl::string_view name);

  // The next file, whose number in the report is `file`; its bytes, cut anywhere; its end.
  void Begin(int file, absl::string_view name);
  void Feed(absl::string_view bytes);
  void End();

  // Whether there was an organizations.csv.
  bool has_organizations() const { return has_organizations_; }
  // After the last file: the next organization, with all that belongs to it; none at the end. Its
  // terms are the reader's.
  std::optional<Record> NextOrganization();
  // After the last organization: tells of up to `rows` rows which belong to none. True while there
  // are more.
  bool TellLeft(int rows);

 private:
  class File;
  using Links = absl::flat_hash_map<std::string, std::vector<uint32_t>>;

  struct Rows {
    const TableSpec* spec = nullptr;
    std::vector<Record> rows;
    std::vector<bool> used;
  };

  Rows& Of(const TableSpec& spec);
  void Take(Record row);
  static void Link(Links& links, absl::string_view key, uint32_t row);
  // Moves the rows of `table` that `links` has under `key` into `parent`. They are gone from there,
  // so that an id which many have is not looked through for each of them.
  void Attach(Rows& table, Links& links, absl::string_view key, Record& parent);
  void AttachTerms(Record& organization);
  // The term in that row, with its taxonomy.
  const Record& TermOf(uint32_t row);

  Report& report_;
  std::unique_ptr<File> file_;
  bool has_organizations_ = false;
  int row_count_ = 0;
  // In the order of Tables().
  std::vector<Rows> tables_;
  Links organizations_by_id_;
  Links identifiers_by_organization_;
  Links contacts_by_organization_;
  Links phones_by_organization_;
  Links phones_by_contact_;
  Links locations_by_organization_;
  Links addresses_by_location_;
  Links attributes_by_link_;
  Links terms_by_id_;
  Links taxonomies_by_id_;
  size_t next_organization_ = 0;
  size_t left_table_ = 0;
  size_t left_row_ = 0;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PACKAGE_READER_H_
