#include "services/metrics/domain/network/network_computation.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/metrics/domain/network/network_number.h"

namespace weft::metrics {
namespace {

constexpr size_t kStrongestPairs = 20;
constexpr int64_t kMostEiTies = 5'000'000;

constexpr v1::NetworkMode kModes[] = {v1::NETWORK_MODE_SITES, v1::NETWORK_MODE_ORGANIZATIONS};

constexpr v1::NetworkMeasure kMeasures[] = {
    v1::NETWORK_MEASURE_DENSITY,     v1::NETWORK_MEASURE_DEGREE,
    v1::NETWORK_MEASURE_BETWEENNESS, v1::NETWORK_MEASURE_CLOSENESS,
    v1::NETWORK_MEASURE_PROJECTIONS, v1::NETWORK_MEASURE_BROKERAGE,
    v1::NETWORK_MEASURE_E_I_INDEX,   v1::NETWORK_MEASURE_CORE_PERIPHERY,
    v1::NETWORK_MEASURE_COMMUNITIES};

// In the order in which they are done.
enum Part {
  kPaths,
  kSiteProjection,
  kOrganizationProjection,
  kSiteBrokerage,
  kOrganizationBrokerage,
  kEiSetting,
  kEiPartnerType,
  kEiLocality,
  kEiRegion,
  kCoreEither,
  kCoreBoth,
  kCommunities,
  kEnd,
};

size_t PlaceOf(v1::NetworkMode mode) { return mode == v1::NETWORK_MODE_SITES ? 0 : 1; }

Units NodeUnits(int64_t known, int64_t all) {
  return {.known = known, .all = all, .base = type::v1::BASE_NODES};
}

// More pairs than an Estimate can count are told as the most that it can.
Units PairUnits(int64_t pairs) {
  const int64_t told = std::min<int64_t>(pairs, std::numeric_limits<int32_t>::max());
  return {.known = told, .all = told, .base = type::v1::BASE_PAIRS};
}

int64_t PairsOf(int64_t nodes) { return nodes * (nodes - 1) / 2; }

// A share of `all` units, every one of which is known.
type::v1::Estimate ExactShare(int64_t numerator, int64_t all, const Units& units) {
  const double share = static_cast<double>(numerator) / static_cast<double>(all);
  type::v1::Estimate estimate = Value(share, units);
  estimate.set_numerator(static_cast<int32_t>(numerator));
  SetInterval(share, share, estimate);
  return estimate;
}

AttributeValues ValuesOf(const NetworkNode& node, v1::EiIndex::Attribute attribute) {
  switch (attribute) {
    case v1::EiIndex::ATTRIBUTE_SETTING:
      if (node.setting == registry::v1::SiteAttributes::SETTING_UNSPECIFIED) return {};
      return {registry::v1::SiteAttributes::Setting_Name(node.setting)};
    case v1::EiIndex::ATTRIBUTE_PARTNER_TYPE:
      return node.partner_types;
    case v1::EiIndex::ATTRIBUTE_LOCALITY:
      return node.localities;
    case v1::EiIndex::ATTRIBUTE_REGION:
      return node.regions;
    default:
      return {};
  }
}

std::vector<AttributeValues> ValuesOf(const std::vector<NetworkNode>& nodes,
                                      v1::EiIndex::Attribute attribute) {
  std::vector<AttributeValues> values;
  values.reserve(nodes.size());
  for (const NetworkNode& node : nodes) values.push_back(ValuesOf(node, attribute));
  return values;
}

}  // namespace

NetworkOptions OptionsOf(const google::protobuf::RepeatedField<int>& measures, int64_t seed) {
  NetworkOptions options;
  for (const int measure : measures) {
    options.measures.push_back(static_cast<v1::NetworkMeasure>(measure));
  }
  options.seed = seed;
  return options;
}

NetworkComputation::NetworkComputation(const Network& network, NetworkOptions options)
    : network_(network),
      seed_(options.seed),
      measures_(options.measures.begin(), options.measures.end()),
      graph_(network),
      components_(FindComponents(graph_)) {
  if (measures_.empty()) measures_.insert(std::begin(kMeasures), std::end(kMeasures));
}

const ProjectionGraph* NetworkComputation::ProjectionOf(v1::NetworkMode mode) const {
  const std::optional<ProjectionGraph>& projection = projections_[PlaceOf(mode)];
  return projection.has_value() && projection->feasible() ? &*projection : nullptr;
}

const Brokerage* NetworkComputation::BrokerageOf(v1::NetworkMode mode) const {
  const std::optional<Brokerage>& brokerage = brokerage_[PlaceOf(mode)];
  return brokerage.has_value() && brokerage->feasible() ? &*brokerage : nullptr;
}

// --- The work ------------------------------------------------------------------------------------

void NetworkComputation::BeginEiIndex(v1::EiIndex::Attribute attribute, v1::EiIndex::Ties ties) {
  e_i_index_begun_.Clear();
  e_i_index_begun_.set_attribute(attribute);
  e_i_index_begun_.set_ties(ties);
  const Units none{.known = 0, .all = graph_.ties(), .base = type::v1::BASE_TIES};
  if (graph_.is_star()) {
    *e_i_index_begun_.mutable_index() = OfStar(none);
    *e_i_index_begun_.mutable_expected() = OfStar(NodeUnits(0, graph_.size()));
    e_i_indexes_.push_back(e_i_index_begun_);
    return;
  }
  std::vector<std::pair<int32_t, int32_t>> pairs;
  if (ties == v1::EiIndex::TIES_TWO_MODE) {
    pairs.reserve(network_.ties.size());
    for (const NetworkTie& tie : network_.ties) pairs.emplace_back(tie.site, tie.organization);
    e_i_index_.emplace(ValuesOf(network_.sites, attribute),
                       ValuesOf(network_.organizations, attribute), pairs, seed_);
    return;
  }
  const v1::NetworkMode mode =
      ties == v1::EiIndex::TIES_SITES ? v1::NETWORK_MODE_SITES : v1::NETWORK_MODE_ORGANIZATIONS;
  const ProjectionGraph* projection = ProjectionOf(mode);
  if (projection == nullptr || projection->pairs() > kMostEiTies) {
    const absl::string_view why = "the projection has too many ties";
    *e_i_index_begun_.mutable_index() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE, why, none);
    *e_i_index_begun_.mutable_expected() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE, why, NodeUnits(0, graph_.size()));
    e_i_indexes_.push_back(e_i_index_begun_);
    return;
  }
  pairs.reserve(static_cast<size_t>(projection->pairs()));
  for (int32_t node = projection->begin(); node < projection->end(); ++node) {
    for (const ProjectionGraph::Joined& joined : projection->joined(node)) {
      if (joined.node > node) {
        pairs.emplace_back(node - projection->begin(), joined.node - projection->begin());
      }
    }
  }
  e_i_index_.emplace(
      ValuesOf(mode == v1::NETWORK_MODE_SITES ? network_.sites : network_.organizations, attribute),
      pairs, seed_);
}

