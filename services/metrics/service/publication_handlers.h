// weft.metrics.v1.ReleaseService: what is read of releases, checked, compared and taken out.
#ifndef WEFT_SERVICES_METRICS_SERVICE_PUBLICATION_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_PUBLICATION_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/transaction.h"
#include "services/metrics/service/release_records.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

class PublicationHandlers {
 public:
  explicit PublicationHandlers(ReleaseRecords& records)
      : records_(records), tables_(records.tables()) {}

  Task<absl::Status> GetReleaseContent(rpc::CallContext& context,
                                       const v1::GetReleaseContentRequest& request,
                                       v1::ReleaseContent& response);
  Task<absl::Status> GetPublication(rpc::CallContext& context,
                                    const v1::GetPublicationRequest& request,
                                    rpc::Serialized<v1::Publication>& response);
  Task<absl::Status> ListPublications(rpc::CallContext& context,
                                      const v1::ListPublicationsRequest& request,
                                      rpc::Serialized<v1::ListPublicationsResponse>& response);
  Task<absl::Status> RenderPublication(rpc::CallContext& context,
                                       const v1::RenderPublicationRequest& request,
                                       v1::RenderPublicationResponse& response);
  Task<absl::Status> VerifyRelease(rpc::CallContext& context,
                                   const v1::VerifyReleaseRequest& request,
                                   v1::VerifyReleaseResponse& response);
  Task<absl::Status> RedactRelease(rpc::CallContext& context,
                                   const v1::RedactReleaseRequest& request, v1::Release& response);
  Task<absl::Status> CompareReleases(rpc::CallContext& context,
                                     const v1::CompareReleasesRequest& request,
                                     v1::CompareReleasesResponse& response);

 private:
  // Everything that is kept of a release but its publication.
  struct Loaded {
    v1::Release release;
    store::v1::ReleasePin pin;
    std::vector<v1::Finding> findings;
  };
  Task<absl::StatusOr<Loaded>> Load(storage::Reader& reader, std::string name);
  Task<absl::Status> RedactIn(rpc::CallContext& context, storage::Transaction& txn,
                              const v1::RedactReleaseRequest& request, v1::Release& response);
  // Takes out of the publication, if there is one, what the release no longer has.
  Task<absl::Status> RedactPublication(storage::Transaction& txn, const Loaded& loaded);

  ReleaseRecords& records_;
  const ReleaseTables& tables_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_PUBLICATION_HANDLERS_H_
