#include "services/ingestion/domain/import/formats/product_format.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "services/ingestion/domain/import/cell_values.h"

namespace weft::ingestion {

std::vector<HeaderReading> ProductFormat::Readings(const HeaderCells& header) const {
  return {{header.name, ""}};
}

std::optional<Reason> ProductFormat::JudgeRow(const HeaderCells&, absl::string_view) const {
  return std::nullopt;
}

bool ProductFormat::MayBeUnanswered(absl::string_view) const { return false; }

std::optional<absl::string_view> ProductFormat::WordFor(absl::string_view) const {
  return std::nullopt;
}

bool ProductFormat::IsTagRow(absl::Span<const absl::string_view>) const { return false; }

absl::Span<const ProductFormat* const> AllProducts() {
  static const ProductFormat* const products[] = {
      &Qualtrics(), &GoogleForms(), &Kobo(), &KoboJson(), &OdkCentral(), &Redcap(), &LimeSurvey()};
  return products;
}

const ProductFormat* ProductOf(v1::FileFormat format) {
  for (const ProductFormat* product : AllProducts()) {
    if (product->format() == format) return product;
  }
  return nullptr;
}

const ProductFormat* DetectProduct(absl::Span<const std::string> headers) {
  const ProductFormat* best = nullptr;
  int most = 0;
  for (const ProductFormat* product : AllProducts()) {
    const int count = product->Recognize(headers);
    if (count <= most) continue;
    most = count;
    best = product;
  }
  return best;
}

absl::string_view FormatName(v1::FileFormat format) {
  if (format == v1::FILE_FORMAT_WIDE) return "wide";
  if (format == v1::FILE_FORMAT_TIDY) return "tidy";
  const ProductFormat* product = ProductOf(format);
  return product == nullptr ? "" : product->name();
}

std::string NameKey(absl::string_view text) {
  std::string key;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || byte >= 0x80) key.push_back(absl::ascii_tolower(byte));
  }
  return key;
}

const v1::Option* FindOptionByName(const InstrumentIndex& instrument, const v1::Question& question,
                                   absl::string_view text) {
  if (const v1::Option* option = instrument.MatchOption(question, text); option != nullptr) {
    return option;
  }
  const std::string key = NameKey(text);
  if (key.empty()) return nullptr;
  const v1::Option* found = nullptr;
  for (const v1::Option& option : instrument.OptionsOf(question)) {
    if (NameKey(option.id()) != key && NameKey(option.label()) != key) continue;
    if (found != nullptr) return nullptr;
    found = &option;
  }
  return found;
}

bool IsOneOf(absl::string_view text, absl::Span<const absl::string_view> words) {
  return std::find(words.begin(), words.end(), FoldText(text)) != words.end();
}

int CountOf(absl::Span<const std::string> headers, absl::Span<const absl::string_view> words) {
  return static_cast<int>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const std::string& header) { return IsOneOf(header, words); }));
}

std::optional<HeaderReading> ReadBrackets(absl::string_view header) {
  header = TrimCell(header);
  if (!absl::EndsWith(header, "]")) return std::nullopt;
  // The last "[" that no "]" precedes directly: "[Row][Column]" is one part.
  size_t open = header.rfind('[');
  while (open != absl::string_view::npos && open > 0 && header[open - 1] == ']') {
    open = header.rfind('[', open - 1);
  }
  if (open == absl::string_view::npos) return std::nullopt;
  const absl::string_view part = header.substr(open + 1, header.size() - open - 2);
  return HeaderReading{std::string(TrimCell(header.substr(0, open))),
                       absl::StrReplaceAll(part, {{"][", "_"}})};
}

}  // namespace weft::ingestion
