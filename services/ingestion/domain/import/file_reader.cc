#include "services/ingestion/domain/import/file_reader.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/cell_values.h"

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

// A row of a tidy file that is kept until the file's end: line, slot and length in host order,
// text.
struct PackedCell {
  int32_t line;
  uint32_t slot;
  uint32_t size;
};

void Pack(int32_t line, size_t slot, absl::string_view text, std::string& into) {
  const PackedCell head{line, static_cast<uint32_t>(slot), static_cast<uint32_t>(text.size())};
  into.append(reinterpret_cast<const char*>(&head), sizeof(head));
  into.append(text.data(), text.size());
}

absl::string_view Unpack(absl::string_view& from, PackedCell& head) {
  std::memcpy(&head, from.data(), sizeof(head));
  const absl::string_view text = from.substr(sizeof(head), head.size);
  from.remove_prefix(sizeof(head) + head.size);
  return text;
}

bool IsTypeField(absl::string_view field) {
  return field == "count" || field == "level" || field == "includes_self";
}

}  // namespace

FileReader::FileReader(const InstrumentIndex& instrument, const SlotTable& slots,
                       const SiteDirectory& sites, ReadOptions options)
    : instrument_(instrument),
      slots_(slots),
      sites_(sites),
      options_(std::move(options)),
      csv_(*this),
      cells_(instrument),
      format_(options_.format),
      states_(sites.size(), SiteState::kUnseen),
      lines_(sites.size()),
      suggestions_left_(kMaxSuggestions) {}

void FileReader::Feed(absl::string_view bytes) { csv_.Feed(bytes); }

void FileReader::Finish() {
  csv_.Finish();
  if (failed_) return;
  if (!header_seen_) {
    FileProblem(Reason::kEmptyFile, 0, 0,
                "the file is empty; it needs a header row and a row for each site or value");
  } else if (rows_read_ == 0) {
    FileProblem(Reason::kNoDataRows, 0, 0, "there is nothing below the header row");
  }
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
    mapping.set_by_alias(columns_[i].by_alias);
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
    const std::pair<int, size_t> score(
        std::max(CountKnown(*cells, kWide), CountKnown(*cells, kTidy)), cells->size());
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
  if (format_ == v1::FILE_FORMAT_UNSPECIFIED) format_ = FormatOf(headers);
  if (CountKnown(headers, NameOf(format_)) == 0) {
    failed_ = true;
    // Names nothing of the row: it may well be a row of answers.
    FileProblem(Reason::kHeaderNotRecognized, line, 0,
                "no column is known; the first row must name them: site, shared_responsibility, "
                "{type}.count, {type}.level and question ids, or site, item, partner_type, value");
    return std::nullopt;
  }
  MapColumns(headers, line);
  if (!CheckColumns(line)) {
    failed_ = true;
    return std::nullopt;
  }
  if (format_ == v1::FILE_FORMAT_TIDY) collected_.resize(sites_.size());
  return delimiter;
}

int FileReader::CountKnown(const std::vector<std::string>& headers,
                           absl::string_view format) const {
  return static_cast<int>(
      std::count_if(headers.begin(), headers.end(), [&](const std::string& header) {
        return instrument_.MatchColumn(header, format).has_value();
      }));
}

v1::FileFormat FileReader::FormatOf(const std::vector<std::string>& headers) const {
  bool site = false;
  bool item = false;
  bool value = false;
  for (const std::string& header : headers) {
    const std::optional<InstrumentIndex::Column> column = instrument_.MatchColumn(header, kTidy);
    if (!column.has_value()) continue;
    site |= column->item == "site";
    item |= column->item == "item";
    value |= column->item == "value";
  }
  // A questionnaire may have questions of these names; then its wide files have more known columns.
  return site && item && value && CountKnown(headers, kTidy) >= CountKnown(headers, kWide)
             ? v1::FILE_FORMAT_TIDY
             : v1::FILE_FORMAT_WIDE;
}

