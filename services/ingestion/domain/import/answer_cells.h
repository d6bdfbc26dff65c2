// What a file can say about one site, cell by cell. An instrument asks for a fixed list of things,
// its slots: a count, a level and a flag for each partner type, shared responsibility, and every
// other question. A wide file has a column for each slot it mentions, a tidy file a row; both read
// and write a slot's value in the same way, and that way is here.
//
// An empty cell and a slot that the file does not mention mean the same: not answered. Neither
// leaves anything in the answers, which is also what NOT_ANSWERED becomes (Canonicalize,
// answers.h).
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_ANSWER_CELLS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_ANSWER_CELLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

struct Slot {
  enum class Kind {
    kCount,
    kLevel,
    kIncludesSelf,
    kRating,
    kChoice,
    kMultiChoice,
    kNumber,
    kText,
  };
  Kind kind;
  // The question that it answers, or is part of.
  const v1::Question* question;
  // Place of the partner type; -1 for slots that have none.
  int type = -1;
  // In wide files: the column, "cbo.level".
  std::string column;
  // In tidy files: the item, "interaction_level".
  std::string item;
  // The question's place in its instrument.
  size_t question_order = 0;
};

// The slots of an instrument, which must outlive it: partner types in the taxonomy's order with
// count, level and flag each, then shared responsibility, then the other questions as they are
// asked.
class SlotTable {
 public:
  explicit SlotTable(const InstrumentIndex& instrument);

  size_t size() const { return slots_.size(); }
  const Slot& operator[](size_t index) const { return slots_[index]; }
  // By canonical column of a wide file; nullopt when the instrument does not ask for it.
  std::optional<size_t> FindColumn(absl::string_view column) const;
  // By item of a tidy file, and partner type (-1 for none).
  std::optional<size_t> FindItem(absl::string_view item, int type) const;
  // Every item that the instrument asks for.
  const std::vector<std::string>& items() const { return items_; }
  // Whether `item` is asked for each partner type.
  static bool IsTypeItem(absl::string_view item);

 private:
  void Add(Slot slot);

  std::vector<Slot> slots_;
  std::vector<std::string> items_;
  absl::flat_hash_map<std::string, size_t> by_column_;
  absl::flat_hash_map<std::pair<std::string, int>, size_t> by_item_;
};

// What a cell says.
struct CellValue {
  enum class Kind { kNothing, kMissing, kPresent };
  Kind kind = Kind::kNothing;
  // For kMissing.
  type::v1::MissingReason missing = type::v1::MISSING_REASON_UNSPECIFIED;
  // The word was NA.
  bool na = false;
  // For kPresent, by the slot's kind.
  v1::PartnerCount count;
  int point = 0;  // of a scale
  bool flag = false;
  double number = 0;
  std::vector<int> options;  // places in the question, ascending
};

// Reads cells of one file. Not thread-safe: it remembers the labels that it has met, because a file
// holds few different ones.
class CellParser {
 public:
  explicit CellParser(const InstrumentIndex& instrument) : instrument_(instrument) {}

  // Reads `text` into `value`; or the reason why it cannot be read.
  std::optional<Reason> Parse(const Slot& slot, absl::string_view text, CellValue& value);
  // What is wrong with a text for which Parse() gave `reason`, and what would be right. Holds
  // nothing of a free text.
  std::string Explain(Reason reason, const Slot& slot, absl::string_view text) const;

 private:
  // Label, as it stands in the file, to point or place.
  using Known = absl::flat_hash_map<std::string, int>;

  std::optional<Reason> ParsePresent(const Slot& slot, absl::string_view text, CellValue& value);
  std::optional<Reason> ParseOptions(const Slot& slot, absl::string_view text, CellValue& value);
  int FindLevel(absl::string_view text);
  int FindRating(absl::string_view text);
  int FindOption(const v1::Question& question, absl::string_view text);
  static void Remember(Known& known, absl::string_view text, int value);

  const InstrumentIndex& instrument_;
  Known levels_;
  Known ratings_;
  absl::flat_hash_map<const v1::Question*, Known> options_;
};

// Puts a value that says something into `item`. Each slot once; slots of one partner type follow
// each other. `text` is the cell, for slots of free text.
void PutCell(const InstrumentIndex& instrument, const Slot& slot, const CellValue& value,
             absl::string_view text, v1::IngestItem& item);

// The cell that says what `answers` say about `slot`: reading it back gives the same. Empty for
// what is not answered, and for free text. With `codes` by ids and names of the API, else as the
// instrument shows it.
std::string FormatCell(const InstrumentIndex& instrument, const Slot& slot,
                       const v1::Answers& answers, bool codes = false);
// The same for the column of one option of a multi-choice: 1, 0, or why there is no answer.
std::string FormatTick(const InstrumentIndex& instrument, const Slot& slot, int option,
                       const v1::Answers& answers);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_ANSWER_CELLS_H_
