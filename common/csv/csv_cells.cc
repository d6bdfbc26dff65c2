#include "common/csv/csv_cells.h"

#include <csv.h>

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace weft {
namespace {

constexpr absl::string_view kNoBreakSpace = "\xc2\xa0";
// Every delimiter of ours and every blank, so that the cell survives a change of the delimiter and
// the trimming of cells without quotes.
constexpr absl::string_view kQuoted = "\",;\t\r\n";
constexpr absl::string_view kFormulaStarts = "=+-@\t\r";

// A character of ASCII that is to be seen.
bool IsPlain(char c) { return c > ' ' && c < '\x7f'; }

// Whether a formula stands behind the apostrophes, if any, that `text` begins with.
bool StartsFormula(absl::string_view text) {
  const size_t first = text.find_first_not_of('\'');
  return first != absl::string_view::npos &&
         kFormulaStarts.find(text[first]) != absl::string_view::npos;
}

}  // namespace

absl::string_view TrimCell(absl::string_view text) {
  // As most cells are: nothing at either end that could be blank.
  if (!text.empty() && IsPlain(text.front()) && IsPlain(text.back())) return text;
  while (true) {
    const absl::string_view before = text;
    text = absl::StripAsciiWhitespace(text);
    absl::ConsumePrefix(&text, kNoBreakSpace);
    absl::ConsumeSuffix(&text, kNoBreakSpace);
    if (text.size() == before.size()) return text;
  }
}

void AppendCsvCell(absl::string_view text, std::string& row) {
  if (text.find_first_of(kQuoted) == absl::string_view::npos && TrimCell(text) == text) {
    row.append(text.data(), text.size());
    return;
  }
  const size_t begin = row.size();
  // At worst every byte is a quote, which is doubled.
  row.resize(begin + 2 * text.size() + 2);
  const size_t size = csv_write(row.data() + begin, row.size() - begin, text.data(), text.size());
  row.resize(begin + size);
}

std::string GuardFormula(absl::string_view text) {
  return StartsFormula(text) ? absl::StrCat("'", text) : std::string(text);
}

absl::string_view UnguardFormula(absl::string_view text) {
  if (absl::StartsWith(text, "'") && StartsFormula(text)) text.remove_prefix(1);
  return text;
}

}  // namespace weft
