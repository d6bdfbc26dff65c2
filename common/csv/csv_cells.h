// Cells of comma-separated files, as they are read and written.
#ifndef WEFT_COMMON_CSV_CSV_CELLS_H_
#define WEFT_COMMON_CSV_CSV_CELLS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace weft {

// `text` without white space at its ends; no-break spaces are white space.
absl::string_view TrimCell(absl::string_view text);

// `text` as one cell of a comma-separated row, quoted where it must be.
void AppendCsvCell(absl::string_view text, std::string& row);

// The guard against cells that a spreadsheet would take for formulas: a text that begins with =, +,
// -, @, a tab or a carriage return, perhaps behind apostrophes, gets an apostrophe in front.
std::string GuardFormula(absl::string_view text);
// The text that was guarded; others as they are.
absl::string_view UnguardFormula(absl::string_view text);

}  // namespace weft

#endif  // WEFT_COMMON_CSV_CSV_CELLS_H_
