// What missing answers leave open: whether a claim could hold, and whether it could fail, if they
// were known. Behind ExpectationResult.settled.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_POSSIBLE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_POSSIBLE_H_

#include <optional>

#include "weft/metrics/v1/expectation.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/estimate.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

// nullopt: not known.
struct Possible {
  std::optional<bool> hold;
  std::optional<bool> fail;
};

// Whether `claim` is true of a number: `numerator` is looked at where it is claimed.
bool NumberHolds(const v1::NumberClaim& claim, double value, int numerator, int n);

// What kind of number an estimate is, as far as missing answers matter.
enum class NumberKind {
  kPlain,  // a mean, or a share of a base that no answer can change
  kWhole,  // a whole number of things: the types of one site
  // A share of a base that missing answers can make larger: cells that may turn out to be engaged.
  kOfOpenBase,
};

// What can become of a claim about a number.
Possible PossibleNumber(const v1::NumberClaim& claim, const type::v1::Estimate& estimate,
                        NumberKind kind);

// The cells of one partner type, as far as modes depend on them.
struct OpenLevels {
  int counts[5];
  // Cells of which it is not known whether they are engaged; engaged cells whose depth is missing.
  int unknown;
  int without_depth;
  // The lowest depth that an engaged cell can have.
  int lowest;
  bool engaged_only;
};

// What can become of the claim that `depth` is the only mode, resting on `claimed_n` cells if set.
Possible PossibleMode(int depth, std::optional<int> claimed_n, const OpenLevels& cells);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_POSSIBLE_H_
