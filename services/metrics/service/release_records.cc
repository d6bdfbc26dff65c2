#include "services/metrics/service/release_records.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "services/metrics/domain/catalogue.h"
#include "services/metrics/domain/releases/content_hash.h"
#include "services/metrics/domain/releases/finding_rules.h"
#include "services/metrics/domain/releases/manifest.h"

namespace weft::metrics {
namespace {

constexpr size_t kPageRows = 200;

// The revisions that were found, as records.
void AddRevisions(SourceClient::Revisions found, WaveRecords& records) {
  records.revisions.reserve(found.size());
  for (auto& revision : found) {
    if (revision.has_value()) records.revisions.push_back(*std::move(revision));
  }
}

}  // namespace

ReleaseRecords::ReleaseRecords(const storage::Database& db, SourceClient& source,
                               const ReadModel& read_model)
    : db_(db), source_(source), read_model_(read_model), definitions_(ReadCatalogue()) {}

Act ReleaseRecords::ActOf(const rpc::CallContext& context, absl::Time time, std::string note) {
  return {.principal = context.principal().name, .time = time, .note = std::move(note)};
}

Task<absl::StatusOr<std::vector<v1::Finding>>> ReleaseRecords::FindingsOf(storage::Reader& reader,
                                                                          std::string release) {
  std::vector<v1::Finding> findings;
  storage::Pages<v1::Finding> pages(tables_.findings, reader, std::move(release), kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Finding>> page = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(page.status());
    std::move(page->begin(), page->end(), std::back_inserter(findings));
  }
  co_return findings;
}

Task<absl::Status> ReleaseRecords::Pin(rpc::CallContext& context, absl::Time time,
                                       v1::Release& release, store::v1::ReleasePin& pin) {
  const v1::ReviewFloor floor = release.parameters().floor();
  ReadAt read;
  read.time = time;
  // Before anything else is read: what was written up to there is in it.
  std::string known = read_model_.positions().ingestion();
  absl::StatusOr<std::string> head = co_await source_.FindIngestionHead(context, std::move(known));
  WEFT_CO_RETURN_IF_ERROR(head.status());
  read.positions.set_ingestion(*std::move(head));
  std::string wave = release.wave();
  absl::StatusOr<WaveRecords> records = co_await source_.ReadWave(context, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(records.status());
  WEFT_CO_RETURN_IF_ERROR(CheckReleasable(*records));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(records->frame.wave, release.parameters().cohort()));
  std::vector<std::string> names = CountedRevisions(*records, floor);
  absl::StatusOr<SourceClient::Revisions> found =
      co_await source_.ReadRevisions(context, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  AddRevisions(*std::move(found), *records);
  *release.mutable_manifest() = MakeManifest(*records, floor, read, definitions_);
  pin = MakePin(release.name(), *records);
  // From what is kept, not from what was read: as it will be computed again.
  absl::flat_hash_map<std::string, const ingestion::v1::ResponseRevision*> by_name;
  for (const auto& revision : records->revisions) by_name[revision.name()] = &revision;
  SourceClient::Revisions pinned;
  const std::vector<std::string> pinned_names = PinnedRevisions(release.manifest());
  pinned.reserve(pinned_names.size());
  for (const std::string& name : pinned_names) {
    const auto revision = by_name.find(name);
    if (revision == by_name.end()) {
      co_return Error(absl::StatusCode::kFailedPrecondition, "REVISION_MISSING",
                      absl::StrCat("\"", name,
                                   "\" counts, and ingestion does not have it; a release "
                                   "cannot rest on it"),
                      {{"name", name}});
    }
    pinned.emplace_back(*revision->second);
  }
  const WaveView view = PinnedView(pin, release, pinned);
  *pin.mutable_content() = MakeReleaseContent(view);
  for (std::string& site : CountedSites(view)) *pin.add_counted_sites() = std::move(site);
  release.set_content_hash(HashOfContent(pin.content(), release.hash_salt()));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Recomputed>> ReleaseRecords::Recompute(rpc::CallContext& context,
                                                           const v1::Release& release,
                                                           const store::v1::ReleasePin& pin,
                                                           const SourceWords& words) {
  std::vector<std::string> names = PinnedRevisions(release.manifest());
  absl::StatusOr<SourceClient::Revisions> found =
      co_await source_.ReadRevisions(context, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  std::vector<std::string> erased;
  erased.reserve(words.erasures.size());
  for (const auto& erasure : words.erasures) erased.push_back(erasure.subject());
  Recomputed recomputed;
  recomputed.differences = FindDifferences(release.manifest(), *found, erased);
  const bool whole = std::all_of(found->begin(), found->end(),
                                 [](const auto& revision) { return revision.has_value(); });
  if (!whole) co_return recomputed;
  co_await Yield(context.executor());
  recomputed.view = PinnedView(pin, release, *found);
  recomputed.content = MakeReleaseContent(recomputed.view);
  recomputed.hash = HashOfContent(recomputed.content, release.hash_salt());
  co_return recomputed;
}

Task<absl::Status> ReleaseRecords::Redact(storage::Transaction& txn, const DueRedactions& due,
                                          v1::Release& release, store::v1::ReleasePin& pin,
                                          std::vector<v1::Finding>& findings) {
  NoteRedactions(due, txn.now(), release);
  if (RedactContent(release, pin, due.responses, *pin.mutable_content()) > 0) {
    absl::Status updated = co_await tables_.pins.Update(txn, pin);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  }
  for (v1::Finding& finding : findings) {
    if (!RedactFinding(due, finding)) continue;
    absl::Status updated = co_await tables_.findings.Update(txn, finding);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ReleaseRecords::PurgeRedacted(const v1::Release& release) {
  if (release.redacted().empty()) co_return absl::OkStatus();
  std::vector<storage::KeyRange> ranges(3);
  WEFT_CO_ASSIGN_OR_RETURN(ranges[0], tables_.findings.RangeOf(release.name()));
  WEFT_CO_ASSIGN_OR_RETURN(ranges[1], tables_.pins.RangeOf(release.name()));
  WEFT_CO_ASSIGN_OR_RETURN(ranges[2], tables_.publications.RangeOf(release.name()));
  absl::Status purged = co_await db_.engine.Purge(std::move(ranges));
  co_return purged;
}

Task<absl::Status> ReleaseRecords::UpdateRelease(storage::Transaction& txn, v1::Release& release) {
  std::string name = release.name();
  absl::StatusOr<std::vector<v1::Finding>> findings = co_await FindingsOf(txn, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(findings.status());
  CountFindings(*findings, release);
  absl::Status updated = co_await tables_.releases.Update(txn, release);
  co_return updated;
}

}  // namespace weft::metrics
