// N8: core and periphery (Borgatti and Everett 1999, discrete model, for two modes). The
// correlation depends on the core alone by how many nodes of each mode it has and by the weight of
// the ties among them. So if one mode's core is given, the best one of the other mode is known:
// those that are tied most to it, and of how many is tried. Each mode in turn is made the best for
// the other until nothing grows, from several starts.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_CORE_PERIPHERY_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_CORE_PERIPHERY_H_

#include <cstdint>
#include <vector>

#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

class CorePeripheryFit {
 public:
  // The graph outlives it. Ties of unknown level are no cells of the matrix.
  CorePeripheryFit(const TwoModeGraph& graph, v1::CorePeriphery::Pattern pattern);

  // About a millisecond's work, or one mode; false when there is no more.
  bool Work();
  // Once Work() has returned false.
  v1::CorePeriphery Result() const;
  // Whether Result() has a correlation, and so a core.
  bool has_core() const { return !best_.empty(); }
  bool in_core(int32_t node) const { return (best_[node] != 0) == (sign_ > 0); }

 private:
  // The block is the core for PATTERN_BOTH, and the periphery for PATTERN_EITHER, whose pattern is
  // what is not in it. The correlation of the cells with the block, times the sign.
  double Fit(double sites, double organizations, double weight, double unknown) const;
  void BeginStart();
  // Makes one mode the best for the other; gives the fit, or -2 when there is none.
  double Improve(bool sites);

  const TwoModeGraph& graph_;
  v1::CorePeriphery::Pattern pattern_;
  double sign_;
  bool known_ = false;     // a tie's level
  bool constant_ = false;  // every cell has the same value
  int64_t known_ties_ = 0;
  // Of all cells that are known.
  double cells_ = 0;
  double total_ = 0;
  double variation_ = 0;  // cells times the sum of squares, minus the square of the total

  // What is tried: the first so many nodes of a mode, by strength.
  struct Start {
    bool sites = false;
    int32_t count = 0;
  };
  std::vector<Start> starts_;
  std::vector<int32_t> by_strength_[2];  // organizations, sites
  size_t start_ = 0;
  bool begun_ = false;
  bool next_sites_ = false;
  int rounds_ = 0;
  double fit_ = -2;

  std::vector<char> block_;
  double best_fit_ = -2;
  std::vector<char> best_;
  // Of each node of the mode that is being made: its ties with the other's block.
  std::vector<double> weight_;
  std::vector<int32_t> unknown_;
  std::vector<int32_t> order_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_CORE_PERIPHERY_H_
