#include "services/metrics/service/release_handlers.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "common/storage/random_id.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/disclosure.h"
#include "services/metrics/domain/releases/finding_rules.h"
#include "services/metrics/domain/releases/manifest.h"
#include "services/metrics/domain/releases/redaction.h"
#include "services/metrics/domain/releases/release_rules.h"

namespace weft::metrics {
namespace {

constexpr size_t kReleasesAtOnce = 50;

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"state", "manifest", "content_hash", "hash_salt", "review_round", "history",
                      "publish_time", "finding_count", "open_contest_count", "superseded_by",
                      "redacted"},
      .immutable = {"wave", "parameters"}};
  return rules;
}

// 32 hex digits.
std::string NewSalt() { return absl::StrReplaceAll(storage::NewUuid(), {{"-", ""}}); }

absl::Status NotReproducible(const v1::Release& release, const Recomputed& recomputed) {
  return Error(
      absl::StatusCode::kFailedPrecondition, "RELEASE_NOT_REPRODUCIBLE",
      absl::StrCat("the pinned answers of \"", release.name(), "\" no longer give its numbers (",
                   recomputed.differences.size(),
                   " revisions differ); VerifyRelease says which, and ReviseRelease with `repin` "
                   "makes the numbers anew"),
      {{"name", release.name()},
       {"content_hash", release.content_hash()},
       {"recomputed_hash", recomputed.hash}});
}

}  // namespace

