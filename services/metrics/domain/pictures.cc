#include "services/metrics/domain/pictures.h"

#include <utility>

namespace weft::metrics {

v1::Picture BeginPicture(absl::string_view id, std::string title, std::string note,
                         std::string alt_text) {
  v1::Picture picture;
  picture.set_id(std::string(id));
  picture.set_title(std::move(title));
  picture.set_note(std::move(note));
  picture.set_alt_text(std::move(alt_text));
  return picture;
}

Json FrameOf(const v1::Picture& picture, int width) {
  return Frame(picture.title(), picture.note(), picture.alt_text(), width);
}

void SetColumns(const std::vector<std::string>& columns, v1::DataTable& table) {
  for (const std::string& column : columns) table.add_columns(column);
}

void AddRow(const std::vector<std::string>& cells, v1::DataTable& table) {
  v1::DataRow& row = *table.add_rows();
  for (const std::string& cell : cells) row.add_cells(cell);
}

}  // namespace weft::metrics
