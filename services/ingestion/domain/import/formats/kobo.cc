// KoboToolbox: CSV exports (";", every cell quoted) and the API's JSON. Columns are paths of
// groups, "context/setting"; a question matrix has columns "row_column"; a select_multiple has its
// answer in one column, joined by blanks, and 1 or 0 in a column for each choice,
// "functions/convene". Columns that begin with "_" are Kobo's. An export with HXL tags has a second
// header row of "#tags".
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kOnlyOurs[] = {
    "_id",         "_uuid",         "_submission_time", "_validation_status",
    "__version__", "_submitted_by", "_xform_id_string", "_status"};
constexpr absl::string_view kPassedOver[] = {"start",
                                             "end",
                                             "today",
                                             "username",
                                             "deviceid",
                                             "phonenumber",
                                             "simserial",
                                             "subscriberid",
                                             "audit",
                                             "formhub/uuid",
                                             "meta/instanceid",
                                             "meta/rootuuid",
                                             "meta/instancename",
                                             "meta/deprecatedid",
                                             "meta/audit"};

class KoboFormat : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_KOBO; }
  absl::string_view name() const override { return "kobo"; }
  absl::string_view title() const override { return "KoboToolbox"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    const int ours = CountOf(headers, kOnlyOurs);
    return ours < 2 ? 0 : ours;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    const std::string folded = FoldText(header.name);
    if (folded == "_submission_time") return Meta::kSubmitTime;
    if (folded == "_uuid") return Meta::kRowId;
    if (IsValidation(folded)) return Meta::kState;
    if (absl::StartsWith(folded, "_") || IsOneOf(folded, kPassedOver)) return Meta::kPassedOver;
    return Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    std::vector<HeaderReading> readings = {{header.name, ""}};
    const absl::string_view path = header.name;
    const size_t last = path.rfind('/');
    if (last == absl::string_view::npos) return readings;
    readings.push_back({std::string(path.substr(last + 1)), ""});
    absl::string_view before = path.substr(0, last);
    readings.push_back({std::string(before), std::string(path.substr(last + 1))});
    if (const size_t slash = before.rfind('/'); slash != absl::string_view::npos) {
      before.remove_prefix(slash + 1);
      readings.push_back({std::string(before), std::string(path.substr(last + 1))});
    }
    return readings;
  }

  absl::string_view separators() const override { return " "; }

  std::optional<Reason> JudgeRow(const HeaderCells& header, absl::string_view cell) const override {
    if (!IsValidation(FoldText(header.name))) return std::nullopt;
    const std::string value = FoldText(cell);
    if (value == "validation_status_not_approved" || value == "not approved") {
      return Reason::kRejectedRow;
    }
    return std::nullopt;
  }

  bool IsTagRow(absl::Span<const absl::string_view> cells) const override {
    bool tags = false;
    for (const absl::string_view cell : cells) {
      if (cell.empty()) continue;
      if (cell.front() != '#') return false;
      tags = true;
    }
    return tags;
  }

 private:
  static bool IsValidation(absl::string_view folded) {
    return folded == "_validation_status" || folded == "_validation_status/uid";
  }
};

class KoboJsonFormat final : public KoboFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_KOBO_JSON; }
  absl::string_view name() const override { return "kobo-json"; }
  absl::string_view title() const override { return "KoboToolbox's JSON"; }
  // JSON is told from the file's first byte and has no header row.
  int Recognize(absl::Span<const std::string>) const override { return 0; }
  bool IsTagRow(absl::Span<const absl::string_view>) const override { return false; }
};

}  // namespace

const ProductFormat& Kobo() {
  static const KoboFormat& format = *new KoboFormat;
  return format;
}

const ProductFormat& KoboJson() {
  static const KoboJsonFormat& format = *new KoboJsonFormat;
  return format;
}

}  // namespace weft::ingestion
