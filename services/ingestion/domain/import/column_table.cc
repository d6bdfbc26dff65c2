#include "services/ingestion/domain/import/column_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kWide = "wide";
constexpr absl::string_view kTidy = "tidy";

absl::string_view NameOf(v1::FileFormat format) {
  return format == v1::FILE_FORMAT_TIDY ? kTidy : kWide;
}

// What an export says about each row, which an import passes over. No question can have such a
// name.
constexpr absl::string_view kPseudonymColumn = "weft.pseudonym";
constexpr absl::string_view kTimeColumn = "weft.submit_time";
constexpr absl::string_view kExtraPrefix = "weft.";

}  // namespace

ColumnTable::ColumnTable(const InstrumentIndex& instrument, const SlotTable& slots,
                         const ReadOptions& options, ProblemLog& problems)
    : instrument_(instrument),
      slots_(slots),
      options_(options),
      problems_(problems),
      crosswalk_(options.crosswalk.empty()
                     ? std::nullopt
                     : std::make_optional<TypeCrosswalk>(instrument, options.crosswalk,
                                                         options.type_mappings)),
      matcher_(instrument, slots, crosswalk()) {
  for (const v1::ColumnOverride& entry : options.given_overrides) overrides_.AddGiven(entry);
}

// --- Before the columns are known ----------------------------------------------------------------

void ColumnTable::SetFormat(v1::FileFormat format) {
  format_ = format;
  product_ = ProductOf(format);
  for (const v1::ImportMapping& mapping : options_.saved_mappings) {
    if (LastId(mapping.name()) != FormatName(format)) continue;
    for (const v1::ColumnOverride& entry : mapping.overrides()) overrides_.AddSaved(entry);
  }
}

std::optional<InstrumentIndex::Column> ColumnTable::MatchName(absl::string_view header,
                                                              absl::string_view format) const {
  std::optional<InstrumentIndex::Column> known = instrument_.MatchColumn(header, format);
  if (!crosswalk_.has_value() || format != kWide) return known;
  // Types of the instrument are none of the file's, unless the crosswalk says so.
  if (known.has_value() && !known->by_alias && IsTypeColumn(known->item)) known.reset();
  const std::optional<TypeCrosswalk::Column> column = crosswalk_->FindColumn(header);
  if (column.has_value()) known = InstrumentIndex::Column{column->item, false};
  return known;
}

int ColumnTable::CountKnown(const std::vector<std::string>& headers,
                            absl::string_view format) const {
  return static_cast<int>(std::count_if(
      headers.begin(), headers.end(),
      [&](const std::string& header) { return MatchName(header, format).has_value(); }));
}

int ColumnTable::Score(const std::vector<std::string>& headers) const {
  const ProductFormat* product = product_ != nullptr ? product_ : DetectProduct(headers);
  const int theirs = product == nullptr ? 0 : product->Recognize(headers);
  return std::max({CountKnown(headers, kWide), CountKnown(headers, kTidy), theirs});
}

bool ColumnTable::Knows(const std::vector<std::string>& headers) const {
  return CountKnown(headers, NameOf(format_)) > 0 || !overrides_.empty();
}

