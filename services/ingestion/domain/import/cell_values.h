// What the text of one cell says: counts, flags, numbers and words for missing values. Pure
// functions of the text; labels of an instrument are InstrumentIndex's part.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_CELL_VALUES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_CELL_VALUES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/csv/csv_cells.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::ingestion {

struct MissingWord {
  type::v1::MissingReason reason;
  bool na = false;  // the word was NA: taken as not answered, with a warning
};
// NOT_ASKED, DONT_KNOW, REFUSED, NOT_APPLICABLE, NA, without regard to case; nullopt for anything
// else.
std::optional<MissingWord> ParseMissingWord(absl::string_view text);
// The word for a reason in files: "" for NOT_ANSWERED (and for none).
absl::string_view MissingWordFor(type::v1::MissingReason reason);
// Whether `text` is one of the many other ways to say that a value is missing ("N/A", "-", "none").
bool LooksMissing(absl::string_view text);

// "12", "~12", "10-15" (also with an en dash), "20+"; blanks may stand between the parts. nullopt
// for anything else, and for numbers that do not fit 32 bits.
std::optional<v1::PartnerCount> ParseCount(absl::string_view text);
// The same, written: ParseCount(FormatCount(c)) is c.
std::string FormatCount(const v1::PartnerCount& count);
// Whether `text` is what a spreadsheet makes of "10-15" when it takes it for a date ("15-Oct").
bool LooksLikeDate(absl::string_view text);

// true, false, yes, no, 1, 0, without regard to case.
std::optional<bool> ParseFlag(absl::string_view text);

// A decimal number with a point: "12", "-3.5", "1e6". No infinities, no NaN, no thousands
// separators.
std::optional<double> ParseNumber(absl::string_view text);
// The shortest text that reads back as the same number; with an exponent only from 1e15 on and
// below 1e-6.
std::string FormatNumber(double number);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_CELL_VALUES_H_
