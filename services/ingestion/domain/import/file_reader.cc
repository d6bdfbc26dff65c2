#include "services/ingestion/domain/import/file_reader.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/csv/csv_cells.h"
#include "common/csv/utf8.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/conditions.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/qualtrics.h"
#include "services/ingestion/domain/import/formats/submission_time.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t'};

// A cell that is kept until the file's end: where it stands and what is wrong with it, in host
// order, then its text.
struct PackedCell {
  int32_t line;
  uint32_t slot;
  uint32_t size;
  int16_t column;
  int16_t error;  // a Reason; kNoError for none
};
constexpr int16_t kNoError = -1;

// A cell of one of Weft's own formats without the guard that an export gives it.
absl::string_view Unguarded(const Slot& slot, absl::string_view cell) {
  return slot.kind == Slot::Kind::kText ? cell : UnguardFormula(cell);
}

// Whether two cells of one slot, both read, say the same.
bool SameValue(const Slot& slot, const CellValue& a, const CellValue& b) {
  if (a.kind != b.kind) return false;
  if (a.kind != CellValue::Kind::kPresent) return a.missing == b.missing;
  switch (slot.kind) {
    case Slot::Kind::kCount:
      return FormatCount(a.count) == FormatCount(b.count);
    case Slot::Kind::kLevel:
    case Slot::Kind::kRating:
      return a.point == b.point;
    case Slot::Kind::kIncludesSelf:
      return a.flag == b.flag;
    case Slot::Kind::kNumber:
      return a.number == b.number;
    case Slot::Kind::kChoice:
    case Slot::Kind::kMultiChoice:
      return a.options == b.options;
    case Slot::Kind::kText:
      return false;
  }
  return false;
}

absl::string_view Unpack(absl::string_view& from, PackedCell& head) {
  std::memcpy(&head, from.data(), sizeof(head));
  const absl::string_view text = from.substr(sizeof(head), head.size);
  from.remove_prefix(sizeof(head) + head.size);
  return text;
}

// Where a file says what it is: blanks before that are passed over, but not for ever.
constexpr size_t kMaxStart = 64 << 10;

}  // namespace

FileReader::FileReader(const InstrumentIndex& instrument, const SlotTable& slots,
                       const SiteDirectory& sites, ReadOptions options)
    : instrument_(instrument),
      slots_(slots),
      sites_(sites),
      options_(std::move(options)),
      csv_(*this),
      json_(*this),
      cells_(instrument),
      columns_(instrument, slots, options_, problems_),
      collects_(options_.on_duplicate == v1::ON_DUPLICATE_LATEST ||
                options_.on_duplicate == v1::ON_DUPLICATE_CONTRIBUTORS),
      states_(sites.size(), SiteState::kUnseen),
      lines_(sites.size()) {
  if (options_.format == v1::FILE_FORMAT_UNSPECIFIED) return;
  source_ = options_.format == v1::FILE_FORMAT_KOBO_JSON ? Source::kJson : Source::kCsv;
  columns_.SetFormat(options_.format);
}

bool FileReader::ChooseSource(bool ended) {
  absl::string_view text = absl::string_view(start_).substr(0, kMaxStart);
  if (!ended && text.size() < kByteOrderMark.size()) return false;
  absl::ConsumePrefix(&text, kByteOrderMark);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == absl::string_view::npos && !ended && start_.size() < kMaxStart) return false;
  const bool json = first != absl::string_view::npos && (text[first] == '[' || text[first] == '{');
  source_ = json ? Source::kJson : Source::kCsv;
  if (json) columns_.SetFormat(v1::FILE_FORMAT_KOBO_JSON);
  FeedSource(std::exchange(start_, std::string()));
  return true;
}

void FileReader::FeedSource(absl::string_view bytes) {
  if (source_ == Source::kJson) {
    json_.Feed(bytes);
  } else {
    csv_.Feed(bytes);
  }
}

void FileReader::Feed(absl::string_view bytes) {
  if (source_ != Source::kUnknown) return FeedSource(bytes);
  start_.append(bytes.data(), bytes.size());
  ChooseSource(/*ended=*/false);
}

void FileReader::Finish() {
  if (source_ == Source::kUnknown) ChooseSource(/*ended=*/true);
  if (source_ == Source::kJson) {
    json_.Finish();
    header_seen_ = json_.begun();
  } else {
    csv_.Finish();
  }
  if (header_open_ && !failed_ && !EndHeader()) return;
  if (failed_) return;
  if (source_ == Source::kJson && rows_read_ > 0) return FinishJson();
  if (!header_seen_) {
    FileProblem(Reason::kEmptyFile, 0, 0,
                "the file is empty; it needs a header row and a row for each site or value");
  } else if (rows_read_ == 0) {
    FileProblem(Reason::kNoDataRows, 0, 0, "there is nothing below the header row");
  }
}

