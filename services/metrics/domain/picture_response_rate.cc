// How the answers came in, day by day.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/pictures.h"

namespace weft::metrics {
namespace {

using ingestion::v1::ResponseRateDay;

// Tables of more days have one row for each week.
constexpr int kMostRows = 60;

std::string DayText(const google::type::Date& date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string RateText(int count, int invited) {
  return invited == 0 ? absl::StrCat(count)
                      : absl::StrCat(count, " of ", invited, " (",
                                     Percent(static_cast<double>(count) / invited), ")");
}

std::string AltText(const ingestion::v1::GetResponseRateSeriesResponse& series) {
  if (series.days().empty()) return "Line chart without a day.";
  const ResponseRateDay& last = *series.days().rbegin();
  std::string text = absl::StrCat(
      "Line chart: responses by day from ", DayText(series.days(0).date()), " to ",
      DayText(last.date()), ". At the end ", RateText(last.submitted(), last.invited()),
      " were submitted and ", RateText(last.approved(), last.invited()), " approved.");
  for (const ResponseRateDay& day : series.days()) {
    if (last.submitted() == 0 || 2 * day.submitted() < last.submitted()) continue;
    absl::StrAppend(&text, " Half of what was submitted was there on ", DayText(day.date()), ".");
    break;
  }
  return text;
}

}  // namespace

v1::Picture DrawResponseRate(absl::string_view wave,
                             const ingestion::v1::GetResponseRateSeriesResponse& series,
                             int width) {
  v1::Picture picture = BeginPicture(
      "response-rate", absl::StrCat("How the responses of ", IdOf(wave), " came in"),
      "Responses that were submitted and approved by the end of each day, in UTC; the dashed line "
      "is "
      "how many sites were invited. One that was withdrawn no longer counts from that day on.",
      AltText(series));
  SetColumns({"Day", "Invited", "Submitted", "Approved", "Returned", "Declined", "Withdrawn"},
             *picture.mutable_table());
  const int step = series.days_size() > kMostRows ? 7 : 1;
  Json values = Json::array();
  Json invited = Json::array();
  int most = 1;
  for (int i = 0; i < series.days_size(); ++i) {
    const ResponseRateDay& day = series.days(i);
    const std::string date = DayText(day.date());
    most = std::max({most, day.invited(), day.submitted()});
    // The last day is always there.
    if ((series.days_size() - 1 - i) % step == 0) {
      AddRow({date, absl::StrCat(day.invited()), RateText(day.submitted(), day.invited()),
              RateText(day.approved(), day.invited()), absl::StrCat(day.returned()),
              absl::StrCat(day.declined()), absl::StrCat(day.withdrawn())},
             *picture.mutable_table());
    }
    const auto add = [&](absl::string_view state, int count) {
      values.push_back({{"day", date},
                        {"state", std::string(state)},
                        {"responses", count},
                        {"rate", RateText(count, day.invited())}});
    };
    add("Submitted", day.submitted());
    add("Approved", day.approved());
    invited.push_back({{"day", date}, {"invited", day.invited()}});
  }
  Json spec = FrameOf(picture, width);
  if (series.days().empty()) {
    spec["data"] = {{"values", Json::array({{{"text", "no day yet"}}})}};
    spec["mark"] = "text";
    spec["encoding"] = {{"text", {{"field", "text"}}}};
    picture.set_vega_lite(spec.dump());
    return picture;
  }
  spec["width"] = width;
  spec["height"] = width < kNarrow ? 200 : 260;
  spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  spec["data"] = {{"values", std::move(values)}};
  const Json x = {{"field", "day"},
                  {"type", "temporal"},
                  {"title", nullptr},
                  {"scale", {{"type", "utc"}}},
                  {"axis",
                   {{"grid", false},
                    {"tickCount", width < kNarrow ? 4 : 8},
                    {"format", "%b %-d"},
                    {"labelOverlap", true}}}};
  const Json y_axis = {{"tickMinStep", 1}, {"domain", false}, {"ticks", false}};
  const Json y_scale = {{"domain", {0, most}}, {"nice", true}};
  Json y = {{"field", "responses"}, {"type", "quantitative"}, {"title", "Sites"}};
  y["scale"] = y_scale;
  y["axis"] = y_axis;
  Json y_invited = y;
  y_invited["field"] = "invited";
  const Json domain = {"Submitted", "Approved"};
  const Json legend = {{"title", nullptr}, {"orient", "top"}, {"symbolStrokeWidth", 3}};
  spec["layer"] = Json::array();
  spec["layer"].push_back({{"data", {{"values", std::move(invited)}}},
                           {"mark",
                            {{"type", "line"},
                             {"stroke", Colour("guide")},
                             {"strokeWidth", 1.5},
                             {"strokeDash", {5, 4}}}},
                           {"encoding", {{"x", x}, {"y", y_invited}}}});
  spec["layer"].push_back(
      {{"mark",
        {{"type", "line"}, {"strokeWidth", 2.5}, {"point", {{"size", 28}, {"filled", true}}}}},
       {"encoding",
        {{"x", x},
         {"y", y},
         {"color",
          {{"field", "state"},
           {"type", "nominal"},
           {"scale",
            {{"domain", domain}, {"range", Json::array({Colour("bar"), Colour("ratings[1]")})}}},
           {"legend", legend}}},
         {"strokeDash",
          {{"field", "state"},
           {"type", "nominal"},
           {"scale",
            {{"domain", domain},
             {"range", Json::array({Json::array({1, 0}), Json::array({7, 3})})}}},
           {"legend", legend}}},
         {"tooltip", Json::array({{{"field", "day"}, {"type", "temporal"}, {"title", "Day"}},
                                  {{"field", "state"}, {"title", "State"}},
                                  {{"field", "rate"}, {"title", "Responses"}}})}}}});
  picture.set_vega_lite(spec.dump());
  return picture;
}

}  // namespace weft::metrics
