// Applies changes of the feeds to the read model, in one transaction: what was said, and the
// aggregates that follow from it, by taking each changed site's old contribution off and adding its
// new one.
//
//   Applier applier(txn, cache);
//   co_await applier.Prefetch(changes);
//   for (const Change* change : changes) { ... co_await applier.Apply(*change); }
//   ... co_await applier.Finish();
//   ... co_await txn.Commit();
//
// Changes may come again, and records of a snapshot in any order: what counts is the state in the
// end. Rows of sites and aggregates are read without asking the commit to check them, because one
// writer alone changes them; it lets each step depend on the one before (StepWriter).
//
// Answers are kept as they are counted, in the site's row. A revision is stored as it came only
// while it cannot be counted yet: its response or the questions have not come.
#ifndef WEFT_SERVICES_METRICS_STORE_APPLIER_H_
#define WEFT_SERVICES_METRICS_STORE_APPLIER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "google/protobuf/arena.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/store/applier_cache.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

class Applier {
 public:
  // `cache` must be cleared when this transaction does not come to be.
  Applier(storage::Transaction& txn, ApplierCache& cache);
  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  // Reads at once what applying these changes asks for, which is cheaper than one by one.
  Task<absl::Status> Prefetch(const std::vector<const type::v1::Change*>& changes);

  // INVALID_ARGUMENT (CHANGE_INVALID) for a change that no feed of ours sends. Resources that no
  // number depends on are passed over. `change` is needed until Finish() is done.
  Task<absl::Status> Apply(const type::v1::Change& change);

  // Brings the aggregates up to date and writes everything into the transaction. Once, at the end.
  // DATA_LOSS (AGGREGATE_CORRUPT, ROW_CORRUPT, QUESTIONS_CHANGED): the read model must be rebuilt.
  Task<absl::Status> Finish();

  // Ids of the waves whose numbers or labels may have changed.
  const absl::btree_set<std::string>& changed_waves() const { return changed_waves_; }
  // Names of the sites whose rows have changed, by wave.
  const absl::btree_map<std::string, std::vector<std::string>>& changed_sites() const {
    return changed_sites_;
  }
  // A change that shows in any wave: a taxonomy's labels, a crosswalk.
  bool changed_labels() const { return changed_labels_; }

 private:
  static constexpr size_t kFloors = 2;

  struct Site {
    std::string key;
    std::string wave;
    store::v1::SiteRow* row = nullptr;
    bool stored = false;
    // Set by MarkChanged(), with what the aggregates hold of it.
    bool changed = false;
    std::vector<std::string> scopes_before;
    std::array<std::vector<Increment>, kFloors> before;
    // Answers that were counted in this step.
    std::vector<store::v1::CountedAnswers*> counted;
  };

  struct Revision {
    std::string wave;
    std::string response;
    uint64_t number = 0;
    // Where its answers are; null: in `row`, where they have waited.
    const type::v1::Change* change = nullptr;
    storage::Entry row;
  };

  // Sites that are in the same aggregates of the same wave.
  struct Group {
    std::string wave;
    std::vector<std::string> scopes;
    std::array<Delta, kFloors> deltas;
  };

  absl::Status ApplyTaxonomy(const type::v1::Change& change, absl::string_view id);
  absl::Status ApplyCrosswalk(const type::v1::Change& change, absl::string_view taxonomy,
                              absl::string_view to);
  Task<absl::Status> ApplyWave(const type::v1::Change& change, std::string id);
  Task<absl::Status> ApplyInstrument(const type::v1::Change& change, std::string id);
  Task<absl::Status> ApplyRosterEntry(const type::v1::Change& change, std::string wave,
                                      std::string site);
  Task<absl::Status> ApplyResponse(const type::v1::Change& change, std::string wave,
                                   std::string id);
  Task<absl::Status> DeleteResponse(std::string wave, std::string id);
  absl::Status ApplyRevision(const type::v1::Change& change, std::string wave, std::string response,
                             absl::string_view number);

  // The site's row, as it is in this step.
  Task<absl::StatusOr<Site*>> Touch(std::string wave, std::string site);
  absl::StatusOr<Site*> Keep(std::string key, std::string wave, std::string site,
                             std::optional<storage::Entry> entry);
  // The site whose response this is; null when it is not known.
  Task<absl::StatusOr<Site*>> SiteOf(std::string wave, std::string response);
  // Before the first change to the row.
  static void MarkChanged(Site& site);

  Task<absl::StatusOr<const WaveQuestions*>> QuestionsOf(std::string wave);
  // What was counted of this wave holds no more. `had_questions`: it was counted by some.
  void AskAgain(const std::string& wave, bool had_questions);

  // An empty message, until the next one is asked for.
  template <class T>
  T& Scratch() {
    change_arena_.Reset();
    return *google::protobuf::Arena::CreateMessage<T>(&change_arena_);
  }
  void CountInto(Site& site, const WaveQuestions& asked, int revision,
                 const ingestion::v1::Answers& answers);
  // A revision as it is counted, from this step or the row; null when it has not been.
  store::v1::CountedAnswers* FindCounted(const Site& site, int revision) const;

  // Steps of Finish(). Takes up everything that is stored of a wave whose questions have changed.
  Task<absl::Status> Reconsider(std::string wave);
  // Counts a revision that came, or lets it wait, or forgets it.
  Task<absl::Status> Settle(Revision& revision);
  // Counts revisions that have waited.
  Task<absl::Status> CountWaiting();
  absl::Status Recount(Site& site);
  Task<absl::Status> Tally();
  Group* GroupOf(const std::string& wave, const std::vector<std::string>& scopes);

  storage::Transaction& txn_;
  ApplierCache& cache_;
  // What lives as long as the step, and what is only looked at.
  google::protobuf::Arena arena_;
  google::protobuf::Arena change_arena_;

  std::deque<Site> sites_;
  absl::flat_hash_map<absl::string_view, Site*> sites_by_key_;
  std::vector<Revision> revisions_;
  std::deque<Group> groups_;
  // Waves whose questions have changed, and whether there were any before.
  absl::btree_map<std::string, bool> asked_again_;

  absl::btree_set<std::string> changed_waves_;
  absl::btree_map<std::string, std::vector<std::string>> changed_sites_;
  bool changed_labels_ = false;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_APPLIER_H_
