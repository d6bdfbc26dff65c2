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
#include "common/validation/text.h"
#include "services/ingestion/domain/conditions.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/qualtrics.h"
#include "services/ingestion/domain/import/formats/submission_time.h"
#include "services/ingestion/domain/import/utf8.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kWide = "wide";
constexpr absl::string_view kTidy = "tidy";
constexpr char kDelimiters[] = {',', ';', '\t'};
// Looking for what a wrong name was meant to be compares it with every right one. A file with more
// wrong names than this has another problem than typing errors.
constexpr int kMaxSuggestions = 20;

absl::string_view NameOf(v1::FileFormat format) {
  return format == v1::FILE_FORMAT_TIDY ? kTidy : kWide;
}

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

// What an export says about each row, which an import passes over. No question can have such a
// name.
constexpr absl::string_view kPseudonymColumn = "weft.pseudonym";
constexpr absl::string_view kTimeColumn = "weft.submit_time";
constexpr absl::string_view kExtraPrefix = "weft.";

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
      crosswalk_(options_.crosswalk.empty()
                     ? std::nullopt
                     : std::make_optional<TypeCrosswalk>(instrument, options_.crosswalk,
                                                         options_.type_mappings)),
      matcher_(instrument, slots, crosswalk_.has_value() ? &*crosswalk_ : nullptr),
      format_(options_.format),
      collects_(options_.on_duplicate == v1::ON_DUPLICATE_LATEST ||
                options_.on_duplicate == v1::ON_DUPLICATE_CONTRIBUTORS),
      states_(sites.size(), SiteState::kUnseen),
      lines_(sites.size()),
      suggestions_left_(kMaxSuggestions) {
  for (const v1::ColumnOverride& entry : options_.given_overrides) overrides_.AddGiven(entry);
  if (format_ != v1::FILE_FORMAT_UNSPECIFIED) {
    source_ = format_ == v1::FILE_FORMAT_KOBO_JSON ? Source::kJson : Source::kCsv;
    SetFormat(format_);
  }
}

bool FileReader::ChooseSource(bool ended) {
  absl::string_view text = absl::string_view(start_).substr(0, kMaxStart);
  if (!ended && text.size() < kByteOrderMark.size()) return false;
  absl::ConsumePrefix(&text, kByteOrderMark);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == absl::string_view::npos && !ended && start_.size() < kMaxStart) return false;
  const bool json = first != absl::string_view::npos && (text[first] == '[' || text[first] == '{');
  source_ = json ? Source::kJson : Source::kCsv;
  if (json) SetFormat(v1::FILE_FORMAT_KOBO_JSON);
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
  if (columns_changed_) IndexColumns();
  CheckOverrides(0);
  if (!CheckColumns(0)) failed_ = true;
}

bool FileReader::Work(size_t max_sites) {
  for (; max_sites > 0 && next_ < order_.size(); --max_sites) ReadCollected(order_[next_++]);
  return next_ < order_.size();
}

std::vector<SiteAnswers> FileReader::TakeSites() { return std::exchange(ready_, {}); }

void FileReader::Reject(const SiteAnswers& site, Reason reason, absl::string_view message) {
  Place place = At(site.line, site_column_);
  place.site = sites_.site(site.site);
  problems_.Add(reason, place, [&] { return std::string(message); });
  RejectSite(site.site);
}

std::vector<bool> FileReader::accepted() const {
  std::vector<bool> accepted(states_.size());
  for (size_t i = 0; i < states_.size(); ++i) {
    accepted[i] = !file_rejected_ && states_[i] == SiteState::kAccepted;
  }
  return accepted;
}

