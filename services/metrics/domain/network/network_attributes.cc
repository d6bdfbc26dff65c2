#include "services/metrics/domain/network/network_attributes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/enum_word.h"
#include "common/validation/dates.h"
#include "common/words/terms.h"
#include "services/metrics/domain/network/network_text.h"

namespace weft::metrics {
namespace {

AttributeValue TextOrNothing(std::string text) {
  if (text.empty()) return std::monostate();
  return text;
}

AttributeValue TextsOrNothing(const std::vector<std::string>& texts) {
  if (texts.empty()) return std::monostate();
  return texts;
}

AttributeValue NumberOrNothing(const type::v1::Estimate& estimate) {
  if (!estimate.has_value()) return std::monostate();
  return estimate.value();
}

std::string SettingWord(registry::v1::SiteAttributes::Setting setting) {
  if (setting == registry::v1::SiteAttributes::SETTING_UNSPECIFIED) return "";
  return EnumWord(registry::v1::SiteAttributes::Setting_Name(setting), "SETTING_");
}

struct MeasuredAttribute {
  v1::NetworkMeasure measure;
  FileAttribute attribute;
};

constexpr MeasuredAttribute kMeasured[] = {
    {v1::NETWORK_MEASURE_DEGREE, {"degree_share", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_DEGREE, {"strength", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_BETWEENNESS, {"betweenness", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_CLOSENESS, {"closeness", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_BROKERAGE, {"constraint", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_BROKERAGE, {"effective_size", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_BROKERAGE, {"redundancy", AttributeType::kDouble}},
    {v1::NETWORK_MEASURE_COMMUNITIES, {"community", AttributeType::kInt}},
    {v1::NETWORK_MEASURE_CORE_PERIPHERY, {"in_core_either", AttributeType::kBool}},
    {v1::NETWORK_MEASURE_CORE_PERIPHERY, {"in_core_both", AttributeType::kBool}},
};

AttributeValue Measured(absl::string_view name, const v1::NodeMetrics& node) {
  if (name == "degree_share") return NumberOrNothing(node.degree_share());
  if (name == "strength") return NumberOrNothing(node.strength());
  if (name == "betweenness") return NumberOrNothing(node.betweenness());
  if (name == "closeness") return NumberOrNothing(node.closeness());
  if (name == "constraint") return NumberOrNothing(node.constraint());
  if (name == "effective_size") return NumberOrNothing(node.effective_size());
  if (name == "redundancy") return NumberOrNothing(node.redundancy());
  if (name == "community" && node.has_community()) return static_cast<int64_t>(node.community());
  if (name == "in_core_either" && node.has_in_core_either()) return node.in_core_either();
  if (name == "in_core_both" && node.has_in_core_both()) return node.in_core_both();
  return std::monostate();
}

}  // namespace

NodeAttributes::NodeAttributes(const Network& network, const NetworkComputation& computation)
    : network_(network), computation_(computation) {
  attributes_ = {{"mode", AttributeType::kText},        {"resource", AttributeType::kText},
                 {"setting", AttributeType::kText},     {"partner_types", AttributeType::kTexts},
                 {"localities", AttributeType::kTexts}, {"regions", AttributeType::kTexts},
                 {"degree", AttributeType::kInt},       {"component", AttributeType::kInt}};
  const v1::NetworkProvenance provenance = computation.Provenance();
  for (const MeasuredAttribute& measured : kMeasured) {
    for (const int measure : provenance.measures()) {
      if (measure == measured.measure) attributes_.push_back(measured.attribute);
    }
  }
}

std::vector<AttributeValue> NodeAttributes::Of(size_t index) const {
  const NetworkNode& node = network_.node(index);
  const v1::NodeMetrics numbers = computation_.Node(index);
  std::vector<AttributeValue> values;
  values.reserve(attributes_.size());
  values.emplace_back(
      std::string(numbers.mode() == v1::NETWORK_MODE_SITES ? "site" : "organization"));
  values.push_back(TextOrNothing(node.name));
  // What would tell which site it is goes with its name.
  const bool named = !node.name.empty();
  values.push_back(named ? TextOrNothing(SettingWord(node.setting)) : AttributeValue());
  values.push_back(TextsOrNothing(node.partner_types));
  values.push_back(named ? TextsOrNothing(node.localities) : AttributeValue());
  values.push_back(named ? TextsOrNothing(node.regions) : AttributeValue());
  values.emplace_back(static_cast<int64_t>(numbers.degree()));
  values.emplace_back(static_cast<int64_t>(numbers.component()));
  while (values.size() < attributes_.size()) {
    values.push_back(Measured(attributes_[values.size()].name, numbers));
  }
  return values;
}

const std::vector<FileAttribute>& TieAttributes() {
  static const auto& attributes =
      *new std::vector<FileAttribute>{{"level", AttributeType::kText},
                                      {"partner_types", AttributeType::kTexts},
                                      {"is_self", AttributeType::kBool},
                                      {"start_date", AttributeType::kText},
                                      {"end_date", AttributeType::kText}};
  return attributes;
}

std::vector<AttributeValue> AttributesOf(const NetworkTie& tie) {
  const bool known = DepthOf(tie.level).has_value();
  return {known ? AttributeValue(std::string(LevelWords(tie.level))) : AttributeValue(),
          TextsOrNothing(tie.partner_types), AttributeValue(tie.is_self),
          tie.start.has_value() ? AttributeValue(FormatDate(*tie.start)) : AttributeValue(),
          tie.end.has_value() ? AttributeValue(FormatDate(*tie.end)) : AttributeValue()};
}

std::string TextOf(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    return absl::StrJoin(*texts, ";");
  }
  if (const auto* number = std::get_if<int64_t>(&value)) return absl::StrCat(*number);
  if (const auto* number = std::get_if<double>(&value)) return NumberInFile(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return "";
}

std::string TieId(const Network& network, const NetworkTie& tie) {
  return absl::StrCat(network.sites[tie.site].key, "--",
                      network.organizations[tie.organization].key);
}

}  // namespace weft::metrics
