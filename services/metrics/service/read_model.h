// How handlers read: a consistent view of one wave, as far as the feeds have been followed.
//
//   WaveQuery query;
//   query.wave = "waves/2025-winter";
//   query.parameters = request.parameters();
//   query.min_positions = request.min_positions();
//   absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
//   WEFT_CO_RETURN_IF_ERROR(view.status());
//   response = Summarize(*view);
#ifndef WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_
#define WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"
#include "common/storage/database.h"
#include "services/metrics/domain/compare_groups.h"
#include "services/metrics/domain/wave_view.h"
#include "services/metrics/service/answer_cache.h"
#include "services/metrics/service/column_cache.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/step_writer.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/group_comparison.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {

// What to load.
struct WaveQuery {
  static constexpr size_t kAllSites = std::numeric_limits<size_t>::max();

  // `waves/{wave}`.
  std::string wave;
  // As the request gave them.
  v1::Parameters parameters;
  v1::Positions min_positions;
  // The parts of the aggregate for Summarize(), ComputeSite() and ComputeSites().
  bool summary = true;
  // view.cuts, for ComputeSite() and ComputeSites().
  bool cuts = false;
  // Those for ComputeItems().
  bool items = false;
  // view.presence.
  bool presence = false;
  // view.sites: up to `max_sites` after `sites_after`, which is a site's name or "", all that are
  // invited or only those that are counted. Or just one, by name.
  size_t max_sites = 0;
  bool counted_sites = false;
  std::string sites_after;
  std::string site;
};

// INVALID_ARGUMENT: what is wrong with the parameters, whatever the wave.
absl::Status CheckParameters(const v1::Parameters& parameters);
// NOT_FOUND (WAVE_NOT_FOUND), for `waves/{wave}`.
absl::Status WaveNotFound(const std::string& name);
// NOT_FOUND (COHORT_NOT_IN_WAVE); "" is every wave's.
absl::Status CheckCohort(const ingestion::v1::Wave& wave, const std::string& cohort);

class ReadModel {
 public:
  explicit ReadModel(const storage::Database& db) : db_(db) {}
  ReadModel(const ReadModel&) = delete;
  ReadModel& operator=(const ReadModel&) = delete;

  // Waits until both feeds have been read whole, and at least up to min_positions, for as long as
  // the call's deadline leaves room to answer.
  //  UNAVAILABLE (READ_MODEL_BEHIND) with RetryInfo: that takes too long.
  //  INVALID_ARGUMENT: what is wrong with the parameters; FILTER_INVALID; POSITION_INVALID.
  //  FAILED_PRECONDITION (FEED_EPOCH_CHANGED): min_positions are of another store's history.
  //  NOT_FOUND: WAVE_NOT_FOUND, COHORT_NOT_IN_WAVE, SITE_NOT_ON_ROSTER.
  Task<absl::StatusOr<WaveView>> Load(rpc::CallContext& context, WaveQuery query);

  // A state of the store, for what is no wave's view, and how far the feeds had been read then.
  struct Moment {
    std::shared_ptr<storage::Snapshot> snapshot;
    v1::Positions positions;
  };
  // Which feeds must have been read whole.
  enum class Needs { kBothFeeds, kRegistry };
  // Waits as Load() does, with the errors that this has about positions.
  Task<absl::StatusOr<Moment>> At(rpc::CallContext& context, v1::Positions min_positions,
                                  Needs needs);

  // Two groups of one state of the wave, for CompareGroups(). Cohort and filter of the query's
  // parameters are not looked at. Errors: as Load().
  Task<absl::StatusOr<TwoGroups>> LoadGroups(rpc::CallContext& context, WaveQuery query,
                                             v1::SiteGroup first, v1::SiteGroup second);

  // `taxonomies/{taxonomy}/crosswalks/{to}`. NOT_FOUND (CROSSWALK_NOT_FOUND).
  Task<absl::StatusOr<registry::v1::Crosswalk>> LoadCrosswalk(std::string name);

