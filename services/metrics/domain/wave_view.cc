#include "services/metrics/domain/wave_view.h"

#include "absl/status/statusor.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/site_numbers.h"

namespace weft::metrics {

std::string WaveFrame::TypeLabel(absl::string_view code) const {
  for (const auto& type : taxonomy.types()) {
    if (type.code() == code && !type.display_name().empty()) return type.display_name();
  }
  return std::string(code);
}

Scale ScaleOf(const WaveView& view) {
  return {.types = view.frame->type_count(), .lowest = view.variant().lowest_engaged_depth()};
}

v1::Parameters ResolveParameters(const v1::Parameters& parameters) {
  v1::Parameters resolved = parameters;
  if (resolved.floor() == v1::REVIEW_FLOOR_UNSPECIFIED) {
    resolved.set_floor(v1::REVIEW_FLOOR_SUBMITTED);
  }
  if (resolved.engaged_rule() == v1::ENGAGED_RULE_UNSPECIFIED) {
    resolved.set_engaged_rule(v1::ENGAGED_RULE_LEVEL_FIRST);
  }
  // One that is no filter is refused elsewhere.
  const absl::StatusOr<AttributeFilter> filter = ParseAttributeFilter(resolved.filter(), "filter");
  if (filter.ok()) resolved.set_filter(filter->ToText());
  if (resolved.self_rule() == v1::SELF_RULE_UNSPECIFIED) {
    resolved.set_self_rule(v1::SELF_RULE_INCLUDE);
  }
  return resolved;
}

v1::Provenance MakeProvenance(const WaveView& view) {
  v1::Provenance provenance;
  provenance.set_wave(view.frame->wave.name());
  provenance.set_instrument(view.frame->wave.instrument());
  provenance.set_taxonomy(view.frame->instrument.taxonomy());
  *provenance.mutable_parameters() = view.parameters;
  *provenance.mutable_computed_through() = view.computed_through;
  provenance.add_caveats("descriptive patterns, not evidence of cause");
  provenance.add_caveats("the same informant rates partnerships and responsibility");
  return provenance;
}

}  // namespace weft::metrics
