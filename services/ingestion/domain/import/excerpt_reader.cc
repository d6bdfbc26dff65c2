#include "services/ingestion/domain/import/excerpt_reader.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/coding.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/file_hash.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t'};
// Half of a SHA-256, in hex.
constexpr size_t kIdDigits = 32;

// On one line, with single blanks, as people mean names of codes and of each other.
std::string OneLine(absl::string_view text) {
  std::string line;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  return line;
}

std::string ExcerptName(absl::string_view wave, const v1::CodedExcerpt& excerpt) {
  FileHash hash;
  for (const std::string* part :
       {&excerpt.site(), &excerpt.question(), &excerpt.code(), &excerpt.coder(), &excerpt.text()}) {
    hash.Update(absl::StrCat(part->size(), ":"));
    hash.Update(*part);
  }
  return absl::StrCat(wave, "/codedExcerpts/", hash.Hex().substr(0, kIdDigits));
}

}  // namespace

ExcerptReader::ExcerptReader(const ExcerptContext& context, const InstrumentIndex& instrument,
                             absl::string_view coder)
    : context_(context), instrument_(instrument), coder_(OneLine(coder)) {
  columns_.fill(-1);
}

void ExcerptReader::Read(absl::string_view file) {
  CsvReader reader(*this);
  reader.Feed(file);
  reader.Finish();
  if (failed_ || problems_.errors() > 0) return;
  if (!header_seen_) {
    Problem(Reason::kEmptyFile, Place(), "the file holds nothing but blank lines");
  } else if (rows_read_ == 0) {
    Problem(Reason::kNoDataRows, Place(), "the file has a header row and nothing below it");
  }
}

std::vector<v1::CodedExcerpt> ExcerptReader::excerpts() const {
  std::vector<v1::CodedExcerpt> excerpts;
  for (const auto& [name, excerpt] : excerpts_) excerpts.push_back(excerpt);
  return excerpts;
}

std::optional<ExcerptReader::Column> ExcerptReader::ColumnOf(absl::string_view header) {
  static const auto& known = *new std::map<std::string, Column, std::less<>>{
      {"code", kCode},
      {"codes", kCode},
      {"code name", kCode},
      {"codes applied", kCode},
      {"tag", kCode},
      {"tags", kCode},
      {"coder", kCoder},
      {"coded by", kCoder},
      {"created by", kCoder},
      {"creator", kCoder},
      {"excerpt creator", kCoder},
      {"author", kCoder},
      {"user", kCoder},
      {"excerpt", kExcerpt},
      {"excerpt copy", kExcerpt},
      {"segment", kExcerpt},
      {"coded text", kExcerpt},
      {"coded segment", kExcerpt},
      {"content", kExcerpt},
      {"quotation", kExcerpt},
      {"text", kExcerpt},
      {"site", kSite},
      {"document", kSite},
      {"document name", kSite},
      {"file", kSite},
      {"file name", kSite},
      {"media title", kSite},
      {"response", kResponse},
      {"question", kQuestion},
      {"item", kQuestion},
  };
  const auto found = known.find(FoldText(header));
  if (found == known.end()) return std::nullopt;
  return found->second;
}

int ExcerptReader::CountKnown(const std::vector<std::string>& headers) {
  int count = 0;
  for (const std::string& header : headers) count += ColumnOf(header).has_value() ? 1 : 0;
  return count;
}

std::optional<char> ExcerptReader::OnHeader(absl::string_view row, int32_t line) {
  header_seen_ = true;
  std::optional<char> delimiter;
  std::pair<int, size_t> best;
  for (const char candidate : kDelimiters) {
    std::optional<std::vector<std::string>> cells = SplitCsvRow(row, candidate);
    if (!cells.has_value()) continue;
    const std::pair<int, size_t> score(CountKnown(*cells), cells->size());
    if (delimiter.has_value() && score <= best) continue;
    best = score;
    delimiter = candidate;
    headers_ = *std::move(cells);
  }
  Place place;
  place.row = line;
  if (!delimiter.has_value()) {
    failed_ = true;
    Problem(Reason::kBadQuote, place, "a quote in the header row is out of place");
    return std::nullopt;
  }
  if (headers_.size() > static_cast<size_t>(kMaxColumns)) {
    failed_ = true;
    Problem(Reason::kTooManyColumns, place,
            absl::StrCat("the header row has ", headers_.size(), " columns; at most ", kMaxColumns,
                         " are read"));
    return std::nullopt;
  }
  failed_ = !UseHeader(line);
  return failed_ ? std::nullopt : delimiter;
}

