// How a file of responses is to be read.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_READ_OPTIONS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_READ_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// Cells that are held until the file's end, at most: of tidy files, and where several rows of a
// site are told apart or merged.
inline constexpr size_t kMaxCollectedBytes = size_t{256} << 20;

struct ReadOptions {
  // Unset: told from the header.
  v1::FileFormat format = v1::FILE_FORMAT_UNSPECIFIED;
  // Sites to yield, by place in the SiteDirectory; none when empty.
  std::vector<bool> wanted = {};
  // Yield only sites with lines after this one.
  int32_t after_line = 0;
  // The wanted sites were accepted by an earlier pass: what is required is not looked at again.
  bool checked = false;
  // What is made of several rows for one site.
  v1::OnDuplicate on_duplicate = v1::ON_DUPLICATE_REJECT;
  // What columns are for, whatever would be proposed: those of this import, and those saved for the
  // instrument, of any format.
  std::vector<v1::ColumnOverride> given_overrides = {};
  std::vector<v1::ImportMapping> saved_mappings = {};
  // Where the file names the types of another taxonomy: the crosswalk's name and what it says.
  std::string crosswalk = {};
  std::vector<registry::v1::CrosswalkMapping> type_mappings = {};
  // How many bytes of cells are held for rows that may stand anywhere.
  size_t max_collected_bytes = kMaxCollectedBytes;
  // Text questions to which sites, by place in the SiteDirectory, have an open answer already.
  absl::flat_hash_map<size_t, absl::flat_hash_set<std::string>> stored_texts = {};
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_READ_OPTIONS_H_
