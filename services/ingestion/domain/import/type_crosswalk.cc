#include "services/ingestion/domain/import/type_crosswalk.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft::ingestion {
namespace {

std::string WhyNot(const registry::v1::CrosswalkMapping& mapping, absl::string_view taxonomy,
                   absl::string_view name) {
  if (mapping.to_codes().empty()) {
    return absl::StrCat("\"", mapping.from_code(), "\" has no counterpart in ", taxonomy, ", says ",
                        name);
  }
  return absl::StrCat("\"", mapping.from_code(), "\" covers ",
                      absl::StrJoin(mapping.to_codes(), ", "), " of ", taxonomy, ", says ", name,
                      ", and whose the answers are cannot be told");
}

}  // namespace

TypeCrosswalk::TypeCrosswalk(const InstrumentIndex& instrument, absl::string_view name,
                             absl::Span<const registry::v1::CrosswalkMapping> mappings)
    : instrument_(instrument), taxonomy_(name.substr(0, name.find("/crosswalks/"))) {
  types_.reserve(mappings.size());
  for (const registry::v1::CrosswalkMapping& mapping : mappings) {
    by_code_.emplace(mapping.from_code(), types_.size());
    Type& type = types_.emplace_back();
    type.code = mapping.from_code();
    if (mapping.to_codes_size() == 1) type.target = instrument.TypeOrder(mapping.to_codes(0));
    if (type.target < 0) type.why = WhyNot(mapping, instrument.instrument().taxonomy(), name);
  }
}

std::vector<std::string> TypeCrosswalk::codes() const {
  std::vector<std::string> codes;
  codes.reserve(types_.size());
  for (const Type& type : types_) codes.push_back(type.code);
  return codes;
}

const TypeCrosswalk::Type* TypeCrosswalk::Find(absl::string_view code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &types_[found->second];
}

std::optional<TypeCrosswalk::Column> TypeCrosswalk::FindColumn(absl::string_view header) const {
  const std::string folded = FoldText(header);
  if (!IsTypeColumn(folded)) return std::nullopt;
  const size_t dot = folded.rfind('.');
  const Type* type = Find(absl::string_view(folded).substr(0, dot));
  if (type == nullptr) return std::nullopt;
  if (type->target < 0) return Column{type, ""};
  return Column{type, absl::StrCat(instrument_.partner_types()[type->target],
                                   absl::string_view(folded).substr(dot))};
}

}  // namespace weft::ingestion
