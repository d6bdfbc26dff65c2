// ColumnMatcher: what the columns of a product's file hold, told from their headers by an
// instrument: by its items' names, aliases and texts, by the labels of options, and by what
// somebody has said (overrides).
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_COLUMN_MATCHER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_COLUMN_MATCHER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/import/type_crosswalk.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// The overrides for the files of one format.
class ColumnOverrides {
 public:
  struct Found {
    std::string item;
    v1::ColumnMapping::Match match;
  };

  // Given ones win over saved ones, in whatever order they come.
  void AddGiven(const v1::ColumnOverride& entry);
  void AddSaved(const v1::ColumnOverride& entry);
  std::optional<Found> Find(absl::string_view header) const;
  bool empty() const { return by_header_.empty(); }

 private:
  absl::flat_hash_map<std::string, Found> by_header_;  // by FoldText() of the header
};

// `saved` with `given` put in: entries that are there are replaced, those with an empty item taken
// away. By header.
std::vector<v1::ColumnOverride> MergeOverrides(absl::Span<const v1::ColumnOverride> saved,
                                               absl::Span<const v1::ColumnOverride> given);

// What a column holds.
struct ColumnMatch {
  enum class Kind { kNothing, kPassedOver, kNotCarriedOver, kSite, kSlot, kOption };
  Kind kind = Kind::kNothing;
  size_t slot = 0;
  int option = -1;   // for kOption: its place in the question
  std::string item;  // "site", "cbo.level", "functions/convene"
  v1::ColumnMapping::Match match = v1::ColumnMapping::MATCH_UNSPECIFIED;
  // Why it holds nothing.
  std::string note;
};

class ColumnMatcher {
 public:
  // The arguments must outlive the matcher. Without a crosswalk (null) a file names the
  // instrument's own partner types.
  ColumnMatcher(const InstrumentIndex& instrument, const SlotTable& slots,
                const TypeCrosswalk* crosswalk);

  // The column of a product's file that is not the product's own.
  ColumnMatch Match(const ProductFormat& product, const HeaderCells& header,
                    const ColumnOverrides& overrides) const;
  // The column by an override for it; nullopt when there is none. `note` says when the override
  // names nothing that the instrument has.
  std::optional<ColumnMatch> MatchOverride(const HeaderCells& header,
                                           const ColumnOverrides& overrides) const;
  // By alias of the instrument.
  std::optional<ColumnMatch> MatchAlias(absl::string_view header) const;
  // "site", a slot's column or "{question}/{option}".
  std::optional<ColumnMatch> MatchItem(absl::string_view item) const;
  // A column of a partner type that the crosswalk does not carry over.
  static ColumnMatch NotCarriedOver(const TypeCrosswalk::Type& type);

 private:
  static constexpr size_t kSeveral = static_cast<size_t>(-1);
  using Keys = absl::flat_hash_map<std::string, size_t>;

  static void Add(Keys& keys, absl::string_view text, size_t value);
  static std::optional<size_t> Find(const Keys& keys, absl::string_view text);

  std::optional<ColumnMatch> MatchReading(const HeaderReading& reading,
                                          const ColumnOverrides& overrides) const;
  // A slot by its column's name.
  std::optional<ColumnMatch> MatchSlot(absl::string_view column,
                                       v1::ColumnMapping::Match match) const;
  // The slot of `item` ("interaction_level") for a partner type as a file may name it.
  std::optional<ColumnMatch> MatchTypeItem(absl::string_view item, absl::string_view type,
                                           v1::ColumnMapping::Match match) const;
  ColumnMatch SlotMatch(size_t slot, v1::ColumnMapping::Match match) const;
  ColumnMatch OptionMatch(size_t slot, const v1::Option& option,
                          v1::ColumnMapping::Match match) const;
  std::string WhyNot(const ProductFormat& product, const HeaderCells& header) const;

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const TypeCrosswalk* const crosswalk_;
  Keys columns_;  // by NameKey() of slots' columns as a file names them
  Keys texts_;    // by NameKey() of questions' texts, where one slot is all of the question
  // By NameKey() of partner types' codes: places in the crosswalk, or without one in the
  // instrument.
  Keys types_;
  Keys left_out_;  // by NameKey() of columns of types that the crosswalk does not carry over
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_COLUMN_MATCHER_H_
