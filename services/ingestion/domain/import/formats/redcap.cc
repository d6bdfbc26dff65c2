// REDCap: "Export data" as CSV, raw ("functions___convene", 0 and 1, "setting" = "district") or
// with labels ("What do partners do? (choice=Convene)", Checked and Unchecked). A form's columns
// end with its status, "context_complete" or "Complete?". An option's column is 0 also where the
// form was never opened, which is no answer. A record has a row for each event and repeated form.
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kComplete = "complete?";
constexpr absl::string_view kChoice = " (choice=";
constexpr absl::string_view kPassedOver[] = {"redcap_event_name",        "redcap_repeat_instrument",
                                             "redcap_repeat_instance",   "redcap_data_access_group",
                                             "redcap_survey_identifier", "event name",
                                             "repeat instrument",        "repeat instance",
                                             "data access group",        "survey identifier"};

class RedcapFormat final : public ProductFormat {
 public:
  v1::FileFormat format() const override { return v1::FILE_FORMAT_REDCAP; }
  absl::string_view name() const override { return "redcap"; }
  absl::string_view title() const override { return "REDCap"; }

  int Recognize(absl::Span<const std::string> headers) const override {
    int ours = 0;
    for (const std::string& header : headers) {
      const std::string folded = FoldText(header);
      if (IsFormStatus(folded) || absl::StartsWith(folded, "redcap_") || folded == "record_id" ||
          folded == "record id" || absl::StrContains(folded, "___") ||
          absl::StrContains(folded, kChoice)) {
        ++ours;
      }
    }
    return ours < 2 ? 0 : ours;
  }

  Meta MetaOf(const HeaderCells& header) const override {
    const std::string folded = FoldText(header.name);
    if (folded == "record_id" || folded == "record id") return Meta::kRowId;
    if (folded == "survey timestamp" ||
        (absl::EndsWith(folded, "_timestamp") && folded.size() > 10)) {
      return Meta::kSubmitTime;
    }
    if (IsFormStatus(folded)) return Meta::kFormComplete;
    return IsOneOf(folded, kPassedOver) ? Meta::kPassedOver : Meta::kNone;
  }

  std::vector<HeaderReading> Readings(const HeaderCells& header) const override {
    const absl::string_view name = header.name;
    if (const size_t at = name.find("___"); at != absl::string_view::npos) {
      return {{std::string(name.substr(0, at)), std::string(name.substr(at + 3))}};
    }
    if (const size_t at = name.rfind(kChoice);
        at != absl::string_view::npos && absl::EndsWith(name, ")")) {
      absl::string_view choice = name.substr(at + kChoice.size());
      choice.remove_suffix(1);
      return {{std::string(name.substr(0, at)), std::string(choice)}};
    }
    return {{header.name, ""}};
  }

  absl::string_view separators() const override { return ","; }

  bool MayBeUnanswered(absl::string_view cell) const override {
    constexpr absl::string_view kWords[] = {"0", "unchecked"};
    return IsOneOf(cell, kWords);
  }

 private:
  static bool IsFormStatus(absl::string_view folded) {
    return folded == kComplete || absl::EndsWith(folded, "_complete");
  }
};

}  // namespace

const ProductFormat& Redcap() {
  static const RedcapFormat& format = *new RedcapFormat;
  return format;
}

}  // namespace weft::ingestion