void FileReader::Summarize(v1::Import& import) const {
  import.set_format(format_);
  import.set_rows_read(rows_read_);
  int32_t accepted = 0;
  int32_t rejected = static_cast<int32_t>(unknown_sites_.size());
  for (const SiteState state : states_) {
    if (state == SiteState::kRejected || (state == SiteState::kAccepted && file_rejected_)) {
      ++rejected;
    } else if (state == SiteState::kAccepted) {
      ++accepted;
    }
  }
  import.set_sites_accepted(accepted);
  import.set_sites_rejected(rejected);
  problems_.CopyTo(import);
  import.clear_columns();
  for (size_t i = 0; i < columns_.size(); ++i) {
    v1::ColumnMapping& mapping = *import.add_columns();
    mapping.set_column(static_cast<int32_t>(i) + 1);
    mapping.set_header(columns_[i].header);
    mapping.set_item(columns_[i].item);
    mapping.set_by_alias(columns_[i].match == v1::ColumnMapping::MATCH_ALIAS);
    mapping.set_match(columns_[i].match);
    mapping.set_note(columns_[i].note);
  }
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
    const ProductFormat* product = product_ != nullptr ? product_ : DetectProduct(*cells);
    const int theirs = product == nullptr ? 0 : product->Recognize(*cells);
    const std::pair<int, size_t> score(
        std::max({CountKnown(*cells, kWide), CountKnown(*cells, kTidy), theirs}), cells->size());
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
  if (format_ == v1::FILE_FORMAT_UNSPECIFIED) SetFormat(FormatOf(headers));
  if (format_ == v1::FILE_FORMAT_UNSPECIFIED || format_ == v1::FILE_FORMAT_QUALTRICS) {
    // Qualtrics has more rows, and names in whatever language: its third row tells.
    header_open_ = true;
    header_line_ = line;
    header_rows_.push_back(std::move(headers));
    return true;
  }
  if (product_ == nullptr && CountKnown(headers, NameOf(format_)) == 0 && overrides_.empty()) {
    return RefuseHeader(line);
  }
  std::vector<HeaderCells> cells;
  cells.reserve(headers.size());
  for (std::string& name : headers) cells.push_back({std::move(name), "", ""});
  return MapColumns(cells, line);
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
    if (product_ == nullptr) SetFormat(v1::FILE_FORMAT_QUALTRICS);
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
  if (product_ == nullptr) return RefuseHeader(header_line_);
  std::vector<HeaderCells> headers(header_rows_[0].size());
  for (size_t i = 0; i < headers.size(); ++i) {
    headers[i].name = header_rows_[0][i];
    if (header_rows_.size() > 1 && i < header_rows_[1].size()) headers[i].text = header_rows_[1][i];
    if (header_rows_.size() > 2 && i < header_rows_[2].size()) {
      headers[i].id = ImportIdOf(header_rows_[2][i]);
    }
  }
  header_rows_.clear();
  return MapColumns(headers, header_line_);
}

void FileReader::SetFormat(v1::FileFormat format) {
  format_ = format;
  product_ = ProductOf(format);
  for (const v1::ImportMapping& mapping : options_.saved_mappings) {
    if (LastId(mapping.name()) != FormatName(format)) continue;
    for (const v1::ColumnOverride& entry : mapping.overrides()) overrides_.AddSaved(entry);
  }
}

std::optional<InstrumentIndex::Column> FileReader::MatchName(absl::string_view header,
                                                             absl::string_view format) const {
  std::optional<InstrumentIndex::Column> known = instrument_.MatchColumn(header, format);
  if (!crosswalk_.has_value() || format != kWide) return known;
  // Types of the instrument are none of the file's, unless the crosswalk says so.
  if (known.has_value() && !known->by_alias && IsTypeColumn(known->item)) known.reset();
  const std::optional<TypeCrosswalk::Column> column = crosswalk_->FindColumn(header);
  if (column.has_value()) known = InstrumentIndex::Column{column->item, false};
  return known;
}

int FileReader::CountKnown(const std::vector<std::string>& headers,
                           absl::string_view format) const {
  return static_cast<int>(std::count_if(
      headers.begin(), headers.end(),
      [&](const std::string& header) { return MatchName(header, format).has_value(); }));
}

v1::FileFormat FileReader::FormatOf(const std::vector<std::string>& headers) const {
  bool site = false;
  bool item = false;
  bool value = false;
  for (const std::string& header : headers) {
    // What a public export has for it.
    site |= FoldText(header) == kPseudonymColumn;
    const std::optional<InstrumentIndex::Column> column = instrument_.MatchColumn(header, kTidy);
    if (!column.has_value()) continue;
    site |= column->item == "site";
    item |= column->item == "item";
    value |= column->item == "value";
  }
  const int tidy = CountKnown(headers, kTidy);
  const int wide = CountKnown(headers, kWide);
  // A file that Weft knows whole is Weft's, whatever its columns are called.
  const bool ours = static_cast<size_t>(std::max(tidy, wide)) == headers.size() ||
                    std::any_of(headers.begin(), headers.end(), [](const std::string& header) {
                      return absl::StartsWith(FoldText(header), kExtraPrefix);
                    });
  if (const ProductFormat* product = ours ? nullptr : DetectProduct(headers); product != nullptr) {
    return product->format();
  }
  // A questionnaire may have questions of these names; then its wide files have more known columns.
  if (site && item && value && tidy >= wide) return v1::FILE_FORMAT_TIDY;
  return wide > 0 || tidy > 0 || !overrides_.empty() ? v1::FILE_FORMAT_WIDE
                                                     : v1::FILE_FORMAT_UNSPECIFIED;
}