void FileReader::FinishJson() {
  if (!columns_.Check(0)) failed_ = true;
}

bool FileReader::Work(size_t max_sites) {
  for (; max_sites > 0 && next_ < order_.size(); --max_sites) ReadCollected(order_[next_++]);
  return next_ < order_.size();
}

std::vector<SiteAnswers> FileReader::TakeSites() { return std::exchange(ready_, {}); }

void FileReader::Reject(const SiteAnswers& site, Reason reason, absl::string_view message) {
  Place place = columns_.At(site.line, columns_.site_column());
  place.site = sites_.site(site.site);
  problems_.Add(reason, place, [&] { return std::string(message); });
  RejectSite(site.site);
}

std::vector<bool> FileReader::accepted() const {
  std::vector<bool> accepted(states_.size());
  for (size_t i = 0; i < states_.size(); ++i) {
    accepted[i] = !file_rejected() && states_[i] == SiteState::kAccepted;
  }
  return accepted;
}

void FileReader::Summarize(v1::Import& import) const {
  import.set_format(columns_.format());
  import.set_rows_read(rows_read_);
  int32_t accepted = 0;
  int32_t rejected = static_cast<int32_t>(unknown_sites_.size());
  for (const SiteState state : states_) {
    if (state == SiteState::kRejected || (state == SiteState::kAccepted && file_rejected())) {
      ++rejected;
    } else if (state == SiteState::kAccepted) {
      ++accepted;
    }
  }
  import.set_sites_accepted(accepted);
  import.set_sites_rejected(rejected);
  problems_.CopyTo(import);
  columns_.CopyTo(import);
}

// --- The header ----------------------------------------------------------------------------------

std::optional<char> FileReader::OnHeader(absl::string_view row, int32_t line) {
  header_seen_ = true;
  // The delimiter that makes most sense of the header row, and of those the one that makes most
  // columns of it. Rows below are never looked at: their commas may be decimal ones.
  std::optional<char> delimiter;
  std::vector<std::string> headers;
  std::pair<int, size_t> best;
  for (const char candidate : kDelimiters) {
    std::optional<std::vector<std::string>> cells = SplitCsvRow(row, candidate);
    if (!cells.has_value()) continue;
    const std::pair<int, size_t> score(columns_.Score(*cells), cells->size());
    if (delimiter.has_value() && score <= best) continue;
    best = score;
    delimiter = candidate;
    headers = *std::move(cells);
  }
  if (!delimiter.has_value()) {
    failed_ = true;
    FileProblem(Reason::kBadQuote, line, 0,
                "a quote in the header row is out of place; put the whole name in quotes and write "
                "\"\" for a quote in it");
    return std::nullopt;
  }
  if (headers.size() > static_cast<size_t>(kMaxColumns)) {
    failed_ = true;
    FileProblem(Reason::kTooManyColumns, line, 0,
                absl::StrCat("the header row has ", headers.size(), " columns; at most ",
                             kMaxColumns, " are read"));
    return std::nullopt;
  }
  if (!UseHeader(std::move(headers), line)) {
    failed_ = true;
    return std::nullopt;
  }
  return delimiter;
}

bool FileReader::UseHeader(std::vector<std::string> headers, int32_t line) {
  if (columns_.format() == v1::FILE_FORMAT_UNSPECIFIED) {
    columns_.SetFormat(columns_.FormatOf(headers));
  }
  if (columns_.format() == v1::FILE_FORMAT_UNSPECIFIED ||
      columns_.format() == v1::FILE_FORMAT_QUALTRICS) {
    // Qualtrics has more rows, and names in whatever language: its third row tells.
    header_open_ = true;
    header_line_ = line;
    header_rows_.push_back(std::move(headers));
    return true;
  }
  if (columns_.product() == nullptr && !columns_.Knows(headers)) return RefuseHeader(line);
  std::vector<HeaderCells> cells;
  cells.reserve(headers.size());
  for (std::string& name : headers) cells.push_back({std::move(name), "", ""});
  return UseColumns(cells, line);
}

bool FileReader::RefuseHeader(int32_t line) {
  // Names nothing of the row: it may well be a row of answers.
  FileProblem(Reason::kHeaderNotRecognized, line, 0,
              "no column is known; the first row must name them: site, shared_responsibility, "
              "{type}.count, {type}.level and question ids, or site, item, partner_type, value; a "
              "survey product's file must have the columns that the product adds, or say its "
              "format");
  return false;
}