bool NetworkComputation::NextPart() {
  const bool brokerage = Wants(v1::NETWORK_MEASURE_BROKERAGE);
  const bool e_i_index = Wants(v1::NETWORK_MEASURE_E_I_INDEX);
  const bool projections = brokerage || e_i_index || Wants(v1::NETWORK_MEASURE_PROJECTIONS);
  switch (part_) {
    case kPaths:
      if (WantsPaths() && !graph_.is_star()) {
        const bool exact = graph_.ties() <= kMostExactTies;
        paths_.emplace(graph_, components_, exact ? 0 : PivotsFor(graph_.ties()), seed_);
      }
      break;
    case kSiteProjection:
    case kOrganizationProjection:
      if (projections && !graph_.is_star()) {
        const int place = part_ - kSiteProjection;
        projections_[place].emplace(graph_, kModes[place]);
      }
      break;
    case kSiteBrokerage:
    case kOrganizationBrokerage: {
      const int place = part_ - kSiteBrokerage;
      const ProjectionGraph* projection = ProjectionOf(kModes[place]);
      if (brokerage && projection != nullptr) brokerage_[place].emplace(*projection);
      break;
    }
    case kEiSetting:
      if (e_i_index) BeginEiIndex(v1::EiIndex::ATTRIBUTE_SETTING, v1::EiIndex::TIES_SITES);
      break;
    case kEiPartnerType:
      if (e_i_index) {
        BeginEiIndex(v1::EiIndex::ATTRIBUTE_PARTNER_TYPE, v1::EiIndex::TIES_ORGANIZATIONS);
      }
      break;
    case kEiLocality:
      if (e_i_index) BeginEiIndex(v1::EiIndex::ATTRIBUTE_LOCALITY, v1::EiIndex::TIES_TWO_MODE);
      break;
    case kEiRegion:
      if (e_i_index) BeginEiIndex(v1::EiIndex::ATTRIBUTE_REGION, v1::EiIndex::TIES_TWO_MODE);
      break;
    case kCoreEither:
    case kCoreBoth:
      if (Wants(v1::NETWORK_MEASURE_CORE_PERIPHERY)) {
        core_periphery_[part_ - kCoreEither].emplace(graph_, part_ == kCoreEither
                                                                 ? v1::CorePeriphery::PATTERN_EITHER
                                                                 : v1::CorePeriphery::PATTERN_BOTH);
      }
      break;
    case kCommunities:
      if (Wants(v1::NETWORK_MEASURE_COMMUNITIES)) communities_.emplace(graph_, seed_);
      break;
    default:
      return false;
  }
  return true;
}

