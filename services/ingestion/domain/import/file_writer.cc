#include "services/ingestion/domain/import/file_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/csv/csv_cells.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/row_translator.h"

namespace weft::ingestion {
namespace {

absl::string_view SiteId(absl::string_view site) { return absl::StripPrefix(site, "sites/"); }

}  // namespace

std::string StateWord(v1::Response::State state) {
  return std::string(absl::StripPrefix(v1::Response::State_Name(state), "STATE_"));
}

FileWriter::FileWriter(const InstrumentIndex& instrument, const SlotTable& slots,
                       WriteOptions options)
    : instrument_(instrument), slots_(slots), options_(options) {
  const bool tidy = options_.format == v1::FILE_FORMAT_TIDY;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].kind == Slot::Kind::kText) continue;
    const bool several = slots_[i].kind == Slot::Kind::kMultiChoice && !tidy;
    if (!several || options_.multi_select != v1::ExportResponsesRequest::MULTI_SELECT_MANY) {
      columns_.push_back({i});
    }
    if (!several || (options_.multi_select != v1::ExportResponsesRequest::MULTI_SELECT_MANY &&
                     options_.multi_select != v1::ExportResponsesRequest::MULTI_SELECT_BOTH)) {
      continue;
    }
    const int count = instrument_.OptionsOf(*slots_[i].question).size();
    for (int option = 0; option < count; ++option) columns_.push_back({i, option});
  }
}

void FileWriter::AppendHeader(std::string& file) const {
  if (options_.audience != v1::ExportResponsesRequest::AUDIENCE_PUBLIC) file.append("site,");
  file.append("weft.pseudonym,weft.instrument,weft.instrument_version,weft.state");
  if (options_.format == v1::FILE_FORMAT_TIDY) {
    file.append(",item,partner_type,value\n");
    return;
  }
  for (const Column& column : columns_) {
    file.push_back(',');
    AppendCsvCell(slots_[column.slot].column, file);
    if (column.option < 0) continue;
    file.push_back('/');
    file.append(instrument_.OptionsOf(*slots_[column.slot].question)[column.option].id());
  }
  file.push_back('\n');
}

void FileWriter::AppendOrigin(const RowOrigin& origin, std::string& file) const {
  if (options_.audience != v1::ExportResponsesRequest::AUDIENCE_PUBLIC) {
    AppendCsvCell(SiteId(origin.site), file);
    file.push_back(',');
  }
  absl::StrAppend(&file, origin.pseudonym, ",", instrument_.instrument().name(), ",",
                  instrument_.instrument().version(), ",", StateWord(origin.state));
}

std::string FileWriter::CellOf(const Column& column, const v1::Answers& answers) const {
  const Slot& slot = slots_[column.slot];
  if (column.option < 0) {
    return FormatCell(instrument_, slot, answers,
                      options_.values == v1::ExportResponsesRequest::VALUES_CODES);
  }
  return FormatTick(instrument_, slot, column.option, answers);
}

void FileWriter::AppendSite(const RowOrigin& origin, const v1::Answers& answers,
                            std::string& file) const {
  const bool tidy = options_.format == v1::FILE_FORMAT_TIDY;
  if (!tidy) AppendOrigin(origin, file);
  for (const Column& column : columns_) {
    const Slot& slot = slots_[column.slot];
    std::string cell = CellOf(column, answers);
    // A number is no formula, and would be none any more with an apostrophe.
    if (slot.kind != Slot::Kind::kNumber) cell = GuardFormula(cell);
    if (!tidy) {
      file.push_back(',');
      AppendCsvCell(cell, file);
      continue;
    }
    if (cell.empty()) continue;
    AppendOrigin(origin, file);
    absl::StrAppend(&file, ",", slot.item, ",",
                    slot.type >= 0 ? instrument_.partner_types()[slot.type] : "", ",");
    AppendCsvCell(cell, file);
    file.push_back('\n');
  }
  if (!tidy) file.push_back('\n');
}

}  // namespace weft::ingestion
