#include "services/metrics/service/read_model.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/names.h"
#include "common/storage/engine.h"
#include "common/storage/position.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

using storage::Position;
using store::v1::FollowerState;
using store::v1::SiteRow;

// What is kept of the deadline so that the answer still arrives.
constexpr absl::Duration kAnswerTime = absl::Milliseconds(300);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

absl::Status Behind(absl::string_view why) {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "READ_MODEL_BEHIND",
            absl::StrCat("the metrics have not been brought up to date in time: ", why,
                         "; try again, or without min_positions for what is there")),
      kRetryAfter);
}

// Whether `reached` is at or past what `wanted` asks for.
absl::StatusOr<bool> IsPast(Feed feed, const std::string& reached, const std::string& wanted) {
  if (wanted.empty()) return true;
  absl::StatusOr<Position> at_least = Position::Parse(wanted);
  if (!at_least.ok()) {
    return FieldViolations()
        .Add(absl::StrCat("min_positions.", FeedName(feed)), "is no position that a server made")
        .ToStatus("POSITION_INVALID");
  }
  WEFT_ASSIGN_OR_RETURN(const Position position, Position::Parse(reached));
  const std::optional<std::strong_ordering> order = Compare(position, *at_least);
  if (order.has_value()) return std::is_gteq(*order);
  return Error(
      absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED",
      absl::StrCat("min_positions.", FeedName(feed), " is of another history of the ",
                   FeedName(feed), " store than the one that is followed; read again without it"),
      {{"feed", std::string(FeedName(feed))}});
}

absl::Status CheckParameters(const v1::Parameters& parameters) {
  if (!parameters.cohort().empty()) {
    WEFT_RETURN_IF_ERROR(
        service::ParseName("cohorts/{cohort}", parameters.cohort(), "parameters.cohort").status());
  }
  return FieldViolations()
      .Require(v1::ReviewFloor_IsValid(parameters.floor()), "parameters.floor",
               "is no review floor")
      .Require(v1::EngagedRule_IsValid(parameters.engaged_rule()), "parameters.engaged_rule",
               "is no engaged rule")
      .Require(v1::SelfRule_IsValid(parameters.self_rule()), "parameters.self_rule",
               "is no self rule")
      .ToStatus();
}

absl::Status WaveNotFound(const std::string& name) {
  return Error(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND",
               absl::StrCat(name,
                            " is not known here. If it was created just now, ask again with "
                            "min_positions.ingestion set to the weft-position of that write"),
               {{"name", name}});
}

absl::Status CheckCohort(const ingestion::v1::Wave& wave, const std::string& cohort) {
  const auto& cohorts = wave.cohorts();
  if (cohort.empty() || std::find(cohorts.begin(), cohorts.end(), cohort) != cohorts.end()) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kNotFound, "COHORT_NOT_IN_WAVE",
               absl::StrCat(cohort, " is no cohort of ", wave.name()),
               {{"wave", wave.name()}, {"cohort", cohort}});
}

absl::Status NotOnRoster(const std::string& site, const WaveQuery& query) {
  return Error(absl::StatusCode::kNotFound, "SITE_NOT_ON_ROSTER",
               absl::StrCat(site, " is not on the roster of ", query.wave,
                            query.parameters.cohort().empty()
                                ? ""
                                : absl::StrCat(" for ", query.parameters.cohort())),
               {{"wave", query.wave}, {"site", site}});
}

bool InCohort(const store::v1::SiteRecord& site, const std::string& cohort) {
  return cohort.empty() ||
         std::find(site.cohorts().begin(), site.cohorts().end(), cohort) != site.cohorts().end();
}

}  // namespace

uint64_t ReadModel::VersionOf(absl::string_view wave) const {
  const auto found = versions_.find(wave);
  return found == versions_.end() ? every_wave_version_
                                  : std::max(found->second, every_wave_version_);
}

void ReadModel::NoteCommit(const absl::btree_set<std::string>& waves, bool every_wave) {
  ++commits_;
  for (const std::string& wave : waves) versions_[wave] = commits_;
  if (every_wave) every_wave_version_ = commits_;
  changed_.NotifyAll();
}

