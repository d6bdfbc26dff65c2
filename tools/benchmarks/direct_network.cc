// The metrics domain's networks alone, and the same asked of igraph directly.
#include <igraph/igraph.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/metrics/domain/network/network_computation.h"
#include "services/metrics/domain/statistics/draws.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"

namespace weft::bench {
namespace {

using metrics::Network;

constexpr uint64_t kSeed = 20260601;
// A site has so many organizations, most of which have few sites: those with low numbers have most.
constexpr uint64_t kTiesPerSite = 20;
constexpr uint64_t kOrganizationsPerSite = 4;

struct Ends {
  int32_t site = 0;
  int32_t organization = 0;
};

std::vector<Ends> DrawTies(uint64_t ties) {
  const uint64_t sites = std::max<uint64_t>(2, ties / kTiesPerSite);
  const uint64_t organizations = sites * kOrganizationsPerSite;
  std::mt19937_64 random(kSeed);
  std::set<std::pair<uint64_t, uint64_t>> drawn;
  while (drawn.size() < ties) {
    const uint64_t site = metrics::DrawBelow(sites, random);
    const uint64_t below = metrics::DrawBelow(organizations, random) + 1;
    drawn.emplace(site, metrics::DrawBelow(below, random));
  }
  std::vector<Ends> ends;
  ends.reserve(drawn.size());
  for (const auto& [site, organization] : drawn) {
    ends.push_back({static_cast<int32_t>(site), static_cast<int32_t>(organization)});
  }
  return ends;
}

Network MakeNetwork(const std::vector<Ends>& ends) {
  metrics::v1::NetworkQuery query;
  query.mutable_as_of()->set_year(2025);
  query.mutable_as_of()->set_month(6);
  query.mutable_as_of()->set_day(1);
  metrics::NetworkBuilder builder(metrics::WithDefaults(query, query.as_of()));
  int32_t sites = 0;
  for (const Ends& tie : ends) sites = std::max(sites, tie.site + 1);
  for (int32_t site = 0; site < sites; ++site) {
    registry::v1::Site message;
    message.set_name(absl::StrFormat("sites/s%06d", site));
    message.set_naming(registry::v1::Site::NAMING_NAMED);
    (void)builder.AddSite(message);
  }
  for (const Ends& tie : ends) {
    registry::v1::Partnership message;
    message.set_name(absl::StrFormat("sites/s%06d/partnerships/p%d", tie.site, tie.organization));
    message.set_organization(absl::StrFormat("organizations/o%06d", tie.organization));
    message.set_partner_type("cbo");
    message.set_level(type::v1::INTERACTION_LEVEL_COOPERATION);
    (void)builder.AddPartnership(message);
  }
  return std::move(builder).Build();
}

const std::vector<metrics::v1::NetworkMeasure>& Paths() {
  static const auto& measures = *new std::vector<metrics::v1::NetworkMeasure>{
      metrics::v1::NETWORK_MEASURE_BETWEENNESS, metrics::v1::NETWORK_MEASURE_CLOSENESS};
  return measures;
}

const std::vector<metrics::v1::NetworkMeasure>& Whole() {
  static const auto& measures = *new std::vector<metrics::v1::NetworkMeasure>{
      metrics::v1::NETWORK_MEASURE_BETWEENNESS, metrics::v1::NETWORK_MEASURE_CLOSENESS,
      metrics::v1::NETWORK_MEASURE_PROJECTIONS, metrics::v1::NETWORK_MEASURE_BROKERAGE,
      metrics::v1::NETWORK_MEASURE_COMMUNITIES};
  return measures;
}

// igraph's part, in its own words: freed at the end of the process.
class Igraph {
 public:
  explicit Igraph(const Network& network)
      : sites_(static_cast<igraph_integer_t>(network.sites.size())) {
    size_ = static_cast<igraph_integer_t>(network.size());
    igraph_vector_int_t edges;
    igraph_vector_int_init(&edges, static_cast<igraph_integer_t>(2 * network.ties.size()));
    size_t next = 0;
    for (const metrics::NetworkTie& tie : network.ties) {
      VECTOR(edges)[next++] = tie.site;
      VECTOR(edges)[next++] = sites_ + tie.organization;
    }
    igraph_create(&graph_, &edges, size_, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&edges);
  }
  ~Igraph() { igraph_destroy(&graph_); }
  Igraph(const Igraph&) = delete;
  Igraph& operator=(const Igraph&) = delete;

  igraph_integer_t size() const { return size_; }

  void AllPaths() {
    igraph_vector_t result;
    igraph_vector_init(&result, 0);
    igraph_betweenness(&graph_, &result, igraph_vss_all(), IGRAPH_UNDIRECTED, nullptr);
    igraph_closeness(&graph_, &result, nullptr, nullptr, igraph_vss_all(), IGRAPH_ALL, nullptr,
                     /*normalized=*/false);
    igraph_vector_destroy(&result);
  }

