#include "services/metrics/service/network_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/validation/dates.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/network/network_file.h"
#include "services/metrics/domain/network/network_map.h"
#include "services/metrics/domain/site_profile.h"
#include "services/metrics/service/queries.h"
#include "services/metrics/store/keys.h"

namespace weft::metrics {
namespace {

using registry::v1::Organization;
using registry::v1::Partnership;
using registry::v1::Site;

// Records that are added, and sites whose ties are read, before others get their turn.
constexpr size_t kRecordsAtOnce = 1000;
constexpr size_t kSitesAtOnce = 32;
// A large network takes some hundred megabytes while it is computed.
constexpr int kMostAtOnce = 4;

}  // namespace

absl::Status NetworkHandlers::CheckRoom() const {
  if (running_ < kMostAtOnce) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "NETWORKS_RUNNING",
               absl::StrCat(kMostAtOnce, " networks are being computed; ask again in a while"),
               {{"limit", absl::StrCat(kMostAtOnce)}});
}

Task<absl::StatusOr<NetworkHandlers::Roster>> NetworkHandlers::LoadRoster(
    rpc::CallContext& context, v1::NetworkQuery query, std::string field,
    v1::Positions min_positions) {
  WEFT_CO_RETURN_IF_ERROR(
      ParseAttributeFilter(query.filter(), absl::StrCat(field, ".filter")).status());
  v1::Parameters parameters;
  parameters.set_cohort(query.cohort());
  parameters.set_filter(query.filter());
  WEFT_CO_ASSIGN_OR_RETURN(
      WaveQuery wave,
      QueryFor(kWaveName, query.wave(), absl::StrCat(field, ".wave"), parameters, min_positions));
  wave.summary = false;
  // One more, so that the builder sees that there are too many.
  wave.max_sites = kMaxNetworkSize + 1;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  Roster roster;
  roster.day = DefaultDay(view->frame->wave, DayOf(clock_.Now()));
  roster.positions = view->computed_through;
  roster.sites.reserve(view->sites.size());
  for (const store::v1::SiteRecord& site : view->sites) {
    roster.sites.emplace_back(IdOfName(site.site()));
  }
  co_return roster;
}

