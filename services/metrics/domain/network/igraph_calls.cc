#include "services/metrics/domain/network/igraph_calls.h"

#include <igraph/igraph.h>

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::metrics {
namespace {

constexpr double kRandomness = 0.01;  // igraph's own choice for the Leiden algorithm

// The vector is igraph's own; it is freed with this.
class IntVector {
 public:
  explicit IntVector(size_t size) {
    made_ = igraph_vector_int_init(&vector_, static_cast<igraph_integer_t>(size)) == IGRAPH_SUCCESS;
  }
  ~IntVector() {
    if (made_) igraph_vector_int_destroy(&vector_);
  }
  IntVector(const IntVector&) = delete;
  IntVector& operator=(const IntVector&) = delete;

  bool made() const { return made_; }
  igraph_vector_int_t* get() { return &vector_; }
  igraph_integer_t& operator[](size_t i) { return VECTOR(vector_)[i]; }

 private:
  igraph_vector_int_t vector_{};
  bool made_ = false;
};

class RealVector {
 public:
  explicit RealVector(size_t size) {
    made_ = igraph_vector_init(&vector_, static_cast<igraph_integer_t>(size)) == IGRAPH_SUCCESS;
  }
  ~RealVector() {
    if (made_) igraph_vector_destroy(&vector_);
  }
  RealVector(const RealVector&) = delete;
  RealVector& operator=(const RealVector&) = delete;

  bool made() const { return made_; }
  igraph_vector_t* get() { return &vector_; }
  igraph_real_t& operator[](size_t i) { return VECTOR(vector_)[i]; }

 private:
  igraph_vector_t vector_{};
  bool made_ = false;
};

class Matrix {
 public:
  Matrix(size_t rows, size_t columns) {
    made_ = igraph_matrix_init(&matrix_, static_cast<igraph_integer_t>(rows),
                               static_cast<igraph_integer_t>(columns)) == IGRAPH_SUCCESS;
  }
  ~Matrix() {
    if (made_) igraph_matrix_destroy(&matrix_);
  }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;

  bool made() const { return made_; }
  igraph_matrix_t* get() { return &matrix_; }
  igraph_real_t& at(size_t row, size_t column) { return MATRIX(matrix_, row, column); }

 private:
  igraph_matrix_t matrix_{};
  bool made_ = false;
};

// While one lives, igraph is ours: nobody else is in it, errors are returned, and random numbers
// are drawn from this seed.
class Turn {
 public:
  explicit Turn(uint64_t seed)
      : lock_(Mutex()),
        errors_(igraph_set_error_handler(igraph_error_handler_ignore)),
        warnings_(igraph_set_warning_handler(igraph_warning_handler_ignore)) {
    igraph_rng_seed(igraph_rng_default(), seed);
  }
  ~Turn() {
    igraph_set_error_handler(errors_);
    igraph_set_warning_handler(warnings_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }

  std::lock_guard<std::mutex> lock_;
  igraph_error_handler_t* errors_;
  igraph_warning_handler_t* warnings_;
};

absl::Status ToStatus(igraph_error_t error) {
  if (error == IGRAPH_SUCCESS) return absl::OkStatus();
  const char* what = igraph_strerror(error);
  return Error(absl::StatusCode::kInternal, "GRAPH_LIBRARY_FAILED",
               absl::StrCat("igraph cannot compute this network: ", what,
                            "; ask without communities, and report it"),
               {{"error", what}});
}

absl::Status NoMemory() { return ToStatus(IGRAPH_ENOMEM); }

}  // namespace

struct IgraphGraph::Holder {
  igraph_t graph{};
  bool made = false;
  int32_t size = 0;
  int32_t ties = 0;
  std::vector<int32_t> degrees;

  ~Holder() {
    if (made) igraph_destroy(&graph);
  }
};

IgraphGraph::IgraphGraph(std::unique_ptr<Holder> holder) : holder_(std::move(holder)) {}
IgraphGraph::~IgraphGraph() = default;
IgraphGraph::IgraphGraph(IgraphGraph&&) noexcept = default;
IgraphGraph& IgraphGraph::operator=(IgraphGraph&&) noexcept = default;

absl::StatusOr<IgraphGraph> IgraphGraph::Make(const TwoModeGraph& graph) {
  const Turn turn(0);
  IntVector ends(2 * static_cast<size_t>(graph.ties()));
  if (!ends.made()) return NoMemory();
  auto holder = std::make_unique<Holder>();
  holder->size = graph.size();
  holder->ties = graph.ties();
  size_t next = 0;
  for (int32_t node = 0; node < graph.size(); ++node) {
    holder->degrees.push_back(graph.degree(node));
    if (!graph.is_site(node)) continue;
    for (const int32_t neighbor : graph.neighbors(node)) {
      ends[next++] = node;
      ends[next++] = neighbor;
    }
  }
  absl::Status status =
      ToStatus(igraph_create(&holder->graph, ends.get(), graph.size(), IGRAPH_UNDIRECTED));
  if (!status.ok()) return status;
  holder->made = true;
  return IgraphGraph(std::move(holder));
}

absl::Status IgraphGraph::LeidenRound(uint64_t seed, std::vector<int32_t>& communities) const {
  const Turn turn(seed);
  const auto size = static_cast<size_t>(holder_->size);
  IntVector membership(size);
  RealVector degrees(size);
  if (!membership.made() || !degrees.made()) return NoMemory();
  for (size_t node = 0; node < size; ++node) degrees[node] = holder_->degrees[node];
  const bool go_on = !communities.empty();
  for (size_t node = 0; node < communities.size(); ++node) membership[node] = communities[node];
  absl::Status status = ToStatus(igraph_community_leiden(
      &holder_->graph, /*edge_weights=*/nullptr, degrees.get(), 1.0 / (2.0 * holder_->ties),
      kRandomness, go_on, /*n_iterations=*/1, membership.get(), /*nb_clusters=*/nullptr,
      /*quality=*/nullptr));
  if (!status.ok()) return status;
  communities.resize(size);
  for (size_t node = 0; node < size; ++node) {
    communities[node] = static_cast<int32_t>(membership[node]);
  }
  return absl::OkStatus();
}

absl::Status IgraphGraph::LayoutRounds(uint64_t seed, int rounds, double heat,
                                       std::vector<double>& places) const {
  const Turn turn(seed);
  const auto size = static_cast<size_t>(holder_->size);
  Matrix matrix(size, 2);
  if (!matrix.made()) return NoMemory();
  for (size_t node = 0; node < size; ++node) {
    matrix.at(node, 0) = places[2 * node];
    matrix.at(node, 1) = places[2 * node + 1];
  }
  absl::Status status = ToStatus(igraph_layout_fruchterman_reingold(
      &holder_->graph, matrix.get(), /*use_seed=*/true, rounds, heat, IGRAPH_LAYOUT_NOGRID,
      /*weight=*/nullptr, nullptr, nullptr, nullptr, nullptr));
  if (!status.ok()) return status;
  for (size_t node = 0; node < size; ++node) {
    places[2 * node] = matrix.at(node, 0);
    places[2 * node + 1] = matrix.at(node, 1);
  }
  return absl::OkStatus();
}

}  // namespace weft::metrics
