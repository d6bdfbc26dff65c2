#include "services/metrics/domain/vega_style.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/words/terms.h"

namespace weft::metrics {
namespace {

// The levels are one hue with even steps of lightness, so that their order survives every kind of
// colour blindness and a grey print; on dark pages the deepest level is the lightest. `ink` is what
// can be read on each level. Ratings differ in hue, lightness and (in the picture) shape.
Json LightPalette() {
  return {{"levels", {"#e4e3df", "#a9cfdf", "#5aa5c4", "#20709b", "#0b3552"}},
          {"ink", {"#1d1d1b", "#1d1d1b", "#10181c", "#ffffff", "#ffffff"}},
          {"unknown", "#ffffff"},
          {"outline", "#7b7a75"},
          {"gap", "#ffffff"},
          {"bar", "#20709b"},
          {"interval", "#1d1d1b"},
          {"ratings", {"#6f6e69", "#b4570a", "#0b5394"}},
          {"guide", "#8a8983"}};
}

Json DarkPalette() {
  return {{"levels", {"#3b3f44", "#43687b", "#4f96b8", "#8cc6e1", "#def3ff"}},
          {"ink", {"#f2f2ef", "#ffffff", "#0d1418", "#0d1418", "#0d1418"}},
          {"unknown", "#16191c"},
          {"outline", "#9a9c9e"},
          {"gap", "#16191c"},
          {"bar", "#5aa9cc"},
          {"interval", "#f5f4f0"},
          {"ratings", {"#a9abad", "#f0a04b", "#7db8f0"}},
          {"guide", "#80838a"}};
}

// Widths of characters in DejaVu Sans, the widest of the common sans-serif faces, as parts of the
// size of the type. Text beyond ASCII counts as wide.
double CharacterWidth(char32_t c) {
  if (c >= 0x80) return c >= 0x2E80 ? 1.05 : 0.7;
  switch (static_cast<char>(c)) {
    case 'i':
    case 'j':
    case 'l':
    case '\'':
    case '|':
    case '.':
    case ',':
    case ':':
    case ';':
    case '!':
    case 'I':
    case ' ':
      return 0.34;
    case 'f':
    case 't':
    case 'r':
    case '(':
    case ')':
    case '-':
    case '/':
    case '[':
    case ']':
      return 0.41;
    case 'm':
    case 'w':
    case 'M':
    case 'W':
    case '%':
    case '@':
      return 0.95;
    default:
      break;
  }
  return absl::ascii_isupper(static_cast<unsigned char>(c)) ? 0.73 : 0.63;
}

}  // namespace

double TextWidth(absl::string_view text, double size) {
  double width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // For its width it is enough to know which block a character is in.
    width += CharacterWidth(length == 1 ? lead : length == 2 ? 0x80 : 0x2E80);
    i += length;
  }
  return width * size;
}

std::vector<std::string> Wrap(absl::string_view text, double size, double width) {
  std::vector<std::string> lines;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!lines.empty() && TextWidth(absl::StrCat(lines.back(), " ", word), size) <= width) {
      absl::StrAppend(&lines.back(), " ", word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

Json Frame(const v1::Figure& figure, absl::string_view alt, int width) {
  return Frame(absl::StrCat("Figure ", figure.number(), ". ", figure.title()), figure.note(), alt,
               width);
}

Json Frame(absl::string_view title, absl::string_view note, absl::string_view alt, int width) {
  Json spec;
  spec["$schema"] = "https://vega.github.io/schema/vega-lite/v5.json";
  spec["description"] = std::string(alt);
  constexpr int kTitleSize = 15;
  const int label_size = LabelSize(width);
  // Bold letters are wider.
  constexpr double kBold = 1.12;
  const double line = width - 2.0 * kPadding;
  spec["title"] = {{"text", Wrap(title, kTitleSize * kBold, line)},
                   {"subtitle", Wrap(note, label_size, line)},
                   {"anchor", "start"},
                   {"frame", "bounds"},
                   {"offset", 14}};
  spec["padding"] = kPadding;
  spec["usermeta"] = {{"width", width},
                      {"palettes", {{"light", LightPalette()}, {"dark", DarkPalette()}}}};
  spec["params"] = Json::array({{{"name", "palette"}, {"value", LightPalette()}}});
  spec["config"] = {
      {"font", "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"},
      {"view", {{"stroke", nullptr}}},
      {"title",
       {{"fontSize", kTitleSize}, {"subtitleFontSize", label_size}, {"subtitlePadding", 5}}},
      {"axis",
       {{"labelFontSize", label_size},
        {"titleFontSize", label_size},
        {"titleFontWeight", "normal"},
        {"gridOpacity", 0.55}}},
      {"legend", {{"labelFontSize", label_size}, {"titleFontSize", label_size}, {"labelLimit", 0}}},
      {"header", {{"labelFontSize", label_size}}},
      {"text", {{"fontSize", label_size}}}};
  return spec;
}

Json Expr(absl::string_view expression) { return {{"expr", std::string(expression)}}; }

Json Colour(absl::string_view path) { return Expr(absl::StrCat("palette.", path)); }

std::string LevelLabel(type::v1::InteractionLevel level) {
  std::string label(LevelWords(level));
  label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

Json LevelScale(bool with_unknown) {
  Json domain = Json::array();
  Json range = Json::array();
  for (type::v1::InteractionLevel level : AllLevels()) {
    domain.push_back(LevelLabel(level));
    range.push_back(Colour(absl::StrCat("levels[", LevelDepth(level), "]")));
  }
  if (with_unknown) {
    domain.push_back(LevelLabel(type::v1::INTERACTION_LEVEL_UNSPECIFIED));
    range.push_back(Colour("unknown"));
  }
  return {{"domain", domain}, {"range", range}};
}

Json LegendAbove(const std::vector<std::string>& labels, int width, double room,
                 absl::string_view symbol) {
  constexpr int kColumnPadding = 12;
  constexpr int kSymbol = 20;
  double widest = 0;
  double sum = 0;
  for (const std::string& label : labels) {
    const double entry = TextWidth(label, LabelSize(width)) + kSymbol + kColumnPadding;
    widest = std::max(widest, entry);
    sum += entry;
  }
  const int entries = static_cast<int>(labels.size());
  // One row if it fits; else as few as do, evenly filled.
  const int fit = sum <= room ? entries : std::clamp(static_cast<int>(room / widest), 1, entries);
  const int rows = (entries + fit - 1) / fit;
  return {{"title", nullptr},
          {"orient", "top"},
          {"columns", (entries + rows - 1) / rows},
          {"symbolType", std::string(symbol)},
          {"symbolSize", 120},
          {"symbolStrokeWidth", 1},
          {"symbolStrokeColor", Colour("outline")},
          {"columnPadding", kColumnPadding}};
}

Json LevelLegend(int width, double room, bool with_unknown, absl::string_view symbol) {
  std::vector<std::string> labels;
  for (type::v1::InteractionLevel level : AllLevels()) labels.push_back(LevelLabel(level));
  if (with_unknown) labels.push_back(LevelLabel(type::v1::INTERACTION_LEVEL_UNSPECIFIED));
  return LegendAbove(labels, width, room, symbol);
}

double Hundredths(double value) {
  const double rounded = std::round(value * 100) / 100;
  return rounded == 0 ? 0 : rounded;
}

}  // namespace weft::metrics