Task<absl::StatusOr<bool>> ReadModel::Reached(State& state, const v1::Positions& min_positions) {
  storage::Reader& reader = *state.snapshot;
  absl::StatusOr<std::optional<FollowerState>> registry =
      co_await FindRow<FollowerState>(reader, FollowerKey(Feed::kRegistry));
  WEFT_CO_RETURN_IF_ERROR(registry.status());
  absl::StatusOr<std::optional<FollowerState>> ingestion =
      co_await FindRow<FollowerState>(reader, FollowerKey(Feed::kIngestion));
  WEFT_CO_RETURN_IF_ERROR(ingestion.status());
  const auto whole = [](const std::optional<FollowerState>& follower) {
    return follower.has_value() && follower->phase() == FollowerState::PHASE_FOLLOWING &&
           follower->layout() == kLayout;
  };
  if (!whole(*registry) || !whole(*ingestion)) co_return false;
  state.positions.set_registry((*registry)->position());
  state.positions.set_ingestion((*ingestion)->position());
  const absl::StatusOr<bool> registry_past =
      IsPast(Feed::kRegistry, state.positions.registry(), min_positions.registry());
  WEFT_CO_RETURN_IF_ERROR(registry_past.status());
  const absl::StatusOr<bool> ingestion_past =
      IsPast(Feed::kIngestion, state.positions.ingestion(), min_positions.ingestion());
  WEFT_CO_RETURN_IF_ERROR(ingestion_past.status());
  co_return *registry_past&&* ingestion_past;
}

Task<absl::StatusOr<ReadModel::State>> ReadModel::Await(rpc::CallContext& context,
                                                        v1::Positions min_positions) {
  for (;;) {
    State state;
    state.snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<bool> reached = co_await Reached(state, min_positions);
    WEFT_CO_RETURN_IF_ERROR(reached.status());
    if (*reached) co_return state;
    const bool building = state.positions.ingestion().empty();
    // Not held while waiting.
    state.snapshot.reset();
    const absl::Duration left = context.deadline() - absl::Now() - kAnswerTime;
    if (left > absl::ZeroDuration()) {
      const rpc::Signal::Outcome outcome = co_await changed_.Wait(context, left);
      if (outcome == rpc::Signal::kNotified) continue;
    }
    // The caller's time is up: a client that tries UNAVAILABLE again by itself would only turn this
    // answer into DEADLINE_EXCEEDED.
    context.AddMetadata("grpc-retry-pushback-ms", "-1");
    co_return Behind(building ? "the feeds are still being read for the first time"
                              : "the feeds have not been read up to min_positions");
  }
}

Task<absl::StatusOr<WaveView>> ReadModel::Load(rpc::CallContext& context, WaveQuery query) {
  WEFT_CO_RETURN_IF_ERROR(CheckParameters(query.parameters));
  absl::StatusOr<State> state = co_await Await(context, query.min_positions);
  WEFT_CO_RETURN_IF_ERROR(state.status());
  storage::Reader& reader = *state->snapshot;
  const std::string wave(IdOfName(query.wave));

  absl::StatusOr<std::optional<WaveFrame>> frame = co_await ReadFrame(reader, wave);
  WEFT_CO_RETURN_IF_ERROR(frame.status());
  if (!frame->has_value()) co_return WaveNotFound(query.wave);
  WEFT_CO_RETURN_IF_ERROR(CheckCohort((*frame)->wave, query.parameters.cohort()));

  WaveView view;
  view.frame = std::make_shared<const WaveFrame>(**std::move(frame));
  view.parameters = ResolveParameters(query.parameters);
  view.computed_through = std::move(state->positions);

  std::vector<uint32_t> parts;
  if (query.summary) parts = SummaryParts(view.variant());
  if (query.items) {
    const std::vector<uint32_t> of_items = ItemParts(view.frame->instrument);
    parts.insert(parts.end(), of_items.begin(), of_items.end());
  }
  absl::StatusOr<Aggregate> aggregate = co_await ReadAggregate(
      reader, wave, view.parameters.cohort(), view.parameters.floor(), std::move(parts));
  WEFT_CO_ASSIGN_OR_RETURN(view.aggregate, std::move(aggregate));

  if (!query.site.empty()) {
    absl::StatusOr<std::optional<SiteRow>> row =
        co_await FindRow<SiteRow>(reader, SiteKeyOf(wave, IdOfName(query.site)));
    WEFT_CO_RETURN_IF_ERROR(row.status());
    if (!row->has_value() || !(*row)->record().invited() ||
        !InCohort((*row)->record(), view.parameters.cohort())) {
      co_return NotOnRoster(query.site, query);
    }
    view.sites.push_back(std::move(*(*row)->mutable_record()));
  } else if (query.max_sites > 0) {
    absl::StatusOr<std::vector<store::v1::SiteRecord>> sites =
        co_await ReadSites(reader, wave, view.parameters.cohort(),
                           std::string(IdOfName(query.sites_after)), query.max_sites);
    WEFT_CO_ASSIGN_OR_RETURN(view.sites, std::move(sites));
  }
  co_return view;
}

}  // namespace weft::metrics
