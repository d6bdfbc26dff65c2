#include "services/metrics/service/publication_handlers.h"

#include <memory>
#include <optional>
#include <utility>

#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/releases/comparison.h"
#include "services/metrics/domain/releases/manifest.h"
#include "services/metrics/domain/releases/publication.h"
#include "services/metrics/domain/releases/redaction.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {
namespace {

constexpr char kContentPattern[] = "releases/{release}/content";

v1::VerifyReleaseResponse::Verdict VerdictOf(const v1::Release& release,
                                             const Recomputed& recomputed) {
  if (recomputed.hash.empty()) return v1::VerifyReleaseResponse::VERDICT_CANNOT_RECOMPUTE;
  return recomputed.differences.empty() && recomputed.hash == release.content_hash()
             ? v1::VerifyReleaseResponse::VERDICT_REPRODUCED
             : v1::VerifyReleaseResponse::VERDICT_DIFFERS;
}

}  // namespace

Task<absl::StatusOr<PublicationHandlers::Loaded>> PublicationHandlers::Load(storage::Reader& reader,
                                                                            std::string name) {
  Loaded loaded;
  absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(reader, name);
  WEFT_CO_ASSIGN_OR_RETURN(loaded.release, std::move(release));
  std::string pin_name = PinName(name);
  absl::StatusOr<store::v1::ReleasePin> pin =
      co_await tables_.pins.Get(reader, std::move(pin_name));
  WEFT_CO_ASSIGN_OR_RETURN(loaded.pin, std::move(pin));
  absl::StatusOr<std::vector<v1::Finding>> findings =
      co_await records_.FindingsOf(reader, std::move(name));
  WEFT_CO_ASSIGN_OR_RETURN(loaded.findings, std::move(findings));
  co_return loaded;
}

Task<absl::Status> PublicationHandlers::GetReleaseContent(
    rpc::CallContext& context, const v1::GetReleaseContentRequest& request,
    v1::ReleaseContent& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kContentPattern, request.name()).status());
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  std::string name(ReleaseOf(request.name()));
  std::string pin_name = PinName(name);
  absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(*snapshot, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(release.status());
  absl::StatusOr<store::v1::ReleasePin> pin =
      co_await tables_.pins.Get(*snapshot, std::move(pin_name));
  WEFT_CO_RETURN_IF_ERROR(pin.status());
  response.set_name(request.name());
  *response.mutable_content() = std::move(*pin->mutable_content());
  response.set_content_hash(release->content_hash());
  response.set_hash_salt(release->hash_salt());
  *response.mutable_redacted() = release->redacted();
  co_return absl::OkStatus();
}

Task<absl::Status> PublicationHandlers::GetPublication(rpc::CallContext& context,
                                                       const v1::GetPublicationRequest& request,
                                                       rpc::Serialized<v1::Publication>& response) {
  return service::GetStored(records_.db(), tables_.publications, request.name(), response);
}

