// What is found while a form is read: problems, which prevent it, and notes of what is not kept.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_PROBLEMS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_PROBLEMS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::ingestion {

// Where something stands. `column` is a header; "" for the whole row. `line` 0: the whole sheet.
struct FormPlace {
  absl::string_view sheet;
  int32_t line = 0;
  absl::string_view column = {};
};

class FormProblems {
 public:
  void Add(const FormPlace& place, absl::string_view description);
  void Note(const FormPlace& place, absl::string_view description);

  bool empty() const { return violations_.empty(); }
  const std::vector<v1::FormNote>& notes() const { return notes_; }
  // OK without problems; else INVALID_ARGUMENT (FORM_INVALID) with each of them, its field
  // "survey, line 5, type".
  absl::Status ToStatus() const;

 private:
  FieldViolations violations_;
  std::vector<v1::FormNote> notes_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_PROBLEMS_H_