bool FileReader::TakeHeaderRow(const CsvRow& row) {
  const std::vector<absl::string_view> texts = row.cells();
  std::vector<std::string> cells(texts.begin(), texts.end());
  if (row.damaged()) {
    failed_ = file_rejected_ = true;
    return true;
  }
  const bool ids = HasImportIds(cells);
  if (ids) {
    header_rows_.resize(2);
    header_rows_.push_back(std::move(cells));
    if (columns_.product() == nullptr) columns_.SetFormat(v1::FILE_FORMAT_QUALTRICS);
  } else if (header_rows_.size() == 1) {
    header_rows_.push_back(std::move(cells));
    return true;
  }
  if (EndHeader()) return ids;
  failed_ = true;
  return true;
}

bool FileReader::EndHeader() {
  header_open_ = false;
  if (columns_.product() == nullptr) return RefuseHeader(header_line_);
  std::vector<HeaderCells> headers(header_rows_[0].size());
  for (size_t i = 0; i < headers.size(); ++i) {
    headers[i].name = header_rows_[0][i];
    if (header_rows_.size() > 1 && i < header_rows_[1].size()) headers[i].text = header_rows_[1][i];
    if (header_rows_.size() > 2 && i < header_rows_[2].size()) {
      headers[i].id = ImportIdOf(header_rows_[2][i]);
    }
  }
  header_rows_.clear();
  return UseColumns(headers, header_line_);
}

bool FileReader::UseColumns(const std::vector<HeaderCells>& headers, int32_t line) {
  const bool usable = columns_.Map(headers, line);
  SetUpRows();
  return usable;
}

void FileReader::SetUpRows() {
  if (columns_.format() == v1::FILE_FORMAT_TIDY || collects()) collected_.resize(sites_.size());
  if (columns_.id_column() >= 0) row_hashes_.resize(sites_.size());
  if (columns_.answer_columns().empty()) return;
  if (!translator_.has_value()) translator_.emplace(instrument_, slots_, columns_.product());
  translator_->SetColumns(columns_.answer_columns());
}

// --- Rows ----------------------------------------------------------------------------------------

void FileReader::OnRow(const CsvRow& row) {
  if (failed_) return;
  if (header_open_ && TakeHeaderRow(row)) return;
  if (failed_) return;
  if (columns_.Index()) SetUpRows();
  if (row.blank()) {
    problems_.Add(Reason::kEmptyRow, columns_.At(row.line(), -1),
                  [] { return std::string("all cells of the row are empty; it is passed over"); });
    return;
  }
  const ProductFormat* product = columns_.product();
  if (product != nullptr && rows_read_ == 0 && product->IsTagRow(row.cells())) return;
  ++rows_read_;
  const int width = static_cast<int>(columns_.size());
  // Some products end their rows with a comma.
  const bool trailing = product != nullptr && row.width() == width + 1 &&
                        row.size() == row.width() && row[width].empty();
  if (row.width() != width && !trailing) {
    Place place = columns_.At(row.line(), -1);
    const std::optional<size_t> site = RejectRow(row);
    if (site.has_value()) place.site = sites_.site(*site);
    problems_.Add(Reason::kWrongColumnCount, place, [&] {
      return absl::StrCat("the row has ", row.width(), row.width() == 1 ? " cell" : " cells",
                          " and the header row ", columns_.size(),
                          "; put a cell that holds the delimiter or a line break in quotes");
    });
    return;
  }
  if (row.damaged()) {
    RejectRow(row);
    return;
  }
  if (product != nullptr && LeavesOut(row)) return;
  const std::optional<size_t> site = FindSite(row);
  if (!site.has_value()) return;
  if (columns_.format() == v1::FILE_FORMAT_TIDY) {
    OnTidyRow(row, *site);
  } else {
    OnWideRow(row, *site);
  }
}

bool FileReader::LeavesOut(const CsvRow& row) {
  for (const int index : columns_.state_columns()) {
    const absl::string_view cell = row[index];
    const HeaderCells header = {columns_[index].header, "", columns_[index].import_id};
    const std::optional<Reason> reason = columns_.product()->JudgeRow(header, cell);
    if (!reason.has_value()) continue;
    Place place = columns_.At(row.line(), index);
    place.value = cell;
    problems_.Add(*reason, place, [&] {
      switch (*reason) {
        case Reason::kUnfinishedRow:
          return std::string("the row was never submitted; it is left out");
        case Reason::kRejectedRow:
          return absl::StrCat("the row was rejected in ", columns_.product()->title(),
                              "; it is left out");
        default:
          return absl::StrCat("the row is a test, a preview or spam for ",
                              columns_.product()->title(), "; it is left out");
      }
    });
    return true;
  }
  return false;
}