bool ExcerptReader::UseHeader(int32_t line) {
  for (size_t i = 0; i < headers_.size(); ++i) {
    const std::optional<Column> column = ColumnOf(headers_[i]);
    if (!column.has_value()) {
      if (!TrimCell(headers_[i]).empty()) ignored_.push_back(headers_[i]);
      continue;
    }
    if (Has(*column)) {
      Place place = At(line, *column);
      place.column = static_cast<int>(i) + 1;
      place.header = headers_[i];
      Problem(Reason::kDuplicateColumn, place,
              absl::StrCat("column ", columns_[*column] + 1, " holds the same; leave one out"));
      continue;
    }
    columns_[*column] = static_cast<int>(i);
  }
  RequireColumn(Has(kCode), line, "which code was given: \"code\"");
  RequireColumn(Has(kCoder) || !coder_.empty(), line,
                "who coded: \"coder\", unless the request says it");
  RequireColumn(Has(kExcerpt), line, "the passage: \"excerpt\"");
  RequireColumn(Has(kSite) || Has(kResponse), line,
                "whose words they are: \"site\" or \"response\"");
  return problems_.errors() == 0;
}

void ExcerptReader::RequireColumn(bool there, int32_t line, absl::string_view what) {
  if (there) return;
  Place place;
  place.row = line;
  Problem(Reason::kMissingColumn, place, absl::StrCat("no column says ", what));
}

void ExcerptReader::OnRow(const CsvRow& row) {
  if (failed_ || row.damaged()) return;
  if (row.blank()) return;
  ++rows_read_;
  if (row.width() != static_cast<int>(headers_.size())) {
    Place place;
    place.row = row.line();
    Problem(
        Reason::kWrongColumnCount, place,
        absl::StrCat("the row has ", row.width(), " cells, and the header row ", headers_.size()));
    return;
  }
  const std::optional<std::string> site = SiteOf(row);
  const std::optional<std::string> question = QuestionOf(row);
  const std::optional<std::string> coder = CoderOf(row);
  std::optional<std::string> passage = PassageOf(row);
  const std::vector<std::string> codes = CodesOf(row);
  if (!site || !question || !coder || !passage) return;
  for (const std::string& code : codes) {
    if (excerpts_.size() > kMaxExcerpts) return;
    v1::CodedExcerpt excerpt;
    excerpt.set_site(*site);
    excerpt.set_question(*question);
    excerpt.set_coder(*coder);
    excerpt.set_code(code);
    excerpt.set_text(*passage);
    excerpt.set_name(ExcerptName(context_.wave, excerpt));
    excerpts_.emplace(excerpt.name(), excerpt);
    if (excerpts_.size() <= kMaxExcerpts) continue;
    Place place;
    place.row = row.line();
    Problem(Reason::kTooManyExcerpts, place,
            absl::StrCat("the file holds more than ", kMaxExcerpts, " excerpts"));
  }
}

std::optional<std::string> ExcerptReader::SiteOf(const CsvRow& row) {
  const bool named = !Cell(row, kSite).empty();
  if (!named && Cell(row, kResponse).empty()) {
    Problem(Reason::kMissingSite, At(row.line(), Has(kSite) ? kSite : kResponse),
            "the row names no site; write its id, e.g. site-01");
    return std::nullopt;
  }
  if (!named) return RespondentOf(row);
  std::optional<std::string> site = NamedSite(row);
  if (!site.has_value() || Cell(row, kResponse).empty()) return site;
  const std::optional<std::string> respondent = RespondentOf(row);
  if (!respondent.has_value()) return std::nullopt;
  if (*respondent != *site) {
    Problem(Reason::kResponseOfOtherSite, At(row.line(), kResponse),
            absl::StrCat("is the response of ", *respondent, ", not of ", *site));
    return std::nullopt;
  }
  return site;
}

std::optional<std::string> ExcerptReader::NamedSite(const CsvRow& row) {
  const absl::string_view text = Cell(row, kSite);
  const SiteDirectory::Match match = context_.sites.Find(text);
  Place place = At(row.line(), kSite);
  switch (match.outcome) {
    case SiteDirectory::Outcome::kFound:
      return context_.sites.site(match.index);
    case SiteDirectory::Outcome::kOffRoster:
      place.site = context_.sites.site(match.index);
      Problem(Reason::kSiteOffRoster, place, "was taken off the wave's roster");
      return std::nullopt;
    case SiteDirectory::Outcome::kAmbiguous:
      Problem(Reason::kAmbiguousSite, place,
              "several sites of the roster are called so; write the site's id");
      return std::nullopt;
    case SiteDirectory::Outcome::kUnknown:
      break;
  }
  // Only what is near a site's name is shown: where columns are mixed up, the cell may be a
  // passage.
  std::string nearest;
  if (suggestions_left_ > 0) {
    --suggestions_left_;
    nearest = context_.sites.Suggest(text);
  }
  Problem(Reason::kUnknownSite, place,
          nearest.empty()
              ? "is not on the wave's roster"
              : absl::StrCat("is not on the wave's roster; did you mean ", Quoted(nearest), "?"));
  return std::nullopt;
}

std::optional<std::string> ExcerptReader::RespondentOf(const CsvRow& row) {
  const absl::string_view text = Cell(row, kResponse);
  const std::string whole = ResponseName(context_.wave, LastId(text));
  const auto found = text == LastId(text) || text == whole ? context_.respondents.find(LastId(text))
                                                           : context_.respondents.end();
  if (found != context_.respondents.end()) return found->second;
  Problem(Reason::kUnknownResponse, At(row.line(), kResponse),
          absl::StrCat("is no response of ", context_.wave, "; write its id or its name"));
  return std::nullopt;
}

