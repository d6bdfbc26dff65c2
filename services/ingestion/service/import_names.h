// Names of what belongs to an import.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_NAMES_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_NAMES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/storage/random_id.h"

namespace weft::ingestion {

inline std::string ImportName(absl::string_view wave, absl::string_view id) {
  return absl::StrCat(wave, "/imports/", id);
}

// The import, or upload, of a name below it: "waves/w1/imports/i1/chunks/0" gives
// "waves/w1/imports/i1".
inline std::string ImportOf(absl::string_view name) {
  const absl::string_view collection = name.substr(0, name.rfind('/'));
  return std::string(collection.substr(0, collection.rfind('/')));
}

// The part of an import's progress that says where the file is; the one that is written after the
// check; the column overrides and the crosswalk; and the two that batches write in turn.
inline std::string ProgressName(absl::string_view import) {
  return absl::StrCat(import, "/progress/0");
}
inline std::string VerdictName(absl::string_view import) {
  return absl::StrCat(import, "/progress/1");
}
inline std::string OverridesName(absl::string_view import) {
  return absl::StrCat(import, "/progress/2");
}
inline std::string AppliedName(absl::string_view import, int turn) {
  return absl::StrCat(import, "/progress/", 3 + turn);
}

inline std::string MappingName(absl::string_view instrument, absl::string_view format) {
  return absl::StrCat(instrument, "/importMappings/", format);
}

// The key of the pseudonyms in exports.
inline constexpr char kPseudonymSecret[] = "secrets/pseudonyms";

// Where a file's chunks are: under a name of their own, because an import has none before its file
// is whole.
inline std::string NewUploadName(absl::string_view wave) {
  return absl::StrCat(wave, "/imports/upload-", storage::NewUuid());
}
inline std::string ChunkName(absl::string_view upload, int chunk) {
  return absl::StrCat(upload, "/chunks/", chunk);
}

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_NAMES_H_
