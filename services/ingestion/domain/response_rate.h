// How many of a wave's sites have answered.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_RATE_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_RATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// What became of each invitation of one wave, with counts that are kept up to date: a change costs
// as much in a large wave as in a small one, and so does reading them. Entries and responses may
// come in any order, and again: what counts is the last of each.
class ResponseRateBook {
 public:
  // Entries that are not active count nowhere.
  void SetEntry(const v1::RosterEntry& entry);
  // The response of the site that is its respondent.
  void SetResponse(const v1::Response& response);

  // Over the whole wave, or the sites that were in a cohort (`cohorts/{cohort}`) when it opened.
  v1::ResponseRate Rate(absl::string_view cohort) const;

  // Sites that the book knows of.
  size_t size() const { return sites_.size(); }

 private:
  // What is counted. A site counts under each that its bits have.
  enum Count {
    kInvited,
    kStarted,
    kSubmitted,
    kApproved,
    kReturned,
    kDeclined,
    kWithdrawn,
    kCounts
  };
  using Counts = std::array<int32_t, kCounts>;

  // As little as possible: there may be very many.
  struct Site {
    // Into cohort_sets_.
    uint32_t cohorts = 0;
    // Bits of what became of its response.
    uint8_t response = 0;
    bool invited = false;
  };

  static uint8_t BitsOf(const v1::Response& response);
  uint32_t CohortSet(const v1::RosterEntry& entry);
  // Adds the site to the counts (1) or takes it off them (-1).
  void Add(const Site& site, int32_t times);

  // By name.
  absl::flat_hash_map<std::string, Site> sites_;
  // The sets of cohorts that occur: far fewer than sites. Each is sorted.
  std::vector<std::vector<std::string>> cohort_sets_;
  absl::flat_hash_map<std::string, uint32_t> cohort_set_ids_;
  // By cohort; "" for the whole wave.
  absl::flat_hash_map<std::string, Counts> counts_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_RATE_H_