  void SomePaths(igraph_integer_t sources) {
    igraph_vector_t result;
    igraph_vector_init(&result, 0);
    const igraph_vs_t from = igraph_vss_range(0, sources);
    igraph_betweenness_subset(&graph_, &result, igraph_vss_all(), IGRAPH_UNDIRECTED, from,
                              igraph_vss_all(), nullptr);
    igraph_vector_destroy(&result);
    igraph_matrix_t distances;
    igraph_matrix_init(&distances, 0, 0);
    igraph_distances(&graph_, &distances, from, igraph_vss_all(), IGRAPH_ALL);
    igraph_matrix_destroy(&distances);
  }

  void Projections() {
    igraph_vector_bool_t types;
    igraph_vector_bool_init(&types, size_);
    for (igraph_integer_t node = sites_; node < size_; ++node) VECTOR(types)[node] = true;
    igraph_t modes[2];
    igraph_vector_int_t shared[2];
    igraph_vector_int_init(&shared[0], 0);
    igraph_vector_int_init(&shared[1], 0);
    igraph_bipartite_projection(&graph_, &types, &modes[0], &modes[1], &shared[0], &shared[1], -1);
    for (int mode = 0; mode < 2; ++mode) {
      igraph_vector_t weights;
      igraph_vector_t result;
      igraph_vector_init(&weights, igraph_vector_int_size(&shared[mode]));
      igraph_vector_init(&result, 0);
      for (igraph_integer_t i = 0; i < igraph_vector_int_size(&shared[mode]); ++i) {
        VECTOR(weights)[i] = static_cast<double>(VECTOR(shared[mode])[i]);
      }
      igraph_constraint(&modes[mode], &result, igraph_vss_all(), &weights);
      // Effective size needs the triangles of each node.
      igraph_adjacent_triangles(&modes[mode], &result, igraph_vss_all());
      igraph_vector_destroy(&result);
      igraph_vector_destroy(&weights);
      igraph_vector_int_destroy(&shared[mode]);
      igraph_destroy(&modes[mode]);
    }
    igraph_vector_bool_destroy(&types);
  }

  void Communities(igraph_integer_t ties) {
    igraph_vector_t degrees;
    igraph_vector_int_t counts;
    igraph_vector_int_t membership;
    igraph_vector_init(&degrees, size_);
    igraph_vector_int_init(&counts, 0);
    igraph_vector_int_init(&membership, size_);
    igraph_degree(&graph_, &counts, igraph_vss_all(), IGRAPH_ALL, IGRAPH_LOOPS);
    for (igraph_integer_t i = 0; i < size_; ++i) {
      VECTOR(degrees)[i] = static_cast<double>(VECTOR(counts)[i]);
    }
    igraph_community_leiden(&graph_, nullptr, &degrees, 0.5 / static_cast<double>(ties), 0.01,
                            false,
                            /*n_iterations=*/-1, &membership, nullptr, nullptr);
    igraph_vector_int_destroy(&membership);
    igraph_vector_int_destroy(&counts);
    igraph_vector_destroy(&degrees);
  }

 private:
  igraph_t graph_{};
  igraph_integer_t sites_;
  igraph_integer_t size_ = 0;
};

}  // namespace

absl::Status WriteTies(uint64_t ties, const std::string& file) {
  std::ofstream out(file);
  for (const Ends& tie : DrawTies(ties)) {
    out << "s" << tie.site << ",o" << tie.organization << "\n";
  }
  if (!out.flush()) return absl::UnavailableError(absl::StrCat("cannot write ", file));
  Tell({{"files", 1}});
  return absl::OkStatus();
}

absl::Status MeasureNetwork(uint64_t ties, bool whole, bool igraph) {
  const Network network = MakeNetwork(DrawTies(ties));
  int64_t sources = static_cast<int64_t>(network.size());
  const bool sampled = ties > static_cast<uint64_t>(metrics::kMostExactTies);
  if (sampled) sources = metrics::PivotsFor(static_cast<int32_t>(ties));
  const Clock::time_point begun = Clock::now();
  if (igraph) {
    Igraph graph(network);
    if (sampled) {
      graph.SomePaths(sources);
    } else {
      graph.AllPaths();
    }
    if (whole) {
      graph.Projections();
      graph.Communities(static_cast<igraph_integer_t>(ties));
    }
  } else {
    metrics::NetworkComputation computation(network,
                                            {.measures = whole ? Whole() : Paths(), .seed = 1});
    while (computation.Work()) {
    }
    if (!computation.status().ok()) return computation.status();
    (void)computation.Result(metrics::v1::NODE_ORDER_BETWEENNESS, 100);
  }
  // What is whole counts as one; else how many nodes paths were followed from.
  Tell({{"rate", (whole ? 1.0 : static_cast<double>(sources)) / SecondsSince(begun)}});
  return absl::OkStatus();
}

}  // namespace weft::bench