bool NetworkComputation::Work() {
  // Whether the part that was begun last has more to do.
  bool more = false;
  switch (part_ - 1) {
    case kPaths:
      more = paths_.has_value() && paths_->Work();
      break;
    case kSiteProjection:
    case kOrganizationProjection: {
      std::optional<ProjectionGraph>& projection = projections_[part_ - 1 - kSiteProjection];
      more = projection.has_value() && projection->Work();
      break;
    }
    case kSiteBrokerage:
    case kOrganizationBrokerage: {
      std::optional<Brokerage>& brokerage = brokerage_[part_ - 1 - kSiteBrokerage];
      more = brokerage.has_value() && brokerage->Work();
      break;
    }
    case kEiSetting:
    case kEiPartnerType:
    case kEiLocality:
    case kEiRegion:
      if (!e_i_index_.has_value()) break;
      more = e_i_index_->Work();
      if (!more) {
        v1::EiIndex result = e_i_index_->Result();
        result.set_attribute(e_i_index_begun_.attribute());
        result.set_ties(e_i_index_begun_.ties());
        e_i_indexes_.push_back(std::move(result));
        e_i_index_.reset();
      }
      break;
    case kCoreEither:
    case kCoreBoth: {
      std::optional<CorePeripheryFit>& fit = core_periphery_[part_ - 1 - kCoreEither];
      more = fit.has_value() && fit->Work();
      break;
    }
    case kCommunities:
      if (!communities_.has_value()) break;
      more = communities_->Work();
      status_ = communities_->status();
      break;
    default:
      break;
  }
  if (more) return true;
  if (!status_.ok() || part_ == kEnd) return false;
  NextPart();
  ++part_;
  return true;
}

// --- The answer ----------------------------------------------------------------------------------

v1::NetworkFacts NetworkComputation::Facts() const {
  v1::NetworkFacts facts = network_.facts;
  facts.set_component_count(static_cast<int32_t>(components_.sizes.size()));
  facts.set_largest_component_size(components_.sizes.empty() ? 0 : components_.sizes.front());
  return facts;
}

v1::NetworkProvenance NetworkComputation::Provenance() const {
  v1::NetworkProvenance provenance;
  *provenance.mutable_query() = network_.query;
  for (const v1::NetworkMeasure measure : kMeasures) {
    if (Wants(measure)) provenance.add_measures(measure);
  }
  provenance.set_seed(seed_);
  provenance.add_caveats(
      "the network has the ties that were recorded: a partner that nobody entered "
      "is not in it");
  if (network_.facts.unknown_level_tie_count() > 0) {
    provenance.add_caveats(absl::StrCat(network_.facts.unknown_level_tie_count(), " of ",
                                        network_.facts.tie_count(),
                                        " ties have no known level; they are ties all the same, "
                                        "and count nowhere as level 0"));
  }
  if (network_.facts.unknown_level_left_out_count() > 0) {
    provenance.add_caveats(absl::StrCat(network_.facts.unknown_level_left_out_count(),
                                        " partnerships of unknown level are left out, as nobody "
                                        "knows whether they reach min_level"));
  }
  if (std::any_of(network_.sites.begin(), network_.sites.end(),
                  [](const NetworkNode& site) { return site.name.empty(); })) {
    provenance.add_caveats(
        "sites that may not be named can be recognised by their partners all the same");
  }
  if (paths_.has_value() && paths_->sampled()) {
    provenance.add_caveats("betweenness and closeness are sampled; each has its standard error");
  }
  if (graph_.is_star()) {
    provenance.add_caveats(
        "with fewer than two sites or two organizations the network says nothing "
        "of how they are connected");
  }
  return provenance;
}

