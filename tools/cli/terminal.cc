#include "tools/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace weft::cli {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string EnumWords(absl::string_view name, absl::string_view prefix) {
  absl::string_view rest = absl::StripPrefix(name, prefix);
  return absl::StrReplaceAll(absl::AsciiStrToLower(rest), {{"_", " "}});
}

bool HasInterval(const type::v1::Estimate& estimate) {
  return estimate.has_low() && estimate.has_high() && estimate.low() < estimate.high();
}

std::string NoValue(const type::v1::Estimate& estimate) {
  if (estimate.has_suppressed()) return "suppressed";
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

std::string Percent(double share) {
  // The small term keeps exact halves that a double cannot hold (0.285) on their side.
  return absl::StrFormat("%d %%", static_cast<int>(std::floor(100 * share + 0.5 + 1e-9)));
}

std::string ShareText(const type::v1::Estimate& estimate) {
  if (!estimate.has_value()) return NoValue(estimate);
  std::string text = Percent(estimate.value());
  if (estimate.has_numerator()) {
    absl::StrAppend(&text, " (", estimate.numerator(), "/", estimate.n(), ")");
  }
  if (HasInterval(estimate)) {
    absl::StrAppend(&text, " [", Percent(estimate.low()), "–", Percent(estimate.high()), "]");
  }
  return text;
}

std::string NumberText(const type::v1::Estimate& estimate, int decimals) {
  if (!estimate.has_value()) return NoValue(estimate);
  std::string text = absl::StrFormat("%.*f", decimals, estimate.value());
  if (HasInterval(estimate)) {
    absl::StrAppendFormat(&text, " [%.*f–%.*f]", decimals, estimate.low(), decimals,
                          estimate.high());
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

std::string LevelName(type::v1::InteractionLevel level) {
  if (level == type::v1::INTERACTION_LEVEL_UNSPECIFIED) return "unknown";
  return EnumWords(type::v1::InteractionLevel_Name(level), "INTERACTION_LEVEL_");
}

std::string RatingName(type::v1::SharedResponsibility rating) {
  if (rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) return "not stated";
  return EnumWords(type::v1::SharedResponsibility_Name(rating), "SHARED_RESPONSIBILITY_");
}

}  // namespace weft::cli
