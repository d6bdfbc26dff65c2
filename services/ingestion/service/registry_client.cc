#include "services/ingestion/service/registry_client.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::ingestion {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);
constexpr int kPageSize = 1000;

absl::Status Unavailable(absl::string_view address, const absl::Status& status) {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE",
            absl::StrCat("the registry at ", address,
                         " does not answer, and this needs it; nothing was changed. Is it running, "
                         "and is --registry its address? (",
                         status.message(), ")"),
            {{"address", std::string(address)}}),
      kRetryAfter);
}

// Errors of the registry as our caller should see them.
absl::Status Translate(absl::string_view address, absl::string_view method, absl::Status status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kCancelled:
      return status;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return Unavailable(address, status);
    default:
      return Error(
          absl::StatusCode::kInternal, "REGISTRY_FAILED",
          absl::StrCat("the registry at ", address, " failed at ", method, ": ", status.message()),
          {{"address", std::string(address)}, {"method", std::string(method)}});
  }
}

}  // namespace

RegistryClient::RegistryClient(rpc::Server& server, absl::string_view address)
    : address_(address),
      channel_(rpc::Channel::Create(server, address, {.principal = "services/ingestion"})) {}

template <class Resource, class Request>
Task<absl::StatusOr<Resource>> RegistryClient::Get(rpc::CallContext& context, std::string method,
                                                   std::string name) {
  Request request;
  request.set_name(std::move(name));
  Resource resource;
  absl::Status status = co_await Call(context, std::move(method), request, resource);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  co_return resource;
}

Task<absl::StatusOr<registry::v1::Taxonomy>> RegistryClient::GetTaxonomy(rpc::CallContext& context,
                                                                         std::string name) {
  return Get<registry::v1::Taxonomy, registry::v1::GetTaxonomyRequest>(
      context, "weft.registry.v1.TaxonomyService/GetTaxonomy", std::move(name));
}

Task<absl::StatusOr<registry::v1::Crosswalk>> RegistryClient::GetCrosswalk(
    rpc::CallContext& context, std::string name) {
  return Get<registry::v1::Crosswalk, registry::v1::GetCrosswalkRequest>(
      context, "weft.registry.v1.TaxonomyService/GetCrosswalk", std::move(name));
}

Task<absl::Status> RegistryClient::RequireCohorts(rpc::CallContext& context,
                                                  std::vector<std::string> names) {
  for (std::string& name : names) {
    absl::StatusOr<registry::v1::Cohort> cohort =
        co_await Get<registry::v1::Cohort, registry::v1::GetCohortRequest>(
            context, "weft.registry.v1.CohortService/GetCohort", std::move(name));
    WEFT_CO_RETURN_IF_ERROR(cohort.status());
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<registry::v1::Site>>> RegistryClient::GetSites(
    rpc::CallContext& context, std::vector<std::string> names) {
  std::vector<registry::v1::Site> sites;
  sites.reserve(names.size());
  for (size_t begin = 0; begin < names.size(); begin += kPageSize) {
    const size_t end = std::min(names.size(), begin + kPageSize);
    registry::v1::BatchGetSitesRequest request;
    for (size_t i = begin; i < end; ++i) request.add_names(std::move(names[i]));
    registry::v1::BatchGetSitesResponse response;
    absl::Status status =
        co_await Call(context, "weft.registry.v1.SiteService/BatchGetSites", request, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
    std::move(response.mutable_sites()->begin(), response.mutable_sites()->end(),
              std::back_inserter(sites));
  }
  co_return sites;
}

Task<absl::StatusOr<std::map<std::string, std::vector<std::string>>>> RegistryClient::MembersOn(
    rpc::CallContext& context, std::vector<std::string> cohorts, std::string site,
    google::type::Date day) {
  std::map<std::string, std::vector<std::string>> members;
  for (const std::string& cohort : cohorts) {
    registry::v1::ListMembershipsRequest request;
    request.set_parent(cohort);
    request.set_site(site);
    request.set_page_size(kPageSize);
    *request.mutable_effective_on() = day;
    do {
      registry::v1::ListMembershipsResponse response;
      absl::Status status = co_await Call(context, "weft.registry.v1.CohortService/ListMemberships",
                                          request, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(status));
      for (const registry::v1::Membership& membership : response.memberships()) {
        members[membership.site()].push_back(cohort);
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
  }
  co_return members;
}

Task<absl::Status> RegistryClient::Call(rpc::CallContext& context, std::string method,
                                        const google::protobuf::Message& request,
                                        google::protobuf::Message& response) {
  rpc::CallOptions options;
  options.timeout = kTimeout;
  rpc::Channel& channel = *channel_;
  absl::Status status = co_await channel.Call(context, method, request, response, options);
  co_return Translate(address_, method, std::move(status));
}

}  // namespace weft::ingestion
