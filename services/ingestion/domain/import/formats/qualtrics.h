// What tells the third header row of a Qualtrics file from other rows.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_QUALTRICS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_QUALTRICS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace weft::ingestion {

// Whether a row is that of the ImportIds.
bool HasImportIds(absl::Span<const std::string> cells);
// "QID4" of {"ImportId":"QID4"}, "QID4_1" where there is a choiceId, too; "" when the cell has
// none.
std::string ImportIdOf(absl::string_view cell);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_QUALTRICS_H_
