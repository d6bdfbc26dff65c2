// How far the two sides of partnerships agree.
//
// A rating is a level from 1 (no interaction) to 5 (collaboration). Over the n ties that both sides
// rated, site's s and organization's o:
//   exact       share with s = o
//   within one  share with |s - o| <= 1
//   kappa       1 - D / E, with D the mean of (s - o)^2 and E the mean of it over all pairs of one
//               tie's s with one tie's o: Cohen's weighted kappa with quadratic weights
//   gap         mean of s - o
// Of ties that one side alone rated, the other rating could be any: that gives the bounds.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_AGREEMENT_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_AGREEMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// How many ties one question may be about.
inline constexpr int64_t kMaxAgreementTies = 50'000;

class AgreementCounter {
 public:
  void Add(const v1::Partnership& partnership) {
    Add(partnership.level(), partnership.organization_level());
  }
  void Add(type::v1::InteractionLevel site, type::v1::InteractionLevel organization);

  // FAILED_PRECONDITION (AGREEMENT_TOO_LARGE) past the limit.
  absl::Status CheckSize() const;
  v1::PartnershipAgreement Answer() const;

 private:
  static constexpr size_t kLevels = 5;
  // By site's level, then by organization's; 0 stands for no rating.
  std::array<std::array<int64_t, kLevels + 1>, kLevels + 1> counts_{};
  int64_t total_ = 0;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_AGREEMENT_H_
