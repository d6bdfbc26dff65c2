// LimeSurvey: "Export results" as CSV, with codes or full texts. Parts of a question are
// "functions[convene]" or "What do partners do? [Convene]", of codes also "functions_convene".
// Options are Y (code) or Yes (text) when ticked; with texts an option that is not ticked is "No"
// whether the question was shown or not, which is no answer; N, of an export that converts it, was
// shown. "N/A" stands where a question was not shown. What was not submitted has no date.
#include <utility>

#include "absl/strings/match.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kSubmitDate[] = {"submitdate", "date submitted"};
constexpr absl::string_view kOnlyOurs[] = {"submitdate",     "lastpage",  "startlanguage",
                                           "date submitted", "last page", "start language"};
constexpr absl::string_view kRowId[] = {"id", "response id"};
constexpr absl::string_view kPassedOver[] = {
    "lastpage",         "startlanguage",  "seed",         "token",
    "startdate",        "datestamp",      "ipaddr",       "refurl",
    "last page",        "start language", "access code",  "date started",
    "date last action", "ip address",     "referrer url", "interviewtime",
    "total time"};

class LimeSurveyFormat final : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_LIMESURVEY; }
  absl::string_view name() const override { return "limesurvey"; }
  absl::string_view title() const override { return "LimeSurvey"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    const int ours = CountOf(headers, kOnlyOurs);
    return ours < 2 ? 0 : ours;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    if (IsOneOf(header.name, kSubmitDate)) return Meta::kSubmitTime;
    if (IsOneOf(header.name, kRowId)) return Meta::kRowId;
    return IsOneOf(header.name, kPassedOver) ? Meta::kPassedOver : Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    std::vector<HeaderReading> readings;
    // "code. text": the separator between the two is the exporter's default.
    absl::string_view code = header.name;
    if (const size_t dot = code.find(". "); dot != absl::string_view::npos) {
      Add(code.substr(0, dot), readings);
    }
    Add(code, readings);
    return readings;
  }

  absl::string_view separators() const override { return ";"; }

  std::optional<Reason> JudgeRow(const HeaderCells& header, absl::string_view cell) const override {
    const bool unsubmitted =
        IsOneOf(header.name, kSubmitDate) && (TrimCell(cell).empty() || FoldText(cell) == "n/a");
    return unsubmitted ? std::optional<Reason>(Reason::kUnfinishedRow) : std::nullopt;
  }

  bool MayBeUnanswered(absl::string_view cell) const override { return FoldText(cell) == "no"; }

  std::optional<absl::string_view> WordFor(absl::string_view cell) const override {
    if (FoldText(cell) == "n/a") return "NOT_ASKED";
    return std::nullopt;
  }

 private:
  static void Add(absl::string_view name, std::vector<HeaderReading>& readings) {
    readings.push_back({std::string(name), ""});
    if (std::optional<HeaderReading> part = ReadBrackets(name); part.has_value()) {
      readings.push_back(*std::move(part));
    } else if (const size_t at = name.rfind('_'); at != absl::string_view::npos) {
      readings.push_back({std::string(name.substr(0, at)), std::string(name.substr(at + 1))});
    }
  }
};

}  // namespace

const ProductFormat& LimeSurvey() {
  static const LimeSurveyFormat& format = *new LimeSurveyFormat;
  return format;
}

}  // namespace weft::ingestion
