// ColumnTable: what the columns of a response file are for, told from its header, and what is wrong
// with that.
//
// Columns of Weft's own formats are known by their names, those of survey products are matched
// (formats/column_matcher.h); overrides and a crosswalk go before. Each thing has one column.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_COLUMN_TABLE_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_COLUMN_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/formats/column_matcher.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/import/formats/row_translator.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/import/read_options.h"
#include "services/ingestion/domain/import/type_crosswalk.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// How often a misspelt name is compared with every right one. A file with more wrong names than
// this has another problem than typing errors.
inline constexpr int kMaxSuggestions = 20;

class ColumnTable {
 public:
  struct Column {
    enum class Role : uint8_t { kIgnored, kSite, kSlot, kItem, kPartnerType, kValue };
    Role role = Role::kIgnored;
    // What a product's column says about its row.
    Meta meta = Meta::kNone;
    size_t slot = 0;
    // For the column of one option.
    int option = -1;
    std::string header;
    std::string import_id;
    std::string item;
    v1::ColumnMapping::Match match = v1::ColumnMapping::MATCH_UNSPECIFIED;
    std::string note;
  };

  // The arguments must outlive the table.
  ColumnTable(const InstrumentIndex& instrument, const SlotTable& slots, const ReadOptions& options,
              ProblemLog& problems);

  // --- Before the columns are known ---

  // How much of `headers` makes sense, in whatever format.
  int Score(const std::vector<std::string>& headers) const;
  // Whether `headers` can be a header of the format, which is one of Weft's own.
  bool Knows(const std::vector<std::string>& headers) const;
  // Unspecified when no column is known.
  v1::FileFormat FormatOf(const std::vector<std::string>& headers) const;
  // Once, before the first column.
  void SetFormat(v1::FileFormat format);
  v1::FileFormat format() const { return format_; }
  // Null for Weft's own formats.
  const ProductFormat* product() const { return product_; }

  // --- The columns ---

  // Takes the header, which stands on `line`. False when rows cannot be read.
  bool Map(const std::vector<HeaderCells>& headers, int32_t line);
  // Takes one more column, of a file that tells them as it goes; Index() when it is needed.
  void Add(absl::string_view header, int32_t line);
  // Brings up to date what stands below; whether there was a new column.
  bool Index();
  // Tells of what is missing. False when rows cannot be read.
  bool Check(int32_t line);

  size_t size() const { return columns_.size(); }
  const Column& operator[](int column) const { return columns_[static_cast<size_t>(column)]; }
  // A place in the file, with the column's header; -1 for none.
  Place At(int32_t line, int column) const;
  void CopyTo(v1::Import& import) const;

  // Columns that hold answers, in the order of their slots.
  const std::vector<int>& slot_columns() const { return slot_columns_; }
  // The same, for a translator; empty where every cell can be taken as it is.
  const std::vector<AnswerColumn>& answer_columns() const { return answer_columns_; }
  // Columns that say whether a row counts.
  const std::vector<int>& state_columns() const { return state_columns_; }
  // -1 where there is none such.
  int time_column() const { return time_column_; }
  int id_column() const { return id_column_; }
  int site_column() const { return site_column_; }
  int item_column() const { return item_column_; }
  int type_column() const { return type_column_; }
  int value_column() const { return value_column_; }
  // The column of a question's own answer; -1 without one.
  int ColumnOf(const v1::Question& question) const;

  // The partner types that the file may name, and whose they are.
  std::vector<std::string> TypeCodes() const;
  const std::string& taxonomy() const;
  // Null when the file names the instrument's own.
  const TypeCrosswalk* crosswalk() const { return crosswalk_.has_value() ? &*crosswalk_ : nullptr; }

  // Whether a problem of the header keeps the whole file from being applied.
  bool refused() const { return refused_; }

 private:
  using Role = Column::Role;

  // What a column named `header` holds by the names of `format` alone, in the instrument's terms.
  std::optional<InstrumentIndex::Column> MatchName(absl::string_view header,
                                                   absl::string_view format) const;
  // How many of `headers` are known in `format`.
  int CountKnown(const std::vector<std::string>& headers, absl::string_view format) const;
  void MapColumn(int index, int32_t line);
  // Columns of wide files beside those of items: single options, and what an export adds.
  bool MapExtraColumn(Column& column);
  void MapProductColumn(int index, const HeaderCells& header, int32_t line);
  void Use(ColumnMatch match, int index, int32_t line);
  // Tells of a column that holds what another one holds already.
  void Claim(int index, int32_t line);
  void ExplainUnknown(int index, int32_t line);
  // Remembers what overrides may call a column.
  void NoteNames(const HeaderCells& header);
  void CheckOverrides(int32_t line);
  // Whether the columns that the format needs are there.
  bool CheckColumns(int32_t line);
  int FindRole(Role role) const;
  void Refuse(Reason reason, int32_t line, int column, absl::string_view message);

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const ReadOptions& options_;
  ProblemLog& problems_;
  std::optional<TypeCrosswalk> crosswalk_;
  const ColumnMatcher matcher_;
  ColumnOverrides overrides_;
  v1::FileFormat format_ = v1::FILE_FORMAT_UNSPECIFIED;
  const ProductFormat* product_ = nullptr;

  std::vector<Column> columns_;
  // Items that columns hold, and which one does.
  absl::flat_hash_map<std::string, int> taken_;
  // What the columns are called, when overrides are given.
  absl::flat_hash_set<std::string> mapped_names_;
  bool refused_ = false;
  int suggestions_left_ = kMaxSuggestions;

  // By Index().
  bool changed_ = false;
  std::vector<int> slot_columns_;
  std::vector<AnswerColumn> answer_columns_;
  std::vector<int> state_columns_;
  int time_column_ = -1;
  int id_column_ = -1;
  int site_column_ = -1;
  int item_column_ = -1;
  int type_column_ = -1;
  int value_column_ = -1;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_COLUMN_TABLE_H_
