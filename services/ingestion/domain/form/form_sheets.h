// The sheets of a form: tables of text, each cell under the header of its column. XLSForm
// (https://xlsform.org) has three: survey, choices and settings.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_SHEETS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_SHEETS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/ingestion/domain/form/form_problems.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::ingestion {

inline constexpr absl::string_view kSurveySheet = "survey";
inline constexpr absl::string_view kChoicesSheet = "choices";
inline constexpr absl::string_view kSettingsSheet = "settings";

// One row of a sheet: the cells that hold something.
class FormRow {
 public:
  // `line`: of the CSV, from 1; 0 for a row that comes from no file.
  explicit FormRow(int32_t line = 0) : line_(line) {}

  int32_t line() const { return line_; }
  // "" when the row has no such cell. A cell of `column` in a language ("label::English (en)")
  // stands in for one without.
  absl::string_view Get(absl::string_view column) const;
  // An empty text is no cell.
  void Set(absl::string_view column, absl::string_view text);
  bool empty() const { return cells_.empty(); }
  const std::vector<std::pair<std::string, std::string>>& cells() const { return cells_; }

 private:
  int32_t line_;
  std::vector<std::pair<std::string, std::string>> cells_;
};

struct FormSheets {
  std::vector<FormRow> survey;
  std::vector<FormRow> choices;
  std::vector<FormRow> settings;
};

// Reads sheets, or one file with several. What is wrong goes to `problems`; rows that could be read
// are there all the same.
FormSheets ReadSheets(const google::protobuf::RepeatedPtrField<v1::FormSheet>& sheets,
                      FormProblems& problems);

// A sheet as CSV, with the columns in the order in which rows first use them.
std::string WriteSheet(const std::vector<FormRow>& rows);
// All of them in one file.
std::string WriteSheets(const FormSheets& sheets);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_SHEETS_H_