Task<absl::Status> PublicationHandlers::ListPublications(
    rpc::CallContext& context, const v1::ListPublicationsRequest& request,
    rpc::Serialized<v1::ListPublicationsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.publications, "", request,
      v1::ListPublicationsResponse::kPublicationsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> PublicationHandlers::RenderPublication(
    rpc::CallContext& context, const v1::RenderPublicationRequest& request,
    v1::RenderPublicationResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::StatusOr<v1::Publication> publication =
      co_await tables_.publications.Get(*snapshot, request.name());
  WEFT_CO_ASSIGN_OR_RETURN(*response.mutable_publication(), std::move(publication));
  for (const v1::Figure& figure : response.publication().content().figures()) {
    *response.add_figures() = Render(figure, width);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> PublicationHandlers::VerifyRelease(rpc::CallContext& context,
                                                      const v1::VerifyReleaseRequest& request,
                                                      v1::VerifyReleaseResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::StatusOr<Loaded> loaded = co_await Load(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(loaded.status());
  snapshot.reset();
  const v1::Release& release = loaded->release;
  SourceClient& source = records_.source();
  absl::StatusOr<SourceWords> words = co_await source.ReadWords(context, release.wave());
  WEFT_CO_RETURN_IF_ERROR(words.status());
  absl::StatusOr<Recomputed> recomputed =
      co_await records_.Recompute(context, release, loaded->pin, *words);
  WEFT_CO_RETURN_IF_ERROR(recomputed.status());
  absl::StatusOr<WaveRecords> now = co_await source.ReadWave(context, release.wave());
  WEFT_CO_RETURN_IF_ERROR(now.status());

  response.set_name(release.name());
  response.set_verdict(VerdictOf(release, *recomputed));
  response.set_content_hash(release.content_hash());
  response.set_recomputed_hash(recomputed->hash);
  for (v1::PinDifference& difference : recomputed->differences) {
    *response.add_differences() = std::move(difference);
  }
  const DueRedactions due = FindDue(release, loaded->findings, *words);
  for (const std::string& name : due.responses) response.add_erased(name);
  for (const std::string& name : due.erased_quotes) response.add_withdrawn_quotes(name);
  for (const std::string& name : due.withdrawn_quotes) response.add_withdrawn_quotes(name);
  const v1::Manifest manifest =
      MakeManifest(*now, release.parameters().floor(), ReadAt(), records_.definitions());
  response.set_definitions_changed(manifest.definitions_hash() !=
                                   release.manifest().definitions_hash());
  for (v1::ManifestChange& change : CompareManifests(release.manifest(), manifest)) {
    *response.add_later_changes() = std::move(change);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> PublicationHandlers::RedactRelease(rpc::CallContext& context,
                                                      const v1::RedactReleaseRequest& request,
                                                      v1::Release& response) {
  auto body = [&](storage::Transaction& txn) { return RedactIn(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (request.validate_only()) co_return absl::OkStatus();
  absl::Status purged = co_await records_.PurgeRedacted(response);
  co_return purged;
}

Task<absl::Status> PublicationHandlers::RedactIn(rpc::CallContext& context,
                                                 storage::Transaction& txn,
                                                 const v1::RedactReleaseRequest& request,
                                                 v1::Release& response) {
  absl::StatusOr<Loaded> loaded = co_await Load(txn, request.name());
  WEFT_CO_RETURN_IF_ERROR(loaded.status());
  std::string wave = loaded->release.wave();
  absl::StatusOr<SourceWords> words =
      co_await records_.source().ReadWords(context, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(words.status());
  const DueRedactions due = FindDue(loaded->release, loaded->findings, *words);
  if (!due.empty()) {
    absl::Status redacted =
        co_await records_.Redact(txn, due, loaded->release, loaded->pin, loaded->findings);
    WEFT_CO_RETURN_IF_ERROR(std::move(redacted));
    absl::Status published = co_await RedactPublication(txn, *loaded);
    WEFT_CO_RETURN_IF_ERROR(std::move(published));
  }
  absl::Status updated = co_await tables_.releases.Update(txn, loaded->release, request.etag());
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  response = std::move(loaded->release);
  co_return absl::OkStatus();
}

Task<absl::Status> PublicationHandlers::RedactPublication(storage::Transaction& txn,
                                                          const Loaded& loaded) {
  std::string name = PublicationName(loaded.release.name());
  absl::StatusOr<std::optional<v1::Publication>> stored =
      co_await tables_.publications.Find(txn, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  if (!stored->has_value()) co_return absl::OkStatus();
  const v1::Publication& before = **stored;
  v1::WaveContent content = before.content();
  RedactContent(loaded.release, loaded.pin, RedactedResponses(loaded.release), content);
  v1::Publication publication =
      MakePublication(loaded.release, loaded.findings, std::move(content));
  publication.set_superseded_by(before.superseded_by());
  absl::Status updated = co_await tables_.publications.Update(txn, publication);
  co_return updated;
}

Task<absl::Status> PublicationHandlers::CompareReleases(rpc::CallContext& context,
                                                        const v1::CompareReleasesRequest& request,
                                                        v1::CompareReleasesResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::StatusOr<Loaded> later = co_await Load(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(later.status());
  std::string earlier_name =
      request.compare_to().empty() ? later->release.supersedes() : request.compare_to();
  FieldViolations violations;
  violations.Require(!earlier_name.empty(), "compare_to",
                     "is required, because the release supersedes none");
  WEFT_CO_RETURN_IF_ERROR(violations.ToStatus());
  absl::StatusOr<Loaded> earlier = co_await Load(*snapshot, std::move(earlier_name));
  WEFT_CO_RETURN_IF_ERROR(earlier.status());
  const ComparedRelease before{earlier->release, earlier->pin.content().summary(),
                               earlier->findings};
  const ComparedRelease after{later->release, later->pin.content().summary(), later->findings};
  response = metrics::CompareReleases(before, after);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
