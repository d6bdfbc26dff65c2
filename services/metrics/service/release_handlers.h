// weft.metrics.v1.ReleaseService: releases, from the draft to the publication.
#ifndef WEFT_SERVICES_METRICS_SERVICE_RELEASE_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_RELEASE_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/transaction.h"
#include "google/protobuf/empty.pb.h"
#include "services/metrics/domain/releases/publication.h"
#include "services/metrics/service/release_records.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

class ReleaseHandlers {
 public:
  explicit ReleaseHandlers(ReleaseRecords& records)
      : records_(records), tables_(records.tables()) {}

  Task<absl::Status> CreateRelease(rpc::CallContext& context,
                                   const v1::CreateReleaseRequest& request, v1::Release& response);
  Task<absl::Status> GetRelease(rpc::CallContext& context, const v1::GetReleaseRequest& request,
                                rpc::Serialized<v1::Release>& response);
  Task<absl::Status> ListReleases(rpc::CallContext& context, const v1::ListReleasesRequest& request,
                                  v1::ListReleasesResponse& response);
  Task<absl::Status> UpdateRelease(rpc::CallContext& context,
                                   const v1::UpdateReleaseRequest& request, v1::Release& response);
  Task<absl::Status> DeleteRelease(rpc::CallContext& context,
                                   const v1::DeleteReleaseRequest& request,
                                   google::protobuf::Empty& response);
  Task<absl::Status> SubmitRelease(rpc::CallContext& context,
                                   const v1::SubmitReleaseRequest& request, v1::Release& response);
  Task<absl::Status> ReviseRelease(rpc::CallContext& context,
                                   const v1::ReviseReleaseRequest& request, v1::Release& response);
  Task<absl::Status> ApproveRelease(rpc::CallContext& context,
                                    const v1::ApproveReleaseRequest& request,
                                    v1::Release& response);
  Task<absl::Status> PublishRelease(rpc::CallContext& context,
                                    const v1::PublishReleaseRequest& request,
                                    v1::Release& response);

 private:
  // NOT_FOUND, or INVALID_ARGUMENT when the release that it supersedes is of another wave.
  Task<absl::Status> CheckSuperseded(storage::Transaction& txn, const v1::Release& release);
  // Pins the release anew, and fills in its findings' numbers.
  Task<absl::Status> Repin(rpc::CallContext& context, storage::Transaction& txn,
                           v1::Release& release);
  // What is published of the wave, and this release.
  Task<absl::StatusOr<std::vector<ToldSites>>> ToldOfWave(storage::Transaction& txn,
                                                          const v1::Release& release,
                                                          const store::v1::ReleasePin& pin);
  // Tells the superseded release and its publication what has replaced them.
  Task<absl::Status> Supersede(storage::Transaction& txn, const v1::Release& release);
  Task<absl::Status> PublishIn(rpc::CallContext& context, storage::Transaction& txn,
                               const v1::PublishReleaseRequest& request, v1::Release& release);

  ReleaseRecords& records_;
  const ReleaseTables& tables_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_RELEASE_HANDLERS_H_
