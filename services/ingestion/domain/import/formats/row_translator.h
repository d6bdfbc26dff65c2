// RowTranslator: the cells of a row, as CellParser reads them. Products write one answer over
// several columns, join options in their own ways and spell labels as names; here all that becomes
// what a wide file would hold for the same answer.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_ROW_TRANSLATOR_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_ROW_TRANSLATOR_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {

// A column that holds an answer or part of one.
struct AnswerColumn {
  int column = 0;  // from 0
  size_t slot = 0;
  // For the column of one option: its place; else -1.
  int option = -1;
  // The column that says whether the fields around this one were ever shown; -1 when none does.
  int status = -1;
};

// What a row says about one slot.
struct TranslatedCell {
  size_t slot = 0;
  int column = 0;
  // Until the next row.
  absl::string_view text;
  // Set when the columns of the slot say nothing that can be read; `text` is the cell.
  std::optional<Reason> error;
};

class RowTranslator {
 public:
  // `product` is null for wide files. The arguments outlive the translator.
  RowTranslator(const InstrumentIndex& instrument, const SlotTable& slots,
                const ProductFormat* product)
      : instrument_(instrument), slots_(slots), product_(product), cells_(instrument) {}

  // By slot; of one slot by option.
  void SetColumns(std::vector<AnswerColumn> columns) { columns_ = std::move(columns); }

  // One cell for each slot that has columns, by slot. A column that the row does not reach is
  // empty.
  const std::vector<TranslatedCell>& Translate(const CsvRow& row);

 private:
  enum class Tick { kBlank, kTicked, kUnticked, kUnclear, kMissing, kBad };

  absl::string_view Keep(std::string text);
  // What a column that holds a whole answer says.
  absl::string_view Whole(const Slot& slot, absl::string_view text);
  // Spelled as the instrument does; cached, because files hold few different labels.
  const std::string& Spell(const Slot& slot, absl::string_view text);
  std::string SpellPoint(const Slot& slot, absl::string_view text) const;
  std::string SpellOptions(const v1::Question& question, absl::string_view text) const;
  Tick ReadTick(const v1::Question& question, int option, absl::string_view text) const;
  // The columns from `begin` to `end`, all of one slot, of which some are of options.
  TranslatedCell Join(const CsvRow& row, size_t begin, size_t end);
  bool WasShown(const CsvRow& row, int status) const;

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const ProductFormat* const product_;
  CellParser cells_;
  std::vector<AnswerColumn> columns_;
  std::vector<TranslatedCell> translated_;
  std::deque<std::string> kept_;
  std::map<const v1::Question*, absl::flat_hash_map<std::string, std::string>> spelled_;
  std::string uncached_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_ROW_TRANSLATOR_H_
