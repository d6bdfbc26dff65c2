#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/open_engine.h"
#include "services/metrics/store/step_writer.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"
#include "weft/type/v1/change.pb.h"

namespace weft::bench {
namespace {

constexpr char kWave[] = "waves/direct";
constexpr uint64_t kSitesPerCommit = 100;

// One step of ingestion's feed.
using Step = type::v1::WatchResponse;

template <class Message>
void AddChange(const Message& message, Step& step) {
  auto& batches = *step.mutable_changes();
  if (batches.batches().empty()) batches.add_batches();
  type::v1::Change& change = *batches.mutable_batches(0)->add_changes();
  change.set_name(message.name());
  change.set_kind(type::v1::Change::KIND_UPDATED);
  change.mutable_resource()->PackFrom(message);
}

// The instrument and the wave.
Step Frame() {
  ingestion::v1::Wave wave;
  wave.set_name(kWave);
  wave.set_display_name("Wave of the benchmarks");
  wave.set_instrument(kInstrument);
  wave.add_cohorts(kCohortOfAll);
  wave.set_state(ingestion::v1::Wave::STATE_OPEN);
  Step step;
  AddChange(MakeInstrument(), step);
  AddChange(wave, step);
  step.set_resume_position("frame");
  return step;
}

// So many sites' responses, handed in for the `variant`th time, and their roster at first.
Step Responses(uint64_t first, uint64_t end, uint32_t variant) {
  Step step;
  for (uint64_t site = first; site < end; ++site) {
    const ingestion::v1::Response response = StoredResponse(kWave, site, variant);
    if (variant == 0) AddChange(StoredRosterEntry(kWave, site), step);
    AddChange(StoredRevision(response), step);
    AddChange(response, step);
  }
  step.set_resume_position(absl::StrCat(variant, "-", end));
  return step;
}

std::vector<Step> Steps(uint64_t sites, uint32_t variant) {
  std::vector<Step> steps;
  for (uint64_t at = 0; at < sites; at += kSitesPerCommit) {
    steps.push_back(Responses(at, std::min(sites, at + kSitesPerCommit), variant));
  }
  return steps;
}

class ReadModel {
 public:
  static absl::StatusOr<std::unique_ptr<ReadModel>> Open(const std::string& directory) {
    auto model = std::make_unique<ReadModel>();
    storage::EngineOptions options;
    options.directory = directory;
    WEFT_ASSIGN_OR_RETURN(model->engine_, storage::OpenEngine(options, model->executor_));
    model->writer_.emplace(storage::Database{*model->engine_, model->clock_},
                           metrics::Feed::kIngestion);
    return model;
  }

  absl::Status Apply(const Step& step) {
    return SyncWait(executor_, writer_->Write(step)).status();
  }

 private:
  ManualExecutor executor_;
  SystemClock clock_;
  std::unique_ptr<storage::Engine> engine_;
  std::optional<metrics::StepWriter> writer_;
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

absl::Status ApplyChanges(const std::string& directory, uint64_t sites, uint32_t rounds) {
  WEFT_ASSIGN_OR_RETURN(const std::unique_ptr<ReadModel> model, ReadModel::Open(directory));
  WEFT_RETURN_IF_ERROR(model->Apply(Frame()));
  for (const Step& step : Steps(sites, 0)) WEFT_RETURN_IF_ERROR(model->Apply(step));
  std::vector<Step> steps;
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (Step& step : Steps(sites, round)) steps.push_back(std::move(step));
  }
  const Clock::time_point begun = Clock::now();
  const std::clock_t cpu_begun = std::clock();
  for (const Step& step : steps) WEFT_RETURN_IF_ERROR(model->Apply(step));
  const double seconds = SecondsSince(begun);
  const double cpu_seconds = static_cast<double>(std::clock() - cpu_begun) / CLOCKS_PER_SEC;
  const double count = static_cast<double>(sites) * rounds;
  Tell({{"rate", count / seconds}, {"cpu_us", 1e6 * cpu_seconds / count}});
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

absl::Status ScanColumns(uint64_t sites) {
  constexpr int kRounds = 50;
  std::vector<uint8_t> settings;
  std::vector<uint8_t> ratings;
  std::vector<uint8_t> levels;
  for (uint64_t site = 0; site < sites; ++site) {
    const ingestion::v1::Answers answers = MakeAnswers(site, 0);
    settings.push_back(static_cast<uint8_t>(SettingOf(site)));
    ratings.push_back(static_cast<uint8_t>(answers.shared_responsibility().rating()));
    for (const auto& cell : answers.partner_cells()) {
      levels.push_back(static_cast<uint8_t>(cell.level() - 1));
    }
  }
  const size_t types = levels.size() / sites;
  // How often each level occurs by type, each rating, and each breadth with each sum of levels.
  std::vector<uint32_t> by_type(types * 8);
  std::array<uint32_t, 8> by_rating{};
  std::vector<uint32_t> by_numbers(32 * 128);
  const Clock::time_point begun = Clock::now();
  for (int round = 0; round < kRounds; ++round) {
    const uint8_t left_out = 1 + round % kSettings;
    for (uint64_t site = 0; site < sites; ++site) {
      if (settings[site] == left_out) continue;
      ++by_rating[ratings[site] % 8];
      uint32_t engaged = 0;
      uint32_t sum = 0;
      const uint8_t* const of_site = levels.data() + site * types;
      for (size_t type = 0; type < types; ++type) {
        const uint8_t level = of_site[type] % 8;
        ++by_type[type * 8 + level];
        engaged += level > 0 ? 1 : 0;
        sum += level;
      }
      ++by_numbers[engaged % 32 * 128 + sum % 128];
    }
  }
  const double seconds = SecondsSince(begun);
  uint64_t counted = 0;
  for (const uint32_t count : by_rating) counted += count;
  uint64_t again = 0;
  for (const uint32_t count : by_numbers) again += count;
  if (counted != again) return absl::InternalError("the passes do not add up");
  Tell({{"rate", kRounds / seconds}});
  return absl::OkStatus();
}

}  // namespace weft::bench
