// Reads what is mirrored of the registry, in steps between which others are served.
#ifndef WEFT_SERVICES_METRICS_SERVICE_REGISTRY_READER_H_
#define WEFT_SERVICES_METRICS_SERVICE_REGISTRY_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/engine.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {

// For the length of one call, which ends it with CANCELLED or DEADLINE_EXCEEDED.
class RegistryReader {
 public:
  RegistryReader(rpc::CallContext& context, storage::Reader& reader)
      : context_(context), reader_(reader) {}
  RegistryReader(const RegistryReader&) = delete;
  RegistryReader& operator=(const RegistryReader&) = delete;

  // The partnerships of a site (its id) that are in force on `day`, with the levels that hold on
  // it, by name. Stops once there are more than `most`.
  Task<absl::StatusOr<std::vector<registry::v1::Partnership>>> Ties(std::string site,
                                                                    google::type::Date day,
                                                                    size_t most);

  // Those of these organizations that are known, and those that stand for them since they were
  // merged; `names` are whole names.
  Task<absl::StatusOr<std::vector<registry::v1::Organization>>> OrganizationsAndSurvivors(
      std::vector<std::string> names);

  // Those of these sites (ids) that are known.
  Task<absl::StatusOr<std::vector<registry::v1::Site>>> Sites(std::vector<std::string> ids);
  // Every site, by name. Stops once there are more than `most`.
  Task<absl::StatusOr<std::vector<registry::v1::Site>>> AllSites(size_t most);

  // Ids of the sites that are in a cohort (its name) on `day`, by id.
  //  NOT_FOUND (COHORT_NOT_FOUND).
  Task<absl::StatusOr<std::vector<std::string>>> Members(std::string cohort,
                                                         google::type::Date day);

  // Others get their turn. An error when the caller is gone.
  Task<absl::Status> Pause();

 private:
  // Gives the partnerships that need it the levels of the day. They are all of one site, by name.
  Task<absl::Status> SetLevels(std::string site, google::type::Date day,
                               std::vector<registry::v1::Partnership>& partnerships);
  // What is done with a row; whether there is to be another one.
  using RowTaker = std::function<absl::StatusOr<bool>(const storage::Entry&)>;
  // The rows of the range in order, some at a time. `take` outlives the Task.
  Task<absl::Status> ForEachRow(storage::KeyRange range, const RowTaker& take);
  template <class T>
  Task<absl::StatusOr<std::vector<T>>> Find(std::vector<std::string> keys);

  rpc::CallContext& context_;
  storage::Reader& reader_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_REGISTRY_READER_H_
