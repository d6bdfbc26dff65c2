#include "services/ingestion/domain/form/form_problems.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace weft::ingestion {

void FormProblems::Add(const FormPlace& place, absl::string_view description) {
  std::string field(place.sheet);
  if (place.line > 0) absl::StrAppend(&field, ", line ", place.line);
  if (!place.column.empty()) absl::StrAppend(&field, ", ", place.column);
  violations_.Add(field, description);
}

void FormProblems::Note(const FormPlace& place, absl::string_view description) {
  v1::FormNote& note = notes_.emplace_back();
  note.set_sheet(std::string(place.sheet));
  note.set_line(place.line);
  note.set_column(std::string(place.column));
  note.set_description(std::string(description));
}

absl::Status FormProblems::ToStatus() const { return violations_.ToStatus("FORM_INVALID"); }

}  // namespace weft::ingestion