Task<absl::Status> ReleaseHandlers::CreateRelease(rpc::CallContext& context,
                                                  const v1::CreateReleaseRequest& request,
                                                  v1::Release& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateRelease(request.release(), "release"));
  WEFT_CO_RETURN_IF_ERROR(CheckParameters(request.release().parameters()));
  WEFT_CO_RETURN_IF_ERROR(
      ParseAttributeFilter(request.release().parameters().filter(), "parameters.filter").status());
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.release_id(), "release_id"));
  const std::string name = absl::StrCat("releases/", id);
  const std::string salt = NewSalt();
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    const Act act = ReleaseRecords::ActOf(context, txn.now());
    response = NewRelease(request.release(), name, salt, act);
    absl::Status checked = co_await CheckSuperseded(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(checked));
    store::v1::ReleasePin pin;
    absl::Status pinned = co_await records_.Pin(context, txn.now(), response, pin);
    WEFT_CO_RETURN_IF_ERROR(std::move(pinned));
    absl::Status inserted = co_await tables_.releases.Insert(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    inserted = co_await tables_.pins.Insert(txn, pin);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::GetRelease(rpc::CallContext& context,
                                               const v1::GetReleaseRequest& request,
                                               rpc::Serialized<v1::Release>& response) {
  return service::GetStored(records_.db(), tables_.releases, request.name(), response);
}

Task<absl::Status> ReleaseHandlers::ListReleases(rpc::CallContext& context,
                                                 const v1::ListReleasesRequest& request,
                                                 v1::ListReleasesResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::StatusOr<storage::Page<v1::Release>> releases;
  if (request.wave().empty()) {
    releases = co_await tables_.releases.List(*snapshot, "", std::move(page));
  } else {
    releases =
        co_await tables_.releases.ListByIndex(*snapshot, kByWave, request.wave(), std::move(page));
  }
  WEFT_CO_RETURN_IF_ERROR(releases.status());
  for (v1::Release& release : releases->rows) {
    *response.add_releases() = WithoutManifestEntries(std::move(release));
  }
  response.set_next_page_token(service::NextPageToken(request, releases->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> ReleaseHandlers::UpdateRelease(rpc::CallContext& context,
                                                  const v1::UpdateReleaseRequest& request,
                                                  v1::Release& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.releases.pattern().text(),
                                             request.release().name(), "release.name")
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release =
        co_await tables_.releases.Get(txn, request.release().name());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    response = *release;
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.release(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateRelease(response, "release"));
    if (!response.has_policy()) {
      *response.mutable_policy() = DefaultPolicy(v1::AUDIENCE_PUBLIC);
    }
    response.mutable_policy()->set_audience(v1::AUDIENCE_PUBLIC);
    WEFT_CO_RETURN_IF_ERROR(CheckReleaseUpdate(*release, response));
    absl::Status checked = co_await CheckSuperseded(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(checked));
    absl::Status updated =
        co_await tables_.releases.Update(txn, response, request.release().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::DeleteRelease(rpc::CallContext& context,
                                                  const v1::DeleteReleaseRequest& request,
                                                  google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    WEFT_CO_RETURN_IF_ERROR(RequireDraft(*release));
    absl::Status deleted = co_await tables_.releases.Delete(txn, request.name(), request.etag());
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
    absl::StatusOr<std::vector<v1::Finding>> findings =
        co_await records_.FindingsOf(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(findings.status());
    for (const v1::Finding& finding : *findings) {
      deleted = co_await tables_.findings.Delete(txn, finding.name());
      WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
    }
    std::string pin = PinName(request.name());
    deleted = co_await tables_.pins.Delete(txn, std::move(pin));
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::SubmitRelease(rpc::CallContext& context,
                                                  const v1::SubmitReleaseRequest& request,
                                                  v1::Release& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateNote(request.note(), /*is_needed=*/false));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(release));
    const Act act = ReleaseRecords::ActOf(context, txn.now(), request.note());
    WEFT_CO_RETURN_IF_ERROR(Submit(act, response));
    absl::Status updated = co_await tables_.releases.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::ReviseRelease(rpc::CallContext& context,
                                                  const v1::ReviseReleaseRequest& request,
                                                  v1::Release& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(release));
    const bool is_draft = response.state() == v1::Release::STATE_DRAFT;
    WEFT_CO_RETURN_IF_ERROR(ValidateNote(request.note(), /*is_needed=*/!is_draft));
    const Act act = ReleaseRecords::ActOf(context, txn.now(), request.note());
    WEFT_CO_RETURN_IF_ERROR(Revise(act, request.repin(), response));
    if (request.repin()) {
      absl::Status repinned = co_await Repin(context, txn, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(repinned));
    }
    absl::Status updated = co_await tables_.releases.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::Repin(rpc::CallContext& context, storage::Transaction& txn,
                                          v1::Release& release) {
  store::v1::ReleasePin pin;
  absl::Status pinned = co_await records_.Pin(context, txn.now(), release, pin);
  WEFT_CO_RETURN_IF_ERROR(std::move(pinned));
  absl::StatusOr<std::vector<v1::Finding>> findings =
      co_await records_.FindingsOf(txn, release.name());
  WEFT_CO_RETURN_IF_ERROR(findings.status());
  const Act act = ReleaseRecords::ActOf(context, txn.now());
  for (v1::Finding& finding : *findings) {
    const v1::Finding before = finding;
    WEFT_CO_RETURN_IF_ERROR(FillReferences(pin.content().summary(), "finding", finding));
    NoteChange(release, before, act, finding);
    absl::Status updated = co_await tables_.findings.Update(txn, finding);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  }
  // What was taken out stays out.
  RedactContent(release, pin, RedactedResponses(release), *pin.mutable_content());
  absl::Status updated = co_await tables_.pins.Update(txn, pin);
  co_return updated;
}

Task<absl::Status> ReleaseHandlers::ApproveRelease(rpc::CallContext& context,
                                                   const v1::ApproveReleaseRequest& request,
                                                   v1::Release& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateNote(request.note(), /*is_needed=*/false));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(release));
    absl::StatusOr<std::vector<v1::Finding>> findings =
        co_await records_.FindingsOf(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(findings.status());
    const Act act = ReleaseRecords::ActOf(context, txn.now(), request.note());
    WEFT_CO_RETURN_IF_ERROR(Approve(act, *findings, response));
    absl::Status updated = co_await tables_.releases.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

Task<absl::Status> ReleaseHandlers::PublishRelease(rpc::CallContext& context,
                                                   const v1::PublishReleaseRequest& request,
                                                   v1::Release& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateNote(request.note(), /*is_needed=*/false));
  auto body = [&](storage::Transaction& txn) { return PublishIn(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (request.validate_only()) co_return absl::OkStatus();
  absl::Status purged = co_await records_.PurgeRedacted(response);
  co_return purged;
}

Task<absl::Status> ReleaseHandlers::PublishIn(rpc::CallContext& context, storage::Transaction& txn,
                                              const v1::PublishReleaseRequest& request,
                                              v1::Release& release) {
  absl::StatusOr<v1::Release> row = co_await tables_.releases.Get(txn, request.name());
  WEFT_CO_ASSIGN_OR_RETURN(release, std::move(row));
  WEFT_CO_RETURN_IF_ERROR(RequireApproved(release));
  std::string pin_name = PinName(release.name());
  absl::StatusOr<store::v1::ReleasePin> pin = co_await tables_.pins.Get(txn, std::move(pin_name));
  WEFT_CO_RETURN_IF_ERROR(pin.status());
  absl::StatusOr<std::vector<v1::Finding>> findings =
      co_await records_.FindingsOf(txn, release.name());
  WEFT_CO_RETURN_IF_ERROR(findings.status());
  absl::Status superseded = co_await Supersede(txn, release);
  WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
  absl::StatusOr<std::vector<ToldSites>> told = co_await ToldOfWave(txn, release, *pin);
  WEFT_CO_RETURN_IF_ERROR(told.status());
  WEFT_CO_RETURN_IF_ERROR(CheckSinglesOut(release, *told));

  std::string wave = release.wave();
  absl::StatusOr<SourceWords> words =
      co_await records_.source().ReadWords(context, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(words.status());
  absl::StatusOr<Recomputed> recomputed =
      co_await records_.Recompute(context, release, *pin, *words);
  WEFT_CO_RETURN_IF_ERROR(recomputed.status());
  if (!recomputed->differences.empty() || recomputed->hash != release.content_hash()) {
    co_return NotReproducible(release, *recomputed);
  }
  const DueRedactions due = FindDue(release, *findings, *words);
  absl::Status redacted = co_await records_.Redact(txn, due, release, *pin, *findings);
  WEFT_CO_RETURN_IF_ERROR(std::move(redacted));

  v1::WaveContent content = Disclose(recomputed->view, release.policy());
  RedactContent(release, *pin, RedactedResponses(release), content);
  const Act act = ReleaseRecords::ActOf(context, txn.now(), request.note());
  WEFT_CO_RETURN_IF_ERROR(Publish(act, release));
  v1::Publication publication = MakePublication(release, *findings, std::move(content));
  absl::Status inserted = co_await tables_.publications.Insert(txn, publication);
  WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  absl::Status updated = co_await tables_.releases.Update(txn, release, request.etag());
  co_return updated;
}

Task<absl::Status> ReleaseHandlers::CheckSuperseded(storage::Transaction& txn,
                                                    const v1::Release& release) {
  if (release.supersedes().empty()) co_return absl::OkStatus();
  absl::StatusOr<v1::Release> superseded = co_await tables_.releases.Get(txn, release.supersedes());
  WEFT_CO_RETURN_IF_ERROR(superseded.status());
  FieldViolations violations;
  violations.Require(
      superseded->wave() == release.wave(), "release.supersedes",
      absl::StrCat("tells of ", superseded->wave(), ", and this one of ", release.wave()));
  co_return violations.ToStatus();
}

Task<absl::Status> ReleaseHandlers::Supersede(storage::Transaction& txn,
                                              const v1::Release& release) {
  if (release.supersedes().empty()) co_return absl::OkStatus();
  absl::StatusOr<v1::Release> superseded = co_await tables_.releases.Get(txn, release.supersedes());
  WEFT_CO_RETURN_IF_ERROR(superseded.status());
  if (!superseded->superseded_by().empty()) {
    co_return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_SUPERSEDED",
                    absl::StrCat("\"", superseded->name(), "\" was replaced by \"",
                                 superseded->superseded_by(), "\"; supersede that one"),
                    {{"name", release.name()},
                     {"supersedes", superseded->name()},
                     {"superseded_by", superseded->superseded_by()}});
  }
  if (superseded->state() != v1::Release::STATE_PUBLISHED) {
    co_return Error(absl::StatusCode::kFailedPrecondition, "SUPERSEDED_NOT_PUBLISHED",
                    absl::StrCat("\"", superseded->name(),
                                 "\" is not published, so nothing can replace it; publish it "
                                 "first, or take it out of `supersedes`"),
                    {{"name", release.name()}, {"supersedes", superseded->name()}});
  }
  superseded->set_superseded_by(release.name());
  absl::Status updated = co_await tables_.releases.Update(txn, *superseded);
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  std::string name = PublicationName(superseded->name());
  absl::StatusOr<v1::Publication> publication =
      co_await tables_.publications.Get(txn, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(publication.status());
  publication->set_superseded_by(release.name());
  updated = co_await tables_.publications.Update(txn, *publication);
  co_return updated;
}

Task<absl::StatusOr<std::vector<ToldSites>>> ReleaseHandlers::ToldOfWave(
    storage::Transaction& txn, const v1::Release& release, const store::v1::ReleasePin& pin) {
  std::vector<ToldSites> told = {TellOf(release, pin)};
  storage::PageRequest page;
  page.limit = kReleasesAtOnce;
  do {
    absl::StatusOr<storage::Page<v1::Release>> releases =
        co_await tables_.releases.ListByIndex(txn, kByWave, release.wave(), page);
    WEFT_CO_RETURN_IF_ERROR(releases.status());
    for (const v1::Release& other : releases->rows) {
      if (other.state() != v1::Release::STATE_PUBLISHED) continue;
      std::string pin_name = PinName(other.name());
      absl::StatusOr<store::v1::ReleasePin> other_pin =
          co_await tables_.pins.Get(txn, std::move(pin_name));
      WEFT_CO_RETURN_IF_ERROR(other_pin.status());
      told.push_back(TellOf(other, *other_pin));
    }
    page.after = std::move(releases->next_key);
  } while (!page.after.empty());
  co_return told;
}

}  // namespace weft::metrics
