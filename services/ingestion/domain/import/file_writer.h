// FileWriter: structured answers as a file that FileReader reads back as the same answers. Free
// text is not in it. Each row says whose answers it holds, and which version of which instrument
// they answer; FileReader passes over what it does not need of that. No cell is a formula for a
// spreadsheet.
//
// Wide files have a column for everything that the instrument asks for, so that the files of two
// waves with one instrument have the same columns. Tidy files have a row for each answer and each
// missing reason; what was not answered has none.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

struct WriteOptions {
  // An unspecified format is wide.
  v1::FileFormat format = v1::FILE_FORMAT_WIDE;
  v1::ExportResponsesRequest::Values values = v1::ExportResponsesRequest::VALUES_LABELS;
  v1::ExportResponsesRequest::MultiSelect multi_select =
      v1::ExportResponsesRequest::MULTI_SELECT_ONE;
  v1::ExportResponsesRequest::Audience audience = v1::ExportResponsesRequest::AUDIENCE_PRIVATE;
};

// Whose answers a row holds.
struct RowOrigin {
  std::string site;  // "sites/{site}"; not written for the public
  std::string pseudonym;
  v1::Response::State state = v1::Response::STATE_UNSPECIFIED;
};

class FileWriter {
 public:
  // The first two must outlive the writer.
  FileWriter(const InstrumentIndex& instrument, const SlotTable& slots, WriteOptions options);

  // Append to `file`: first the header, then each site once.
  void AppendHeader(std::string& file) const;
  void AppendSite(const RowOrigin& origin, const v1::Answers& answers, std::string& file) const;

 private:
  // A column of a wide file: a slot, or one option of it.
  struct Column {
    size_t slot;
    int option = -1;
  };
  void AppendOrigin(const RowOrigin& origin, std::string& file) const;
  std::string CellOf(const Column& column, const v1::Answers& answers) const;

  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const WriteOptions options_;
  std::vector<Column> columns_;
};

// "APPROVED": how a file writes a state.
std::string StateWord(v1::Response::State state);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_
