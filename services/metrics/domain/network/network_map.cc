#include "services/metrics/domain/network/network_map.h"

#include <cstddef>
#include <string>

namespace weft::metrics {

NetworkOptions OptionsOf(const v1::RenderNetworkRequest& request) {
  NetworkOptions options;
  // The degree of a node is always known; an empty list would stand for everything.
  options.measures = {v1::NETWORK_MEASURE_DEGREE};
  options.seed = request.seed();
  return options;
}

v1::NetworkMap MakeNetworkMap(const Network& network, const NetworkComputation& computation,
                              const std::vector<NodePlace>& places) {
  v1::NetworkMap map;
  *map.mutable_facts() = computation.Facts();
  *map.mutable_provenance() = computation.Provenance();
  map.mutable_provenance()->clear_measures();
  for (size_t i = 0; i < network.size(); ++i) {
    const NetworkNode& from = network.node(i);
    v1::NetworkMapNode& node = *map.add_nodes();
    node.set_key(from.key);
    node.set_name(from.name);
    node.set_label(from.label);
    node.set_mode(i < network.sites.size() ? v1::NETWORK_MODE_SITES
                                           : v1::NETWORK_MODE_ORGANIZATIONS);
    node.mutable_partner_types()->Assign(from.partner_types.begin(), from.partner_types.end());
    node.set_degree(computation.Node(i).degree());
    node.set_x(places[i].x);
    node.set_y(places[i].y);
  }
  for (const NetworkTie& from : network.ties) {
    v1::NetworkMapTie& tie = *map.add_ties();
    tie.set_site(network.sites[static_cast<size_t>(from.site)].key);
    tie.set_organization(network.organizations[static_cast<size_t>(from.organization)].key);
    tie.set_level(from.level);
    tie.mutable_partner_types()->Assign(from.partner_types.begin(), from.partner_types.end());
    tie.set_is_self(from.is_self);
  }
  return map;
}

}  // namespace weft::metrics