bool FileReader::MapColumns(const std::vector<HeaderCells>& headers, int32_t line) {
  columns_.resize(headers.size());
  for (size_t i = 0; i < headers.size(); ++i) columns_[i].header = headers[i].name;
  for (size_t i = 0; i < headers.size(); ++i) {
    const int index = static_cast<int>(i);
    if (product_ != nullptr) {
      MapProductColumn(index, headers[i], line);
    } else {
      MapColumn(index, line);
    }
    Claim(index, line);
  }
  IndexColumns();
  CheckOverrides(line);
  if (!CheckColumns(line)) return false;
  if (format_ == v1::FILE_FORMAT_TIDY || collects()) collected_.resize(sites_.size());
  return true;
}

void FileReader::Claim(int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  if (column.item.empty()) return;
  const auto [first, is_new] = taken_.try_emplace(column.item, index);
  if (is_new) return;
  column.role = Column::Role::kIgnored;
  FileProblem(Reason::kDuplicateColumn, line, index + 1,
              absl::StrCat("column ", first->second + 1, ", ",
                           Quoted(columns_[static_cast<size_t>(first->second)].header),
                           ", holds \"", column.item, "\" already; remove one of the two"));
}

void FileReader::IndexColumns() {
  columns_changed_ = false;
  slot_columns_.clear();
  state_columns_.clear();
  id_column_ = time_column_ = -1;
  bool options = false;
  int end_time = -1;
  int status = -1;
  std::vector<int> statuses(columns_.size());
  for (size_t i = columns_.size(); i-- > 0;) {
    const Column& column = columns_[i];
    const int index = static_cast<int>(i);
    if (column.meta == Meta::kFormComplete) status = index;
    statuses[i] = status;
    if (column.meta == Meta::kRowId) id_column_ = index;
    if (column.meta == Meta::kSubmitTime) time_column_ = index;
    if (column.meta == Meta::kEndTime) end_time = index;
    if (column.meta == Meta::kState || column.meta == Meta::kSubmitTime) {
      state_columns_.push_back(index);
    }
    if (column.role != Column::Role::kSlot) continue;
    slot_columns_.push_back(index);
    options |= column.option >= 0;
  }
  if (time_column_ < 0) time_column_ = end_time;
  std::sort(slot_columns_.begin(), slot_columns_.end(), [this](int a, int b) {
    const Column& first = columns_[static_cast<size_t>(a)];
    const Column& second = columns_[static_cast<size_t>(b)];
    return std::tie(first.slot, first.option, a) < std::tie(second.slot, second.option, b);
  });
  site_column_ = FindRole(Column::Role::kSite);
  item_column_ = FindRole(Column::Role::kItem);
  type_column_ = FindRole(Column::Role::kPartnerType);
  value_column_ = FindRole(Column::Role::kValue);
  if (site_column_ < 0 && product_ == nullptr) {
    // A public export has pseudonyms for sites, which are as good where they were made.
    for (size_t i = 0; i < columns_.size() && site_column_ < 0; ++i) {
      if (FoldText(columns_[i].header) != kPseudonymColumn) continue;
      site_column_ = static_cast<int>(i);
      columns_[i].item = "site";
      columns_[i].note.clear();
    }
  }
  if (id_column_ >= 0) row_hashes_.resize(sites_.size());
  if (product_ == nullptr && !options) return;
  std::vector<AnswerColumn> answers;
  for (const int index : slot_columns_) {
    const Column& column = columns_[static_cast<size_t>(index)];
    answers.push_back({index, column.slot, column.option, statuses[static_cast<size_t>(index)]});
  }
  if (!translator_.has_value()) translator_.emplace(instrument_, slots_, product_);
  translator_->SetColumns(std::move(answers));
}

