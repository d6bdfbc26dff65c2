// Google Forms: the CSV of a form's responses, or of the sheet that is linked to it. Columns are
// the questions' texts, the first is the time. Grids have a column for each row, "Question [Row]".
// Ticked options stand in one cell, joined by ";" in the form's own CSV and by ", " in the sheet's,
// where the options may hold commas themselves.
#include <utility>

#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

// As Forms writes it in the languages of most forms.
constexpr absl::string_view kTimestamp[] = {"timestamp", "zeitstempel", "horodateur",
                                            "marca temporal", "carimbo de data/hora"};
constexpr absl::string_view kPassedOver[] = {"email address", "username", "score"};

class GoogleFormsFormat final : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_GOOGLE_FORMS; }
  absl::string_view name() const override { return "google-forms"; }
  absl::string_view title() const override { return "Google Forms"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    return !headers.empty() && IsOneOf(headers[0], kTimestamp) ? 1 : 0;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    if (IsOneOf(header.name, kTimestamp)) return Meta::kSubmitTime;
    return IsOneOf(header.name, kPassedOver) ? Meta::kPassedOver : Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    std::vector<HeaderReading> readings = {{header.name, ""}};
    if (std::optional<HeaderReading> grid = ReadBrackets(header.name); grid.has_value()) {
      readings.push_back(*std::move(grid));
    }
    return readings;
  }

  absl::string_view separators() const override { return ";,"; }
};

}  // namespace

const ProductFormat& GoogleForms() {
  static const GoogleFormsFormat& format = *new GoogleFormsFormat;
  return format;
}

}  // namespace weft::ingestion
