#include "common/validation/counts.h"

#include "absl/strings/str_cat.h"

namespace weft {

bool CheckCount(FieldViolations& violations, absl::string_view field, int count, int max,
                absl::string_view way_out) {
  if (count <= max) return true;
  violations.Add(field,
                 absl::StrCat("has ", count, " entries; at most ", max, " are allowed", way_out));
  return false;
}

}  // namespace weft
