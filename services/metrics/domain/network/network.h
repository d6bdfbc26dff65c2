// The two-mode network of sites and organizations on one day: which nodes and ties it has. Pure:
// records in, a value out that the rest of this directory computes with, draws and writes to files.
//
//   NetworkBuilder builder(query);
//   // The sites that it is about; then their partnerships, of which it takes what belongs.
//   builder.AddSite(site);
//   builder.AddPartnership(partnership);
//   // Those of builder.MissingOrganizations(), and what stands for them since they were merged:
//   builder.AddOrganization(organization);
//   Network network = std::move(builder).Build();
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/type/date.pb.h"
#include "weft/metrics/v1/network.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

// How many ties a network may have, and how many nodes of each mode.
inline constexpr size_t kMaxNetworkSize = 200'000;

// A site or an organization, as a network needs it.
struct NetworkNode {
  // As NodeMetrics has them.
  std::string key;
  std::string name;
  std::string label;
  // Of a site: what it was on the day.
  registry::v1::SiteAttributes::Setting setting = registry::v1::SiteAttributes::SETTING_UNSPECIFIED;
  // Of an organization: the types of its ties in this network; sorted, each once.
  std::vector<std::string> partner_types;
  // "Springfield, MO, US" and "MO, US"; sorted, each once.
  std::vector<std::string> localities;
  std::vector<std::string> regions;
};

// A tied pair, of one or several partnerships.
struct NetworkTie {
  // Places in Network.sites and Network.organizations.
  int32_t site = 0;
  int32_t organization = 0;
  // The deepest known level of its partnerships; unspecified when none is known, which is never 0.
  type::v1::InteractionLevel level = type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  bool is_self = false;
  // Sorted, each once.
  std::vector<std::string> partner_types;
  // The first and last day on which one of its partnerships lasts; nullopt where it is open or not
  // known.
  std::optional<google::type::Date> start;
  std::optional<google::type::Date> end;
};

struct Network {
  // Every default filled in.
  v1::NetworkQuery query;
  // Each in the order of their keys.
  std::vector<NetworkNode> sites;
  std::vector<NetworkNode> organizations;
  // By site, then by organization; each pair once.
  std::vector<NetworkTie> ties;
  // What can be counted without walking through the graph: all but components.
  v1::NetworkFacts facts;

  size_t size() const { return sites.size() + organizations.size(); }
  // Nodes are numbered through: sites first.
  const NetworkNode& node(size_t index) const {
    return index < sites.size() ? sites[index] : organizations[index - sites.size()];
  }
};

// The depth of a level, 0 to 4; nullopt when it is not known.
std::optional<int> DepthOf(type::v1::InteractionLevel level);

// Everything that is wrong with a request, but for what a filter says and how wide a picture is.
absl::Status ValidateRequest(const v1::GetNetworkMetricsRequest& request);
absl::Status ValidateRequest(const v1::ExportNetworkRequest& request);
absl::Status ValidateRequest(const v1::RenderNetworkRequest& request);
// The query with its defaults filled in; `today` is what an unset day stands for.
v1::NetworkQuery WithDefaults(v1::NetworkQuery query, const google::type::Date& today);

class NetworkBuilder {
 public:
  // The query has its defaults filled in.
  explicit NetworkBuilder(v1::NetworkQuery query);

  // Of the sites that the network is about, each once, before their partnerships.
  // FAILED_PRECONDITION (NETWORK_TOO_LARGE), as below.
  absl::Status AddSite(const registry::v1::Site& site);
  // Of any site, with the levels that hold on the query's day: what the query does not ask for is
  // passed over. Deleted ones are not part of a network, nor those that do not last on the day.
  absl::Status AddPartnership(const registry::v1::Partnership& partnership);

  // Names of organizations that have a tie, or that stand for one that has, and have not been
  // added; by name. Those that nobody knows may be left out: such a node has its id for a label.
  std::vector<std::string> MissingOrganizations() const;
  void AddOrganization(const registry::v1::Organization& organization);

  Network Build() &&;

  // FAILED_PRECONDITION (NETWORK_TOO_LARGE).
  absl::Status TooLarge() const;

 private:
  // A tie while its organization may still turn out to be another one.
  struct Tie {
    int32_t site = 0;
    std::string organization;
    std::string partner_type;
    type::v1::InteractionLevel level = type::v1::INTERACTION_LEVEL_UNSPECIFIED;
    bool is_self = false;
    std::optional<google::type::Date> start;
    std::optional<google::type::Date> end;
  };

  // The organization that stands for `name`, as far as is known.
  absl::string_view Resolve(absl::string_view name) const;

  v1::NetworkQuery query_;
  v1::NetworkFacts facts_;
  std::vector<NetworkNode> sites_;
  // By name: the place in sites_.
  absl::flat_hash_map<std::string, int32_t> site_places_;
  std::vector<Tie> ties_;
  // By name: the node, and what stands for it if that is another one.
  struct KnownOrganization {
    NetworkNode node;
    std::string merged_into;
  };
  absl::btree_map<std::string, std::optional<KnownOrganization>> organizations_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_H_
