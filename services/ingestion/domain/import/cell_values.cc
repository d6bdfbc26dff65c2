#include "services/ingestion/domain/import/cell_values.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

using type::v1::MissingReason;

constexpr absl::string_view kEnDash = "\xe2\x80\x93";

struct Word {
  absl::string_view text;
  MissingReason reason;
};
constexpr Word kWords[] = {
    {"NOT_ASKED", type::v1::MISSING_REASON_NOT_ASKED},
    {"DONT_KNOW", type::v1::MISSING_REASON_DONT_KNOW},
    {"REFUSED", type::v1::MISSING_REASON_REFUSED},
    {"NOT_APPLICABLE", type::v1::MISSING_REASON_NOT_APPLICABLE},
};

bool SameWord(absl::string_view text, absl::string_view word) {
  return text.size() == word.size() && absl::EqualsIgnoreCase(text, word);
}

// Digits at the start of `text`, which are removed from it together with blanks around them.
std::optional<int32_t> TakeNumber(absl::string_view& text) {
  text = TrimCell(text);
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // from_chars takes a minus sign as well, which no count has.
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  text = TrimCell(text.substr(static_cast<size_t>(end - text.data())));
  return number;
}

}  // namespace

std::optional<MissingWord> ParseMissingWord(absl::string_view text) {
  text = TrimCell(text);
  // Most cells are decided by their first letter.
  if (text.empty() || absl::string_view("NDRndr").find(text[0]) == absl::string_view::npos) {
    return std::nullopt;
  }
  if (SameWord(text, "NA")) {
    return MissingWord{type::v1::MISSING_REASON_NOT_ANSWERED, true};
  }
  for (const Word& word : kWords) {
    if (SameWord(text, word.text)) return MissingWord{word.reason, false};
  }
  return std::nullopt;
}

absl::string_view MissingWordFor(MissingReason reason) {
  for (const Word& word : kWords) {
    if (word.reason == reason) return word.text;
  }
  return "";
}

bool LooksMissing(absl::string_view text) {
  const std::string folded = FoldText(text);
  for (const absl::string_view word : {"n/a",
                                       "n.a.",
                                       "n. a.",
                                       "#n/a",
                                       "-",
                                       "--",
                                       "\xe2\x80\x93",
                                       ".",
                                       "?",
                                       "none",
                                       "null",
                                       "nan",
                                       "missing",
                                       "not answered",
                                       "not_answered",
                                       "not asked",
                                       "don't know",
                                       "dont know",
                                       "refused to answer",
                                       "not applicable"}) {
    if (folded == word) return true;
  }
  return false;
}

std::optional<v1::PartnerCount> ParseCount(absl::string_view text) {
  v1::PartnerCount count;
  text = TrimCell(text);
  count.set_approximate(absl::ConsumePrefix(&text, "~"));
  const std::optional<int32_t> first = TakeNumber(text);
  if (!first.has_value()) return std::nullopt;
  count.set_min(*first);
  if (text.empty()) {
    count.set_max(*first);
    return count;
  }
  if (count.approximate()) return std::nullopt;
  if (text == "+") return count;
  if (!absl::ConsumePrefix(&text, "-") && !absl::ConsumePrefix(&text, kEnDash)) {
    return std::nullopt;
  }
  const std::optional<int32_t> last = TakeNumber(text);
  if (!last.has_value() || !text.empty() || *last < *first) return std::nullopt;
  count.set_max(*last);
  return count;
}

std::string FormatCount(const v1::PartnerCount& count) {
  if (!count.has_max()) return absl::StrCat(count.min(), "+");
  if (count.approximate()) return absl::StrCat("~", count.min());
  if (count.min() == count.max()) return absl::StrCat(count.min());
  return absl::StrCat(count.min(), "-", count.max());
}

bool LooksLikeDate(absl::string_view text) {
  const std::string folded = FoldText(text);
  const size_t letter = folded.find_first_of("abcdefghijklmnopqrstuvwxyz");
  if (letter != std::string::npos && folded.find_first_of("0123456789") != std::string::npos) {
    for (const absl::string_view month :
         {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}) {
      if (absl::StartsWith(absl::string_view(folded).substr(letter), month)) return true;
    }
  }
  return folded.find_first_not_of("0123456789/") == std::string::npos &&
         folded.find('/') != std::string::npos;
}

std::optional<bool> ParseFlag(absl::string_view text) {
  text = TrimCell(text);
  for (const absl::string_view word : {"true", "yes", "1"}) {
    if (SameWord(text, word)) return true;
  }
  for (const absl::string_view word : {"false", "no", "0"}) {
    if (SameWord(text, word)) return false;
  }
  return std::nullopt;
}

std::optional<double> ParseNumber(absl::string_view text) {
  text = TrimCell(text);
  // from_chars takes a minus sign alone.
  if (absl::ConsumePrefix(&text, "+") && absl::StartsWith(text, "-")) return std::nullopt;
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != absl::string_view::npos) {
    return std::nullopt;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::string FormatNumber(double number) {
  // People, spreadsheets and XPath read 100000 sooner than 1e+05.
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
  char buffer[64];
  const auto [end, error] =
      plain ? std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::fixed)
            : std::to_chars(buffer, buffer + sizeof(buffer), number);
  return error == std::errc() ? std::string(buffer, end) : std::string();
}

}  // namespace weft::ingestion
