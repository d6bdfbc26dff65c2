#include "services/ingestion/domain/form/form_words.h"

#include "absl/strings/ascii.h"

namespace weft::ingestion {

std::string AsId(absl::string_view name, absl::string_view also) {
  std::string id;
  for (const char c : absl::AsciiStrToLower(name)) {
    const bool allowed = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                         also.find(c) != absl::string_view::npos;
    id += allowed ? c : '_';
  }
  return id;
}

}  // namespace weft::ingestion
