// The sites of one wave in memory, as columns of small numbers: what questions over attributes are
// answered from, for which no aggregate is kept. A pass over 100,000 sites takes milliseconds.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SITE_COLUMNS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SITE_COLUMNS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

class SiteColumns {
 public:
  // Of a wave that asks about so many types.
  explicit SiteColumns(int types) : types_(types) {}

  // Takes the site up, or what is new of it.
  void Set(const store::v1::SiteRecord& site);
  // `sites/{site}`; nothing happens to one that is not there.
  void Erase(absl::string_view site);

  // Those that are invited, of the cohort ("" for any) and the filter.
  struct Selection {
    // Rows, ascending.
    std::vector<uint32_t> rows;
  };
  Selection Select(absl::string_view cohort, const AttributeFilter& filter) const;

  // The rows of one selection that are not in the other.
  static Selection Without(const Selection& selection, const Selection& other);

  // What an aggregate of the selected sites holds: SummaryParts() of the variant, and with `items`
  // the parts of all structured items.
  Aggregate Tally(const Selection& selection, v1::ReviewFloor floor, const Variant& variant,
                  bool items) const;

  // With which types the selected sites that are counted are engaged, in name order.
  std::vector<SitePresence> Presence(const Selection& selection, v1::ReviewFloor floor,
                                     const Variant& variant) const;

  // Names of the selected sites after `after` (a name, or ""), in order, at most `most`; only those
  // that are counted at `counted_at`, unless it is unspecified.
  std::vector<std::string> Names(const Selection& selection, v1::ReviewFloor counted_at,
                                 absl::string_view after, size_t most) const;

  size_t sites() const { return rows_by_site_.size(); }
  // Roughly what it takes in memory.
  size_t bytes() const;

 private:
  static constexpr size_t kFloors = 2;

  // The answers that count at one floor.
  struct Answers {
    // Type by type, `types_` for each row. Of sites without answers: anything.
    std::vector<uint16_t> cells;
    // CountedAnswers.rating; 0 for a site without answers.
    std::vector<uint8_t> ratings;
    // Keys of parts of items, packed.
    std::vector<std::string> items;
  };

  static size_t FloorIndex(v1::ReviewFloor floor) {
    return floor == v1::REVIEW_FLOOR_APPROVED ? 1 : 0;
  }
  void SetAnswers(const store::v1::CountedAnswers* answers, uint32_t row, Answers& column);
  uint32_t ProfileOf(const store::v1::SiteRecord& site);
  uint32_t NewRow();

  const int types_;
  // In name order, for pages.
  absl::btree_map<std::string, uint32_t> rows_by_site_;
  std::vector<uint32_t> free_rows_;
  // By row: what the site was (its place in profiles_), and whether it is invited.
  std::vector<uint32_t> profile_;
  std::vector<uint8_t> invited_;
  std::array<Answers, kFloors> answers_;
  // What sites can be: many are alike, and a filter is asked once for each.
  std::vector<store::v1::SiteRecord> profiles_;
  absl::flat_hash_map<std::string, uint32_t> profiles_by_bytes_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SITE_COLUMNS_H_