void FileReader::Use(ColumnMatch match, int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  column.item = std::move(match.item);
  column.match = match.match;
  column.note = std::move(match.note);
  switch (match.kind) {
    case ColumnMatch::Kind::kSite:
      column.role = Column::Role::kSite;
      return;
    case ColumnMatch::Kind::kSlot:
    case ColumnMatch::Kind::kOption:
      column.role = Column::Role::kSlot;
      column.slot = match.slot;
      column.option = match.option;
      return;
    case ColumnMatch::Kind::kPassedOver:
      return;
    case ColumnMatch::Kind::kNotCarriedOver:
      problems_.Add(Reason::kTypeNotCarriedOver, At(line, index), [&] {
        return absl::StrCat("column ", Quoted(column.header), " is not read: ", column.note);
      });
      return;
    case ColumnMatch::Kind::kNothing:
      break;
  }
  if (column.match != v1::ColumnMapping::MATCH_UNSPECIFIED) {
    column.item.clear();
    FileProblem(Reason::kUnknownMapping, line, index + 1,
                absl::StrCat("for column ", Quoted(column.header), " was said: ", column.note,
                             "; say site, {type}.count, {type}.level, a question's id, "
                             "{question}/{option}, or - to pass it over"));
    return;
  }
  problems_.Add(Reason::kColumnNotMapped, At(line, index), [&] {
    return absl::StrCat("column ", Quoted(column.header), " is not read: ", column.note);
  });
}

void FileReader::MapProductColumn(int index, const HeaderCells& header, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  if (TrimCell(header.name).empty() && TrimCell(header.id).empty()) {
    column.note = "it has no name";
    return;
  }
  column.import_id = header.id;
  NoteNames(header);
  std::optional<ColumnMatch> match = matcher_.MatchOverride(header, overrides_);
  if (!match.has_value()) match = matcher_.MatchAlias(header.name);
  if (match.has_value()) return Use(*std::move(match), index, line);
  column.meta = product_->MetaOf(header);
  column.match = v1::ColumnMapping::MATCH_PRODUCT;
  switch (column.meta) {
    case Meta::kPassedOver:
      column.note = absl::StrCat("passed over: ", product_->title(), " adds it");
      return;
    case Meta::kSubmitTime:
    case Meta::kEndTime:
      column.note = "when the row was submitted";
      return;
    case Meta::kRowId:
      column.note = "which submission the row is";
      return;
    case Meta::kState:
      column.note = "whether the row counts";
      return;
    case Meta::kFormComplete:
      column.note = "whether the form was filled in";
      return;
    case Meta::kNone:
      return Use(matcher_.Match(*product_, header, overrides_), index, line);
  }
}

bool FileReader::MapExtraColumn(Column& column) {
  const std::string folded = FoldText(column.header);
  if (absl::StartsWith(folded, kExtraPrefix)) {
    column.match = v1::ColumnMapping::MATCH_NAME;
    column.note = "passed over: an export adds it";
    if (folded == kTimeColumn) {
      column.meta = Meta::kSubmitTime;
      column.note = "when the row was submitted";
    }
    return true;
  }
  if (format_ != v1::FILE_FORMAT_WIDE) return false;
  std::optional<ColumnMatch> option = matcher_.MatchItem(column.header);
  if (!option.has_value() || option->kind != ColumnMatch::Kind::kOption) return false;
  column.role = Column::Role::kSlot;
  column.slot = option->slot;
  column.option = option->option;
  column.item = std::move(option->item);
  column.match = option->match;
  return true;
}

