#include "services/metrics/domain/attribute_filter.h"

#include <vector>

#include "common/base/enum_word.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using filter::FieldValues;
using registry::v1::SiteAttributes;
using store::v1::SiteRecord;

constexpr absl::string_view kSettingPrefix = "SETTING_";

FieldValues One(const std::string& value) {
  return value.empty() ? FieldValues() : FieldValues{value};
}

FieldValues SettingOf(const SiteRecord& site) {
  const SiteAttributes::Setting setting = site.attributes().setting();
  if (setting == SiteAttributes::SETTING_UNSPECIFIED) return {};
  return {EnumWord(SiteAttributes::Setting_Name(setting), kSettingPrefix)};
}

template <const std::string& (registry::v1::Place::*part)() const>
FieldValues OfPlaces(const SiteRecord& site) {
  FieldValues values;
  for (const registry::v1::Place& place : site.places()) {
    if (!(place.*part)().empty()) values.push_back((place.*part)());
  }
  return values;
}

const std::vector<filter::Field<SiteRecord>>& Fields() {
  static const auto& fields = *new std::vector<filter::Field<SiteRecord>>{
      {{.name = "cohort", .prefix = "cohorts/"},
       [](const SiteRecord& site) {
         return FieldValues(site.cohorts().begin(), site.cohorts().end());
       }},
      {{.name = "country"}, &OfPlaces<&registry::v1::Place::country>},
      {{.name = "entry_point"},
       [](const SiteRecord& site) { return One(site.attributes().entry_point()); }},
      {{.name = "locality"}, &OfPlaces<&registry::v1::Place::locality>},
      {{.name = "region"}, &OfPlaces<&registry::v1::Place::region>},
      {{.name = "setting",
        .words = EnumWords<SiteAttributes::Setting>(kSettingPrefix),
        .enum_prefix = kSettingPrefix},
       &SettingOf},
      {{.name = "stage"}, [](const SiteRecord& site) { return One(site.attributes().stage()); }},
  };
  return fields;
}

}  // namespace

absl::StatusOr<AttributeFilter> ParseAttributeFilter(absl::string_view text,
                                                     absl::string_view request_field) {
  return AttributeFilter::Parse(text, "a site", Fields(), request_field);
}

}  // namespace weft::metrics