Task<absl::Status> NetworkHandlers::AddRecords(RegistryReader& registry, v1::NetworkQuery query,
                                               std::optional<std::vector<std::string>> chosen,
                                               NetworkBuilder& builder) {
  const google::type::Date& day = query.as_of();
  if (!chosen.has_value() && !query.cohort().empty()) {
    absl::StatusOr<std::vector<std::string>> members =
        co_await registry.Members(query.cohort(), day);
    WEFT_CO_ASSIGN_OR_RETURN(chosen, std::move(members));
  }
  absl::StatusOr<std::vector<Site>> sites = std::vector<Site>();
  if (chosen.has_value()) {
    sites = co_await registry.Sites(*std::move(chosen));
  } else {
    sites = co_await registry.AllSites(kMaxNetworkSize);
  }
  WEFT_CO_RETURN_IF_ERROR(sites.status());
  size_t added = 0;
  for (const Site& site : *sites) {
    WEFT_CO_RETURN_IF_ERROR(builder.AddSite(site));
    if (++added % kRecordsAtOnce != 0) continue;
    absl::Status paused = co_await registry.Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }

  size_t read = 0;
  for (const Site& site : *sites) {
    std::string id(IdOfName(site.name()));
    absl::StatusOr<std::vector<Partnership>> ties =
        co_await registry.Ties(std::move(id), day, kMaxNetworkSize);
    WEFT_CO_RETURN_IF_ERROR(ties.status());
    if (ties->size() > kMaxNetworkSize) co_return builder.TooLarge();
    for (const Partnership& tie : *ties) {
      WEFT_CO_RETURN_IF_ERROR(builder.AddPartnership(tie));
      if (++added % kRecordsAtOnce != 0) continue;
      absl::Status paused = co_await registry.Pause();
      WEFT_CO_RETURN_IF_ERROR(std::move(paused));
    }
    if (++read % kSitesAtOnce != 0) continue;
    absl::Status paused = co_await registry.Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }

  std::vector<std::string> names = builder.MissingOrganizations();
  absl::StatusOr<std::vector<Organization>> organizations =
      co_await registry.OrganizationsAndSurvivors(std::move(names));
  WEFT_CO_RETURN_IF_ERROR(organizations.status());
  for (const Organization& organization : *organizations) {
    builder.AddOrganization(organization);
    if (++added % kRecordsAtOnce != 0) continue;
    absl::Status paused = co_await registry.Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<FreedByWorker<NetworkHandlers::Loaded>>> NetworkHandlers::Load(
    rpc::CallContext& context, v1::NetworkQuery query, std::string field,
    v1::Positions min_positions) {
  FreedByWorker<Loaded> loaded = MakeFreedByWorker<Loaded>(worker_);
  std::optional<std::vector<std::string>> chosen;
  if (!query.wave().empty()) {
    absl::StatusOr<Roster> roster =
        co_await LoadRoster(context, query, std::move(field), std::move(min_positions));
    WEFT_CO_RETURN_IF_ERROR(roster.status());
    if (!query.has_as_of()) *query.mutable_as_of() = roster->day;
    loaded->positions.set_ingestion(roster->positions.ingestion());
    // Ties are not from before the roster.
    min_positions = std::move(roster->positions);
    chosen = std::move(roster->sites);
  }
  query = WithDefaults(std::move(query), DayOf(clock_.Now()));
  absl::StatusOr<ReadModel::Moment> moment =
      co_await read_model_.At(context, std::move(min_positions), ReadModel::Needs::kRegistry);
  WEFT_CO_RETURN_IF_ERROR(moment.status());
  loaded->positions.set_registry(moment->positions.registry());
  FreedByWorker<NetworkBuilder> builder = MakeFreedByWorker<NetworkBuilder>(worker_, query);
  RegistryReader registry(context, *moment->snapshot);
  absl::Status added = co_await AddRecords(registry, std::move(query), std::move(chosen), *builder);
  WEFT_CO_RETURN_IF_ERROR(std::move(added));
  // The computation may take long; the store goes on without this state.
  moment->snapshot.reset();
  const auto build = [&] { loaded->network = std::move(*builder).Build(); };
  WorkerThread::Slice slice(worker_, context.executor(), build);
  co_await slice;
  co_return loaded;
}

Task<absl::Status> NetworkHandlers::InTurns(rpc::CallContext& context,
                                            absl::FunctionRef<bool()> turn) {
  bool more = true;
  const auto work = [&] { more = turn(); };
  while (more) {
    if (context.cancelled()) co_return rpc::Stopped(context);
    WorkerThread::Slice slice(worker_, context.executor(), work);
    co_await slice;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> NetworkHandlers::Compute(rpc::CallContext& context, NetworkOptions options,
                                            Loaded& loaded) {
  const auto turn = [&] {
    if (!loaded.computation.has_value()) loaded.computation.emplace(loaded.network, options);
    return loaded.computation->Work();
  };
  absl::Status ended = co_await InTurns(context, turn);
  WEFT_CO_RETURN_IF_ERROR(std::move(ended));
  co_return loaded.computation->status();
}

Task<absl::StatusOr<FreedByWorker<NetworkHandlers::Loaded>>> NetworkHandlers::LoadComputed(
    rpc::CallContext& context, v1::NetworkQuery query, v1::Positions min_positions,
    NetworkOptions options) {
  std::string field = "query";
  absl::StatusOr<FreedByWorker<Loaded>> loaded =
      co_await Load(context, std::move(query), std::move(field), std::move(min_positions));
  WEFT_CO_RETURN_IF_ERROR(loaded.status());
  absl::Status computed = co_await Compute(context, std::move(options), **loaded);
  WEFT_CO_RETURN_IF_ERROR(std::move(computed));
  co_return loaded;
}

Task<absl::Status> NetworkHandlers::LayOut(rpc::CallContext& context, int64_t seed,
                                           NodePlaces previous, Loaded& loaded) {
  const auto turn = [&] {
    if (!loaded.layout.has_value()) {
      loaded.layout.emplace(loaded.network, seed, std::move(previous));
    }
    return loaded.layout->Work();
  };
  absl::Status ended = co_await InTurns(context, turn);
  WEFT_CO_RETURN_IF_ERROR(std::move(ended));
  co_return loaded.layout->status();
}

Task<absl::Status> NetworkHandlers::GetNetworkMetrics(rpc::CallContext& context,
                                                      const v1::GetNetworkMetricsRequest& request,
                                                      v1::NetworkMetrics& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateRequest(request));
  WEFT_CO_RETURN_IF_ERROR(CheckRoom());
  ++running_;
  const absl::Cleanup done = [this] { --running_; };
  NetworkOptions options = OptionsOf(request.measures(), request.seed());
  absl::StatusOr<FreedByWorker<Loaded>> computed =
      co_await LoadComputed(context, request.query(), request.min_positions(), std::move(options));
  WEFT_CO_RETURN_IF_ERROR(computed.status());
  Loaded& loaded = **computed;
  v1::NetworkMetrics metrics;
  const auto answer = [&] {
    metrics = loaded.computation->Result(request.order_by(), request.top());
  };
  WorkerThread::Slice slice(worker_, context.executor(), answer);
  co_await slice;
  *metrics.mutable_provenance()->mutable_computed_through() = loaded.positions;
  response = std::move(metrics);
  co_return absl::OkStatus();
}

Task<absl::Status> NetworkHandlers::ExportNetwork(rpc::CallContext& context,
                                                  const v1::ExportNetworkRequest& request,
                                                  rpc::Writer<v1::ExportNetworkResponse>& writer) {
  WEFT_CO_RETURN_IF_ERROR(ValidateRequest(request));
  WEFT_CO_RETURN_IF_ERROR(CheckRoom());
  ++running_;
  const absl::Cleanup done = [this] { --running_; };
  NetworkOptions options = OptionsOf(request);
  absl::StatusOr<FreedByWorker<Loaded>> computed =
      co_await LoadComputed(context, request.query(), request.min_positions(), std::move(options));
  WEFT_CO_RETURN_IF_ERROR(computed.status());
  Loaded& loaded = **computed;
  NetworkFile file(loaded.network, *loaded.computation, request.format());
  v1::ExportNetworkResponse message;
  // A piece is written while nobody else runs, and sent while they do.
  while (file.Next(*message.mutable_chunk())) {
    const bool sent = co_await writer.Write(message);
    if (!sent) co_return rpc::Stopped(context);
  }
  v1::ExportNetworkResponse last;
  *last.mutable_end() = file.End();
  *last.mutable_end()->mutable_provenance()->mutable_computed_through() = loaded.positions;
  const bool sent = co_await writer.Write(last);
  if (!sent) co_return rpc::Stopped(context);
  co_return absl::OkStatus();
}

Task<absl::Status> NetworkHandlers::RenderNetwork(rpc::CallContext& context,
                                                  const v1::RenderNetworkRequest& request,
                                                  v1::RenderNetworkResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateRequest(request));
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  WEFT_CO_RETURN_IF_ERROR(CheckRoom());
  ++running_;
  const absl::Cleanup done = [this] { --running_; };
  NodePlaces places;
  v1::Positions positions = request.min_positions();
  v1::NetworkMap map;
  for (int i = 0; i < request.earlier_size(); ++i) {
    std::string field = absl::StrCat("earlier[", i, "]");
    absl::StatusOr<FreedByWorker<Loaded>> read =
        co_await Load(context, request.earlier(i), std::move(field), std::move(positions));
    WEFT_CO_RETURN_IF_ERROR(read.status());
    Loaded& earlier = **read;
    absl::Status placed = co_await LayOut(context, request.seed(), std::move(places), earlier);
    WEFT_CO_RETURN_IF_ERROR(std::move(placed));
    places = earlier.layout->PlacesByKey();
    // No later map is from before this one.
    positions = std::move(earlier.positions);
    *map.add_earlier() = std::move(earlier.network.query);
  }
  std::string field = "query";
  absl::StatusOr<FreedByWorker<Loaded>> read =
      co_await Load(context, request.query(), std::move(field), std::move(positions));
  WEFT_CO_RETURN_IF_ERROR(read.status());
  Loaded& loaded = **read;
  absl::Status placed = co_await LayOut(context, request.seed(), std::move(places), loaded);
  WEFT_CO_RETURN_IF_ERROR(std::move(placed));
  NetworkOptions options = OptionsOf(request);
  absl::Status computed = co_await Compute(context, std::move(options), loaded);
  WEFT_CO_RETURN_IF_ERROR(std::move(computed));
  v1::RenderNetworkResponse drawn;
  const auto draw = [&] {
    *drawn.mutable_map() =
        MakeNetworkMap(loaded.network, *loaded.computation, loaded.layout->places());
    *drawn.mutable_map()->mutable_earlier() = std::move(*map.mutable_earlier());
    *drawn.mutable_picture() = DrawNetworkMap(drawn.map(), width);
  };
  WorkerThread::Slice slice(worker_, context.executor(), draw);
  co_await slice;
  *drawn.mutable_map()->mutable_provenance()->mutable_computed_through() = loaded.positions;
  response = std::move(drawn);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