void FileReader::MapColumns(const std::vector<std::string>& headers, int32_t line) {
  columns_.resize(headers.size());
  for (size_t i = 0; i < headers.size(); ++i) {
    columns_[i].header = headers[i];
    MapColumn(static_cast<int>(i), line);
  }
  absl::flat_hash_map<std::string, int> taken;
  for (size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    if (column.item.empty()) continue;
    const auto [first, is_new] = taken.try_emplace(column.item, static_cast<int>(i));
    if (is_new) continue;
    column.role = Column::Role::kIgnored;
    FileProblem(Reason::kDuplicateColumn, line, static_cast<int>(i) + 1,
                absl::StrCat("column ", first->second + 1, ", ",
                             Quoted(columns_[static_cast<size_t>(first->second)].header),
                             ", holds \"", column.item, "\" already; remove one of the two"));
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].role == Column::Role::kSlot) slot_columns_.push_back(static_cast<int>(i));
  }
  std::sort(slot_columns_.begin(), slot_columns_.end(), [this](int a, int b) {
    return columns_[static_cast<size_t>(a)].slot < columns_[static_cast<size_t>(b)].slot;
  });
  site_column_ = FindRole(Column::Role::kSite);
  item_column_ = FindRole(Column::Role::kItem);
  type_column_ = FindRole(Column::Role::kPartnerType);
  value_column_ = FindRole(Column::Role::kValue);
}

void FileReader::MapColumn(int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  if (TrimCell(column.header).empty()) {
    FileProblem(Reason::kEmptyColumnName, line, index + 1,
                absl::StrCat("column ", index + 1, " has no name; name it or remove it"));
    return;
  }
  const std::optional<InstrumentIndex::Column> known =
      instrument_.MatchColumn(column.header, NameOf(format_));
  if (!known.has_value()) {
    ExplainUnknown(index, line);
    return;
  }
  column.item = known->item;
  column.by_alias = known->by_alias;
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

void FileReader::ExplainUnknown(int index, int32_t line) {
  const std::string& header = columns_[static_cast<size_t>(index)].header;
  std::vector<std::string> known;
  if (suggestions_left_ > 0) {
    --suggestions_left_;
    if (format_ == v1::FILE_FORMAT_TIDY) {
      known = {"site", "item", "partner_type", "value"};
    } else {
      known.push_back("site");
      for (size_t i = 0; i < slots_.size(); ++i) known.push_back(slots_[i].column);
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
  const size_t dot = header.rfind('.');
  if (format_ == v1::FILE_FORMAT_WIDE && instrument_.partner_matrix() != nullptr &&
      dot != std::string::npos &&
      IsTypeField(FoldText(absl::string_view(header).substr(dot + 1)))) {
    FileProblem(
        Reason::kUnknownTypeColumn, line, index + 1,
        absl::StrCat(Quoted(absl::string_view(header).substr(0, dot)), " is no partner type of ",
                     instrument_.instrument().taxonomy(), hint.empty() ? "." : hint,
                     " Types: ", absl::StrJoin(instrument_.partner_types(), ", ")));
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
                absl::StrCat("there is no column \"", name, "\", which a ", NameOf(format_),
                             " file needs"));
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
  if (row.blank()) {
    problems_.Add(Reason::kEmptyRow, At(row.line(), -1),
                  [] { return std::string("all cells of the row are empty; it is passed over"); });
    return;
  }
  ++rows_read_;
  if (row.width() != static_cast<int>(columns_.size())) {
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
  const std::optional<size_t> site = FindSite(row);
  if (!site.has_value()) return;
  if (format_ == v1::FILE_FORMAT_TIDY) {
    OnTidyRow(row, *site);
  } else {
    OnWideRow(row, *site);
  }
}

void FileReader::OnBadByte(int32_t line, int column, int64_t offset, bool nul) {
  const Reason reason = nul ? Reason::kNulByte : Reason::kInvalidUtf8;
  if (!header_seen_) {
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

std::optional<size_t> FileReader::FindSite(const CsvRow& row) {
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
  const absl::string_view text = site_column_ < row.size() ? row[site_column_] : "";
  const SiteDirectory::Match match = sites_.Find(text);
  if (match.outcome != SiteDirectory::Outcome::kFound) {
    unknown_sites_.insert(absl::HashOf(FoldText(text)));
    return std::nullopt;
  }
  RejectSite(match.index);
  return match.index;
}

void FileReader::OnWideRow(const CsvRow& row, size_t site) {
  if (lines_[site] != 0) {
    Place place = At(row.line(), site_column_);
    place.value = row[site_column_];
    place.site = sites_.site(site);
    problems_.Add(Reason::kDuplicateSite, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row already, on line ", lines_[site],
                          "; keep one");
    });
    RejectSite(site);
    return;
  }
  lines_[site] = row.line();
  row_cells_.clear();
  for (const int column : slot_columns_) {
    row_cells_.push_back(
        {columns_[static_cast<size_t>(column)].slot, row.line(), column, row[column]});
  }
  ReadSite(site, row.line(), row_cells_);
}

void FileReader::OnTidyRow(const CsvRow& row, size_t site) {
  Collected& collected = collected_[site];
  if (collected.first_line == 0) {
    collected.first_line = row.line();
    order_.push_back(site);
  }
  const std::optional<size_t> slot = FindTidySlot(row, sites_.site(site));
  if (!slot.has_value()) {
    RejectSite(site);
    return;
  }
  Pack(row.line(), *slot, row[value_column_], collected.cells);
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
  const std::string type = type_column_ < 0 ? std::string() : FoldText(row[type_column_]);
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
                          absl::StrJoin(instrument_.partner_types(), ", "));
    });
  }
  const int place = instrument_.TypeOrder(type);
  if (place < 0) {
    return tell(Reason::kUnknownPartnerType, type_column_, [&] {
      const std::vector<std::string> types(instrument_.partner_types().begin(),
                                           instrument_.partner_types().end());
      const std::string nearest = NearestOf(type, types);
      return absl::StrCat(
          Quoted(row[type_column_]), " is no partner type of ", instrument_.instrument().taxonomy(),
          "; ", nearest.empty() ? "" : absl::StrCat("did you mean ", Quoted(nearest), "? "),
          "Types: ", absl::StrJoin(types, ", "));
    });
  }
  return slots_.FindItem(item, place);
}