ShortestPaths::Sampled NetworkComputation::BetweennessOf(int32_t node) const {
  const int32_t own = graph_.is_site(node) ? graph_.sites() : graph_.organizations();
  const double highest = HighestBetweenness(own, graph_.size() - own);
  const ShortestPaths::Sampled through = paths_->Betweenness(node);
  return {through.value / highest, through.standard_error / highest};
}

ShortestPaths::Sampled NetworkComputation::ClosenessOf(int32_t node) const {
  const int32_t own = graph_.is_site(node) ? graph_.sites() : graph_.organizations();
  const int32_t reached = components_.sizes[components_.of[node]] - 1;
  const double nearest = graph_.size() - own + 2.0 * (own - 1);
  const double share = static_cast<double>(reached) / (graph_.size() - 1);
  const ShortestPaths::Sampled away = paths_->Distance(node);
  const double closeness = nearest / away.value * share;
  return {closeness, closeness * away.standard_error / away.value};
}

void NetworkComputation::SetPaths(int32_t node, v1::NodeMetrics& metrics) const {
  const int32_t reached = components_.sizes[components_.of[node]] - 1;
  const int32_t sources = paths_.has_value() ? paths_->sources() : 0;
  if (Wants(v1::NETWORK_MEASURE_BETWEENNESS)) {
    const Units units = NodeUnits(sources, graph_.size());
    if (!paths_.has_value()) {
      *metrics.mutable_betweenness() = OfStar(units);
    } else {
      const ShortestPaths::Sampled betweenness = BetweennessOf(node);
      *metrics.mutable_betweenness() = Value(betweenness.value, units);
      if (paths_->sampled()) {
        metrics.set_betweenness_standard_error(betweenness.standard_error);
      }
    }
  }
  if (Wants(v1::NETWORK_MEASURE_CLOSENESS)) {
    if (!paths_.has_value()) {
      *metrics.mutable_closeness() = OfStar(NodeUnits(0, reached));
    } else if (reached == 0) {
      *metrics.mutable_closeness() = UndefinedNumber(type::v1::UNDEFINED_REASON_EMPTY_BASE,
                                                     "it reaches no other node", NodeUnits(0, 0));
    } else {
      const ShortestPaths::Sampled closeness = ClosenessOf(node);
      const bool exact = closeness.standard_error == 0;
      *metrics.mutable_closeness() =
          Value(closeness.value, NodeUnits(exact ? reached : paths_->sources_near(node), reached));
      if (paths_->sampled()) metrics.set_closeness_standard_error(closeness.standard_error);
    }
  }
}

void NetworkComputation::SetBrokerage(int32_t node, v1::NodeMetrics& metrics) const {
  const bool site = graph_.is_site(node);
  const v1::NetworkMode mode = kModes[site ? 0 : 1];
  const ProjectionGraph* projection = ProjectionOf(mode);
  const Brokerage* brokerage = BrokerageOf(mode);
  const auto joined =
      projection == nullptr ? 0 : static_cast<int64_t>(projection->joined(node).size());
  const Units neighbors = NodeUnits(joined, joined);
  if (graph_.is_star()) {
    *metrics.mutable_constraint() = OfStar(neighbors);
    *metrics.mutable_effective_size() = OfStar(neighbors);
  } else if (brokerage == nullptr) {
    const absl::string_view why = "the projection has too many ties";
    *metrics.mutable_constraint() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE, why, neighbors);
    *metrics.mutable_effective_size() = metrics.constraint();
  } else if (joined == 0) {
    *metrics.mutable_constraint() = UndefinedNumber(
        type::v1::UNDEFINED_REASON_EMPTY_BASE, "it shares no partner with another node", neighbors);
    *metrics.mutable_effective_size() = metrics.constraint();
  } else {
    *metrics.mutable_constraint() = Value(brokerage->constraint(node), neighbors);
    *metrics.mutable_effective_size() = Value(brokerage->effective_size(node), neighbors);
  }
  const Units pairs = PairUnits(PairsOf(graph_.degree(node)));
  const ProjectionGraph* other = ProjectionOf(kModes[site ? 1 : 0]);
  if (graph_.is_star()) {
    *metrics.mutable_redundancy() = OfStar(pairs);
  } else if (other == nullptr) {
    *metrics.mutable_redundancy() = UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE,
                                                    "the projection has too many ties", pairs);
  } else if (pairs.all == 0) {
    *metrics.mutable_redundancy() = UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_FEW,
                                                    "it is tied to fewer than two nodes", pairs);
  } else {
    *metrics.mutable_redundancy() =
        ExactShare(other->redundant_pairs(node), PairsOf(graph_.degree(node)), pairs);
  }
}

