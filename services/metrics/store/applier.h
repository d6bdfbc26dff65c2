// Applies changes of the feeds to the read model, in one transaction: what was said, and the
// aggregates that follow from it, by taking each changed site's old contribution off and adding its
// new one.
//
//   Applier applier(txn);
//   for (const Change& change : batch.changes()) { ... co_await applier.Apply(change); }
//   ... co_await applier.Finish();
//   ... co_await txn.Commit();
//
// Changes may come again, and records of a snapshot in any order: what counts is the state in the
// end.
#ifndef WEFT_SERVICES_METRICS_STORE_APPLIER_H_
#define WEFT_SERVICES_METRICS_STORE_APPLIER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "services/metrics/domain/aggregate.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

class Applier {
 public:
  explicit Applier(storage::Transaction& txn) : txn_(txn) {}
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  // Reads at once what applying these changes asks for, which is cheaper than one by one.
  Task<absl::Status> Prefetch(const std::vector<const type::v1::Change*>& changes);

  // INVALID_ARGUMENT (CHANGE_INVALID) for a change that no feed of ours sends. Resources that no
  // number depends on are passed over.
  Task<absl::Status> Apply(const type::v1::Change& change);

  // Brings the aggregates up to date and writes everything into the transaction. Once, at the end.
  // DATA_LOSS (AGGREGATE_CORRUPT, ROW_CORRUPT): the read model must be rebuilt.
  Task<absl::Status> Finish();

  // Ids of the waves whose numbers or labels may have changed.
  const absl::btree_set<std::string>& changed_waves() const { return changed_waves_; }
  // A change that shows in any wave: a taxonomy's labels.
  bool changed_labels() const { return changed_labels_; }

 private:
  struct Site {
    store::v1::SiteRow row;
    bool stored = false;
  };

  Task<absl::Status> ApplyWave(const type::v1::Change& change, std::string id);
  Task<absl::Status> ApplyInstrument(const type::v1::Change& change, std::string id);
  Task<absl::Status> ApplyRosterEntry(const type::v1::Change& change, std::string wave,
                                      std::string site);
  Task<absl::Status> ApplyResponse(const type::v1::Change& change, std::string wave,
                                   std::string id);
  absl::Status ApplyRevision(const type::v1::Change& change, const std::string& wave,
                             const std::string& response, uint64_t revision);

  Task<absl::Status> PrefetchAnswers();

  // The site's row, which is recounted at the end.
  Task<absl::StatusOr<Site*>> Touch(std::string wave, std::string site);
  // Touches every site of a wave whose questions have changed.
  Task<absl::Status> TouchAll(std::string wave);
  Task<absl::Status> Recount(std::string wave, std::string site, Site& touched);
  Task<absl::Status> Count(std::string wave, std::string cohort, v1::ReviewFloor floor,
                           const std::vector<Increment>& increments);
  Task<absl::StatusOr<Histogram*>> LoadPart(std::string key);

  Task<absl::StatusOr<const ingestion::v1::Instrument*>> InstrumentOf(std::string wave);
  Task<absl::StatusOr<const ingestion::v1::Answers*>> AnswersOf(std::string wave,
                                                                std::string response,
                                                                uint64_t revision);

  storage::Transaction& txn_;
  // By wave and site.
  absl::btree_map<std::pair<std::string, std::string>, std::unique_ptr<Site>> sites_;
  // The parts of aggregates that change, by key.
  absl::btree_map<std::string, std::unique_ptr<Histogram>> parts_;
  absl::flat_hash_map<std::string, std::unique_ptr<ingestion::v1::Answers>> answers_;
  // By wave.
  absl::flat_hash_map<std::string, std::unique_ptr<ingestion::v1::Instrument>> instruments_;
  absl::btree_set<std::string> waves_to_recount_;
  absl::btree_set<std::string> changed_waves_;
  bool changed_labels_ = false;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_APPLIER_H_
