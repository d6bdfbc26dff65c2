// FileWriter: structured answers as a file that FileReader reads back as the same answers. Labels
// are those that the instrument shows. Free text is not in it.
//
// Wide files have a column for everything that the instrument asks for, so that the files of two
// waves with one instrument have the same columns. Tidy files have a row for each answer and each
// missing reason; what was not answered has none.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

class FileWriter {
 public:
  // The arguments must outlive the writer. An unspecified format is wide.
  FileWriter(const InstrumentIndex& instrument, const SlotTable& slots, v1::FileFormat format);

  // Append to `file`: first the header, then each site once. `site` is "sites/{site}".
  void AppendHeader(std::string& file) const;
  void AppendSite(absl::string_view site, const v1::Answers& answers, std::string& file) const;

 private:
  const InstrumentIndex& instrument_;
  const SlotTable& slots_;
  const bool tidy_;
};

// `text` as one cell of a comma-separated row, quoted where it must be.
void AppendCsvCell(absl::string_view text, std::string& row);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FILE_WRITER_H_