v1::FileFormat ColumnTable::FormatOf(const std::vector<std::string>& headers) const {
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

// --- The columns ---------------------------------------------------------------------------------

bool ColumnTable::Map(const std::vector<HeaderCells>& headers, int32_t line) {
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
  changed_ = true;
  return Check(line);
}

void ColumnTable::Add(absl::string_view header, int32_t line) {
  const int index = static_cast<int>(columns_.size());
  columns_.emplace_back().header = std::string(header);
  MapProductColumn(index, {std::string(header), "", ""}, line);
  Claim(index, line);
  changed_ = true;
}

bool ColumnTable::Check(int32_t line) {
  Index();
  CheckOverrides(line);
  return CheckColumns(line);
}

void ColumnTable::Claim(int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  if (column.item.empty()) return;
  const auto [first, is_new] = taken_.try_emplace(column.item, index);
  if (is_new) return;
  column.role = Role::kIgnored;
  Refuse(Reason::kDuplicateColumn, line, index + 1,
         absl::StrCat("column ", first->second + 1, ", ",
                      Quoted(columns_[static_cast<size_t>(first->second)].header), ", holds \"",
                      column.item, "\" already; remove one of the two"));
}

bool ColumnTable::Index() {
  if (!std::exchange(changed_, false)) return false;
  slot_columns_.clear();
  state_columns_.clear();
  answer_columns_.clear();
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
    if (column.role != Role::kSlot) continue;
    slot_columns_.push_back(index);
    options |= column.option >= 0;
  }
  if (time_column_ < 0) time_column_ = end_time;
  std::sort(slot_columns_.begin(), slot_columns_.end(), [this](int a, int b) {
    const Column& first = columns_[static_cast<size_t>(a)];
    const Column& second = columns_[static_cast<size_t>(b)];
    return std::tie(first.slot, first.option, a) < std::tie(second.slot, second.option, b);
  });
  site_column_ = FindRole(Role::kSite);
  item_column_ = FindRole(Role::kItem);
  type_column_ = FindRole(Role::kPartnerType);
  value_column_ = FindRole(Role::kValue);
  if (site_column_ < 0 && product_ == nullptr) {
    // A public export has pseudonyms for sites, which are as good where they were made.
    for (size_t i = 0; i < columns_.size() && site_column_ < 0; ++i) {
      if (FoldText(columns_[i].header) != kPseudonymColumn) continue;
      site_column_ = static_cast<int>(i);
      columns_[i].item = "site";
      columns_[i].note.clear();
    }
  }
  if (product_ == nullptr && !options) return true;
  for (const int index : slot_columns_) {
    const Column& column = (*this)[index];
    answer_columns_.push_back(
        {index, column.slot, column.option, statuses[static_cast<size_t>(index)]});
  }
  return true;
}

void ColumnTable::Use(ColumnMatch match, int index, int32_t line) {
  Column& column = columns_[static_cast<size_t>(index)];
  column.item = std::move(match.item);
  column.match = match.match;
  column.note = std::move(match.note);
  switch (match.kind) {
    case ColumnMatch::Kind::kSite:
      column.role = Role::kSite;
      return;
    case ColumnMatch::Kind::kSlot:
    case ColumnMatch::Kind::kOption:
      column.role = Role::kSlot;
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
    Refuse(Reason::kUnknownMapping, line, index + 1,
           absl::StrCat("for column ", Quoted(column.header), " was said: ", column.note,
                        "; say site, {type}.count, {type}.level, a question's id, "
                        "{question}/{option}, or - to pass it over"));
    return;
  }
  problems_.Add(Reason::kColumnNotMapped, At(line, index), [&] {
    return absl::StrCat("column ", Quoted(column.header), " is not read: ", column.note);
  });
}