void FileReader::MapColumn(int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  const HeaderCells header = {column.header, "", ""};
  NoteNames(header);
  std::optional<InstrumentIndex::Column> known;
  if (const std::optional<ColumnOverrides::Found> said = overrides_.Find(column.header);
      format_ == v1::FILE_FORMAT_TIDY && said.has_value() &&
      instrument_.IsColumn(said->item, kTidy)) {
    known = InstrumentIndex::Column{said->item, false};
    column.match = said->match;
  } else if (std::optional<ColumnMatch> match = matcher_.MatchOverride(header, overrides_);
             match.has_value()) {
    if (format_ == v1::FILE_FORMAT_TIDY && match->kind != ColumnMatch::Kind::kPassedOver) {
      match->kind = ColumnMatch::Kind::kNothing;
      match->note = "a tidy file has the columns site, item, partner_type and value";
    }
    return Use(*std::move(match), index, line);
  }
  if (TrimCell(column.header).empty()) {
    FileProblem(Reason::kEmptyColumnName, line, index + 1,
                absl::StrCat("column ", index + 1, " has no name; name it or remove it"));
    return;
  }
  if (!known.has_value()) {
    known = MatchName(column.header, NameOf(format_));
    if (!known.has_value()) {
      if (!MapExtraColumn(column)) ExplainUnknown(index, line);
      return;
    }
    if (known->item.empty()) {
      return Use(ColumnMatcher::NotCarriedOver(*crosswalk_->FindColumn(column.header)->type), index,
                 line);
    }
    column.match = known->by_alias ? v1::ColumnMapping::MATCH_ALIAS
                   : crosswalk_.has_value() && IsTypeColumn(known->item)
                       ? v1::ColumnMapping::MATCH_CROSSWALK
                       : v1::ColumnMapping::MATCH_NAME;
  }
  column.item = known->item;
  if (known->item == "site") {
    column.role = Column::Role::kSite;
  } else if (format_ == v1::FILE_FORMAT_TIDY) {
    column.role = known->item == "item"    ? Column::Role::kItem
                  : known->item == "value" ? Column::Role::kValue
                                           : Column::Role::kPartnerType;
  } else if (const std::optional<size_t> slot = slots_.FindColumn(known->item); slot.has_value()) {
    column.role = Column::Role::kSlot;
    column.slot = *slot;
  } else {
    FileProblem(Reason::kColumnNotAsked, line, index + 1,
                absl::StrCat(instrument_.instrument().name(), " does not ask for \"", known->item,
                             "\"; remove the column"));
  }
}

void FileReader::NoteNames(const HeaderCells& header) {
  if (options_.given_overrides.empty()) return;
  for (const std::string& name : {header.name, header.text, header.id}) {
    mapped_names_.insert(FoldText(name));
  }
  if (product_ == nullptr) return;
  for (const HeaderReading& reading : product_->Readings(header)) {
    mapped_names_.insert(FoldText(reading.question));
  }
}

void FileReader::CheckOverrides(int32_t line) {
  for (const v1::ColumnOverride& entry : options_.given_overrides) {
    const std::string wanted = FoldText(entry.header());
    if (entry.item().empty() || mapped_names_.contains(wanted)) continue;
    problems_.Add(Reason::kMappingNotUsed, At(line, -1), [&] {
      return absl::StrCat("the file has no column ", Quoted(entry.header()),
                          ", so that what was said for it is not used");
    });
  }
}

void FileReader::ExplainUnknown(int index, int32_t line) {
  const std::string& header = columns_[static_cast<size_t>(index)].header;
  std::vector<std::string> known;
  if (suggestions_left_ > 0) {
    --suggestions_left_;
    if (format_ == v1::FILE_FORMAT_TIDY) {
      known = {"site", "item", "partner_type", "value"};
    } else {
      known.push_back("site");
      for (size_t i = 0; i < slots_.size(); ++i) {
        if (!crosswalk_.has_value() || slots_[i].type < 0) known.push_back(slots_[i].column);
      }
      if (crosswalk_.has_value()) {
        for (const std::string& code : crosswalk_->codes()) {
          for (const absl::string_view field : TypeFields()) {
            known.push_back(absl::StrCat(code, ".", field));
          }
        }
      }
    }
    for (const v1::ColumnAlias& alias : instrument_.instrument().column_aliases()) {
      if (alias.format().empty() || alias.format() == NameOf(format_)) {
        known.push_back(alias.alias());
      }
    }
  }
  const std::string nearest = NearestOf(header, known);
  const std::string hint =
      nearest.empty() ? std::string() : absl::StrCat("; did you mean ", Quoted(nearest), "?");
  if (format_ == v1::FILE_FORMAT_WIDE && instrument_.partner_matrix() != nullptr &&
      IsTypeColumn(FoldText(header))) {
    FileProblem(Reason::kUnknownTypeColumn, line, index + 1,
                absl::StrCat(Quoted(absl::string_view(header).substr(0, header.rfind('.'))),
                             " is no partner type of ", TaxonomyOfFile(), hint.empty() ? "." : hint,
                             " Types: ", absl::StrJoin(TypeCodes(), ", ")));
    return;
  }
  FileProblem(Reason::kUnknownColumn, line, index + 1,
              absl::StrCat("column ", Quoted(header), " is not known", hint.empty() ? "." : hint,
                           " Remove a column that holds something else, or give the instrument's "
                           "next version a column alias for it"));
}

