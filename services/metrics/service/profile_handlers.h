// weft.metrics.v1.MetricsService: a site's partnerships beside its answers.
#ifndef WEFT_SERVICES_METRICS_SERVICE_PROFILE_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_PROFILE_HANDLERS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/engine.h"
#include "services/metrics/domain/site_profile.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/service/registry_reader.h"
#include "weft/metrics/v1/profile.pb.h"

namespace weft::metrics {

class ProfileHandlers {
 public:
  ProfileHandlers(ReadModel& read_model, const Clock& clock)
      : read_model_(read_model), clock_(clock) {}

  Task<absl::Status> GetSiteProfile(rpc::CallContext& context,
                                    const v1::GetSiteProfileRequest& request,
                                    v1::SiteProfile& response);

 private:
  // The wave (its id) that a request without one stands for; "" when there is none.
  static Task<absl::StatusOr<std::string>> ChooseWave(rpc::CallContext& context,
                                                      storage::Reader& reader, std::string site,
                                                      v1::ReviewFloor floor);
  // view.wave, and the site's label where it is on the roster. NOT_FOUND (WAVE_NOT_FOUND,
  // SITE_NOT_ON_ROSTER). `site` is its id.
  static Task<absl::Status> LoadAnswers(storage::Reader& reader, std::string wave, std::string site,
                                        ProfileView& view);
  // view.partnerships and view.organizations. FAILED_PRECONDITION (PROFILE_TOO_LARGE).
  static Task<absl::Status> LoadTies(RegistryReader& registry, std::string site, ProfileView& view);

  ReadModel& read_model_;
  const Clock& clock_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_PROFILE_HANDLERS_H_
