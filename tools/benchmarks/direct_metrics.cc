#include <array>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/open_engine.h"
#include "common/storage/run_in_transaction.h"
#include "services/metrics/store/applier.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"
#include "weft/type/v1/change.pb.h"

namespace weft::bench {
namespace {

constexpr char kWave[] = "waves/direct";
constexpr uint64_t kSitesPerCommit = 100;

using Changes = std::vector<type::v1::Change>;

template <class Message>
void AddChange(const Message& message, Changes& changes) {
  type::v1::Change& change = changes.emplace_back();
  change.set_name(message.name());
  change.set_kind(type::v1::Change::KIND_UPDATED);
  change.mutable_resource()->PackFrom(message);
}

// The instrument and the wave.
Changes Frame() {
  ingestion::v1::Wave wave;
  wave.set_name(kWave);
  wave.set_display_name("Wave of the benchmarks");
  wave.set_instrument(kInstrument);
  wave.add_cohorts(kCohortOfAll);
  wave.set_state(ingestion::v1::Wave::STATE_OPEN);
  Changes changes;
  AddChange(MakeInstrument(), changes);
  AddChange(wave, changes);
  return changes;
}

// So many sites' responses, handed in for the `variant`th time, and their roster at first.
Changes Responses(uint64_t first, uint64_t end, uint32_t variant) {
  Changes changes;
  for (uint64_t site = first; site < end; ++site) {
    const ingestion::v1::Response response = StoredResponse(kWave, site, variant);
    if (variant == 0) AddChange(StoredRosterEntry(kWave, site), changes);
    AddChange(StoredRevision(response), changes);
    AddChange(response, changes);
  }
  return changes;
}

std::vector<Changes> Commits(uint64_t sites, uint32_t variant) {
  std::vector<Changes> commits;
  for (uint64_t at = 0; at < sites; at += kSitesPerCommit) {
    commits.push_back(Responses(at, std::min(sites, at + kSitesPerCommit), variant));
  }
  return commits;
}

class ReadModel {
 public:
  static absl::StatusOr<std::unique_ptr<ReadModel>> Open(const std::string& directory) {
    auto model = std::make_unique<ReadModel>();
    storage::EngineOptions options;
    options.directory = directory;
    WEFT_ASSIGN_OR_RETURN(model->engine_, storage::OpenEngine(options, model->executor_));
    return model;
  }

  absl::Status Apply(const Changes& changes) {
    return SyncWait(executor_, storage::RunInTransaction(
                                   storage::Database{*engine_, clock_},
                                   [&](storage::Transaction& txn) { return Body(txn, changes); }))
        .status();
  }

 private:
  static Task<absl::Status> Body(storage::Transaction& txn, const Changes& changes) {
    metrics::Applier applier(txn);
    for (const type::v1::Change& change : changes) {
      absl::Status applied = co_await applier.Apply(change);
      WEFT_CO_RETURN_IF_ERROR(std::move(applied));
    }
    absl::Status finished = co_await applier.Finish();
    co_return finished;
  }

  ManualExecutor executor_;
  const SystemClock clock_;
  std::unique_ptr<storage::Engine> engine_;
};

// Which counter each part of an answer goes to.
void Count(const ingestion::v1::Answers& answers, int64_t sign,
           std::array<std::array<int64_t, 8>, 32>& counters) {
  size_t type = 0;
  for (const auto& cell : answers.partner_cells()) {
    counters[type++][static_cast<size_t>(cell.level()) % 8] += sign;
  }
  counters[type][static_cast<size_t>(answers.shared_responsibility().rating()) % 8] += sign;
}

}  // namespace

absl::Status ApplyChanges(const std::string& directory, uint64_t sites) {
  WEFT_ASSIGN_OR_RETURN(const std::unique_ptr<ReadModel> model, ReadModel::Open(directory));
  WEFT_RETURN_IF_ERROR(model->Apply(Frame()));
  for (const Changes& changes : Commits(sites, 0)) WEFT_RETURN_IF_ERROR(model->Apply(changes));
  const std::vector<Changes> commits = Commits(sites, 1);
  const Clock::time_point begun = Clock::now();
  for (const Changes& changes : commits) WEFT_RETURN_IF_ERROR(model->Apply(changes));
  Tell({{"rate", static_cast<double>(sites) / SecondsSince(begun)}});
  return absl::OkStatus();
}

absl::Status CountChanges(uint64_t sites) {
  constexpr int kRounds = 100;
  std::vector<ingestion::v1::Answers> before;
  std::vector<ingestion::v1::Answers> after;
  for (uint64_t site = 0; site < sites; ++site) {
    before.push_back(MakeAnswers(site, 0));
    after.push_back(MakeAnswers(site, 1));
  }
  std::array<std::array<int64_t, 8>, 32> counters{};
  const Clock::time_point begun = Clock::now();
  for (int round = 0; round < kRounds; ++round) {
    for (uint64_t site = 0; site < sites; ++site) {
      Count(before[site], -1, counters);
      Count(after[site], 1, counters);
    }
  }
  const double seconds = SecondsSince(begun);
  // Every answer was taken off as often as another was added.
  int64_t sum = 0;
  for (const auto& row : counters) {
    for (const int64_t counter : row) sum += counter;
  }
  if (sum != 0) return absl::InternalError("the counters do not add up");
  Tell({{"rate", static_cast<double>(sites) * kRounds / seconds}});
  return absl::OkStatus();
}

}  // namespace weft::bench
