#include "services/ingestion/domain/import/formats/column_matcher.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/cell_values.h"

namespace weft::ingestion {
namespace {

using Match = v1::ColumnMapping;

constexpr absl::string_view kPassOver = "-";

bool IsMatrix(const v1::Question& question, absl::string_view text) {
  return NameKey(question.id()) == NameKey(text) || NameKey(question.text()) == NameKey(text);
}

}  // namespace

// --- Overrides -----------------------------------------------------------------------------------

void ColumnOverrides::AddGiven(const v1::ColumnOverride& entry) {
  // An empty item stays, so that what is saved does not count.
  by_header_[FoldText(entry.header())] = {entry.item(), Match::MATCH_GIVEN};
}

void ColumnOverrides::AddSaved(const v1::ColumnOverride& entry) {
  by_header_.try_emplace(FoldText(entry.header()), Found{entry.item(), Match::MATCH_SAVED});
}

std::optional<ColumnOverrides::Found> ColumnOverrides::Find(absl::string_view header) const {
  if (by_header_.empty() || header.empty()) return std::nullopt;
  const auto found = by_header_.find(FoldText(header));
  if (found == by_header_.end() || found->second.item.empty()) return std::nullopt;
  return found->second;
}

std::vector<v1::ColumnOverride> MergeOverrides(absl::Span<const v1::ColumnOverride> saved,
                                               absl::Span<const v1::ColumnOverride> given) {
  std::map<std::string, v1::ColumnOverride> by_header;
  for (const v1::ColumnOverride& entry : saved) by_header[FoldText(entry.header())] = entry;
  for (const v1::ColumnOverride& entry : given) {
    if (entry.item().empty()) {
      by_header.erase(FoldText(entry.header()));
    } else {
      by_header[FoldText(entry.header())] = entry;
    }
  }
  std::vector<v1::ColumnOverride> merged;
  merged.reserve(by_header.size());
  for (auto& [header, entry] : by_header) merged.push_back(std::move(entry));
  return merged;
}

// --- The matcher ---------------------------------------------------------------------------------

ColumnMatcher::ColumnMatcher(const InstrumentIndex& instrument, const SlotTable& slots,
                             const TypeCrosswalk* crosswalk)
    : instrument_(instrument), slots_(slots), crosswalk_(crosswalk) {
  for (size_t i = 0; i < slots.size(); ++i) {
    if (crosswalk == nullptr || slots[i].type < 0) Add(columns_, slots[i].column, i);
    if (slots[i].type < 0) Add(texts_, slots[i].question->text(), i);
  }
  if (crosswalk == nullptr) {
    for (int i = 0; i < instrument.partner_types().size(); ++i) {
      Add(types_, instrument.partner_types()[i], static_cast<size_t>(i));
    }
    return;
  }
  for (size_t i = 0; i < crosswalk->types().size(); ++i) {
    const std::string& code = crosswalk->types()[i].code;
    Add(types_, code, i);
    for (const absl::string_view field : TypeFields()) {
      const std::string column = absl::StrCat(code, ".", field);
      const std::string item = crosswalk->FindColumn(column)->item;
      if (item.empty()) {
        Add(left_out_, column, i);
      } else if (const std::optional<size_t> slot = slots.FindColumn(item); slot.has_value()) {
        Add(columns_, column, *slot);
      }
    }
  }
}

void ColumnMatcher::Add(Keys& keys, absl::string_view text, size_t value) {
  std::string key = NameKey(text);
  if (key.empty()) return;
  const auto [known, is_new] = keys.emplace(std::move(key), value);
  if (!is_new && known->second != value) known->second = kSeveral;
}

std::optional<size_t> ColumnMatcher::Find(const Keys& keys, absl::string_view text) {
  const auto found = keys.find(NameKey(text));
  if (found == keys.end() || found->second == kSeveral) return std::nullopt;
  return found->second;
}

ColumnMatch ColumnMatcher::SlotMatch(size_t slot, Match::Match match) const {
  ColumnMatch found;
  found.kind = ColumnMatch::Kind::kSlot;
  found.slot = slot;
  found.item = slots_[slot].column;
  const bool own_words = match == Match::MATCH_NAME || match == Match::MATCH_TEXT;
  const bool crossed = crosswalk_ != nullptr && slots_[slot].type >= 0 && own_words;
  found.match = crossed ? Match::MATCH_CROSSWALK : match;
  return found;
}

ColumnMatch ColumnMatcher::NotCarriedOver(const TypeCrosswalk::Type& type) {
  ColumnMatch found;
  found.kind = ColumnMatch::Kind::kNotCarriedOver;
  found.match = Match::MATCH_CROSSWALK;
  found.note = type.why;
  return found;
}

std::optional<ColumnMatch> ColumnMatcher::MatchSlot(absl::string_view column,
                                                    Match::Match match) const {
  if (const std::optional<size_t> slot = Find(columns_, column); slot.has_value()) {
    return SlotMatch(*slot, match);
  }
  const std::optional<size_t> type = Find(left_out_, column);
  if (!type.has_value()) return std::nullopt;
  return NotCarriedOver(crosswalk_->types()[*type]);
}

ColumnMatch ColumnMatcher::OptionMatch(size_t slot, const v1::Option& option,
                                       Match::Match match) const {
  ColumnMatch found = SlotMatch(slot, match);
  found.kind = ColumnMatch::Kind::kOption;
  found.option = instrument_.OptionOrder(*slots_[slot].question, option.id());
  absl::StrAppend(&found.item, "/", option.id());
  return found;
}

std::optional<ColumnMatch> ColumnMatcher::MatchItem(absl::string_view item) const {
  const std::string folded = FoldText(item);
  if (folded == "site") {
    ColumnMatch found;
    found.kind = ColumnMatch::Kind::kSite;
    found.item = folded;
    found.match = Match::MATCH_NAME;
    return found;
  }
  if (const std::optional<size_t> slot = slots_.FindColumn(folded); slot.has_value()) {
    return SlotMatch(*slot, Match::MATCH_NAME);
  }
  const size_t slash = folded.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::optional<size_t> slot = slots_.FindColumn(folded.substr(0, slash));
  if (!slot.has_value() || slots_[*slot].kind != Slot::Kind::kMultiChoice) return std::nullopt;
  const v1::Question& question = *slots_[*slot].question;
  const v1::Option* option =
      instrument_.FindOption(question, absl::string_view(folded).substr(slash + 1));
  if (option == nullptr) return std::nullopt;
  return OptionMatch(*slot, *option, Match::MATCH_NAME);
}

std::optional<ColumnMatch> ColumnMatcher::MatchAlias(absl::string_view header) const {
  const std::optional<InstrumentIndex::Column> known = instrument_.MatchColumn(header, "wide");
  if (!known.has_value() || !known->by_alias) return std::nullopt;
  std::optional<ColumnMatch> found = MatchItem(known->item);
  if (found.has_value()) found->match = Match::MATCH_ALIAS;
  return found;
}

std::optional<ColumnMatch> ColumnMatcher::MatchOverride(const HeaderCells& header,
                                                        const ColumnOverrides& overrides) const {
  std::optional<ColumnOverrides::Found> said = overrides.Find(header.name);
  if (!said.has_value()) said = overrides.Find(header.id);
  if (!said.has_value()) said = overrides.Find(header.text);
  if (!said.has_value()) return std::nullopt;
  ColumnMatch none;
  none.match = said->match;
  if (said->item == kPassOver) {
    none.kind = ColumnMatch::Kind::kPassedOver;
    none.note = "passed over, as was said";
    return none;
  }
  std::optional<ColumnMatch> found = MatchItem(said->item);
  if (found.has_value()) {
    found->match = said->match;
    return found;
  }
  none.item = said->item;
  none.note = absl::StrCat(Quoted(said->item), " is nothing that ", instrument_.instrument().name(),
                           " asks for");
  return none;
}

std::optional<ColumnMatch> ColumnMatcher::MatchTypeItem(absl::string_view item,
                                                        absl::string_view type,
                                                        Match::Match match) const {
  const std::optional<size_t> place = Find(types_, type);
  if (!place.has_value()) return std::nullopt;
  int target = static_cast<int>(*place);
  if (crosswalk_ != nullptr) {
    target = crosswalk_->types()[*place].target;
    if (target < 0) return NotCarriedOver(crosswalk_->types()[*place]);
  }
  const std::optional<size_t> slot = slots_.FindItem(item, target);
  if (!slot.has_value()) return std::nullopt;
  return SlotMatch(*slot, match);
}

std::optional<ColumnMatch> ColumnMatcher::MatchReading(const HeaderReading& reading,
                                                       const ColumnOverrides& overrides) const {
  const absl::string_view question = TrimCell(reading.question);
  const absl::string_view part = TrimCell(reading.part);
  if (part.empty()) {
    if (FoldText(question) == "site") return MatchItem("site");
    if (std::optional<ColumnMatch> alias = MatchAlias(question); alias.has_value()) return alias;
    std::optional<ColumnMatch> named = MatchSlot(question, Match::MATCH_NAME);
    if (named.has_value()) return named;
    const std::optional<size_t> slot = Find(texts_, question);
    return slot.has_value() ? std::make_optional(SlotMatch(*slot, Match::MATCH_TEXT))
                            : std::nullopt;
  }
  // What was said for the question holds for its parts.
  const std::optional<ColumnOverrides::Found> said = overrides.Find(question);
  if (said.has_value() && SlotTable::IsTypeItem(said->item)) {
    return MatchTypeItem(said->item, part, said->match);
  }
  std::optional<size_t> slot = Find(columns_, question);
  Match::Match match = Match::MATCH_NAME;
  if (said.has_value()) {
    slot = slots_.FindColumn(FoldText(said->item));
    match = said->match;
  } else if (!slot.has_value()) {
    slot = Find(texts_, question);
    match = Match::MATCH_TEXT;
  }
  if (slot.has_value() && slots_[*slot].kind == Slot::Kind::kMultiChoice) {
    const v1::Option* option = FindOptionByName(instrument_, *slots_[*slot].question, part);
    if (option != nullptr) return OptionMatch(*slot, *option, match);
  }
  const std::string item = FoldText(question);
  if (SlotTable::IsTypeItem(item)) return MatchTypeItem(item, part, Match::MATCH_NAME);
  if (Find(types_, question).has_value()) {
    std::optional<ColumnMatch> field =
        MatchSlot(absl::StrCat(question, ".", part), Match::MATCH_NAME);
    if (field.has_value()) return field;
  }
  const v1::Question* matrix = instrument_.partner_matrix();
  if (matrix == nullptr || !IsMatrix(*matrix, question)) return std::nullopt;
  if (std::optional<ColumnMatch> field = MatchSlot(part, Match::MATCH_TEXT);
      field.has_value() &&
      (field->kind == ColumnMatch::Kind::kNotCarriedOver || slots_[field->slot].type >= 0)) {
    return field;
  }
  // The part is a partner type: that is enough where only one thing is asked of it.
  if (matrix->partner_matrix().ask_count() == matrix->partner_matrix().ask_level()) {
    return std::nullopt;
  }
  return MatchTypeItem(matrix->partner_matrix().ask_count() ? "partner_count" : "interaction_level",
                       part, Match::MATCH_TEXT);
}

ColumnMatch ColumnMatcher::Match(const ProductFormat& product, const HeaderCells& header,
                                 const ColumnOverrides& overrides) const {
  for (const HeaderReading& reading : product.Readings(header)) {
    if (std::optional<ColumnMatch> found = MatchReading(reading, overrides); found.has_value()) {
      return *std::move(found);
    }
  }
  ColumnMatch none;
  none.note = WhyNot(product, header);
  return none;
}

std::string ColumnMatcher::WhyNot(const ProductFormat& product, const HeaderCells& header) const {
  const v1::Question* matrix = instrument_.partner_matrix();
  for (const HeaderReading& reading : product.Readings(header)) {
    const absl::string_view question = TrimCell(reading.question);
    const absl::string_view part = TrimCell(reading.part);
    if (part.empty()) continue;
    if (Find(types_, part).has_value()) {
      return absl::StrCat("it is about partner type ", Quoted(part),
                          ", but not clear whether it is its count or its level: say what ",
                          Quoted(question), " is, partner_count or interaction_level");
    }
    if (matrix != nullptr && IsMatrix(*matrix, question)) {
      return absl::StrCat(
          Quoted(part), " is no partner type of ",
          crosswalk_ == nullptr ? instrument_.instrument().taxonomy() : crosswalk_->taxonomy());
    }
    std::optional<size_t> slot = Find(columns_, question);
    if (!slot.has_value()) slot = Find(texts_, question);
    if (!slot.has_value()) continue;
    const v1::Question& asked = *slots_[*slot].question;
    if (slots_[*slot].kind != Slot::Kind::kMultiChoice) {
      return absl::StrCat("\"", asked.id(), "\" is asked as a whole, and this is a part of it");
    }
    return absl::StrCat(Quoted(part), " is no option of \"", asked.id(), "\"");
  }
  return absl::StrCat("no item of ", instrument_.instrument().name(), " has this name or text");
}

}  // namespace weft::ingestion
