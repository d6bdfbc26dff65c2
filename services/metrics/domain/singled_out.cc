#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/numeric/int128.h"
#include "services/metrics/domain/disclosure.h"

namespace weft::metrics {
namespace {

// Determinants of matrices of zeros and ones, of as many rows as there are publications of a wave,
// are far below this prime, so that ranks modulo it are ranks.
constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
// Sets of atoms that are looked at before the answer is a cautious one.
constexpr int kMostTries = 20000;

uint64_t Times(uint64_t a, uint64_t b) { return absl::Uint128Low64(absl::uint128(a) * b % kPrime); }

uint64_t Inverse(uint64_t a) {
  uint64_t result = 1;
  for (uint64_t exponent = kPrime - 2; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = Times(result, a);
    a = Times(a, a);
  }
  return result;
}

using Row = std::vector<uint64_t>;

size_t Rank(std::vector<Row> rows) {
  size_t rank = 0;
  const size_t columns = rows.empty() ? 0 : rows.front().size();
  for (size_t column = 0; column < columns && rank < rows.size(); ++column) {
    size_t pivot = rank;
    while (pivot < rows.size() && rows[pivot][column] == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[rank], rows[pivot]);
    const uint64_t inverse = Inverse(rows[rank][column]);
    for (size_t i = rank + 1; i < rows.size(); ++i) {
      const uint64_t factor = Times(rows[i][column], inverse);
      if (factor == 0) continue;
      for (size_t j = column; j < columns; ++j) {
        const uint64_t taken = Times(factor, rows[rank][j]);
        rows[i][j] = (rows[i][j] + kPrime - taken) % kPrime;
      }
    }
    ++rank;
  }
  return rank;
}

// Sites that are in the same publications, which nobody can tell apart.
struct Atom {
  std::vector<bool> in;
  SiteSet sites;
};

class Search {
 public:
  Search(const std::vector<Atom>& atoms, size_t publications, size_t minimum)
      : atoms_(atoms), publications_(publications), minimum_(minimum) {
    rank_ = RankWithout({});
    for (const Atom& atom : atoms) {
      // Atoms come smallest first.
      if (atom.sites.size() < minimum) ++small_;
    }
  }

  // Indices of the atoms that are singled out together, fewest sites first; empty when none are.
  std::vector<size_t> Find() {
    std::vector<size_t> chosen;
    Try(0, 0, chosen);
    if (best_.empty() && tries_ > kMostTries) best_ = {0};
    return best_;
  }

 private:
  size_t RankWithout(const std::vector<size_t>& left_out) const {
    std::vector<Row> rows(publications_);
    for (size_t i = 0; i < atoms_.size(); ++i) {
      if (std::find(left_out.begin(), left_out.end(), i) != left_out.end()) continue;
      for (size_t p = 0; p < publications_; ++p) rows[p].push_back(atoms_[i].in[p] ? 1 : 0);
    }
    return Rank(std::move(rows));
  }

  void Try(size_t from, size_t sites, std::vector<size_t>& chosen) {
    for (size_t i = from; i < small_ && tries_ <= kMostTries; ++i) {
      const size_t with = sites + atoms_[i].sites.size();
      if (with >= minimum_ || with >= best_sites_) break;
      chosen.push_back(i);
      ++tries_;
      // Some sum of publications is 0 everywhere else, and not here.
      if (RankWithout(chosen) < rank_) {
        best_ = chosen;
        best_sites_ = with;
      } else {
        Try(i + 1, with, chosen);
      }
      chosen.pop_back();
    }
  }

  const std::vector<Atom>& atoms_;
  const size_t publications_;
  const size_t minimum_;
  size_t rank_ = 0;
  size_t small_ = 0;
  int tries_ = 0;
  std::vector<size_t> best_;
  size_t best_sites_ = SIZE_MAX;
};

}  // namespace

SiteSet FewestSingledOut(const std::vector<SiteSet>& sets, int minimum_cell) {
  if (minimum_cell <= 1) return {};
  std::map<std::string, std::vector<bool>> publications_of;
  for (size_t p = 0; p < sets.size(); ++p) {
    for (const std::string& site : sets[p]) {
      std::vector<bool>& in = publications_of[site];
      in.resize(sets.size());
      in[p] = true;
    }
  }
  std::map<std::vector<bool>, SiteSet> sites_of;
  for (auto& [site, in] : publications_of) sites_of[in].push_back(site);
  std::vector<Atom> atoms;
  atoms.reserve(sites_of.size());
  for (auto& [in, sites] : sites_of) atoms.push_back({in, std::move(sites)});
  std::stable_sort(atoms.begin(), atoms.end(),
                   [](const Atom& a, const Atom& b) { return a.sites.size() < b.sites.size(); });

  SiteSet fewest;
  for (const size_t i : Search(atoms, sets.size(), static_cast<size_t>(minimum_cell)).Find()) {
    fewest.insert(fewest.end(), atoms[i].sites.begin(), atoms[i].sites.end());
  }
  std::sort(fewest.begin(), fewest.end());
  return fewest;
}

}  // namespace weft::metrics
