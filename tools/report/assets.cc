#include "tools/report/assets.h"

// The assembler reads the files; CMakeLists.txt names them and makes this file depend on them.
// clang-format off
#define WEFT_EMBED(symbol, path)                                  \
  asm(".section .rodata\n"                                        \
      ".balign 16\n"                                              \
      "weft_asset_" #symbol "_begin:\n"                           \
      ".incbin \"" path "\"\n"                                    \
      "weft_asset_" #symbol "_end:\n"                             \
      ".byte 0\n"                                                 \
      ".previous\n");                                             \
  extern "C" __attribute__((visibility("hidden"))) const char weft_asset_##symbol##_begin[]; \
  extern "C" __attribute__((visibility("hidden"))) const char weft_asset_##symbol##_end[]
// clang-format on

WEFT_EMBED(html, WEFT_REPORT_DIR "/report.html");
WEFT_EMBED(css, WEFT_REPORT_DIR "/report.css");
WEFT_EMBED(js, WEFT_REPORT_DIR "/report.js");
WEFT_EMBED(vega, WEFT_NODE_MODULES "/vega/build/vega.min.js");
WEFT_EMBED(vega_lite, WEFT_NODE_MODULES "/vega-lite/build/vega-lite.min.js");
WEFT_EMBED(vega_license, WEFT_NODE_MODULES "/vega/LICENSE");
WEFT_EMBED(vega_lite_license, WEFT_NODE_MODULES "/vega-lite/LICENSE");

#define WEFT_ASSET(symbol)                       \
  absl::string_view(weft_asset_##symbol##_begin, \
                    static_cast<size_t>(weft_asset_##symbol##_end - weft_asset_##symbol##_begin))

namespace weft::report {

absl::string_view TemplateHtml() { return WEFT_ASSET(html); }
absl::string_view StyleCss() { return WEFT_ASSET(css); }
absl::string_view ScriptJs() { return WEFT_ASSET(js); }
absl::string_view VegaJs() { return WEFT_ASSET(vega); }
absl::string_view VegaLiteJs() { return WEFT_ASSET(vega_lite); }
absl::string_view VegaLicense() { return WEFT_ASSET(vega_license); }
absl::string_view VegaLiteLicense() { return WEFT_ASSET(vega_lite_license); }

}  // namespace weft::report