bool FileReader::CheckColumns(int32_t line) {
  bool complete = true;
  const auto require = [&](int column, absl::string_view name) {
    if (column >= 0) return;
    complete = false;
    FileProblem(Reason::kMissingColumn, line, 0,
                absl::StrCat("there is no column \"", name, "\", which a ",
                             product_ == nullptr ? NameOf(format_) : product_->title(),
                             " file needs; a column of another name can be mapped to it"));
  };
  require(site_column_, "site");
  if (format_ == v1::FILE_FORMAT_TIDY) {
    require(item_column_, "item");
    if (instrument_.partner_matrix() != nullptr) require(type_column_, "partner_type");
    require(value_column_, "value");
  } else if (slot_columns_.empty()) {
    complete = false;
    FileProblem(Reason::kNoAnswerColumn, line, 0,
                "no column holds answers; name one shared_responsibility, {type}.count, "
                "{type}.level, or by the id of a question");
  }
  if (options_.on_duplicate == v1::ON_DUPLICATE_LATEST &&
      (time_column_ < 0 || format_ == v1::FILE_FORMAT_TIDY)) {
    complete = false;
    FileProblem(
        Reason::kNoSubmissionTime, line, 0,
        "no column says when rows were submitted, so that the latest cannot be told; reject "
        "several rows for a site, or merge them");
  }
  return complete;
}

int FileReader::FindRole(Column::Role role) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].role == role) return static_cast<int>(i);
  }
  return -1;
}

// --- Rows ----------------------------------------------------------------------------------------