std::optional<std::string> ExcerptReader::QuestionOf(const CsvRow& row) {
  const absl::string_view text = Cell(row, kQuestion);
  if (text.empty()) return std::string();
  const std::string folded = FoldText(text);
  for (const v1::Question* question : instrument_.questions()) {
    if (question->id() == text || FoldText(question->text()) == folded) return question->id();
  }
  Problem(Reason::kUnknownItem, At(row.line(), kQuestion),
          absl::StrCat("is no question of ", instrument_.instrument().name(),
                       "; write its id or its text, or leave the cell empty"));
  return std::nullopt;
}

std::optional<std::string> ExcerptReader::CoderOf(const CsvRow& row) {
  std::string coder = OneLine(Cell(row, kCoder));
  if (coder.empty()) coder = coder_;
  if (coder.empty()) {
    Problem(Reason::kMissingCoder, At(row.line(), kCoder), "the row does not say who coded");
    return std::nullopt;
  }
  if (CharacterCount(coder) > kMaxCodingName) {
    Problem(Reason::kCodingNameTooLong, At(row.line(), kCoder),
            absl::StrCat("a coder has at most ", kMaxCodingName, " characters"));
    return std::nullopt;
  }
  return coder;
}

std::optional<std::string> ExcerptReader::PassageOf(const CsvRow& row) {
  const absl::string_view text = Cell(row, kExcerpt);
  if (text.empty()) {
    Problem(Reason::kMissingExcerpt, At(row.line(), kExcerpt), "the row holds no passage");
    return std::nullopt;
  }
  const size_t length = CharacterCount(text);
  if (length > kMaxPassage) {
    Problem(Reason::kExcerptTooLong, At(row.line(), kExcerpt),
            absl::StrCat("has ", length, " characters; at most ", kMaxPassage, " are taken"));
    return std::nullopt;
  }
  return std::string(text);
}

std::vector<std::string> ExcerptReader::CodesOf(const CsvRow& row) {
  std::vector<std::string> codes;
  for (const absl::string_view part : absl::StrSplit(Cell(row, kCode), ';')) {
    std::string code = OneLine(part);
    if (code.empty()) continue;
    if (CharacterCount(code) > kMaxCodingName) {
      Problem(Reason::kCodingNameTooLong, At(row.line(), kCode),
              absl::StrCat("a code has at most ", kMaxCodingName, " characters"));
      return {};
    }
    codes.push_back(std::move(code));
  }
  if (codes.empty()) {
    Problem(Reason::kMissingCode, At(row.line(), kCode), "the row gives no code");
  }
  return codes;
}

absl::string_view ExcerptReader::Cell(const CsvRow& row, Column column) const {
  return TrimCell(row[columns_[column]]);
}

Place ExcerptReader::At(int32_t line, Column column) const {
  Place place;
  place.row = line;
  if (!Has(column)) return place;
  place.column = columns_[column] + 1;
  place.header = headers_[static_cast<size_t>(columns_[column])];
  return place;
}

void ExcerptReader::Problem(Reason reason, const Place& place, absl::string_view message) {
  problems_.Add(reason, place, [&] { return std::string(message); });
}

void ExcerptReader::OnBadByte(int32_t line, int column, int64_t offset, bool nul) {
  if (failed_) return;
  if (!header_seen_) failed_ = true;
  Place place;
  place.row = line;
  place.column = column;
  Problem(nul ? Reason::kNulByte : Reason::kInvalidUtf8, place,
          absl::StrCat("byte ", offset, " of the file is ", nul ? "NUL" : "not UTF-8",
                       "; save the file as UTF-8 text"));
}

void ExcerptReader::OnFailure(CsvReader::Failure failure, int32_t line, int column) {
  failed_ = true;
  Place place;
  place.row = line;
  place.column = column;
  switch (failure) {
    case CsvReader::Failure::kWrongEncoding:
      Problem(Reason::kWrongEncoding, Place(),
              "the file looks like UTF-16 or UTF-32; save it as UTF-8");
      return;
    case CsvReader::Failure::kBadQuote:
      Problem(Reason::kBadQuote, place,
              "a quote is out of place, so that nobody can tell where the cell ends; put the whole "
              "cell in quotes and write \"\" for a quote in it");
      return;
    case CsvReader::Failure::kUnterminatedQuote:
      Problem(Reason::kUnterminatedQuote, place,
              "the file ends inside a quoted cell of the row that starts here; close the quote");
      return;
    case CsvReader::Failure::kFieldTooLong:
      Problem(Reason::kFieldTooLong, place, "a cell is larger than 1 MiB; was a quote not closed?");
      return;
    case CsvReader::Failure::kRowTooLong:
      Problem(Reason::kRowTooLong, place, "the row is too large; was a quote not closed?");
      return;
  }
}

}  // namespace weft::ingestion
