#include "services/metrics/domain/network/network_text.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/csv/csv_cells.h"

namespace weft::metrics {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes the character that `text` begins with has; 0 when it begins with none, or with one
// that XML forbids.
size_t CharacterSize(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  uint32_t code = lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF || (code & 0xFFFE) == 0xFFFE) return 0;
  return size;
}

}  // namespace

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    // C1 controls are two bytes: C2 80 to C2 9F.
    const bool control = (size == 1 && (static_cast<uint8_t>(text[0]) < 0x20 || text[0] == 0x7F)) ||
                         (size == 2 && static_cast<uint8_t>(text[0]) == 0xC2 &&
                          static_cast<uint8_t>(text[1]) < 0xA0);
    if (control) {
      clean.push_back(' ');
    } else if (size == 0) {
      absl::StrAppend(&clean, kReplacement);
    } else {
      absl::StrAppend(&clean, text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return clean;
}

std::string XmlText(absl::string_view text) {
  return absl::StrReplaceAll(
      CleanText(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}});
}

std::string JsonText(absl::string_view text) {
  // What is left to escape has no controls.
  return absl::StrCat("\"", absl::StrReplaceAll(CleanText(text), {{"\\", "\\\\"}, {"\"", "\\\""}}),
                      "\"");
}

std::string CsvText(absl::string_view text) {
  std::string cell;
  AppendCsvCell(CleanText(GuardFormula(text)), cell);
  return cell;
}

std::string NumberInFile(double value) {
  std::array<char, 32> text;
  const std::to_chars_result end = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end.ptr);
}

}  // namespace weft::metrics
