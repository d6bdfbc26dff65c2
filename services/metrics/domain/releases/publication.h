// The page that everybody reads, made of a release and its findings.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_PUBLICATION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_PUBLICATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/metrics/domain/disclosure.h"
#include "weft/metrics/store/v1/releases.pb.h"
#include "weft/metrics/v1/disclosure.pb.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

// `content` is what the public may know: references get their numbers from there.
v1::Publication MakePublication(const v1::Release& release,
                                const std::vector<v1::Finding>& findings, v1::WaveContent content);

// What one release tells of which sites.
struct ToldSites {
  // Its counts are over these.
  SiteSet counted;
  // Those of them that appear one by one.
  SiteSet shown;
};
ToldSites TellOf(const v1::Release& release, const store::v1::ReleasePin& pin);

// FAILED_PRECONDITION (PUBLICATION_SINGLES_OUT) when the counts of all of `told`, which are this
// release's and those of everything published of its wave, taken from each other tell of fewer
// sites than its policy's minimum_cell. Sites that appear one by one in all of them have nothing to
// lose.
absl::Status CheckSinglesOut(const v1::Release& release, const std::vector<ToldSites>& told);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_PUBLICATION_H_
