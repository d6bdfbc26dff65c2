#include "tools/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "tools/cli/words.h"

namespace weft::cli {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string NoValue(const type::v1::Estimate& estimate) {
  if (estimate.has_suppressed()) return ShortUndefinedText(estimate);
  return absl::StrCat(
      "– (",
      EnumWords(type::v1::UndefinedReason_Name(estimate.undefined().reason()), "UNDEFINED_REASON_"),
      ")");
}

}  // namespace

bool StderrIsTerminal() { return isatty(STDERR_FILENO) == 1; }

size_t DisplayWidth(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::string Fit(absl::string_view text, size_t width) {
  const size_t columns = DisplayWidth(text);
  if (columns <= width) return absl::StrCat(text, std::string(width - columns, ' '));
  if (width == 0) return "";
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end) {
    if (StartsCharacter(text[end]) && seen++ == width - 1) break;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

std::string Table::ToString() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, i == 0 ? "" : "  ", Fit(row[i], widths[i]));
    }
    absl::StrAppend(&text, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
  return text;
}

std::string ShareCell(const type::v1::Estimate& estimate) {
  if (!estimate.has_value()) return NoValue(estimate);
  std::string text = Percent(estimate);
  if (estimate.has_numerator()) {
    absl::StrAppend(&text, " (", estimate.numerator(), "/", estimate.n(), ")");
  }
  if (HasOpenInterval(estimate)) {
    absl::StrAppend(&text, " [", Percent(estimate.low()), "–", Percent(estimate.high()), "]");
  }
  return text;
}

std::string NumberCell(const type::v1::Estimate& estimate, int decimals) {
  if (!estimate.has_value()) return NoValue(estimate);
  std::string text = Fixed(estimate.value(), decimals);
  if (HasOpenInterval(estimate)) {
    absl::StrAppend(&text, " [", Fixed(estimate.low(), decimals), "–",
                    Fixed(estimate.high(), decimals), "]");
  }
  return text;
}

std::string Bar(double share, size_t width) { return StackedBar({share}, {"█"}, width); }

std::string StackedBar(const std::vector<double>& shares, const std::vector<std::string>& fills,
                       size_t width) {
  std::string bar;
  double sum = 0;
  size_t drawn = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    sum += shares[i];
    const size_t end = std::min(width, static_cast<size_t>(std::lround(sum * double(width))));
    for (; drawn < end; ++drawn) bar += fills[i % fills.size()];
  }
  return Fit(bar, width);
}

}  // namespace weft::cli