  // Grows whenever a commit may have changed what Load() gives for the wave (its id).
  uint64_t VersionOf(absl::string_view wave) const;
  // Notified after every commit of a follower. All on the executor's thread.
  rpc::Signal& changed() { return changed_; }

  // What answers about `waves/{wave}` depend on now. nullopt when the feeds have not been read
  // whole, or not up to min_positions: Load() waits for that, or says what is wrong with them.
  std::optional<AnswerState> CurrentState(absl::string_view wave,
                                          const v1::Positions& min_positions) const;
  // What an answer computed from `view` depends on. nullopt when the followers have not told yet of
  // the commit that the view has seen: then nobody can tell which later ones change the answer.
  std::optional<AnswerState> StateOf(const WaveView& view) const;
  // How far the feeds have been read, as far as the followers have told.
  const v1::Positions& positions() const { return positions_; }

  // For followers: what a step has written of `feed`.
  void NoteCommit(Feed feed, const StepWriter::Written& written);

 private:
  // A snapshot that has seen min_positions, and where it stands.
  struct State {
    std::shared_ptr<storage::Snapshot> snapshot;
    v1::Positions positions;
    // Where a filter asks for them.
    std::unique_ptr<ColumnCache::Lease> columns;
  };
  // view.sites: the one that the query names.
  static Task<absl::Status> LoadSite(storage::Reader& reader, const WaveQuery& query,
                                     const AttributeFilter& filter, WaveView& view);
  // Fills view.sites with those that the query asks for, and more_after.
  static Task<absl::Status> LoadSites(rpc::CallContext& context, storage::Reader& reader,
                                      const WaveQuery& query, WaveView& view);
  Task<absl::StatusOr<State>> Await(rpc::CallContext& context, v1::Positions min_positions,
                                    Needs needs = Needs::kBothFeeds);
  // The same, with the columns of the wave (its id), of which every change that the snapshot has
  // seen has been noted.
  Task<absl::StatusOr<State>> AwaitColumns(rpc::CallContext& context, v1::Positions min_positions,
                                           std::string wave);
  // view.frame, read where it is not known.
  Task<absl::Status> LoadFrame(storage::Reader& reader, std::string wave, WaveView& view);
  // Fills view.aggregate, and what is asked for of view.presence and view.sites, where these are
  // many, with the sites of the filter. Gives the columns back.
  static Task<absl::Status> LoadFromColumns(rpc::CallContext& context, State& state,
                                            const WaveQuery& query, const AttributeFilter& filter,
                                            WaveView& view);
  // Whether the snapshot is whole and has seen min_positions.
  Task<absl::StatusOr<bool>> Reached(State& state, const v1::Positions& min_positions, Needs needs);

  // What is found out about a wave once, while it has this version.
  struct KnownWave {
    uint64_t version = 0;
    std::shared_ptr<const WaveFrame> frame;
    // By parameters. There are not many that a wave has.
    absl::flat_hash_map<std::string, Cuts> cuts;
  };

  // The version of a wave (its id), and how far the feeds have been read, when the followers have
  // told of everything up to `seen`.
  std::optional<AnswerState> StateAt(const v1::Positions& seen, absl::string_view wave) const;
  // What is known of the wave (its id) as it stands at `seen`; null when nothing is.
  const KnownWave* FindKnown(absl::string_view wave, const v1::Positions& seen) const;
  // Keeps what `view` has found out, as long as nothing has changed since.
  void Remember(const WaveView& view);

  const storage::Database db_;
  ColumnCache columns_;
  rpc::Signal changed_;
  v1::Positions positions_;
  // Whether all that each feed holds has been read.
  bool registry_whole_ = false;
  bool ingestion_whole_ = false;
  // Which version each wave has that changed since the start.
  absl::flat_hash_map<std::string, uint64_t> versions_;
  uint64_t commits_ = 0;
  // The version of all waves that are not in `versions_`, and the least of those that are.
  uint64_t every_wave_version_ = 0;
  // By id.
  absl::flat_hash_map<std::string, KnownWave> known_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_
