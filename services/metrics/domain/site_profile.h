// A site's partnerships beside its answers (docs/metrics.md, "Profiles").
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SITE_PROFILE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SITE_PROFILE_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/type/date.pb.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/profile.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::metrics {

// How many partnerships one profile is made from, and how many of them are in it one by one.
inline constexpr size_t kMaxProfileTies = 20'000;
inline constexpr int kMaxListedTies = 1000;

// INVALID_ARGUMENT: everything that is wrong with the request by itself, but for its name.
absl::Status ValidateRequest(const v1::GetSiteProfileRequest& request);

// The day that a request without one stands for; `wave` is empty when there is none.
google::type::Date DefaultDay(const ingestion::v1::Wave& wave, const google::type::Date& today);

// Organizations by name.
using Organizations = absl::btree_map<std::string, registry::v1::Organization>;
// The name of the organization that stands for `name`, as far as those that are known tell.
absl::string_view StandsFor(const Organizations& organizations, absl::string_view name);

// What a profile is made from.
struct ProfileView {
  // `sites/{site}`, and how it is shown when it is in no wave.
  std::string site;
  std::string label;
  google::type::Date effective_on;
  v1::RollupRule rule = v1::ROLLUP_RULE_MAX;
  // Its frame (an empty one without a wave), its parameters, and the site alone if it is on the
  // roster.
  WaveView wave;
  // In force on the day, with the levels that hold on it, by name; of every self rule.
  std::vector<registry::v1::Partnership> partnerships;
  // Those of the partnerships, and those that stand for them, as far as they are known.
  Organizations organizations;
};

v1::SiteProfile MakeProfile(const ProfileView& view);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SITE_PROFILE_H_