void FileReader::OnBadByte(int32_t line, int column, int64_t offset, bool nul) {
  if (failed_) return;
  const Reason reason = nul ? Reason::kNulByte : Reason::kInvalidUtf8;
  if (!header_seen_ && source_ != Source::kJson) {
    failed_ = true;
    file_rejected_ = true;
  }
  problems_.Add(reason, columns_.At(line, column - 1), [&] {
    if (nul)
      return absl::StrCat("byte ", offset, " of the file is NUL; save the file as UTF-8 text");
    return absl::StrCat("byte ", offset,
                        " of the file is not UTF-8; save the file as UTF-8 (in a spreadsheet: "
                        "\"CSV UTF-8\")");
  });
}

void FileReader::OnFailure(CsvReader::Failure failure, int32_t line, int column) {
  failed_ = true;
  switch (failure) {
    case CsvReader::Failure::kWrongEncoding:
      FileProblem(Reason::kWrongEncoding, 0, 0,
                  "the file looks like UTF-16 or UTF-32; save it as UTF-8 (in a spreadsheet: \"CSV "
                  "UTF-8\")");
      return;
    case CsvReader::Failure::kBadQuote:
      FileProblem(Reason::kBadQuote, line, column,
                  "a quote is out of place, so that nobody can tell where the cell ends; put the "
                  "whole cell in quotes and write \"\" for a quote in it");
      return;
    case CsvReader::Failure::kUnterminatedQuote:
      FileProblem(
          Reason::kUnterminatedQuote, line, column,
          "the file ends inside a quoted cell of the row that starts here; close the quote");
      return;
    case CsvReader::Failure::kFieldTooLong:
      FileProblem(Reason::kFieldTooLong, line, column,
                  "a cell is larger than 1 MiB; was a quote not closed?");
      return;
    case CsvReader::Failure::kRowTooLong:
      FileProblem(Reason::kRowTooLong, line, 0,
                  header_seen_ ? "the row is larger than 8 MiB; was a quote not closed?"
                               : "the header row is larger than 1 MiB; was a quote not closed?");
      return;
  }
}

bool FileReader::OnKey(absl::string_view key, int32_t line) {
  header_seen_ = true;
  if (columns_.size() == static_cast<size_t>(kMaxColumns)) return false;
  columns_.Add(key, line);
  return true;
}

void FileReader::OnRepeatedKey(int32_t line, int column) {
  problems_.Add(Reason::kRepeatedKey, columns_.At(line, column - 1), [&] {
    return absl::StrCat("the submission has the key ", Quoted(columns_[column - 1].header),
                        " twice, and nobody can tell which one counts");
  });
}

void FileReader::OnMorePages() {
  problems_.Add(Reason::kMorePages, columns_.At(0, -1), [] {
    return std::string("the file is one page of several: its \"next\" says where the others are");
  });
}

void FileReader::OnJsonFailure(Reason reason, int32_t line, absl::string_view message) {
  failed_ = true;
  header_seen_ = true;
  FileProblem(reason, line, 0, message);
}

