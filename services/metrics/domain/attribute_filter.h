// Which sites of a wave a question is about, by what they were when it opened: Parameters.filter.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_
#define WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/filter.h"
#include "weft/metrics/store/v1/read_model.pb.h"

namespace weft::metrics {

class AttributeFilter {
 public:
  // Holds for every site.
  AttributeFilter() = default;
  // "" holds for every site. INVALID_ARGUMENT (FILTER_INVALID) that names `field` and says where.
  static absl::StatusOr<AttributeFilter> Parse(absl::string_view text, absl::string_view field);

  bool empty() const { return !expression_.has_value(); }
  // Looks at `attributes`, `places` and `cohorts` alone.
  bool Matches(const store::v1::SiteRecord& site) const;
  // As Parse() would read it, in one spelling; "" when empty.
  std::string ToText() const;

 private:
  std::optional<filter::Expression> expression_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_
