// An instrument as answers are counted by it: taken apart once, for any number of responses.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_QUESTIONS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_QUESTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"

namespace weft::metrics {

// Not thread-safe, not even to count.
class Questions {
 public:
  explicit Questions(const ingestion::v1::Instrument& instrument);

  // Replaces `counted` with the answers by position in the instrument.
  void Count(int revision, const ingestion::v1::Answers& answers,
             store::v1::CountedAnswers& counted) const;

 private:
  enum class Kind { kChoice, kMultiChoice, kNumber, kSharedResponsibility };
  struct Item {
    Kind kind = Kind::kNumber;
    std::vector<std::string> options;
  };

  // Names and their places. Answers come in the instrument's order, so that the next name is mostly
  // the one that is asked for.
  class Places {
   public:
    void Add(absl::string_view name);
    size_t size() const { return names_.size(); }
    // Of `name`, when the one before was at `next` - 1; size() when there is none.
    size_t Find(absl::string_view name, size_t next) const;

   private:
    std::vector<std::string> names_;
    absl::flat_hash_map<std::string, size_t> places_;
  };

  void CountCells(const ingestion::v1::Answers& answers, store::v1::CountedAnswers& counted) const;
  void CountItems(const ingestion::v1::Answers& answers, store::v1::CountedAnswers& counted) const;

  Places types_;
  Places ids_;
  // By place in ids_.
  std::vector<Item> items_;
  // The answers found for each type and item; here only to keep their room.
  mutable std::vector<const ingestion::v1::PartnerCell*> cells_;
  mutable std::vector<const ingestion::v1::Answer*> answers_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_QUESTIONS_H_
