// What the methods of releases have in common: reading what belongs to one, pinning it, and
// computing it again.
#ifndef WEFT_SERVICES_METRICS_SERVICE_RELEASE_RECORDS_H_
#define WEFT_SERVICES_METRICS_SERVICE_RELEASE_RECORDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/metrics/domain/releases/redaction.h"
#include "services/metrics/domain/releases/release_rules.h"
#include "services/metrics/domain/wave_view.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/service/source_client.h"
#include "services/metrics/store/release_tables.h"
#include "weft/metrics/store/v1/releases.pb.h"
#include "weft/metrics/v1/definition.pb.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

// A release computed again from the pinned revisions.
struct Recomputed {
  // Pinned revisions that are not what they were.
  std::vector<v1::PinDifference> differences;
  // When no pinned revision is missing: the view, the content, nothing withheld, and its hash.
  WaveView view;
  v1::WaveContent content;
  std::string hash;
};

class ReleaseRecords {
 public:
  // `db` is the releases' own. Everything outlives this. `read_model` is asked for a position
  // alone.
  ReleaseRecords(const storage::Database& db, SourceClient& source, const ReadModel& read_model);

  const storage::Database& db() const { return db_; }
  const ReleaseTables& tables() const { return tables_; }
  SourceClient& source() { return source_; }
  const std::vector<v1::MetricDefinition>& definitions() const { return definitions_; }

  static Act ActOf(const rpc::CallContext& context, absl::Time time, std::string note = "");

  // Of a release, by name.
  Task<absl::StatusOr<std::vector<v1::Finding>>> FindingsOf(storage::Reader& reader,
                                                            std::string release);
  // Reads the release's wave as it is now, pins it and computes the numbers, into both.
  //  FAILED_PRECONDITION: WAVE_NOT_OPEN, RELEASE_TOO_LARGE, REVISION_MISSING. NOT_FOUND:
  //  WAVE_NOT_FOUND, COHORT_NOT_IN_WAVE. UNAVAILABLE: INGESTION_UNAVAILABLE, REGISTRY_UNAVAILABLE.
  Task<absl::Status> Pin(rpc::CallContext& context, absl::Time time, v1::Release& release,
                         store::v1::ReleasePin& pin);
  // `words` tell which responses were erased.
  Task<absl::StatusOr<Recomputed>> Recompute(rpc::CallContext& context, const v1::Release& release,
                                             const store::v1::ReleasePin& pin,
                                             const SourceWords& words);
  // Takes what is due out of the release, its pin and its findings, and notes it; all of them are
  // written but the release. `findings` are the release's.
  Task<absl::Status> Redact(storage::Transaction& txn, const DueRedactions& due,
                            v1::Release& release, store::v1::ReleasePin& pin,
                            std::vector<v1::Finding>& findings);
  // Makes what was taken out leave the disk too, where something was. UNAVAILABLE while others are
  // reading: repeating the call does the rest.
  Task<absl::Status> PurgeRedacted(const v1::Release& release);
  // Counts the findings anew into the release, and writes it.
  Task<absl::Status> UpdateRelease(storage::Transaction& txn, v1::Release& release);

 private:
  const storage::Database db_;
  const ReleaseTables tables_;
  SourceClient& source_;
  const ReadModel& read_model_;
  const std::vector<v1::MetricDefinition> definitions_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_RELEASE_RECORDS_H_
