// What the four pictures share: colours, type sizes, titles. A specification takes every colour
// from its parameter `palette`, and carries one palette for light and one for dark pages in
// `usermeta.palettes`; text has no colour of its own. So a page themes a picture with Vega's config
// and by replacing the value of one parameter.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_VEGA_STYLE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_VEGA_STYLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "weft/metrics/v1/figure.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

// Keeps the order in which members are written, so that a specification reads from top to bottom.
using Json = nlohmann::ordered_json;

// Below this width names stand above their bars, not beside them.
inline constexpr int kNarrow = 480;

// Around a picture, in pixels.
inline constexpr int kPadding = 2;

// Sizes of text in pixels: a wide picture is looked at from further away.
inline constexpr int LabelSize(int width) { return width < kNarrow ? 12 : 13; }
inline constexpr int SmallSize(int width) { return LabelSize(width) - 1; }

// About how wide `text` is in a sans-serif face of `size` pixels. A picture is laid out before
// anybody knows the face, so this errs on the wide side.
double TextWidth(absl::string_view text, double size);
// `text` in lines of at most `width` pixels, broken at blanks.
std::vector<std::string> Wrap(absl::string_view text, double size, double width);

// What every picture begins with: schema, description (`alt`), title, palettes, config.
Json Frame(absl::string_view title, absl::string_view note, absl::string_view alt, int width);
Json Frame(const v1::Figure& figure, absl::string_view alt, int width);

Json Expr(absl::string_view expression);
// A colour of the palette by its path: Colour("levels[2]").
Json Colour(absl::string_view path);

// "Collaboration": how pictures name a level; "Level not known" for unspecified.
std::string LevelLabel(type::v1::InteractionLevel level);
// A legend above the picture, in as few rows as `room` pixels allow; `labels` are of its scale, at
// least one.
Json LegendAbove(const std::vector<std::string>& labels, int width, double room,
                 absl::string_view symbol);
// The scale of LevelLabels, and its legend.
Json LevelScale(bool with_unknown);
Json LevelLegend(int width, double room, bool with_unknown, absl::string_view symbol);

// To a hundredth of a pixel: what is drawn needs no more, and reads better.
double Hundredths(double value);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_VEGA_STYLE_H_