std::optional<size_t> FileReader::FindSite(const CsvRow& row) {
  if (columns_.site_column() < 0) {
    // A JSON file whose submissions had no such key so far.
    unknown_sites_.insert(absl::HashOf(std::string()));
    problems_.Add(Reason::kMissingSite, columns_.At(row.line(), -1),
                  [] { return std::string("the submission names no site"); });
    return std::nullopt;
  }
  const bool tidy = columns_.format() == v1::FILE_FORMAT_TIDY;
  const absl::string_view text = row[columns_.site_column()];
  if (tidy && last_site_.has_value() && text == last_text_) return last_site_;
  const SiteDirectory::Match match = sites_.Find(text);
  if (match.outcome == SiteDirectory::Outcome::kFound) {
    if (tidy) {
      last_text_.assign(text.data(), text.size());
      last_site_ = match.index;
    }
    return match.index;
  }
  const bool is_new = unknown_sites_.insert(absl::HashOf(FoldText(text))).second;
  // A tidy file has many rows for a site; saying once that it is unknown is enough.
  if (tidy && !is_new) return std::nullopt;
  Place place = columns_.At(row.line(), columns_.site_column());
  place.value = text;
  if (TrimCell(text).empty()) {
    problems_.Add(Reason::kMissingSite, place,
                  [] { return std::string("the row names no site; write its id, e.g. site-01"); });
    return std::nullopt;
  }
  switch (match.outcome) {
    case SiteDirectory::Outcome::kFound:
    case SiteDirectory::Outcome::kUnknown:
      problems_.Add(Reason::kUnknownSite, place, [&] {
        std::string nearest;
        if (suggestions_left_ > 0) {
          --suggestions_left_;
          nearest = sites_.Suggest(text);
        }
        return absl::StrCat(
            Quoted(text), " is not on the wave's roster",
            nearest.empty() ? "; " : absl::StrCat("; did you mean ", Quoted(nearest), "? "),
            "AmendRoster puts a site on it");
      });
      return std::nullopt;
    case SiteDirectory::Outcome::kAmbiguous:
      problems_.Add(Reason::kAmbiguousSite, place, [&] {
        return absl::StrCat("several sites of the roster are called ", Quoted(text),
                            "; write the site's id");
      });
      return std::nullopt;
    case SiteDirectory::Outcome::kOffRoster:
      place.site = sites_.site(match.index);
      problems_.Add(Reason::kSiteOffRoster, place, [&] {
        return absl::StrCat(sites_.site(match.index), " was taken off the wave's roster; ",
                            "AmendRoster puts it on again");
      });
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<size_t> FileReader::RejectRow(const CsvRow& row) {
  const absl::string_view text = row[columns_.site_column()];
  const SiteDirectory::Match match = sites_.Find(text);
  if (match.outcome != SiteDirectory::Outcome::kFound) {
    unknown_sites_.insert(absl::HashOf(FoldText(text)));
    return std::nullopt;
  }
  RejectSite(match.index);
  return match.index;
}

void FileReader::FillCells(const CsvRow& row) {
  row_cells_.clear();
  if (translator_.has_value()) {
    for (const TranslatedCell& cell : translator_->Translate(row)) {
      row_cells_.push_back({cell.slot, row.line(), cell.column, cell.text, cell.error});
    }
    return;
  }
  for (const int column : columns_.slot_columns()) {
    const size_t slot = columns_[column].slot;
    row_cells_.push_back({slot, row.line(), column, Unguarded(slots_[slot], row[column])});
  }
}

bool FileReader::IsLatest(const CsvRow& row, size_t site) {
  Collected& collected = collected_[site];
  const auto supersede = [&](int32_t line, int32_t by) {
    Place place = columns_.At(line, columns_.time_column());
    place.site = sites_.site(site);
    problems_.Add(Reason::kSupersededRow, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row that was submitted later,", On(by),
                          "; this one is left out");
    });
  };
  const std::optional<absl::Time> time = ParseSubmissionTime(row[columns_.time_column()]);
  if (!time.has_value()) {
    Place place = columns_.At(row.line(), columns_.time_column());
    place.value = row[columns_.time_column()];
    place.site = sites_.site(site);
    problems_.Add(Reason::kBadSubmissionTime, place, [&] {
      return absl::StrCat(Quoted(row[columns_.time_column()]),
                          " is no time that can be compared; write 2024-03-05 14:22:10");
    });
    RejectSite(site);
    return false;
  }
  if (*time < collected.time) {
    supersede(row.line(), collected.line);
    return false;
  }
  if (collected.line != 0) supersede(collected.line, row.line());
  collected.time = *time;
  collected.line = row.line();
  collected_bytes_ -= collected.cells.size();
  collected.cells.clear();
  return true;
}

void FileReader::CollectRow(const CsvRow& row, size_t site) {
  Collected& collected = collected_[site];
  if (collected.first_line == 0) {
    collected.first_line = row.line();
    order_.push_back(site);
  }
  if (options_.on_duplicate == v1::ON_DUPLICATE_LATEST && !IsLatest(row, site)) return;
  FillCells(row);
  for (const Cell& cell : row_cells_) {
    if (cell.error.has_value() || !TrimCell(cell.text).empty()) Collect(cell, collected);
  }
}

void FileReader::Collect(const Cell& cell, Collected& collected) {
  if (failed_) return;
  const size_t before = collected.cells.size();
  const PackedCell head{cell.line, static_cast<uint32_t>(cell.slot),
                        static_cast<uint32_t>(cell.text.size()), static_cast<int16_t>(cell.column),
                        cell.error.has_value() ? static_cast<int16_t>(*cell.error) : kNoError};
  collected.cells.append(reinterpret_cast<const char*>(&head), sizeof(head));
  collected.cells.append(cell.text.data(), cell.text.size());
  collected_bytes_ += collected.cells.size() - before;
  if (collected_bytes_ <= options_.max_collected_bytes) return;
  failed_ = true;
  FileProblem(Reason::kTooMuchToCollect, cell.line, 0,
              "the rows of a site may stand anywhere in this file, and the cells so far are more "
              "than the 256 MiB that are held; import it in parts, each with other sites, or with "
              "one row for each site");
  collected_.clear();
  order_.clear();
}