v1::NodeMetrics NetworkComputation::Node(size_t index) const {
  const auto node = static_cast<int32_t>(index);
  const NetworkNode& from = network_.node(index);
  const bool site = graph_.is_site(node);
  v1::NodeMetrics metrics;
  metrics.set_key(from.key);
  metrics.set_name(from.name);
  metrics.set_label(from.label);
  metrics.set_mode(kModes[site ? 0 : 1]);
  metrics.set_degree(graph_.degree(node));
  metrics.set_component(components_.of[node] + 1);
  if (Wants(v1::NETWORK_MEASURE_DEGREE)) {
    const int32_t other = site ? graph_.organizations() : graph_.sites();
    *metrics.mutable_degree_share() =
        graph_.is_star() ? OfStar(NodeUnits(other, other))
                         : ExactShare(graph_.degree(node), other, NodeUnits(other, other));
    int64_t sum = 0;
    int64_t known = 0;
    for (const int8_t depth : graph_.depths(node)) {
      if (depth < 0) continue;
      sum += depth;
      ++known;
    }
    const Units ties{.known = known, .all = graph_.degree(node), .base = type::v1::BASE_TIES};
    const int64_t unknown = ties.all - known;
    // A sum without what is missing would count it as 0.
    type::v1::Estimate strength = unknown > 0
                                      ? UndefinedNumber(type::v1::UNDEFINED_REASON_NO_DATA,
                                                        "the level of a tie is not known", ties)
                                      : Value(static_cast<double>(sum), ties);
    const int lowest = DepthOf(type::v1::INTERACTION_LEVEL_NETWORKING).value_or(0);
    const int highest = DepthOf(type::v1::INTERACTION_LEVEL_COLLABORATION).value_or(0);
    SetInterval(static_cast<double>(sum + unknown * lowest),
                static_cast<double>(sum + unknown * highest), strength);
    *metrics.mutable_strength() = std::move(strength);
  }
  SetPaths(node, metrics);
  if (Wants(v1::NETWORK_MEASURE_BROKERAGE)) SetBrokerage(node, metrics);
  if (communities_.has_value() && communities_->of(node) >= 0) {
    metrics.set_community(communities_->of(node) + 1);
  }
  if (core_periphery_[0].has_value() && core_periphery_[0]->has_core()) {
    metrics.set_in_core_either(core_periphery_[0]->in_core(node));
  }
  if (core_periphery_[1].has_value() && core_periphery_[1]->has_core()) {
    metrics.set_in_core_both(core_periphery_[1]->in_core(node));
  }
  return metrics;
}

std::optional<double> NetworkComputation::SortKey(int32_t node, v1::NodeOrder order) const {
  const v1::NetworkMode mode = kModes[graph_.is_site(node) ? 0 : 1];
  const Brokerage* brokerage = BrokerageOf(mode);
  const bool joined = brokerage != nullptr && !ProjectionOf(mode)->joined(node).empty();
  switch (order) {
    case v1::NODE_ORDER_STRENGTH: {
      double sum = 0;
      for (const int8_t depth : graph_.depths(node)) {
        if (depth <= 0) return std::nullopt;
        sum += depth;
      }
      return sum;
    }
    case v1::NODE_ORDER_BETWEENNESS:
      if (!paths_.has_value()) return std::nullopt;
      return paths_->Betweenness(node).value;
    case v1::NODE_ORDER_CLOSENESS: {
      const int32_t reached = components_.sizes[components_.of[node]] - 1;
      if (!paths_.has_value() || reached == 0) return std::nullopt;
      // In one mode all else is the same.
      return reached / paths_->Distance(node).value;
    }
    case v1::NODE_ORDER_CONSTRAINT:
      if (!joined) return std::nullopt;
      return brokerage->constraint(node);
    case v1::NODE_ORDER_EFFECTIVE_SIZE:
      if (!joined) return std::nullopt;
      return brokerage->effective_size(node);
    case v1::NODE_ORDER_REDUNDANCY: {
      const ProjectionGraph* other = ProjectionOf(kModes[graph_.is_site(node) ? 1 : 0]);
      const int64_t pairs = PairsOf(graph_.degree(node));
      if (other == nullptr || pairs == 0) return std::nullopt;
      return static_cast<double>(other->redundant_pairs(node)) / static_cast<double>(pairs);
    }
    default:
      return graph_.degree(node);
  }
}

