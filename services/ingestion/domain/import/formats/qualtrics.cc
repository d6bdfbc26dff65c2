// Qualtrics: "Export Data & Analysis" as CSV. Row 1 has export tags, row 2 the questions' texts,
// row 3 {"ImportId":"QID1"}, which the legacy exporter leaves out. Rows 1 and 2 depend on the
// account's language, the ImportIds do not. Parts of a question are "text - part", with "Selected
// Choice" in between where there is a text field beside the choices. Tests, previews, spam and
// responses that were never finished are in the file like all others.
#include "services/ingestion/domain/import/formats/qualtrics.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

// ImportIds and, of files without them, names.
constexpr absl::string_view kPassedOver[] = {"startdate",
                                             "ipaddress",
                                             "progress",
                                             "duration",
                                             "duration (in seconds)",
                                             "recipientlastname",
                                             "recipientfirstname",
                                             "recipientemail",
                                             "externaldatareference",
                                             "externalreference",
                                             "locationlatitude",
                                             "locationlongitude",
                                             "locationaccuracy",
                                             "distributionchannel",
                                             "userlanguage",
                                             "responseset",
                                             "name",
                                             "emailaddress",
                                             "q_recaptchascore",
                                             "q_relevantidduplicate"};
constexpr absl::string_view kOnlyOurs[] = {
    "responseid",    "recordeddate",      "distributionchannel",   "userlanguage",
    "responseset",   "externalreference", "externaldatareference", "duration (in seconds)",
    "recipientemail"};

class QualtricsFormat final : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_QUALTRICS; }
  absl::string_view name() const override { return "qualtrics"; }
  absl::string_view title() const override { return "Qualtrics"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    const int ours = CountOf(headers, kOnlyOurs);
    return ours < 2 ? 0 : ours;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    const std::string id = FoldText(header.id.empty() ? header.name : header.id);
    if (id == "recordeddate") return Meta::kSubmitTime;
    if (id == "enddate") return Meta::kEndTime;
    if (id == "_recordid" || id == "responseid") return Meta::kRowId;
    if (id == "status" || id == "finished") return Meta::kState;
    return IsOneOf(id, kPassedOver) ? Meta::kPassedOver : Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    std::vector<HeaderReading> readings = {{header.name, ""}, {header.text, ""}};
    const std::string text = absl::StrReplaceAll(header.text, {{" - Selected Choice - ", " - "}});
    for (size_t at = text.find(" - "); at != std::string::npos; at = text.find(" - ", at + 1)) {
      readings.push_back({text.substr(0, at), text.substr(at + 3)});
    }
    if (const size_t at = header.name.rfind('_'); at != std::string::npos) {
      readings.push_back({header.name.substr(0, at), header.name.substr(at + 1)});
    }
    if (absl::EndsWith(header.text, " - Selected Choice")) {
      readings.push_back({std::string(absl::StripSuffix(header.text, " - Selected Choice")), ""});
    }
    return readings;
  }

  absl::string_view separators() const override { return ","; }

  std::optional<Reason> JudgeRow(const HeaderCells& header, absl::string_view cell) const override {
    const std::string id = FoldText(header.id.empty() ? header.name : header.id);
    const std::string value = FoldText(cell);
    if (id == "finished") {
      if (value == "false" || value == "0") return Reason::kUnfinishedRow;
      return std::nullopt;
    }
    if (id != "status") return std::nullopt;
    // By name, or by Qualtrics' numbers for them.
    constexpr absl::string_view kTests[] = {"survey preview",
                                            "survey test",
                                            "spam",
                                            "survey preview spam",
                                            "imported spam",
                                            "offline survey preview",
                                            "1",
                                            "2",
                                            "8",
                                            "9",
                                            "12",
                                            "17",
                                            "40",
                                            "ex spam"};
    if (IsOneOf(value, kTests)) return Reason::kTestRow;
    return std::nullopt;
  }
};

constexpr absl::string_view kImportId = "ImportId";

}  // namespace

bool HasImportIds(absl::Span<const std::string> cells) {
  for (const std::string& cell : cells) {
    if (!ImportIdOf(cell).empty()) return true;
  }
  return false;
}

std::string ImportIdOf(absl::string_view cell) {
  if (!absl::StartsWith(cell, "{") || !absl::StrContains(cell, kImportId)) return "";
  const nlohmann::json parsed = nlohmann::json::parse(cell, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return "";
  const auto text = [&](absl::string_view key) {
    const auto found = parsed.find(std::string(key));
    return found != parsed.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string id = text(kImportId);
  const std::string choice = text("choiceId");
  return id.empty() || choice.empty() ? id : absl::StrCat(id, "_", choice);
}

const ProductFormat& Qualtrics() {
  static const QualtricsFormat& format = *new QualtricsFormat;
  return format;
}

}  // namespace weft::ingestion
