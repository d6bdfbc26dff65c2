// ODK Central: the CSV of a form's submissions. Columns are paths, "group-question"; a select
// multiple stands in one cell, joined by blanks, and, when it was split, as 1 or 0 in columns
// "group-question/choice". Rejected submissions are in the file unless they were filtered out.
#include <utility>

#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kOnlyOurs[] = {"key",
                                           "submissiondate",
                                           "submitterid",
                                           "submittername",
                                           "attachmentspresent",
                                           "reviewstate",
                                           "attachmentsexpected",
                                           "edits",
                                           "formversion",
                                           "instanceid",
                                           "meta-instanceid"};
constexpr absl::string_view kPassedOver[] = {"submitterid",
                                             "submittername",
                                             "attachmentspresent",
                                             "attachmentsexpected",
                                             "status",
                                             "deviceid",
                                             "edits",
                                             "formversion",
                                             "instanceid",
                                             "meta-instanceid",
                                             "meta-instancename",
                                             "instancename",
                                             "meta-audit",
                                             "start",
                                             "end",
                                             "today",
                                             "username",
                                             "audit"};

class OdkCentralFormat final : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_ODK_CENTRAL; }
  absl::string_view name() const override { return "odk-central"; }
  absl::string_view title() const override { return "ODK Central"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    const int ours = CountOf(headers, kOnlyOurs);
    return ours < 3 ? 0 : ours;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    const std::string folded = FoldText(header.name);
    if (folded == "submissiondate") return Meta::kSubmitTime;
    if (folded == "key") return Meta::kRowId;
    if (folded == "reviewstate") return Meta::kState;
    return IsOneOf(folded, kPassedOver) ? Meta::kPassedOver : Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    absl::string_view path = header.name;
    std::string part;
    if (const size_t slash = path.rfind('/'); slash != absl::string_view::npos) {
      part = std::string(path.substr(slash + 1));
      path = path.substr(0, slash);
    }
    // Names may hold hyphens themselves, so that every one may be the end of the groups.
    std::vector<HeaderReading> readings = {{std::string(path), part}};
    for (size_t at = path.find('-'); at != absl::string_view::npos; at = path.find('-', at + 1)) {
      readings.push_back({std::string(path.substr(at + 1)), part});
    }
    return readings;
  }

  absl::string_view separators() const override { return " "; }

  std::optional<Reason> JudgeRow(const HeaderCells& header, absl::string_view cell) const override {
    if (FoldText(header.name) == "reviewstate" && FoldText(cell) == "rejected") {
      return Reason::kRejectedRow;
    }
    return std::nullopt;
  }
};

}  // namespace

const ProductFormat& OdkCentral() {
  static const OdkCentralFormat& format = *new OdkCentralFormat;
  return format;
}

}  // namespace weft::ingestion