v1::Projection NetworkComputation::DescribeProjection(v1::NetworkMode mode) const {
  v1::Projection result;
  const int32_t nodes = mode == v1::NETWORK_MODE_SITES ? graph_.sites() : graph_.organizations();
  const Units all = PairUnits(PairsOf(nodes));
  const ProjectionGraph* projection = ProjectionOf(mode);
  if (projection == nullptr) {
    *result.mutable_density() = graph_.is_star()
                                    ? OfStar(all)
                                    : UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE,
                                                      "the projection has too many ties", all);
    *result.mutable_mean_shared() = result.density();
    return result;
  }
  *result.mutable_density() = ExactShare(projection->pairs(), PairsOf(nodes), all);
  const Units joined = PairUnits(projection->pairs());
  *result.mutable_mean_shared() = projection->pairs() == 0
                                      ? UndefinedNumber(type::v1::UNDEFINED_REASON_EMPTY_BASE,
                                                        "no two nodes share a partner", joined)
                                      : Value(static_cast<double>(projection->shared_sum()) /
                                                  static_cast<double>(projection->pairs()),
                                              joined);
  struct Pair {
    int32_t shared;
    double jaccard;
    int32_t first;
    int32_t second;
  };
  const auto stronger = [](const Pair& a, const Pair& b) {
    return std::tie(b.shared, b.jaccard, a.first, a.second) <
           std::tie(a.shared, a.jaccard, b.first, b.second);
  };
  // The weakest of the strongest on top.
  std::vector<Pair> strongest;
  for (int32_t node = projection->begin(); node < projection->end(); ++node) {
    for (const ProjectionGraph::Joined& each : projection->joined(node)) {
      if (each.node < node) continue;
      if (strongest.size() == kStrongestPairs && each.shared < strongest.front().shared) continue;
      const Pair pair{each.shared, JaccardOf(graph_, node, each.node, each.shared), node,
                      each.node};
      if (strongest.size() == kStrongestPairs) {
        if (!stronger(pair, strongest.front())) continue;
        std::pop_heap(strongest.begin(), strongest.end(), stronger);
        strongest.pop_back();
      }
      strongest.push_back(pair);
      std::push_heap(strongest.begin(), strongest.end(), stronger);
    }
  }
  std::sort(strongest.begin(), strongest.end(), stronger);
  for (const Pair& pair : strongest) {
    v1::SharedPair& shared = *result.add_strongest();
    const NetworkNode& first = network_.node(static_cast<size_t>(pair.first));
    const NetworkNode& second = network_.node(static_cast<size_t>(pair.second));
    shared.set_first(first.key);
    shared.set_first_label(first.label);
    shared.set_second(second.key);
    shared.set_second_label(second.label);
    shared.set_shared(pair.shared);
    shared.set_newman(NewmanWeight(graph_, pair.first, pair.second));
    shared.set_jaccard(pair.jaccard);
  }
  return result;
}

