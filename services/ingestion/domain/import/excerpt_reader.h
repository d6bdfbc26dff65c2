// ExcerptReader: a file of coded excerpts, as qualitative-analysis programs and spreadsheets write
// it, read into messages. docs/formats.md describes the columns. No problem shows a word of a
// passage.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_EXCERPT_READER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_EXCERPT_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// The largest file of excerpts.
inline constexpr size_t kMaxExcerptFileBytes = 8 << 20;
// Characters of a code or a coder, and of a passage.
inline constexpr size_t kMaxCodingName = 100;
inline constexpr size_t kMaxPassage = 10'000;

// What the rows of a file may refer to.
struct ExcerptContext {
  std::string wave;  // `waves/{wave}`
  SiteDirectory sites;
  // `sites/{site}` by the response's id.
  absl::flat_hash_map<std::string, std::string> respondents;
};

class ExcerptReader final : CsvReader::Handler {
 public:
  // The arguments outlive the reader. `coder` is who coded a file without such a column, or empty.
  ExcerptReader(const ExcerptContext& context, const InstrumentIndex& instrument,
                absl::string_view coder);

  // The whole file. Once.
  void Read(absl::string_view file);

  // What the file holds, each excerpt once and with its name, when problems() has no error.
  std::vector<v1::CodedExcerpt> excerpts() const;
  const ProblemLog& problems() const { return problems_; }
  int32_t rows_read() const { return rows_read_; }
  const std::vector<std::string>& ignored_columns() const { return ignored_; }

 private:
  enum Column { kCode, kCoder, kExcerpt, kSite, kResponse, kQuestion, kColumnCount };
  // For each of Column, its place in the file; -1 where the file has none.
  using Columns = std::array<int, kColumnCount>;

  static std::optional<Column> ColumnOf(absl::string_view header);
  static int CountKnown(const std::vector<std::string>& headers);

  std::optional<char> OnHeader(absl::string_view row, int32_t line) override;
  void OnRow(const CsvRow& row) override;
  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override;
  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override;

  bool UseHeader(int32_t line);
  void RequireColumn(bool there, int32_t line, absl::string_view what);
  // Each adds a problem and answers nothing when the row does not say.
  std::optional<std::string> SiteOf(const CsvRow& row);
  std::optional<std::string> NamedSite(const CsvRow& row);
  std::optional<std::string> RespondentOf(const CsvRow& row);
  std::optional<std::string> QuestionOf(const CsvRow& row);
  std::optional<std::string> CoderOf(const CsvRow& row);
  std::optional<std::string> PassageOf(const CsvRow& row);
  std::vector<std::string> CodesOf(const CsvRow& row);

  absl::string_view Cell(const CsvRow& row, Column column) const;
  bool Has(Column column) const { return columns_[column] >= 0; }
  Place At(int32_t line, Column column) const;
  void Problem(Reason reason, const Place& place, absl::string_view message);

  const ExcerptContext& context_;
  const InstrumentIndex& instrument_;
  const std::string coder_;
  ProblemLog problems_;
  std::vector<std::string> headers_;
  std::vector<std::string> ignored_;
  Columns columns_;
  bool header_seen_ = false;
  bool failed_ = false;
  int32_t rows_read_ = 0;
  int suggestions_left_ = 20;
  // By name, so that a repeated one is one.
  std::map<std::string, v1::CodedExcerpt> excerpts_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_EXCERPT_READER_H_
