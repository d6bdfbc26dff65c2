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
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
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
constexpr size_t kRowsPerScan = 512;
constexpr size_t kMostKnownWaves = 256;

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

}  // namespace

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

namespace {

absl::Status NotOnRoster(const std::string& site, const WaveQuery& query) {
  return Error(
      absl::StatusCode::kNotFound, "SITE_NOT_ON_ROSTER",
      absl::StrCat(
          site, " is not on the roster of ", query.wave,
          query.parameters.cohort().empty() ? "" : absl::StrCat(" for ", query.parameters.cohort()),
          query.parameters.filter().empty() ? ""
                                            : absl::StrCat(" where ", query.parameters.filter())),
      {{"wave", query.wave}, {"site", site}});
}

bool IsWhole(const FollowerState& follower) {
  return follower.phase() == FollowerState::PHASE_FOLLOWING && follower.layout() == kLayout;
}

// Whether both positions are at or past those that are asked for.
absl::StatusOr<bool> ArePast(const v1::Positions& reached, const v1::Positions& wanted) {
  WEFT_ASSIGN_OR_RETURN(const bool registry,
                        IsPast(Feed::kRegistry, reached.registry(), wanted.registry()));
  WEFT_ASSIGN_OR_RETURN(const bool ingestion,
                        IsPast(Feed::kIngestion, reached.ingestion(), wanted.ingestion()));
  return registry && ingestion;
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

std::optional<AnswerState> ReadModel::StateAt(const v1::Positions& seen,
                                              absl::string_view wave) const {
  if (!registry_whole_ || !ingestion_whole_ || seen.registry() != positions_.registry() ||
      seen.ingestion() != positions_.ingestion()) {
    return std::nullopt;
  }
  return AnswerState{.version = VersionOf(wave), .progress = commits_};
}

const ReadModel::KnownWave* ReadModel::FindKnown(absl::string_view wave,
                                                 const v1::Positions& seen) const {
  const std::optional<AnswerState> state = StateAt(seen, wave);
  const auto found = known_.find(wave);
  if (!state.has_value() || found == known_.end()) return nullptr;
  return found->second.version == state->version ? &found->second : nullptr;
}

void ReadModel::Remember(const WaveView& view) {
  const std::optional<AnswerState> state = StateOf(view);
  if (!state.has_value()) return;
  const absl::string_view wave = IdOfName(view.frame->wave.name());
  // Those that are asked for are soon known again.
  if (known_.size() >= kMostKnownWaves && !known_.contains(wave)) known_.clear();
  KnownWave& known = known_[wave];
  if (known.version != state->version) {
    known = KnownWave();
    known.version = state->version;
  }
  known.frame = view.frame;
  // Those of filters are computed with the aggregate.
  if (!view.parameters.filter().empty()) return;
  if (view.cuts.has_value()) known.cuts[view.parameters.SerializeAsString()] = *view.cuts;
}

std::optional<AnswerState> ReadModel::CurrentState(absl::string_view wave,
                                                   const v1::Positions& min_positions) const {
  const absl::StatusOr<bool> past = ArePast(positions_, min_positions);
  if (!past.ok() || !*past) return std::nullopt;
  return StateAt(positions_, IdOfName(wave));
}

std::optional<AnswerState> ReadModel::StateOf(const WaveView& view) const {
  return StateAt(view.computed_through, IdOfName(view.frame->wave.name()));
}

void ReadModel::NoteCommit(Feed feed, const StepWriter::Written& written) {
  ++commits_;
  if (feed == Feed::kRegistry) {
    registry_whole_ = IsWhole(written.state);
    positions_.set_registry(written.state.position());
  } else {
    ingestion_whole_ = IsWhole(written.state);
    positions_.set_ingestion(written.state.position());
    if (written.anew) columns_.Clear();
  }
  for (const std::string& wave : written.waves) versions_[wave] = commits_;
  for (const auto& [wave, sites] : written.sites) columns_.NoteChanged(wave, sites);
  if (written.labels) every_wave_version_ = commits_;
  changed_.NotifyAll();
}

Task<absl::StatusOr<bool>> ReadModel::Reached(State& state, const v1::Positions& min_positions,
                                              Needs needs) {
  storage::Reader& reader = *state.snapshot;
  absl::StatusOr<std::optional<FollowerState>> registry =
      co_await FindRow<FollowerState>(reader, FollowerKey(Feed::kRegistry));
  WEFT_CO_RETURN_IF_ERROR(registry.status());
  absl::StatusOr<std::optional<FollowerState>> ingestion =
      co_await FindRow<FollowerState>(reader, FollowerKey(Feed::kIngestion));
  WEFT_CO_RETURN_IF_ERROR(ingestion.status());
  if (!registry->has_value() || !IsWhole(**registry)) co_return false;
  state.positions.set_registry((*registry)->position());
  if (ingestion->has_value() && IsWhole(**ingestion)) {
    state.positions.set_ingestion((*ingestion)->position());
  } else if (needs == Needs::kBothFeeds || !min_positions.ingestion().empty()) {
    co_return false;
  }
  co_return ArePast(state.positions, min_positions);
}

Task<absl::StatusOr<ReadModel::State>> ReadModel::Await(rpc::CallContext& context,
                                                        v1::Positions min_positions, Needs needs) {
  for (;;) {
    State state;
    state.snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<bool> reached = co_await Reached(state, min_positions, needs);
    WEFT_CO_RETURN_IF_ERROR(reached.status());
    if (*reached) co_return state;
    const bool building = state.positions.registry().empty() ||
                          (needs == Needs::kBothFeeds && state.positions.ingestion().empty());
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

Task<absl::StatusOr<ReadModel::Moment>> ReadModel::At(rpc::CallContext& context,
                                                      v1::Positions min_positions, Needs needs) {
  absl::StatusOr<State> state = co_await Await(context, std::move(min_positions), needs);
  WEFT_CO_RETURN_IF_ERROR(state.status());
  Moment moment;
  moment.snapshot = std::move(state->snapshot);
  moment.positions = std::move(state->positions);
  co_return moment;
}

Task<absl::StatusOr<ReadModel::State>> ReadModel::AwaitColumns(rpc::CallContext& context,
                                                               v1::Positions min_positions,
                                                               std::string wave) {
  for (;;) {
    absl::StatusOr<State> state = co_await Await(context, min_positions);
    WEFT_CO_RETURN_IF_ERROR(state.status());
    // A commit that the followers have not told of yet, or a question that is being answered: both
    // last but a moment.
    rpc::Signal* waits_for = &changed_;
    if (StateAt(state->positions, wave).has_value()) {
      state->columns = columns_.TryLease(wave);
      if (state->columns != nullptr) co_return state;
      waits_for = &columns_.idle();
    }
    state->snapshot.reset();
    const absl::Duration left = context.deadline() - absl::Now() - kAnswerTime;
    if (left <= absl::ZeroDuration() || context.stopping()) {
      context.AddMetadata("grpc-retry-pushback-ms", "-1");
      co_return Behind("other questions about the wave are being answered");
    }
    co_await waits_for->Wait(context, left);
  }
}

Task<absl::Status> ReadModel::LoadFromColumns(rpc::CallContext& context, State& state,
                                              const WaveQuery& query, const AttributeFilter& filter,
                                              WaveView& view) {
  ColumnCache::Lease& lease = *state.columns;
  absl::Status refreshed =
      co_await lease.Refresh(context, *state.snapshot, view.frame->type_count());
  WEFT_CO_RETURN_IF_ERROR(std::move(refreshed));
  const SiteColumns& columns = lease.columns();
  const SiteColumns::Selection selection = columns.Select(view.parameters.cohort(), filter);
  view.aggregate = columns.Tally(selection, view.parameters.floor(), view.variant(), query.items);
  if (query.cuts) view.cuts = FindCuts(view.aggregate, view.variant());
  if (query.presence) {
    view.presence = columns.Presence(selection, view.parameters.floor(), view.variant());
  }
  std::vector<std::string> names;
  if (query.site.empty() && query.max_sites > 0) {
    const v1::ReviewFloor counted_at =
        query.counted_sites ? view.parameters.floor() : v1::REVIEW_FLOOR_UNSPECIFIED;
    // One more tells whether there are more.
    const size_t most =
        query.max_sites == WaveQuery::kAllSites ? query.max_sites : query.max_sites + 1;
    names = columns.Names(selection, counted_at, query.sites_after, most);
  }
  state.columns.reset();

  if (names.size() > query.max_sites) {
    names.pop_back();
    view.more_after = names.back();
  }
  const std::string wave(IdOfName(query.wave));
  for (size_t begin = 0; begin < names.size(); begin += kRowsPerScan) {
    const size_t end = std::min(begin + kRowsPerScan, names.size());
    std::vector<std::string> keys;
    keys.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) keys.push_back(SiteKeyOf(wave, IdOfName(names[i])));
    absl::StatusOr<std::vector<std::optional<storage::Entry>>> rows =
        co_await state.snapshot->GetMany(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const std::optional<storage::Entry>& entry : *rows) {
      if (!entry.has_value()) continue;
      SiteRow row;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(*entry, row));
      view.sites.push_back(std::move(*row.mutable_record()));
    }
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ReadModel::LoadSites(rpc::CallContext& context, storage::Reader& reader,
                                        const WaveQuery& query, WaveView& view) {
  SiteFilter filter;
  filter.cohort = view.parameters.cohort();
  if (query.counted_sites) filter.counted_at = view.parameters.floor();
  const std::string wave(IdOfName(query.wave));
  std::string after(IdOfName(query.sites_after));
  // One more row tells whether there are more sites. Where all that are asked for are wanted, that
  // is all that is read.
  size_t rows = query.max_sites < kRowsPerScan ? query.max_sites + 1 : kRowsPerScan;
  for (;;) {
    absl::StatusOr<SitePage> page = co_await ReadSites(reader, wave, filter, after, rows);
    WEFT_CO_RETURN_IF_ERROR(page.status());
    for (store::v1::SiteRecord& site : page->sites) {
      if (view.sites.size() == query.max_sites) {
        view.more_after = view.sites.back().site();
        co_return absl::OkStatus();
      }
      view.sites.push_back(std::move(site));
    }
    after = std::move(page->next_after);
    if (after.empty()) co_return absl::OkStatus();
    rows = kRowsPerScan;
    // A large wave takes a while; others get their turn.
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
}

Task<absl::Status> ReadModel::LoadSite(storage::Reader& reader, const WaveQuery& query,
                                       const AttributeFilter& filter, WaveView& view) {
  absl::StatusOr<std::optional<SiteRow>> row =
      co_await FindRow<SiteRow>(reader, SiteKeyOf(IdOfName(query.wave), IdOfName(query.site)));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  if (!row->has_value() || !(*row)->record().invited() ||
      !InCohort((*row)->record(), view.parameters.cohort()) || !filter.Matches((*row)->record())) {
    co_return NotOnRoster(query.site, query);
  }
  view.sites.push_back(std::move(*(*row)->mutable_record()));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<registry::v1::Crosswalk>> ReadModel::LoadCrosswalk(std::string name) {
  WEFT_CO_ASSIGN_OR_RETURN(
      const std::vector<std::string> ids,
      service::ParseName("taxonomies/{taxonomy}/crosswalks/{to}", name, "crosswalk"));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<std::optional<registry::v1::Crosswalk>> crosswalk =
      co_await FindRow<registry::v1::Crosswalk>(*snapshot, CrosswalkKey(ids[0], ids[1]));
  WEFT_CO_RETURN_IF_ERROR(crosswalk.status());
  if (!crosswalk->has_value()) {
    co_return Error(absl::StatusCode::kNotFound, "CROSSWALK_NOT_FOUND",
                    absl::StrCat("\"", name, "\" does not exist"), {{"name", name}});
  }
  co_return **std::move(crosswalk);
}

Task<absl::Status> ReadModel::LoadFrame(storage::Reader& reader, std::string wave, WaveView& view) {
  if (view.frame != nullptr) co_return absl::OkStatus();
  absl::StatusOr<std::optional<WaveFrame>> frame = co_await ReadFrame(reader, wave);
  WEFT_CO_RETURN_IF_ERROR(frame.status());
  if (!frame->has_value()) co_return WaveNotFound(absl::StrCat("waves/", wave));
  view.frame = std::make_shared<const WaveFrame>(**std::move(frame));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<TwoGroups>> ReadModel::LoadGroups(rpc::CallContext& context, WaveQuery query,
                                                      v1::SiteGroup first, v1::SiteGroup second) {
  WEFT_CO_RETURN_IF_ERROR(CheckParameters(query.parameters));
  WEFT_CO_ASSIGN_OR_RETURN(const AttributeFilter first_filter,
                           ParseAttributeFilter(first.filter(), "first.filter"));
  WEFT_CO_ASSIGN_OR_RETURN(const AttributeFilter second_filter,
                           ParseAttributeFilter(second.filter(), "second.filter"));
  const std::string wave(IdOfName(query.wave));
  absl::StatusOr<State> state = co_await AwaitColumns(context, query.min_positions, wave);
  WEFT_CO_RETURN_IF_ERROR(state.status());
  TwoGroups groups;
  WaveView& view = groups.first;
  view.parameters = ResolveParameters(query.parameters);
  view.computed_through = state->positions;
  absl::Status framed = co_await LoadFrame(*state->snapshot, wave, view);
  WEFT_CO_RETURN_IF_ERROR(std::move(framed));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(view.frame->wave, first.cohort()));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(view.frame->wave, second.cohort()));
  ColumnCache::Lease& lease = *state->columns;
  absl::Status refreshed =
      co_await lease.Refresh(context, *state->snapshot, view.frame->type_count());
  WEFT_CO_RETURN_IF_ERROR(std::move(refreshed));
  groups.second = view;
  const SiteColumns& columns = lease.columns();
  const SiteColumns::Selection one = columns.Select(first.cohort(), first_filter);
  const SiteColumns::Selection other = columns.Select(second.cohort(), second_filter);
  const SiteColumns::Selection one_alone = SiteColumns::Without(one, other);
  groups.in_both = static_cast<int>(one.rows.size() - one_alone.rows.size());
  const auto tally = [&](const SiteColumns::Selection& selection) {
    return columns.Tally(selection, view.parameters.floor(), view.variant(), /*items=*/false);
  };
  groups.first.aggregate = tally(one_alone);
  groups.second.aggregate = tally(SiteColumns::Without(other, one));
  co_return groups;
}

Task<absl::StatusOr<WaveView>> ReadModel::Load(rpc::CallContext& context, WaveQuery query) {
  WEFT_CO_RETURN_IF_ERROR(CheckParameters(query.parameters));
  WEFT_CO_ASSIGN_OR_RETURN(const AttributeFilter filter,
                           ParseAttributeFilter(query.parameters.filter(), "parameters.filter"));
  const std::string wave(IdOfName(query.wave));
  // What no aggregate holds is answered from columns.
  const bool from_columns = !filter.empty() || query.presence;
  absl::StatusOr<State> state = State();
  if (from_columns) {
    state = co_await AwaitColumns(context, query.min_positions, wave);
  } else {
    state = co_await Await(context, query.min_positions);
  }
  WEFT_CO_RETURN_IF_ERROR(state.status());
  storage::Reader& reader = *state->snapshot;

  WaveView view;
  view.parameters = ResolveParameters(query.parameters);
  view.computed_through = state->positions;
  if (const KnownWave* const known = FindKnown(wave, view.computed_through)) {
    view.frame = known->frame;
    if (query.cuts) {
      const auto cuts = known->cuts.find(view.parameters.SerializeAsString());
      if (cuts != known->cuts.end()) view.cuts = cuts->second;
    }
  }
  absl::Status framed = co_await LoadFrame(reader, wave, view);
  WEFT_CO_RETURN_IF_ERROR(std::move(framed));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(view.frame->wave, query.parameters.cohort()));

  if (from_columns) {
    absl::Status loaded = co_await LoadFromColumns(context, *state, query, filter, view);
    WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
    if (query.site.empty()) co_return view;
    absl::Status found = co_await LoadSite(reader, query, filter, view);
    WEFT_CO_RETURN_IF_ERROR(std::move(found));
    co_return view;
  }

  std::vector<uint32_t> parts;
  if (query.summary) parts = SummaryParts(view.variant());
  if (query.cuts && !view.cuts.has_value()) parts = CutParts(view.variant());
  if (query.items) {
    const std::vector<uint32_t> of_items = ItemParts(view.frame->instrument);
    parts.insert(parts.end(), of_items.begin(), of_items.end());
  }
  absl::StatusOr<Aggregate> aggregate = co_await ReadAggregate(
      reader, wave, view.parameters.cohort(), view.parameters.floor(), std::move(parts));
  WEFT_CO_ASSIGN_OR_RETURN(view.aggregate, std::move(aggregate));
  if (query.cuts && !view.cuts.has_value()) view.cuts = FindCuts(view.aggregate, view.variant());
  Remember(view);

  if (!query.site.empty()) {
    absl::Status found = co_await LoadSite(reader, query, filter, view);
    WEFT_CO_RETURN_IF_ERROR(std::move(found));
  } else if (query.max_sites > 0) {
    absl::Status loaded = co_await LoadSites(context, reader, query, view);
    WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
  }
  co_return view;
}

}  // namespace weft::metrics
