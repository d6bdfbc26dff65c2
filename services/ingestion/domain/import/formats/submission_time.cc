#include "services/ingestion/domain/import/formats/submission_time.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/cell_values.h"

namespace weft::ingestion {
namespace {

// "GMT+1", "UTC-05:30" or "Z" at the end of `text`, which is removed from it.
absl::Duration TakeZone(absl::string_view& text) {
  for (const absl::string_view name : {"GMT", "UTC"}) {
    const size_t at = text.rfind(name);
    if (at == absl::string_view::npos) continue;
    absl::string_view offset = text.substr(at + name.size());
    text = TrimCell(text.substr(0, at));
    const bool west = absl::ConsumePrefix(&offset, "-");
    if (!west) absl::ConsumePrefix(&offset, "+");
    const size_t colon = offset.find(':');
    int hours = 0;
    int minutes = 0;
    if (!absl::SimpleAtoi(offset.substr(0, colon), &hours)) return absl::ZeroDuration();
    if (colon != absl::string_view::npos && !absl::SimpleAtoi(offset.substr(colon + 1), &minutes)) {
      minutes = 0;
    }
    const absl::Duration east = absl::Hours(hours % 24) + absl::Minutes(minutes % 60);
    return west ? -east : east;
  }
  return absl::ZeroDuration();
}

}  // namespace

std::optional<absl::Time> ParseSubmissionTime(absl::string_view text) {
  text = TrimCell(text);
  if (text.size() < 8 || text.size() > 40 || !absl::ascii_isdigit(text[0])) return std::nullopt;
  const absl::Duration east = TakeZone(text);
  const std::string dashed = absl::StrReplaceAll(text, {{"/", "-"}});
  for (const char* format :
       {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S",
        "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, dashed, &time, &error) && time != absl::InfiniteFuture() &&
        time != absl::InfinitePast()) {
      return time - east;
    }
  }
  return std::nullopt;
}

}  // namespace weft::ingestion
