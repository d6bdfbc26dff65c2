// Calls about organizations and partnerships, of partner_world.h.
#ifndef WEFT_TOOLS_BENCHMARKS_PARTNER_TARGETS_H_
#define WEFT_TOOLS_BENCHMARKS_PARTNER_TARGETS_H_

#include <functional>
#include <map>
#include <string>

#include "tools/benchmarks/targets.h"

namespace weft::bench {

// By the name of each kind. `keys` is how many organizations there are.
std::map<std::string, std::function<CallKind(const CallParameters&)>> PartnerKinds();

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_PARTNER_TARGETS_H_
