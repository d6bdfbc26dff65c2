// Which partnerships a list has.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_FILTER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_FILTER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/filter.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

class PartnershipFilter {
 public:
  // INVALID_ARGUMENT (FILTER_INVALID) that says where. "" keeps all.
  static absl::StatusOr<PartnershipFilter> Parse(absl::string_view text);

  bool Matches(const v1::Partnership& partnership) const;
  // The organization that every match has; "" when the filter does not say so.
  std::string RequiredOrganization() const;

 private:
  std::optional<filter::Expression> expression_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_FILTER_H_
