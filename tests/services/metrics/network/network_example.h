// Networks for tests, made of records as the registry has them.
#ifndef WEFT_TESTS_SERVICES_METRICS_NETWORK_NETWORK_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_METRICS_NETWORK_NETWORK_EXAMPLE_H_

#include <string>
#include <vector>

#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"

namespace weft::metrics {

// The day of every example, 2025-06-01.
google::type::Date ExampleDay();
// Of that day.
v1::NetworkQuery ExampleQuery();

registry::v1::Site ExampleSite(int number);
registry::v1::Organization ExampleOrganization(int number);
// `level` 1 to 4; 0 for none.
registry::v1::Partnership ExamplePartnership(int site, int organization, int level,
                                             const std::string& type = "cbo");

// From records, all of which are found.
Network BuildFrom(const v1::NetworkQuery& query, const std::vector<registry::v1::Site>& sites,
                  const std::vector<registry::v1::Organization>& organizations,
                  const std::vector<registry::v1::Partnership>& partnerships);

// A row for each site, a character for each organization: a level 1 to 4, "?" for a tie of unknown
// level, "." for none.
Network NetworkOf(const std::vector<std::string>& rows);

// The Deep South study of Davis, Gardner and Gardner (1941): 18 women, 14 social events, 89
// attendances.
const std::vector<std::string>& SouthernWomen();

// Each pair tied with the same chance, at a random level.
Network RandomNetwork(int sites, int organizations, int ties, int64_t seed);

// Runs to the end; gives every node.
v1::NetworkMetrics Compute(const Network& network, const NetworkOptions& options);

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_NETWORK_NETWORK_EXAMPLE_H_