void ColumnTable::MapProductColumn(int index, const HeaderCells& header, int32_t line) {
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

bool ColumnTable::MapExtraColumn(Column& column) {
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
  column.role = Role::kSlot;
  column.slot = option->slot;
  column.option = option->option;
  column.item = std::move(option->item);
  column.match = option->match;
  return true;
}

void ColumnTable::MapColumn(int index, int32_t line) {
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
    Refuse(Reason::kEmptyColumnName, line, index + 1,
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
    column.role = Role::kSite;
  } else if (format_ == v1::FILE_FORMAT_TIDY) {
    column.role = known->item == "item"    ? Role::kItem
                  : known->item == "value" ? Role::kValue
                                           : Role::kPartnerType;
  } else if (const std::optional<size_t> slot = slots_.FindColumn(known->item); slot.has_value()) {
    column.role = Role::kSlot;
    column.slot = *slot;
  } else {
    Refuse(Reason::kColumnNotAsked, line, index + 1,
           absl::StrCat(instrument_.instrument().name(), " does not ask for \"", known->item,
                        "\"; remove the column"));
  }
}

void ColumnTable::NoteNames(const HeaderCells& header) {
  if (options_.given_overrides.empty()) return;
  for (const std::string& name : {header.name, header.text, header.id}) {
    mapped_names_.insert(FoldText(name));
  }
  if (product_ == nullptr) return;
  for (const HeaderReading& reading : product_->Readings(header)) {
    mapped_names_.insert(FoldText(reading.question));
  }
}

void ColumnTable::CheckOverrides(int32_t line) {
  for (const v1::ColumnOverride& entry : options_.given_overrides) {
    const std::string wanted = FoldText(entry.header());
    if (entry.item().empty() || mapped_names_.contains(wanted)) continue;
    problems_.Add(Reason::kMappingNotUsed, At(line, -1), [&] {
      return absl::StrCat("the file has no column ", Quoted(entry.header()),
                          ", so that what was said for it is not used");
    });
  }
}

void ColumnTable::ExplainUnknown(int index, int32_t line) {
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
    Refuse(Reason::kUnknownTypeColumn, line, index + 1,
           absl::StrCat(Quoted(absl::string_view(header).substr(0, header.rfind('.'))),
                        " is no partner type of ", taxonomy(), hint.empty() ? "." : hint,
                        " Types: ", absl::StrJoin(TypeCodes(), ", ")));
    return;
  }
  Refuse(Reason::kUnknownColumn, line, index + 1,
         absl::StrCat("column ", Quoted(header), " is not known", hint.empty() ? "." : hint,
                      " Remove a column that holds something else, or give the instrument's "
                      "next version a column alias for it"));
}

bool ColumnTable::CheckColumns(int32_t line) {
  bool complete = true;
  const auto require = [&](int column, absl::string_view name) {
    if (column >= 0) return;
    complete = false;
    Refuse(Reason::kMissingColumn, line, 0,
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
    Refuse(Reason::kNoAnswerColumn, line, 0,
           "no column holds answers; name one shared_responsibility, {type}.count, "
           "{type}.level, or by the id of a question");
  }
  if (options_.on_duplicate == v1::ON_DUPLICATE_LATEST &&
      (time_column_ < 0 || format_ == v1::FILE_FORMAT_TIDY)) {
    complete = false;
    Refuse(Reason::kNoSubmissionTime, line, 0,
           "no column says when rows were submitted, so that the latest cannot be told; reject "
           "several rows for a site, or merge them");
  }
  return complete;
}

int ColumnTable::FindRole(Column::Role role) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].role == role) return static_cast<int>(i);
  }
  return -1;
}

int ColumnTable::ColumnOf(const v1::Question& question) const {
  int column = -1;
  for (const int candidate : slot_columns_) {
    const Slot& slot = slots_[columns_[static_cast<size_t>(candidate)].slot];
    if (slot.question == &question && slot.type < 0) column = candidate;
  }
  return column;
}

std::vector<std::string> ColumnTable::TypeCodes() const {
  if (crosswalk_.has_value()) return crosswalk_->codes();
  return {instrument_.partner_types().begin(), instrument_.partner_types().end()};
}

const std::string& ColumnTable::taxonomy() const {
  return crosswalk_.has_value() ? crosswalk_->taxonomy() : instrument_.instrument().taxonomy();
}

Place ColumnTable::At(int32_t line, int column) const {
  Place place;
  place.row = line;
  place.column = column + 1;
  if (column >= 0 && static_cast<size_t>(column) < columns_.size()) {
    place.header = columns_[static_cast<size_t>(column)].header;
  }
  return place;
}

void ColumnTable::CopyTo(v1::Import& import) const {
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

void ColumnTable::Refuse(Reason reason, int32_t line, int column, absl::string_view message) {
  refused_ = true;
  problems_.Add(reason, At(line, column - 1), [&] { return std::string(message); });
}

}  // namespace weft::ingestion
