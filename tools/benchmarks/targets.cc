#include "tools/benchmarks/targets.h"

#include <map>
#include <random>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "tools/benchmarks/bare_api.h"
#include "tools/benchmarks/client_calls.h"
#include "tools/benchmarks/etcd.pb.h"
#include "tools/benchmarks/partner_targets.h"
#include "tools/benchmarks/world.h"
#include "weft/ingestion/v1/response_service.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::bench {
namespace {

using Bytes = grpc::ByteBuffer;
using MakeKind = std::function<CallKind(const CallParameters&)>;

// The key of the n-th request.
std::function<uint64_t(uint64_t)> Keys(const CallParameters& parameters) {
  const uint64_t keys = parameters.keys;
  if (parameters.in_order) return [keys](uint64_t n) { return n % keys; };
  return [keys, random = std::mt19937_64(std::random_device()())](uint64_t) mutable {
    return random() % keys;
  };
}

CallKind GetSite(const char* method, const CallParameters& parameters) {
  return {method, [key = Keys(parameters)](uint64_t n) {
            registry::v1::GetSiteRequest request;
            request.set_name(SiteName(key(n)));
            return ToBytes(request);
          }};
}

CallKind UpdateSite(const char* method, const CallParameters& parameters) {
  return {method, [key = Keys(parameters), salt = parameters.salt](uint64_t n) {
            registry::v1::UpdateSiteRequest request;
            *request.mutable_site() = NewSite(key(n));
            request.mutable_site()->set_host_organization(HostOf(salt + n));
            return ToBytes(request);
          }};
}

CallKind ListSites(const CallParameters& parameters) {
  return {"/weft.registry.v1.SiteService/ListSites", [](uint64_t) {
            registry::v1::ListSitesRequest request;
            request.set_page_size(100);
            return ToBytes(request);
          }};
}

// The same request again and again.
template <class Request>
CallKind Named(const char* method, const CallParameters& parameters) {
  Request request;
  request.set_name(parameters.name);
  return {method, [bytes = ToBytes(request)](uint64_t) { return bytes; }};
}

// The first page of a list, again and again.
template <class Request>
CallKind Listed(const char* method, const CallParameters& parameters) {
  Request request;
  request.set_parent(parameters.name);
  return {method, [bytes = ToBytes(request)](uint64_t) { return bytes; }};
}

// The summary of all sites but those of one setting. No two requests are alike, so that none is
// answered from what was kept of another.
CallKind Slice(const CallParameters& parameters) {
  metrics::v1::GetWaveSummaryRequest request;
  request.set_name(parameters.name);
  return {"/weft.metrics.v1.MetricsService/GetWaveSummary",
          [request, salt = parameters.salt](uint64_t n) mutable {
            const std::string setting = registry::v1::SiteAttributes::Setting_Name(SettingOf(n));
            request.mutable_parameters()->set_filter(
                absl::StrCat("setting != ", setting, " AND stage != ", "\"", salt, " ", n, "\""));
            return ToBytes(request);
          }};
}

CallKind EtcdRange(const CallParameters& parameters) {
  return {"/etcdserverpb.KV/Range", [key = Keys(parameters)](uint64_t n) {
            etcdserverpb::RangeRequest request;
            request.set_key(SiteName(key(n)));
            request.set_serializable(true);
            return ToBytes(request);
          }};
}

CallKind EtcdPut(const CallParameters& parameters) {
  return {"/etcdserverpb.KV/Put", [key = Keys(parameters), salt = parameters.salt](uint64_t n) {
            const uint64_t site = key(n);
            registry::v1::Site value = StoredSite(site);
            value.set_host_organization(HostOf(salt + n));
            etcdserverpb::PutRequest request;
            request.set_key(SiteName(site));
            request.set_value(value.SerializeAsString());
            return ToBytes(request);
          }};
}

std::map<std::string, MakeKind> MakeKinds() {
  std::map<std::string, MakeKind> kinds = {
      {"get-site",
       [](const auto& p) { return GetSite("/weft.registry.v1.SiteService/GetSite", p); }},
      {"update-site",
       [](const auto& p) { return UpdateSite("/weft.registry.v1.SiteService/UpdateSite", p); }},
      {"list-sites", ListSites},
      {"summary",
       [](const auto& p) {
         return Named<metrics::v1::GetWaveSummaryRequest>(
             "/weft.metrics.v1.MetricsService/GetWaveSummary", p);
       }},
      {"slice", Slice},
      {"figure",
       [](const auto& p) {
         return Named<metrics::v1::GetFigureRequest>("/weft.metrics.v1.FigureService/GetFigure", p);
       }},
      {"list-site-metrics",
       [](const auto& p) {
         return Listed<metrics::v1::ListSiteMetricsRequest>(
             "/weft.metrics.v1.MetricsService/ListSiteMetrics", p);
       }},
      {"list-responses",
       [](const auto& p) {
         return Listed<ingestion::v1::ListResponsesRequest>(
             "/weft.ingestion.v1.ResponseService/ListResponses", p);
       }},
      {"list-roster",
       [](const auto& p) {
         return Listed<ingestion::v1::ListRosterEntriesRequest>(
             "/weft.ingestion.v1.WaveService/ListRosterEntries", p);
       }},
      {"response-rate",
       [](const auto& p) {
         return Named<ingestion::v1::GetResponseRateRequest>(
             "/weft.ingestion.v1.WaveService/GetResponseRate", p);
       }},
      {"echo", [](const auto& p) { return GetSite(kEchoMethod, p); }},
      {"put", [](const auto& p) { return UpdateSite(kPutMethod, p); }},
      {"etcd-range", EtcdRange},
      {"etcd-put", EtcdPut},
  };
  kinds.merge(PartnerKinds());
  return kinds;
}

const std::map<std::string, MakeKind>& Kinds() {
  static const auto& kinds = *new std::map<std::string, MakeKind>(MakeKinds());
  return kinds;
}

// How many changes `bytes` hold, as a Message.
template <class Message>
std::optional<uint64_t> CountIn(const Bytes& bytes, uint64_t (*count)(const Message&)) {
  google::protobuf::Arena arena;
  auto* message = google::protobuf::Arena::CreateMessage<Message>(&arena);
  if (!FromBytes(bytes, *message)) return std::nullopt;
  return count(*message);
}

std::optional<uint64_t> CountFeed(const Bytes& bytes) {
  return CountIn<type::v1::WatchResponse>(bytes, [](const type::v1::WatchResponse& message) {
    uint64_t changes = 0;
    for (const auto& batch : message.changes().batches()) {
      changes += static_cast<uint64_t>(batch.changes_size());
    }
    return changes;
  });
}

std::optional<uint64_t> CountEtcd(const Bytes& bytes) {
  return CountIn<etcdserverpb::WatchResponse>(bytes, [](const etcdserverpb::WatchResponse& m) {
    return static_cast<uint64_t>(m.events_size());
  });
}

WatchKind WatchWeft(const std::string& from) {
  type::v1::WatchRequest request;
  request.set_resume_position(from);
  WatchKind kind;
  kind.method = "/weft.registry.v1.ChangeService/Watch";
  kind.request = ToBytes(request);
  kind.count = CountFeed;
  kind.write_kind = "update-site";
  return kind;
}

WatchKind WatchBare(const std::string& from) {
  grpc::Slice digits(from);
  WatchKind kind;
  kind.method = kStreamMethod;
  kind.request = Bytes(&digits, 1);
  kind.ends = true;
  kind.count = CountFeed;
  return kind;
}

WatchKind WatchEtcd(const std::string& from) {
  etcdserverpb::WatchRequest request;
  auto& create = *request.mutable_create_request();
  create.set_key("sites/");
  create.set_range_end("sites0");
  int64_t revision = 0;
  if (absl::SimpleAtoi(from, &revision)) create.set_start_revision(revision);
  WatchKind kind;
  kind.method = "/etcdserverpb.Watch/Watch";
  kind.request = ToBytes(request);
  kind.half_close = false;
  kind.count = CountEtcd;
  kind.write_kind = "etcd-put";
  return kind;
}

}  // namespace

std::optional<CallKind> FindCallKind(const std::string& kind, const CallParameters& parameters) {
  const auto found = Kinds().find(kind);
  if (found == Kinds().end()) return std::nullopt;
  return found->second(parameters);
}

std::vector<std::string> CallKinds() {
  std::vector<std::string> names;
  for (const auto& [name, make] : Kinds()) names.push_back(name);
  return names;
}

std::optional<WatchKind> FindWatchKind(const std::string& kind, const std::string& from) {
  if (kind == "weft") return WatchWeft(from);
  if (kind == "bare") return WatchBare(from);
  if (kind == "etcd") return WatchEtcd(from);
  return std::nullopt;
}

}  // namespace weft::bench
