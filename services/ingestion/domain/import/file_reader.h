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
// Files of survey products (formats/) are wide ones with columns and spellings of their own: their
// headers are mapped otherwise, their rows translated, and from there on all is the same.
//
// Rules of all formats (docs/formats.md tells them to people):
//  * A site is accepted or rejected as a whole: one error in one of its rows rejects all of it.
//    Errors of the file or its header reject every site.
//  * An empty cell, and a column or row that is not there, is not answered: it leaves that part of
//    the answers unset. A question that is required must be answered, or have a missing reason.
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
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/column_table.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/import/formats/row_translator.h"
#include "services/ingestion/domain/import/kobo_json_reader.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/import/read_options.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// What a file says about one site.
struct SiteAnswers {
  size_t site = 0;  // place in the SiteDirectory
  // Line of its row, of JSON the number of its submission; where it has several, of the first. No
  // two sites have one, and they come in the order of their lines.
  int32_t line = 0;
  // `respondent`, answers and open answers.
  v1::IngestItem item;
};

class FileReader final : private CsvReader::Handler, private KoboJsonReader::Handler {
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
  // As given, or as told from the file; unspecified until it is known.
  v1::FileFormat format() const { return columns_.format(); }
  // Whether a problem of the file or its header keeps all of it from being applied.
  bool file_rejected() const { return file_rejected_ || columns_.refused(); }
  // Fills format, rows_read, sites_accepted, sites_rejected, problems and counts, and columns.
  void Summarize(v1::Import& import) const;

 private:
  enum class SiteState : uint8_t { kUnseen, kNoAnswers, kAccepted, kRejected };

  enum class Source : uint8_t { kUnknown, kCsv, kJson };
  // One answer of a site, with its place in the file.
  struct Cell {
    size_t slot;
    int32_t line;
    int column;  // from 0
    absl::string_view text;
    // What is wrong with it, found before it was read.
    std::optional<Reason> error = std::nullopt;
  };
  // A site's rows, packed, where they may stand anywhere in the file.
  struct Collected {
    int32_t first_line = 0;
    // Of the row that counts, when the latest does.
    int32_t line = 0;
    absl::Time time = absl::InfinitePast();
    std::string cells;
  };

  std::optional<char> OnHeader(absl::string_view row, int32_t line) override;
  void OnRow(const CsvRow& row) override;
  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override;
  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override;
  bool OnKey(absl::string_view key, int32_t line) override;
  void OnRepeatedKey(int32_t line, int column) override;
  void OnMorePages() override;
  void OnJsonFailure(Reason reason, int32_t line, absl::string_view message) override;

  // Whether `start_` tells what kind of file it is; then it does, and is read.
  bool ChooseSource(bool ended);
  void FeedSource(absl::string_view bytes);
  // What is missing can only be said once all keys are known.
  void FinishJson();

  // Takes the header row for what it is, unless rows below belong to it.
  bool UseHeader(std::vector<std::string> headers, int32_t line);
  bool RefuseHeader(int32_t line);
  // A row that may belong to the header; false when it was none.
  bool TakeHeaderRow(const CsvRow& row);
  // There are no more header rows; false when they cannot be used.
  bool EndHeader();
  // Takes the columns for what they are; false when rows cannot be read.
  bool UseColumns(const std::vector<HeaderCells>& headers, int32_t line);
  // Makes room for rows with the columns that there are.
  void SetUpRows();

  // Whether a product's row is no submitted answer, which is told.
  bool LeavesOut(const CsvRow& row);
  bool collects() const { return collects_; }
  // Makes row_cells_ of a row.
  void FillCells(const CsvRow& row);
  void OnWideRow(const CsvRow& row, size_t site);
  // A row of a site that may have others.
  void CollectRow(const CsvRow& row, size_t site);
  // Whether the row is the latest of its site so far.
  bool IsLatest(const CsvRow& row, size_t site);
  void Collect(const Cell& cell, Collected& collected);
  // Of two cells of row_cells_ that say something about one slot: whether the second can be
  // dropped.
  void MergeCells(const Cell& kept, const Cell& cell, size_t site);
  void OnTidyRow(const CsvRow& row, size_t site);
  std::optional<size_t> FindTidySlot(const CsvRow& row, absl::string_view site);
  // Whether the row is about a type that the crosswalk does not carry over, which is told.
  bool LeavesTypeOut(const CsvRow& row, absl::string_view site);
  // The row's site, with its problems told; nullopt when there is none to use.
  std::optional<size_t> FindSite(const CsvRow& row);
  // A row that cannot be read: rejects its site if that much can be told, and answers it.
  std::optional<size_t> RejectRow(const CsvRow& row);

  // Reads what the file says about a site, whose first row is on line `line`. `cells` are in the
  // order of their slots. Problems of the whole row are told of `told_line`.
  void ReadSite(size_t site, int32_t line, absl::Span<const Cell> cells, int32_t told_line);
  void ReadCell(const Cell& cell, size_t site, v1::IngestItem* item);
  void CheckContradiction(const Cell& cell, size_t site);
  // Questions that are required and not answered, and such as are answered and not asked.
  void CheckQuestions(size_t site, int32_t line, const v1::Answers& answers);
  void ReadCollected(size_t site);

  void RejectSite(size_t site) { states_[site] = SiteState::kRejected; }
  // " on line 4", of JSON " in submission 4".
  std::string On(int32_t line) const;
  Place At(const Cell& cell, size_t site) const;
  void FileProblem(Reason reason, int32_t line, int column, absl::string_view message);

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const SiteDirectory& sites_;
  const ReadOptions options_;
  CsvReader csv_;
  KoboJsonReader json_;
  CellParser cells_;
  ProblemLog problems_;
  ColumnTable columns_;

  Source source_ = Source::kUnknown;
  // The first bytes, until they tell the source.
  std::string start_;
  const bool collects_;
  bool failed_ = false;
  bool header_seen_ = false;
  bool file_rejected_ = false;
  // Header rows, while there may be more of them: cells and lines.
  bool header_open_ = false;
  std::vector<std::vector<std::string>> header_rows_;
  int32_t header_line_ = 0;
  // Where cells must be translated, by what.
  std::optional<RowTranslator> translator_;

  int32_t rows_read_ = 0;
  std::vector<SiteState> states_;
  // The line of each site's row, and the row's hash where submissions have ids.
  std::vector<int32_t> lines_;
  std::vector<size_t> row_hashes_;
  // The rows of each site where they may stand anywhere, and the sites in the order in which they
  // appear.
  std::vector<Collected> collected_;
  size_t collected_bytes_ = 0;
  std::vector<size_t> order_;
  size_t next_ = 0;
  // Hashes of site texts that are not on the roster.
  absl::flat_hash_set<size_t> unknown_sites_;
  // Tidy: the site of the row before, because rows of one site mostly follow each other.
  std::string last_text_;
  std::optional<size_t> last_site_;
  int suggestions_left_ = kMaxSuggestions;

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
