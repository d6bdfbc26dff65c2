// N7: the E–I index of Krackhardt and Stern (1988), and what chance alone would make it: the index
// when the attribute is dealt to the nodes anew. Its mean is exact; how it spreads is drawn.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_E_I_INDEX_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_E_I_INDEX_H_

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "weft/metrics/v1/network.pb.h"

namespace weft::metrics {

// What a node has of an attribute: several values where it has several places or types; none where
// it is not known.
using AttributeValues = std::vector<std::string>;

class EiIndexComputation {
 public:
  // Ties within one kind of nodes: `ties` are pairs of places in `values`, each pair once.
  EiIndexComputation(const std::vector<AttributeValues>& values,
                     const std::vector<std::pair<int32_t, int32_t>>& ties, int64_t seed);
  // Ties between two kinds, of which the second's values are dealt anew.
  EiIndexComputation(const std::vector<AttributeValues>& first,
                     const std::vector<AttributeValues>& second,
                     const std::vector<std::pair<int32_t, int32_t>>& ties, int64_t seed);

  // About a millisecond's work; false when there is no more.
  bool Work();
  // Once Work() has returned false: all but `attribute` and `ties`.
  v1::EiIndex Result() const;

 private:
  void Begin(const std::vector<AttributeValues>& first, const std::vector<AttributeValues>& second,
             const std::vector<std::pair<int32_t, int32_t>>& ties);
  int64_t CountInternal(const std::vector<int32_t>& rows,
                        const std::vector<int32_t>& columns) const;
  double IndexOf(double internal) const;

  bool one_mode_;
  int64_t all_ties_ = 0;
  // Ties both of whose nodes have the attribute: places among those nodes.
  std::vector<std::pair<int32_t, int32_t>> ties_;
  // Which set of values such a node has, of the first and of the second kind.
  std::vector<int32_t> rows_;
  std::vector<int32_t> columns_;
  int32_t row_sets_ = 0;
  int32_t column_sets_ = 0;
  // Whether two sets have a value in common: row_sets_ x column_sets_.
  std::vector<char> meet_;
  bool feasible_ = true;
  bool varies_ = false;
  int64_t internal_ = 0;
  int32_t dealt_nodes_ = 0;
  int32_t all_nodes_ = 0;
  double expected_internal_ = 0;

  std::mt19937_64 random_;
  int32_t wanted_ = 0;
  int32_t drawn_ = 0;
  int32_t as_far_ = 0;
  std::vector<int32_t> dealt_;
  double sum_ = 0;
  double squares_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_E_I_INDEX_H_