void FileReader::OnWideRow(const CsvRow& row, size_t site) {
  if (collects()) return CollectRow(row, site);
  const size_t hash = columns_.id_column() >= 0 ? absl::HashOf(row.bytes(), row.width()) : 0;
  if (lines_[site] != 0) {
    if (columns_.id_column() >= 0 && row_hashes_[site] == hash &&
        !TrimCell(row[columns_.id_column()]).empty()) {
      Place again = columns_.At(row.line(), columns_.id_column());
      again.site = sites_.site(site);
      problems_.Add(Reason::kRepeatedRow, again, [&] {
        return absl::StrCat("the submission stands", On(lines_[site]),
                            " already, word for word; it counts once");
      });
      return;
    }
    Place place = columns_.At(row.line(), columns_.site_column());
    place.value = row[columns_.site_column()];
    place.site = sites_.site(site);
    problems_.Add(Reason::kDuplicateSite, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row already,", On(lines_[site]), "; keep one");
    });
    RejectSite(site);
    return;
  }
  lines_[site] = row.line();
  if (columns_.id_column() >= 0) row_hashes_[site] = hash;
  FillCells(row);
  ReadSite(site, row.line(), row_cells_, row.line());
}

void FileReader::OnTidyRow(const CsvRow& row, size_t site) {
  Collected& collected = collected_[site];
  if (collected.first_line == 0) {
    collected.first_line = row.line();
    order_.push_back(site);
  }
  if (LeavesTypeOut(row, sites_.site(site))) return;
  const std::optional<size_t> slot = FindTidySlot(row, sites_.site(site));
  if (!slot.has_value()) {
    RejectSite(site);
    return;
  }
  const absl::string_view text = Unguarded(slots_[*slot], row[columns_.value_column()]);
  Collect({*slot, row.line(), columns_.value_column(), text}, collected);
}

std::optional<size_t> FileReader::FindTidySlot(const CsvRow& row, absl::string_view site) {
  const auto tell = [&](Reason reason, int column, absl::FunctionRef<std::string()> message) {
    Place place = columns_.At(row.line(), column);
    if (column >= 0) place.value = row[column];
    place.site = site;
    problems_.Add(reason, place, message);
    return std::nullopt;
  };
  const std::string item = FoldText(row[columns_.item_column()]);
  if (item.empty()) {
    return tell(Reason::kMissingItem, columns_.item_column(), [] {
      return std::string(
          "the row names no item; write partner_count, interaction_level, "
          "includes_self, shared_responsibility, or the id of a question");
    });
  }
  const std::vector<std::string>& items = slots_.items();
  if (std::find(items.begin(), items.end(), item) == items.end()) {
    if (SlotTable::IsTypeItem(item) || item == "shared_responsibility") {
      return tell(Reason::kItemNotAsked, columns_.item_column(), [&] {
        return absl::StrCat(instrument_.instrument().name(), " does not ask for ", item,
                            "; remove the row");
      });
    }
    return tell(Reason::kUnknownItem, columns_.item_column(), [&] {
      std::string nearest;
      if (suggestions_left_ > 0) {
        --suggestions_left_;
        nearest = NearestOf(item, items);
      }
      return absl::StrCat(
          Quoted(row[columns_.item_column()]), " is no item of ", instrument_.instrument().name(),
          "; ", nearest.empty() ? "" : absl::StrCat("did you mean ", Quoted(nearest), "? "),
          "Write partner_count, interaction_level, includes_self, "
          "shared_responsibility, or the id of a question");
    });
  }
  const std::string type = FoldText(row[columns_.type_column()]);
  if (!SlotTable::IsTypeItem(item)) {
    if (!type.empty()) {
      return tell(Reason::kUnexpectedPartnerType, columns_.type_column(), [&] {
        return absl::StrCat(item, " is not asked for partner types; leave the cell empty");
      });
    }
    return slots_.FindItem(item, -1);
  }
  if (type.empty()) {
    return tell(Reason::kMissingPartnerType, columns_.type_column(), [&] {
      return absl::StrCat(item, " is asked for each partner type; name one of ",
                          absl::StrJoin(columns_.TypeCodes(), ", "));
    });
  }
  int place = -1;
  if (columns_.crosswalk() == nullptr) {
    place = instrument_.TypeOrder(type);
  } else if (const auto* known = columns_.crosswalk()->Find(type); known != nullptr) {
    place = known->target;
  }
  if (place < 0) {
    return tell(Reason::kUnknownPartnerType, columns_.type_column(), [&] {
      const std::vector<std::string> types = columns_.TypeCodes();
      const std::string nearest = NearestOf(type, types);
      return absl::StrCat(
          Quoted(row[columns_.type_column()]), " is no partner type of ", columns_.taxonomy(), "; ",
          nearest.empty() ? "" : absl::StrCat("did you mean ", Quoted(nearest), "? "),
          "Types: ", absl::StrJoin(types, ", "));
    });
  }
  return slots_.FindItem(item, place);
}