void FileReader::OnRow(const CsvRow& row) {
  if (failed_) return;
  if (header_open_ && TakeHeaderRow(row)) return;
  if (failed_) return;
  if (columns_changed_) IndexColumns();
  if (row.blank()) {
    problems_.Add(Reason::kEmptyRow, At(row.line(), -1),
                  [] { return std::string("all cells of the row are empty; it is passed over"); });
    return;
  }
  if (product_ != nullptr && rows_read_ == 0 && product_->IsTagRow(row.cells())) return;
  ++rows_read_;
  const int width = static_cast<int>(columns_.size());
  // Some products end their rows with a comma.
  const bool trailing = product_ != nullptr && row.width() == width + 1 &&
                        row.size() == row.width() && row[width].empty();
  if (row.width() != width && !trailing) {
    Place place = At(row.line(), -1);
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
  if (product_ != nullptr && LeavesOut(row)) return;
  const std::optional<size_t> site = FindSite(row);
  if (!site.has_value()) return;
  if (format_ == v1::FILE_FORMAT_TIDY) {
    OnTidyRow(row, *site);
  } else {
    OnWideRow(row, *site);
  }
}

bool FileReader::LeavesOut(const CsvRow& row) {
  for (const int index : state_columns_) {
    const absl::string_view cell = row[index];
    const HeaderCells header = {columns_[static_cast<size_t>(index)].header, "",
                                columns_[static_cast<size_t>(index)].import_id};
    const std::optional<Reason> reason = product_->JudgeRow(header, cell);
    if (!reason.has_value()) continue;
    Place place = At(row.line(), index);
    place.value = cell;
    problems_.Add(*reason, place, [&] {
      switch (*reason) {
        case Reason::kUnfinishedRow:
          return std::string("the row was never submitted; it is left out");
        case Reason::kRejectedRow:
          return absl::StrCat("the row was rejected in ", product_->title(), "; it is left out");
        default:
          return absl::StrCat("the row is a test, a preview or spam for ", product_->title(),
                              "; it is left out");
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
  problems_.Add(reason, At(line, column - 1), [&] {
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
  if (collected_.empty() && collects()) collected_.resize(sites_.size());
  const int index = static_cast<int>(columns_.size());
  columns_.emplace_back().header = std::string(key);
  MapProductColumn(index, {std::string(key), "", ""}, line);
  Claim(index, line);
  columns_changed_ = true;
  return true;
}

void FileReader::OnRepeatedKey(int32_t line, int column) {
  problems_.Add(Reason::kRepeatedKey, At(line, column - 1), [&] {
    return absl::StrCat("the submission has the key ",
                        Quoted(columns_[static_cast<size_t>(column) - 1].header),
                        " twice, and nobody can tell which one counts");
  });
}

void FileReader::OnMorePages() {
  problems_.Add(Reason::kMorePages, At(0, -1), [] {
    return std::string("the file is one page of several: its \"next\" says where the others are");
  });
}

void FileReader::OnJsonFailure(Reason reason, int32_t line, absl::string_view message) {
  failed_ = true;
  header_seen_ = true;
  FileProblem(reason, line, 0, message);
}

std::optional<size_t> FileReader::FindSite(const CsvRow& row) {
  if (site_column_ < 0) {
    // A JSON file whose submissions had no such key so far.
    unknown_sites_.insert(absl::HashOf(std::string()));
    problems_.Add(Reason::kMissingSite, At(row.line(), -1),
                  [] { return std::string("the submission names no site"); });
    return std::nullopt;
  }
  const bool tidy = format_ == v1::FILE_FORMAT_TIDY;
  const absl::string_view text = row[site_column_];
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
  Place place = At(row.line(), site_column_);
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
  const absl::string_view text = row[site_column_];
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
  for (const int column : slot_columns_) {
    const size_t slot = columns_[static_cast<size_t>(column)].slot;
    row_cells_.push_back({slot, row.line(), column, Unguarded(slots_[slot], row[column])});
  }
}

bool FileReader::IsLatest(const CsvRow& row, size_t site) {
  Collected& collected = collected_[site];
  const auto supersede = [&](int32_t line, int32_t by) {
    Place place = At(line, time_column_);
    place.site = sites_.site(site);
    problems_.Add(Reason::kSupersededRow, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row that was submitted later,", On(by),
                          "; this one is left out");
    });
  };
  const std::optional<absl::Time> time = ParseSubmissionTime(row[time_column_]);
  if (!time.has_value()) {
    Place place = At(row.line(), time_column_);
    place.value = row[time_column_];
    place.site = sites_.site(site);
    problems_.Add(Reason::kBadSubmissionTime, place, [&] {
      return absl::StrCat(Quoted(row[time_column_]),
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
  const size_t hash = id_column_ >= 0 ? absl::HashOf(row.bytes(), row.width()) : 0;
  if (lines_[site] != 0) {
    if (id_column_ >= 0 && row_hashes_[site] == hash && !TrimCell(row[id_column_]).empty()) {
      Place again = At(row.line(), id_column_);
      again.site = sites_.site(site);
      problems_.Add(Reason::kRepeatedRow, again, [&] {
        return absl::StrCat("the submission stands", On(lines_[site]),
                            " already, word for word; it counts once");
      });
      return;
    }
    Place place = At(row.line(), site_column_);
    place.value = row[site_column_];
    place.site = sites_.site(site);
    problems_.Add(Reason::kDuplicateSite, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row already,", On(lines_[site]), "; keep one");
    });
    RejectSite(site);
    return;
  }
  lines_[site] = row.line();
  if (id_column_ >= 0) row_hashes_[site] = hash;
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
  const absl::string_view text = Unguarded(slots_[*slot], row[value_column_]);
  Collect({*slot, row.line(), value_column_, text}, collected);
}

std::optional<size_t> FileReader::FindTidySlot(const CsvRow& row, absl::string_view site) {
  const auto tell = [&](Reason reason, int column, absl::FunctionRef<std::string()> message) {
    Place place = At(row.line(), column);
    if (column >= 0) place.value = row[column];
    place.site = site;
    problems_.Add(reason, place, message);
    return std::nullopt;
  };
  const std::string item = FoldText(row[item_column_]);
  if (item.empty()) {
    return tell(Reason::kMissingItem, item_column_, [] {
      return std::string(
          "the row names no item; write partner_count, interaction_level, "
          "includes_self, shared_responsibility, or the id of a question");
    });
  }
  const std::vector<std::string>& items = slots_.items();
  if (std::find(items.begin(), items.end(), item) == items.end()) {
    if (SlotTable::IsTypeItem(item) || item == "shared_responsibility") {
      return tell(Reason::kItemNotAsked, item_column_, [&] {
        return absl::StrCat(instrument_.instrument().name(), " does not ask for ", item,
                            "; remove the row");
      });
    }
    return tell(Reason::kUnknownItem, item_column_, [&] {
      std::string nearest;
      if (suggestions_left_ > 0) {
        --suggestions_left_;
        nearest = NearestOf(item, items);
      }
      return absl::StrCat(
          Quoted(row[item_column_]), " is no item of ", instrument_.instrument().name(), "; ",
          nearest.empty() ? "" : absl::StrCat("did you mean ", Quoted(nearest), "? "),
          "Write partner_count, interaction_level, includes_self, "
          "shared_responsibility, or the id of a question");
    });
  }
  const std::string type = FoldText(row[type_column_]);
  if (!SlotTable::IsTypeItem(item)) {
    if (!type.empty()) {
      return tell(Reason::kUnexpectedPartnerType, type_column_, [&] {
        return absl::StrCat(item, " is not asked for partner types; leave the cell empty");
      });
    }
    return slots_.FindItem(item, -1);
  }
  if (type.empty()) {
    return tell(Reason::kMissingPartnerType, type_column_, [&] {
      return absl::StrCat(item, " is asked for each partner type; name one of ",
                          absl::StrJoin(TypeCodes(), ", "));
    });
  }
  int place = -1;
  if (!crosswalk_.has_value()) {
    place = instrument_.TypeOrder(type);
  } else if (const TypeCrosswalk::Type* known = crosswalk_->Find(type); known != nullptr) {
    place = known->target;
  }
  if (place < 0) {
    return tell(Reason::kUnknownPartnerType, type_column_, [&] {
      const std::vector<std::string> types = TypeCodes();
      const std::string nearest = NearestOf(type, types);
      return absl::StrCat(
          Quoted(row[type_column_]), " is no partner type of ", TaxonomyOfFile(), "; ",
          nearest.empty() ? "" : absl::StrCat("did you mean ", Quoted(nearest), "? "),
          "Types: ", absl::StrJoin(types, ", "));
    });
  }
  return slots_.FindItem(item, place);
}

bool FileReader::LeavesTypeOut(const CsvRow& row, absl::string_view site) {
  if (!crosswalk_.has_value() || !SlotTable::IsTypeItem(FoldText(row[item_column_]))) return false;
  const TypeCrosswalk::Type* type = crosswalk_->Find(FoldText(row[type_column_]));
  if (type == nullptr || type->target >= 0) return false;
  if (TrimCell(row[value_column_]).empty()) return true;
  Place place = At(row.line(), type_column_);
  place.value = row[type_column_];
  place.site = site;
  problems_.Add(Reason::kTypeNotCarriedOver, place,
                [&] { return absl::StrCat("the row is not read: ", type->why); });
  return true;
}

std::vector<std::string> FileReader::TypeCodes() const {
  if (crosswalk_.has_value()) return crosswalk_->codes();
  return {instrument_.partner_types().begin(), instrument_.partner_types().end()};
}

const std::string& FileReader::TaxonomyOfFile() const {
  return crosswalk_.has_value() ? crosswalk_->taxonomy() : instrument_.instrument().taxonomy();
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
    Place place = At(row_cells_[i].line, -1);
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
    Place place = At(told_line, site_column_);
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
    Place place = At(line, ColumnOf(question));
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

int FileReader::ColumnOf(const v1::Question& question) const {
  int column = -1;
  for (const int candidate : slot_columns_) {
    const Slot& slot = slots_[columns_[static_cast<size_t>(candidate)].slot];
    if (slot.question == &question && slot.type < 0) column = candidate;
  }
  return column;
}

// --- Problems ------------------------------------------------------------------------------------

std::string FileReader::On(int32_t line) const {
  return absl::StrCat(source_ == Source::kJson ? " in submission " : " on line ", line);
}

Place FileReader::At(int32_t line, int column) const {
  Place place;
  place.row = line;
  place.column = column + 1;
  if (column >= 0 && static_cast<size_t>(column) < columns_.size()) {
    place.header = columns_[static_cast<size_t>(column)].header;
  }
  return place;
}

Place FileReader::At(const Cell& cell, size_t site) const {
  Place place = At(cell.line, cell.column);
  if (slots_[cell.slot].kind != Slot::Kind::kText) place.value = cell.text;
  place.site = sites_.site(site);
  return place;
}

void FileReader::FileProblem(Reason reason, int32_t line, int column, absl::string_view message) {
  file_rejected_ = true;
  problems_.Add(reason, At(line, column - 1), [&] { return std::string(message); });
}

}  // namespace weft::ingestion
