// Maps of networks: who stands where, and a picture of it.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_MAP_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_MAP_H_

#include <vector>

#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"
#include "services/metrics/domain/network/network_layout.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/network.pb.h"

namespace weft::metrics {

// What must be computed for a map.
NetworkOptions OptionsOf(const v1::RenderNetworkRequest& request);

// All but `earlier` and how far feeds had been read. `places` are of each node of the network.
v1::NetworkMap MakeNetworkMap(const Network& network, const NetworkComputation& computation,
                              const std::vector<NodePlace>& places);

// "network-map": sites as squares with their labels, organizations as circles, those with several
// sites labelled as far as there is room; ties in the colour of their level.
v1::Picture DrawNetworkMap(const v1::NetworkMap& map, int width);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_MAP_H_
