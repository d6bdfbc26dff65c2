// What identifies a file: its SHA-256.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_HASH_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_HASH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

class FileHash {
 public:
  FileHash();
  ~FileHash();
  FileHash(const FileHash&) = delete;
  FileHash& operator=(const FileHash&) = delete;

  void Update(absl::string_view bytes);
  // 64 lower-case hex digits. Ends the hash.
  std::string Hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// What tells column overrides and a crosswalk's mappings from others, in hex; empty when there are
// none.
std::string MappingHash(const v1::ImportHeader& header, const std::vector<v1::ImportMapping>& saved,
                        const registry::v1::Crosswalk& crosswalk);
// The id of an import whose client gave none: the same for the same file with the same options.
std::string DerivedImportId(const v1::Import& import);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_HASH_H_
