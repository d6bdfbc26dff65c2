#include "tools/report/assets.h"

#include "common/base/embed.h"

// CMakeLists.txt names the files and makes this one depend on them.
WEFT_EMBED(html, WEFT_REPORT_DIR "/report.html");
WEFT_EMBED(css, WEFT_REPORT_DIR "/report.css");
WEFT_EMBED(js, WEFT_REPORT_DIR "/report.js");
WEFT_EMBED(draw, WEFT_REPORT_DIR "/draw.js");
WEFT_EMBED(vega, WEFT_NODE_MODULES "/vega/build/vega.min.js");
WEFT_EMBED(vega_lite, WEFT_NODE_MODULES "/vega-lite/build/vega-lite.min.js");
WEFT_EMBED(vega_license, WEFT_NODE_MODULES "/vega/LICENSE");
WEFT_EMBED(vega_lite_license, WEFT_NODE_MODULES "/vega-lite/LICENSE");

namespace weft::report {

absl::string_view TemplateHtml() { return WEFT_EMBEDDED(html); }
absl::string_view StyleCss() { return WEFT_EMBEDDED(css); }
absl::string_view ScriptJs() { return WEFT_EMBEDDED(js); }
absl::string_view DrawJs() { return WEFT_EMBEDDED(draw); }
absl::string_view VegaJs() { return WEFT_EMBEDDED(vega); }
absl::string_view VegaLiteJs() { return WEFT_EMBEDDED(vega_lite); }
absl::string_view VegaLicense() { return WEFT_EMBEDDED(vega_license); }
absl::string_view VegaLiteLicense() { return WEFT_EMBEDDED(vega_lite_license); }

}  // namespace weft::report
