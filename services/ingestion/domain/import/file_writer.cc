#include "services/ingestion/domain/import/file_writer.h"

#include <csv.h>

#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/cell_values.h"

namespace weft::ingestion {
namespace {

// Every delimiter of ours and every blank, so that the cell survives a change of the delimiter and
// the trimming of cells without quotes.
constexpr absl::string_view kQuoted = "\",;\t\r\n";

absl::string_view SiteId(absl::string_view site) { return absl::StripPrefix(site, "sites/"); }

}  // namespace

void AppendCsvCell(absl::string_view text, std::string& row) {
  if (text.find_first_of(kQuoted) == absl::string_view::npos && TrimCell(text) == text) {
    row.append(text.data(), text.size());
    return;
  }
  const size_t begin = row.size();
  // At worst every byte is a quote, which is doubled.
  row.resize(begin + 2 * text.size() + 2);
  const size_t size = csv_write(row.data() + begin, row.size() - begin, text.data(), text.size());
  row.resize(begin + size);
}

FileWriter::FileWriter(const InstrumentIndex& instrument, const SlotTable& slots,
                       v1::FileFormat format)
    : instrument_(instrument), slots_(slots), tidy_(format == v1::FILE_FORMAT_TIDY) {}

void FileWriter::AppendHeader(std::string& file) const {
  if (tidy_) {
    file.append("site,item,partner_type,value\n");
    return;
  }
  file.append("site");
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].kind == Slot::Kind::kText) continue;
    file.push_back(',');
    AppendCsvCell(slots_[i].column, file);
  }
  file.push_back('\n');
}

void FileWriter::AppendSite(absl::string_view site, const v1::Answers& answers,
                            std::string& file) const {
  if (!tidy_) AppendCsvCell(SiteId(site), file);
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.kind == Slot::Kind::kText) continue;
    const std::string cell = FormatCell(instrument_, slot, answers);
    if (!tidy_) {
      file.push_back(',');
      AppendCsvCell(cell, file);
      continue;
    }
    if (cell.empty()) continue;
    AppendCsvCell(SiteId(site), file);
    file.push_back(',');
    file.append(slot.item);
    file.push_back(',');
    if (slot.type >= 0) file.append(instrument_.partner_types()[slot.type]);
    file.push_back(',');
    AppendCsvCell(cell, file);
    file.push_back('\n');
  }
  if (!tidy_) file.push_back('\n');
}

}  // namespace weft::ingestion