bool FileReader::LeavesTypeOut(const CsvRow& row, absl::string_view site) {
  const TypeCrosswalk* crosswalk = columns_.crosswalk();
  if (crosswalk == nullptr) return false;
  if (!SlotTable::IsTypeItem(FoldText(row[columns_.item_column()]))) return false;
  const TypeCrosswalk::Type* type = crosswalk->Find(FoldText(row[columns_.type_column()]));
  if (type == nullptr || type->target >= 0) return false;
  if (TrimCell(row[columns_.value_column()]).empty()) return true;
  Place place = columns_.At(row.line(), columns_.type_column());
  place.value = row[columns_.type_column()];
  place.site = site;
  problems_.Add(Reason::kTypeNotCarriedOver, place,
                [&] { return absl::StrCat("the row is not read: ", type->why); });
  return true;
}

// --- Sites ---------------------------------------------------------------------------------------

void FileReader::ReadCollected(size_t site) {
  Collected& collected = collected_[site];
  row_cells_.clear();
  absl::string_view packed = collected.cells;
  while (!packed.empty()) {
    PackedCell head;
    const absl::string_view text = Unpack(packed, head);
    Cell& cell = row_cells_.emplace_back(Cell{head.slot, head.line, head.column, text});
    if (head.error != kNoError) cell.error = static_cast<Reason>(head.error);
  }
  std::sort(row_cells_.begin(), row_cells_.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.slot, a.line) < std::tie(b.slot, b.line);
  });
  size_t kept = 0;
  for (size_t i = 0; i < row_cells_.size(); ++i) {
    if (kept == 0 || row_cells_[kept - 1].slot != row_cells_[i].slot) {
      row_cells_[kept++] = row_cells_[i];
      continue;
    }
    if (options_.on_duplicate == v1::ON_DUPLICATE_CONTRIBUTORS) {
      MergeCells(row_cells_[kept - 1], row_cells_[i], site);
      continue;
    }
    const Slot& slot = slots_[row_cells_[i].slot];
    Place place = columns_.At(row_cells_[i].line, -1);
    place.site = sites_.site(site);
    problems_.Add(Reason::kDuplicateValue, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row for ", slot.column, " already,",
                          On(row_cells_[kept - 1].line), "; keep one");
    });
    RejectSite(site);
  }
  row_cells_.resize(kept, Cell{0, 0, 0, ""});
  ReadSite(site, collected.first_line, row_cells_,
           collected.line == 0 ? collected.first_line : collected.line);
  collected.cells.clear();
  collected.cells.shrink_to_fit();
}

void FileReader::MergeCells(const Cell& kept, const Cell& cell, size_t site) {
  const Slot& slot = slots_[cell.slot];
  bool same = kept.error == cell.error && kept.text == cell.text;
  if (!same && slot.kind != Slot::Kind::kText && !kept.error.has_value() &&
      !cell.error.has_value()) {
    CellValue other;
    same = !cells_.Parse(slot, kept.text, value_).has_value() &&
           !cells_.Parse(slot, cell.text, other).has_value() && SameValue(slot, value_, other);
  }
  if (same) return;
  problems_.Add(Reason::kContributorsDisagree, At(cell, site), [&] {
    const bool text = slot.kind == Slot::Kind::kText;
    return absl::StrCat(
        "the rows of ", sites_.site(site), On(kept.line), " and", On(cell.line),
        " give different answers to \"", slot.column, "\"",
        text ? "" : absl::StrCat(": ", Quoted(kept.text), " and ", Quoted(cell.text)),
        "; let the two agree, and correct one");
  });
  RejectSite(site);
}

void FileReader::ReadSite(size_t site, int32_t line, absl::Span<const Cell> cells,
                          int32_t told_line) {
  const bool rejected = states_[site] == SiteState::kRejected;
  const bool wanted =
      !options_.wanted.empty() && options_.wanted[site] && line > options_.after_line;
  const int32_t errors = problems_.errors();
  answered_.assign(instrument_.questions().size(), false);
  any_answer_ = false;
  count_type_ = -1;
  SiteAnswers answers;
  // What is asked depends on the answers.
  const bool needed = wanted || (instrument_.has_conditions() && !options_.checked);
  for (const Cell& cell : cells) ReadCell(cell, site, needed ? &answers.item : nullptr);
  if (!any_answer_) {
    if (rejected) return;
    states_[site] = SiteState::kNoAnswers;
    Place place = columns_.At(told_line, columns_.site_column());
    place.site = sites_.site(site);
    problems_.Add(Reason::kNoAnswers, place, [&] {
      return absl::StrCat("nothing is answered for ", sites_.site(site),
                          "; it is passed over, and no response comes of it");
    });
    return;
  }
  // When a row of the site is lost already, it may have been the one with the answer.
  if (!rejected && !options_.checked) {
    CheckQuestions(site, told_line, answers.item.response().answers());
  }
  if (problems_.errors() > errors) {
    RejectSite(site);
    return;
  }
  if (rejected) return;
  states_[site] = SiteState::kAccepted;
  if (!wanted) return;
  answers.site = site;
  answers.line = line;
  answers.item.mutable_response()->set_respondent(sites_.site(site));
  ready_.push_back(std::move(answers));
}

