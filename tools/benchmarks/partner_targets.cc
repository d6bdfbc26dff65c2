#include "tools/benchmarks/partner_targets.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/client_calls.h"
#include "tools/benchmarks/partner_world.h"
#include "tools/benchmarks/world.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::bench {
namespace {

// Of a batch; the servers take a thousand.
constexpr uint64_t kBatch = 500;
// So many ties have ratings, of which dated reads ask.
constexpr uint64_t kRated = 10'000;

constexpr char kOrganizations[] = "/weft.registry.v1.OrganizationService/";
constexpr char kPartnerships[] = "/weft.registry.v1.PartnershipService/";

// A request for a record that is drawn, out of so many.
template <class Make>
CallKind Drawn(absl::string_view service, absl::string_view method, uint64_t records, Make make) {
  return {absl::StrCat(service, method),
          [records, make, random = std::mt19937_64(std::random_device()())](uint64_t) mutable {
            return ToBytes(make(random() % records));
          }};
}

// The same request again and again.
template <class Request>
CallKind Same(absl::string_view service, absl::string_view method, const Request& request) {
  return {absl::StrCat(service, method), [bytes = ToBytes(request)](uint64_t) { return bytes; }};
}

uint64_t Rated(const CallParameters& p) { return std::min(kRated, p.keys * kTiesOfAnOrganization); }

void SetDay(int year, google::type::Date& day) {
  day.set_year(year);
  day.set_month(6);
  day.set_day(1);
}

CallKind CreateOrganizations(const CallParameters& p) {
  return {absl::StrCat(kOrganizations, "BatchCreateOrganizations"), [keys = p.keys](uint64_t n) {
            registry::v1::BatchCreateOrganizationsRequest request;
            for (uint64_t i = n * kBatch; i < std::min(keys, (n + 1) * kBatch); ++i) {
              *request.add_requests() = NewOrganization(i);
            }
            return ToBytes(request);
          }};
}

CallKind CreatePartnerships(const CallParameters& p) {
  return {absl::StrCat(kPartnerships, "BatchCreatePartnerships"), [keys = p.keys](uint64_t n) {
            registry::v1::BatchCreatePartnershipsRequest request;
            request.set_parent("sites/-");
            const uint64_t ties = keys * kTiesOfAnOrganization;
            for (uint64_t i = n * kBatch; i < std::min(ties, (n + 1) * kBatch); ++i) {
              *request.add_requests() = NewTie(i, keys);
            }
            return ToBytes(request);
          }};
}

CallKind AssessPartnerships(const CallParameters& p) {
  return {absl::StrCat(kPartnerships, "AssessPartnership"),
          [keys = p.keys, rated = Rated(p)](uint64_t n) {
            registry::v1::AssessPartnershipRequest request;
            request.set_name(TieName(n % rated, keys));
            auto& assessment = *request.mutable_assessment();
            assessment.set_level(static_cast<type::v1::InteractionLevel>(
                type::v1::INTERACTION_LEVEL_NETWORKING + n % 4));
            SetDay(n < rated ? 2025 : 2026, *assessment.mutable_effective_date());
            return ToBytes(request);
          }};
}

registry::v1::GetPartnershipRequest GetTie(uint64_t tie, uint64_t organizations) {
  registry::v1::GetPartnershipRequest request;
  request.set_name(TieName(tie, organizations));
  return request;
}

registry::v1::ListOrganizationsRequest ListWhere(absl::string_view filter) {
  registry::v1::ListOrganizationsRequest request;
  request.set_page_size(50);
  request.set_filter(std::string(filter));
  return request;
}

registry::v1::ListPartnershipsRequest ListTies(const std::string& site) {
  registry::v1::ListPartnershipsRequest request;
  request.set_parent(site);
  request.set_page_size(50);
  return request;
}

}  // namespace

std::map<std::string, std::function<CallKind(const CallParameters&)>> PartnerKinds() {
  return {
      {"create-organizations", CreateOrganizations},
      {"create-partnerships", CreatePartnerships},
      {"assess-partnerships", AssessPartnerships},
      {"get-organization",
       [](const auto& p) {
         return Drawn(kOrganizations, "GetOrganization", p.keys, [](uint64_t key) {
           registry::v1::GetOrganizationRequest request;
           request.set_name(OrganizationName(key));
           return request;
         });
       }},
      {"lookup-organization",
       [](const auto& p) {
         return Drawn(kOrganizations, "LookupOrganization", p.keys, [](uint64_t key) {
           registry::v1::LookupOrganizationRequest request;
           request.set_scheme(registry::v1::OrganizationIdentifier::SCHEME_ORG_ID);
           request.set_value(RegisterNumber(key));
           return request;
         });
       }},
      {"list-organizations",
       [](const auto&) { return Same(kOrganizations, "ListOrganizations", ListWhere("")); }},
      {"list-organizations-where",
       [](const auto&) {
         return Same(kOrganizations, "ListOrganizations", ListWhere("region = MO"));
       }},
      {"search-organizations",
       [](const auto& p) {
         return Drawn(kOrganizations, "SearchOrganizations", p.keys, [](uint64_t key) {
           registry::v1::SearchOrganizationsRequest request;
           request.set_query(MisspelledNameOf(key));
           return request;
         });
       }},
      {"get-partnership",
       [](const auto& p) {
         return Drawn(kPartnerships, "GetPartnership", p.keys * kTiesOfAnOrganization,
                      [keys = p.keys](uint64_t tie) { return GetTie(tie, keys); });
       }},
      {"get-partnership-dated",
       [](const auto& p) {
         return Drawn(kPartnerships, "GetPartnership", Rated(p), [keys = p.keys](uint64_t tie) {
           registry::v1::GetPartnershipRequest request = GetTie(tie, keys);
           SetDay(2025, *request.mutable_effective_on());
           return request;
         });
       }},
      {"list-partnerships",
       [](const auto& p) {
         return Drawn(kPartnerships, "ListPartnerships", SitesFor(p.keys),
                      [](uint64_t site) { return ListTies(SiteName(site)); });
       }},
      {"list-partnerships-dated",
       [](const auto& p) {
         return Drawn(kPartnerships, "ListPartnerships", SitesFor(p.keys), [](uint64_t site) {
           registry::v1::ListPartnershipsRequest request = ListTies(SiteName(site));
           SetDay(2025, *request.mutable_effective_on());
           return request;
         });
       }},
  };
}

}  // namespace weft::bench