v1::NetworkModeMetrics NetworkComputation::Mode(v1::NetworkMode mode, v1::NodeOrder order,
                                                int32_t top) const {
  v1::NetworkModeMetrics metrics;
  const bool sites = mode == v1::NETWORK_MODE_SITES;
  const int32_t begin = sites ? 0 : graph_.sites();
  const int32_t end = sites ? graph_.sites() : graph_.size();
  const int32_t count = end - begin;
  metrics.set_mode(mode);
  metrics.set_node_count(count);
  if (Wants(v1::NETWORK_MEASURE_DEGREE)) {
    const Units units = NodeUnits(count, count);
    *metrics.mutable_mean_degree() = count == 0
                                         ? UndefinedNumber(type::v1::UNDEFINED_REASON_EMPTY_BASE,
                                                           "the network has no such node", units)
                                         : Value(static_cast<double>(graph_.ties()) / count, units);
    if (graph_.is_star()) {
      *metrics.mutable_degree_centralization() = OfStar(units);
    } else {
      int32_t highest = 0;
      for (int32_t node = begin; node < end; ++node) {
        highest = std::max(highest, graph_.degree(node));
      }
      const double below = static_cast<double>(count) * highest - graph_.ties();
      const double maximum = sites ? static_cast<double>(count - 1) * graph_.organizations()
                                   : static_cast<double>(count - 1) * (graph_.sites() - 1);
      *metrics.mutable_degree_centralization() = Value(below / maximum, units);
      metrics.set_degree_centralization_maximum(maximum);
    }
  }
  if (Wants(v1::NETWORK_MEASURE_PROJECTIONS)) {
    *metrics.mutable_projection() = DescribeProjection(mode);
  }
  std::vector<std::pair<std::optional<double>, int32_t>> nodes;
  for (int32_t node = begin; node < end; ++node) nodes.emplace_back(SortKey(node, order), node);
  const size_t shown = std::min(nodes.size(), static_cast<size_t>(top == 0 ? kDefaultTop : top));
  // Nothing is less than any value; nodes are numbered in the order of their keys.
  std::partial_sort(nodes.begin(), nodes.begin() + static_cast<ptrdiff_t>(shown), nodes.end(),
                    [](const auto& a, const auto& b) {
                      return a.first != b.first ? a.first > b.first : a.second < b.second;
                    });
  for (size_t i = 0; i < shown; ++i) {
    *metrics.add_nodes() = Node(static_cast<size_t>(nodes[i].second));
  }
  return metrics;
}

v1::PathSampling NetworkComputation::DescribePaths() const {
  v1::PathSampling sampling;
  if (!paths_.has_value()) return sampling;
  sampling.set_method(paths_->sampled() ? v1::PathSampling::METHOD_SAMPLED
                                        : v1::PathSampling::METHOD_EXACT);
  sampling.set_source_count(paths_->sources());
  if (!paths_->sampled()) return sampling;
  double betweenness = 0;
  double closeness = 0;
  for (int32_t node = 0; node < graph_.size(); ++node) {
    betweenness = std::max(betweenness, BetweennessOf(node).standard_error);
    if (graph_.degree(node) > 0) {
      closeness = std::max(closeness, ClosenessOf(node).standard_error);
    }
  }
  if (Wants(v1::NETWORK_MEASURE_BETWEENNESS)) {
    sampling.set_largest_betweenness_standard_error(betweenness);
  }
  if (Wants(v1::NETWORK_MEASURE_CLOSENESS)) {
    sampling.set_largest_closeness_standard_error(closeness);
  }
  return sampling;
}

v1::NetworkMetrics NetworkComputation::Result(v1::NodeOrder order, int32_t top) const {
  v1::NetworkMetrics metrics;
  *metrics.mutable_facts() = Facts();
  if (Wants(v1::NETWORK_MEASURE_DENSITY)) {
    const int64_t all = static_cast<int64_t>(graph_.sites()) * graph_.organizations();
    const Units pairs = PairUnits(all);
    if (pairs.all == 0) {
      *metrics.mutable_density() =
          UndefinedNumber(type::v1::UNDEFINED_REASON_EMPTY_BASE, "the network has no ties", pairs);
    } else if (graph_.sites() < 2) {
      *metrics.mutable_density() = OfStar(pairs);
    } else {
      *metrics.mutable_density() = ExactShare(graph_.ties(), all, pairs);
    }
  }
  for (const v1::NetworkMode mode : kModes) *metrics.add_modes() = Mode(mode, order, top);
  for (const v1::EiIndex& index : e_i_indexes_) *metrics.add_e_i_indexes() = index;
  for (const auto& fit : core_periphery_) {
    if (fit.has_value()) *metrics.add_core_periphery() = fit->Result();
  }
  if (communities_.has_value()) *metrics.mutable_communities() = communities_->Result();
  if (WantsPaths()) *metrics.mutable_path_sampling() = DescribePaths();
  *metrics.mutable_provenance() = Provenance();
  return metrics;
}

}  // namespace weft::metrics
