// FileReader: a file of responses, from bytes to sites. Pure: no storage, no clock, no waiting.
//
// A file is read in passes over its bytes. The first checks it whole and says which sites can be
// applied; a later one yields those sites' answers. Both are this class, so they cannot disagree.
//
//   FileReader check(instrument, slots, sites, {.format = format});
//   for (chunk : file) check.Feed(chunk);
//   check.Finish();
//   while (check.Work(200)) {}                         // a place to yield between
//   check.Summarize(import);
//
//   FileReader apply(instrument, slots, sites, {.format = format, .wanted = check.accepted()});
//   for (chunk : file) { apply.Feed(chunk); use(apply.TakeSites()); }
//   apply.Finish();
//   do { more = apply.Work(200); use(apply.TakeSites()); } while (more);
//
// Rules of both formats (docs/formats.md tells them to people):
//  * A site is accepted or rejected as a whole: one error in one of its rows rejects all of it.
//  Errors
//    of the file or its header reject every site.
//  * An empty cell, and a column or row that is not there, is not answered: it leaves that part of
//  the
//    answers unset. A question that is required must be answered, or have a missing reason.
//  * A site with nothing but empty cells has not responded: it is neither accepted nor rejected.
//  * Of free text no word gets into a problem.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_READER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/csv_reader.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// What a file says about one site.
struct SiteAnswers {
  size_t site = 0;  // place in the SiteDirectory
  // Line of its row; in a tidy file, of its first row. Sites come in the order of their lines.
  int32_t line = 0;
  // `respondent`, answers and open answers.
  v1::IngestItem item;
};

struct ReadOptions {
  // Unset: told from the header.
  v1::FileFormat format = v1::FILE_FORMAT_UNSPECIFIED;
  // Sites to yield, by place in the SiteDirectory; none when empty.
  std::vector<bool> wanted = {};
  // Yield only sites with lines after this one.
  int32_t after_line = 0;
  // The wanted sites were accepted by an earlier pass: what is required is not looked at again.
  bool checked = false;
  // Text questions to which sites, by place in the SiteDirectory, have an open answer already.
  absl::flat_hash_map<size_t, absl::flat_hash_set<std::string>> stored_texts = {};
};

class FileReader final : private CsvReader::Handler {
 public:
  // The arguments must outlive the reader.
  FileReader(const InstrumentIndex& instrument, const SlotTable& slots, const SiteDirectory& sites,
             ReadOptions options);

  // The next bytes, cut anywhere; then the end.
  void Feed(absl::string_view bytes);
  void Finish();
  // After Finish(): looks at up to `max_sites` sites whose rows stand apart (in tidy files); true
  // while there are more.
  bool Work(size_t max_sites);

  // The wanted sites that were read since the last call, without those that have problems.
  std::vector<SiteAnswers> TakeSites();
  // Rejects a site for a reason that the reader cannot see.
  void Reject(const SiteAnswers& site, Reason reason, absl::string_view message);

  // After the last Work(): the sites that can be applied, by place in the SiteDirectory.
  std::vector<bool> accepted() const;
  // Whether a problem of the file or its header keeps all of it from being applied.
  bool file_rejected() const { return file_rejected_; }
  // Fills format, rows_read, sites_accepted, sites_rejected, problems and counts, and columns.
  void Summarize(v1::Import& import) const;

 private:
  enum class SiteState : uint8_t { kUnseen, kNoAnswers, kAccepted, kRejected };

  // What a column is for.
  struct Column {
    enum class Role : uint8_t { kIgnored, kSite, kSlot, kItem, kPartnerType, kValue };
    Role role = Role::kIgnored;
    size_t slot = 0;
    std::string header;
    std::string item;
    bool by_alias = false;
  };
  // One answer of a site, with its place in the file.
  struct Cell {
    size_t slot;
    int32_t line;
    int column;  // from 0
    absl::string_view text;
  };
  // A site's rows in a tidy file, packed: they may stand anywhere in it.
  struct Collected {
    int32_t first_line = 0;
    std::string cells;
  };

  std::optional<char> OnHeader(absl::string_view row, int32_t line) override;
  void OnRow(const CsvRow& row) override;
  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override;
  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override;

  // How many of `headers` are known in `format`.
  int CountKnown(const std::vector<std::string>& headers, absl::string_view format) const;
  v1::FileFormat FormatOf(const std::vector<std::string>& headers) const;
  void MapColumns(const std::vector<std::string>& headers, int32_t line);
  void MapColumn(int index, int32_t line);
  void ExplainUnknown(int index, int32_t line);
  // Whether the columns that the format needs are there, so that rows can be read.
  bool CheckColumns(int32_t line);
  int FindRole(Column::Role role) const;

  void OnWideRow(const CsvRow& row, size_t site);
  void OnTidyRow(const CsvRow& row, size_t site);
  std::optional<size_t> FindTidySlot(const CsvRow& row, absl::string_view site);
  // The row's site, with its problems told; nullopt when there is none to use.
  std::optional<size_t> FindSite(const CsvRow& row);
  // A row that cannot be read: rejects its site if that much can be told, and answers it.
  std::optional<size_t> RejectRow(const CsvRow& row);

  // Reads what the file says about a site. `cells` are in the order of their slots.
  void ReadSite(size_t site, int32_t line, absl::Span<const Cell> cells);
  void ReadCell(const Cell& cell, size_t site, v1::IngestItem* item);
  void CheckContradiction(const Cell& cell, size_t site);
  void CheckRequired(size_t site, int32_t line);
  void ReadCollected(size_t site);

  void RejectSite(size_t site) { states_[site] = SiteState::kRejected; }
  Place At(int32_t line, int column) const;
  Place At(const Cell& cell, size_t site) const;
  void FileProblem(Reason reason, int32_t line, int column, absl::string_view message);

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const SiteDirectory& sites_;
  const ReadOptions options_;
  CsvReader csv_;
  CellParser cells_;
  ProblemLog problems_;

  v1::FileFormat format_;
  bool failed_ = false;
  bool header_seen_ = false;
  bool file_rejected_ = false;
  std::vector<Column> columns_;
  // Wide: columns in the order of their slots.
  std::vector<int> slot_columns_;
  int site_column_ = -1;
  int item_column_ = -1;
  int type_column_ = -1;
  int value_column_ = -1;

  int32_t rows_read_ = 0;
  std::vector<SiteState> states_;
  // Wide: the line of each site's row.
  std::vector<int32_t> lines_;
  // Tidy: the rows of each site, and the sites in the order in which they appear.
  std::vector<Collected> collected_;
  std::vector<size_t> order_;
  size_t next_ = 0;
  // Hashes of site texts that are not on the roster.
  absl::flat_hash_set<size_t> unknown_sites_;
  // Tidy: the site of the row before, because rows of one site mostly follow each other.
  std::string last_text_;
  std::optional<size_t> last_site_;
  int suggestions_left_;

  std::vector<SiteAnswers> ready_;
  // Scratch space of ReadSite().
  std::vector<Cell> row_cells_;
  CellValue value_;
  v1::PartnerCount count_;
  int count_type_ = -1;
  bool any_answer_ = false;
  std::vector<bool> answered_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_READER_H_