void FileReader::ReadCell(const Cell& cell, size_t site, v1::IngestItem* item) {
  const Slot& slot = slots_[cell.slot];
  std::optional<Reason> reason = cell.error;
  if (reason.has_value()) {
    value_.na = false;
    value_.kind = CellValue::Kind::kPresent;
  } else {
    reason = cells_.Parse(slot, cell.text, value_);
  }
  if (value_.na) {
    problems_.Add(Reason::kNaToken, At(cell, site), [] {
      return std::string(
          "NA is taken as not answered; leave the cell empty, or write "
          "NOT_APPLICABLE if that is what is meant");
    });
  }
  if (value_.kind == CellValue::Kind::kNothing) return;
  any_answer_ = true;
  if (value_.kind == CellValue::Kind::kPresent ||
      IsAnswer(instrument_, static_cast<int>(slot.question_order), value_.missing)) {
    answered_[slot.question_order] = true;
  }
  if (reason.has_value()) {
    problems_.Add(*reason, At(cell, site),
                  [&] { return cells_.Explain(*reason, slot, cell.text); });
    return;
  }
  if (value_.kind == CellValue::Kind::kPresent) CheckContradiction(cell, site);
  if (item != nullptr) PutCell(instrument_, slot, value_, cell.text, *item);
}

void FileReader::CheckContradiction(const Cell& cell, size_t site) {
  const Slot& slot = slots_[cell.slot];
  if (slot.kind == Slot::Kind::kCount) {
    count_ = value_.count;
    count_type_ = slot.type;
    return;
  }
  if (slot.kind != Slot::Kind::kLevel || count_type_ != slot.type) return;
  const bool none = value_.point == type::v1::INTERACTION_LEVEL_NO_INTERACTION;
  const bool contradicts = none ? count_.min() > 0 : count_.has_max() && count_.max() == 0;
  if (!contradicts) return;
  problems_.Add(Reason::kLevelContradictsCount, At(cell, site), [&] {
    return absl::StrCat("for ", instrument_.partner_types()[slot.type], " the level is ",
                        Quoted(cell.text), " and the count ", FormatCount(count_),
                        "; both are kept, and the level counts");
  });
}

void FileReader::CheckQuestions(size_t site, int32_t line, const v1::Answers& answers) {
  const std::vector<bool> asked = AskedQuestions(instrument_, answers);
  const auto stored = options_.stored_texts.find(site);
  for (size_t i = 0; i < answered_.size(); ++i) {
    const v1::Question& question = *instrument_.questions()[i];
    const bool lacks = question.required() && asked[i] && !answered_[i];
    const bool exceeds = answered_[i] && !asked[i];
    if (!lacks && !exceeds) continue;
    if (lacks && stored != options_.stored_texts.end() && stored->second.contains(question.id())) {
      continue;
    }
    Place place = columns_.At(line, columns_.ColumnOf(question));
    place.site = sites_.site(site);
    if (exceeds) {
      problems_.Add(Reason::kAnswerNotAsked, place, [&] {
        return absl::StrCat("\"", question.id(),
                            "\" is answered, though by the other answers it is not asked; the "
                            "answer is kept");
      });
      continue;
    }
    problems_.Add(Reason::kNotAnswered, place, [&] {
      return absl::StrCat("the required question \"", question.id(), "\" has no answer",
                          question.has_text_answer()
                              ? ""
                              : "; answer it, or write NOT_ASKED, DONT_KNOW, REFUSED or "
                                "NOT_APPLICABLE");
    });
  }
}

// --- Problems ------------------------------------------------------------------------------------

std::string FileReader::On(int32_t line) const {
  return absl::StrCat(source_ == Source::kJson ? " in submission " : " on line ", line);
}

Place FileReader::At(const Cell& cell, size_t site) const {
  Place place = columns_.At(cell.line, cell.column);
  if (slots_[cell.slot].kind != Slot::Kind::kText) place.value = cell.text;
  place.site = sites_.site(site);
  return place;
}

void FileReader::FileProblem(Reason reason, int32_t line, int column, absl::string_view message) {
  file_rejected_ = true;
  problems_.Add(reason, columns_.At(line, column - 1), [&] { return std::string(message); });
}

}  // namespace weft::ingestion