// --- Sites ---------------------------------------------------------------------------------------

void FileReader::ReadCollected(size_t site) {
  Collected& collected = collected_[site];
  row_cells_.clear();
  absl::string_view packed = collected.cells;
  while (!packed.empty()) {
    PackedCell head;
    const absl::string_view text = Unpack(packed, head);
    row_cells_.push_back({head.slot, head.line, value_column_, text});
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
    const Slot& slot = slots_[row_cells_[i].slot];
    Place place = At(row_cells_[i].line, -1);
    place.site = sites_.site(site);
    problems_.Add(Reason::kDuplicateValue, place, [&] {
      return absl::StrCat(sites_.site(site), " has a row for ", slot.column, " already, on line ",
                          row_cells_[kept - 1].line, "; keep one");
    });
    RejectSite(site);
  }
  row_cells_.resize(kept, Cell{0, 0, 0, ""});
  ReadSite(site, collected.first_line, row_cells_);
  collected.cells.clear();
  collected.cells.shrink_to_fit();
}

void FileReader::ReadSite(size_t site, int32_t line, absl::Span<const Cell> cells) {
  const bool rejected = states_[site] == SiteState::kRejected;
  const bool wanted =
      !options_.wanted.empty() && options_.wanted[site] && line > options_.after_line;
  const int32_t errors = problems_.errors();
  answered_.assign(instrument_.questions().size(), false);
  any_answer_ = false;
  count_type_ = -1;
  SiteAnswers answers;
  for (const Cell& cell : cells) ReadCell(cell, site, wanted ? &answers.item : nullptr);
  if (!any_answer_) {
    if (rejected) return;
    states_[site] = SiteState::kNoAnswers;
    Place place = At(line, site_column_);
    place.site = sites_.site(site);
    problems_.Add(Reason::kNoAnswers, place, [&] {
      return absl::StrCat("nothing is answered for ", sites_.site(site),
                          "; it is passed over, and no response comes of it");
    });
    return;
  }
  // When a row of the site is lost already, it may have been the one with the answer.
  if (!rejected && !options_.checked) CheckRequired(site, line);
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
  const std::optional<Reason> reason = cells_.Parse(slot, cell.text, value_);
  if (value_.na) {
    problems_.Add(Reason::kNaToken, At(cell, site), [] {
      return std::string(
          "NA is taken as not answered; leave the cell empty, or write "
          "NOT_APPLICABLE if that is what is meant");
    });
  }
  if (value_.kind == CellValue::Kind::kNothing) return;
  any_answer_ = true;
  answered_[slot.question_order] = true;
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

void FileReader::CheckRequired(size_t site, int32_t line) {
  const auto stored = options_.stored_texts.find(site);
  for (size_t i = 0; i < answered_.size(); ++i) {
    const v1::Question& question = *instrument_.questions()[i];
    if (!question.required() || answered_[i]) continue;
    if (stored != options_.stored_texts.end() && stored->second.contains(question.id())) continue;
    int column = -1;
    for (const int candidate : slot_columns_) {
      const size_t slot = columns_[static_cast<size_t>(candidate)].slot;
      if (slots_[slot].question == &question && slots_[slot].type < 0) column = candidate;
    }
    Place place = At(line, column);
    place.site = sites_.site(site);
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
