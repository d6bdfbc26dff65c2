// What files say of nodes and ties beside that they are there: the same names and values in each
// format.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_ATTRIBUTES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"

namespace weft::metrics {

enum class AttributeType { kText, kTexts, kInt, kDouble, kBool };

struct FileAttribute {
  absl::string_view name;
  AttributeType type;
};

// Nothing where there is no value: missing, undefined, not known. Never 0 in its place.
using AttributeValue =
    std::variant<std::monostate, std::string, std::vector<std::string>, int64_t, double, bool>;

// The attributes that nodes of this network have, by which measures were computed; and the values
// of one, in that order.
class NodeAttributes {
 public:
  // Both outlive it.
  NodeAttributes(const Network& network, const NetworkComputation& computation);

  const std::vector<FileAttribute>& attributes() const { return attributes_; }
  std::vector<AttributeValue> Of(size_t node) const;

 private:
  const Network& network_;
  const NetworkComputation& computation_;
  std::vector<FileAttribute> attributes_;
};

// Of ties: all but the weight, which each format has a place of its own for.
const std::vector<FileAttribute>& TieAttributes();
std::vector<AttributeValue> AttributesOf(const NetworkTie& tie);

// As one text; several values are joined by ";". Empty for nothing.
std::string TextOf(const AttributeValue& value);

// What a tie is called in a file.
std::string TieId(const Network& network, const NetworkTie& tie);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_ATTRIBUTES_H_
