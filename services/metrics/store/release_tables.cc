#include "services/metrics/store/release_tables.h"

#include <string>
#include <vector>

namespace weft::metrics {

ReleaseTables::ReleaseTables()
    : releases(70, "releases/{release}",
               {.secondary = {{kByWave,
                               [](const v1::Release& row) -> std::vector<std::string> {
                                 return {row.wave()};
                               }}}}),
      findings(71, "releases/{release}/findings/{finding}"),
      pins(72, "releases/{release}/pin"),
      publications(73, "releases/{release}/publication") {}

}  // namespace weft::metrics
