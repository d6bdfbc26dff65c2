#include "tests/services/metrics/network/network_example.h"

#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/statistics/draws.h"
#include "tests/testing/dates.h"

namespace weft::metrics {

google::type::Date ExampleDay() { return testing::Day(2025, 6, 1); }

v1::NetworkQuery ExampleQuery() { return WithDefaults({}, ExampleDay()); }

registry::v1::Site ExampleSite(int number) {
  registry::v1::Site site;
  site.set_name(absl::StrFormat("sites/s%04d", number));
  site.set_uid(absl::StrFormat("uid-of-%d", number));
  site.set_display_name(absl::StrFormat("School %d", number));
  site.set_neutral_label(absl::StrFormat("Site %d", number));
  site.set_naming(registry::v1::Site::NAMING_NAMED);
  return site;
}

registry::v1::Organization ExampleOrganization(int number) {
  registry::v1::Organization organization;
  organization.set_name(absl::StrFormat("organizations/o%05d", number));
  organization.set_display_name(absl::StrFormat("Partner %d", number));
  return organization;
}

registry::v1::Partnership ExamplePartnership(int site, int organization, int level,
                                             const std::string& type) {
  registry::v1::Partnership partnership;
  partnership.set_name(
      absl::StrFormat("sites/s%04d/partnerships/o%05d-%s", site, organization, type));
  partnership.set_organization(absl::StrFormat("organizations/o%05d", organization));
  partnership.set_partner_type(type);
  if (level > 0) {
    partnership.set_level(static_cast<type::v1::InteractionLevel>(
        type::v1::INTERACTION_LEVEL_NO_INTERACTION + level));
    partnership.mutable_level_effective_date()->set_year(2024);
    partnership.mutable_level_effective_date()->set_month(1);
    partnership.mutable_level_effective_date()->set_day(1);
  }
  return partnership;
}

Network BuildFrom(const v1::NetworkQuery& query, const std::vector<registry::v1::Site>& sites,
                  const std::vector<registry::v1::Organization>& organizations,
                  const std::vector<registry::v1::Partnership>& partnerships) {
  NetworkBuilder builder(query);
  for (const registry::v1::Site& site : sites) EXPECT_TRUE(builder.AddSite(site).ok());
  for (const registry::v1::Partnership& partnership : partnerships) {
    EXPECT_TRUE(builder.AddPartnership(partnership).ok());
  }
  for (const registry::v1::Organization& organization : organizations) {
    builder.AddOrganization(organization);
  }
  return std::move(builder).Build();
}

Network NetworkOf(const std::vector<std::string>& rows) {
  std::vector<registry::v1::Site> sites;
  std::vector<registry::v1::Organization> organizations;
  std::vector<registry::v1::Partnership> partnerships;
  for (size_t site = 0; site < rows.size(); ++site) {
    sites.push_back(ExampleSite(static_cast<int>(site)));
    for (size_t organization = 0; organization < rows[site].size(); ++organization) {
      if (site == 0) organizations.push_back(ExampleOrganization(static_cast<int>(organization)));
      const char cell = rows[site][organization];
      if (cell == '.') continue;
      partnerships.push_back(ExamplePartnership(
          static_cast<int>(site), static_cast<int>(organization), cell == '?' ? 0 : cell - '0'));
    }
  }
  return BuildFrom(ExampleQuery(), sites, organizations, partnerships);
}

const std::vector<std::string>& SouthernWomen() {
  static const auto& rows = *new std::vector<std::string>{
      "111111.11.....",  // Evelyn Jefferson
      "111.1111......",  // Laura Mandeville
      ".11111111.....",  // Theresa Anderson
      "1.111111......",  // Brenda Rogers
      "..111.1.......",  // Charlotte McDowd
      "..1.11.1......",  // Frances Anderson
      "....1111......",  // Eleanor Nye
      ".....1.11.....",  // Pearl Oglethorpe
      "....1.111.....",  // Ruth DeSand
      "......111..1..",  // Verne Sanderson
      ".......111.1..",  // Myra Liddel
      ".......111.111",  // Katherina Rogers
      "......1111.111",  // Sylvia Avondale
      ".....11.111111",  // Nora Fayette
      "......11.111..",  // Helen Lloyd
      ".......11.....",  // Dorothy Murchison
      "........1.1...",  // Olivia Carleton
      "........1.1...",  // Flora Price
  };
  return rows;
}

Network RandomNetwork(int sites, int organizations, int ties, int64_t seed) {
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  std::vector<registry::v1::Site> all_sites;
  std::vector<registry::v1::Organization> all_organizations;
  std::vector<registry::v1::Partnership> partnerships;
  all_sites.reserve(static_cast<size_t>(sites));
  all_organizations.reserve(static_cast<size_t>(organizations));
  for (int i = 0; i < sites; ++i) all_sites.push_back(ExampleSite(i));
  for (int i = 0; i < organizations; ++i) all_organizations.push_back(ExampleOrganization(i));
  std::set<std::pair<int, int>> tied;
  while (tied.size() < static_cast<size_t>(ties)) {
    const int site = static_cast<int>(DrawBelow(static_cast<uint64_t>(sites), random));
    const int organization =
        static_cast<int>(DrawBelow(static_cast<uint64_t>(organizations), random));
    if (!tied.emplace(site, organization).second) continue;
    partnerships.push_back(
        ExamplePartnership(site, organization, static_cast<int>(DrawBelow(5, random))));
  }
  return BuildFrom(ExampleQuery(), all_sites, all_organizations, partnerships);
}

v1::NetworkMetrics Compute(const Network& network, const NetworkOptions& options) {
  NetworkComputation computation(network, options);
  while (computation.Work()) {
  }
  EXPECT_TRUE(computation.status().ok()) << computation.status();
  return computation.Result(v1::NODE_ORDER_DEGREE, 1'000'000);
}

}  // namespace weft::metrics
