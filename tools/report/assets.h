// Files that are part of the program: the page's template, its style and script, what draws
// pictures into files, and Vega.
#ifndef WEFT_TOOLS_REPORT_ASSETS_H_
#define WEFT_TOOLS_REPORT_ASSETS_H_

#include "absl/strings/string_view.h"

namespace weft::report {

absl::string_view TemplateHtml();
absl::string_view StyleCss();
absl::string_view ScriptJs();
absl::string_view DrawJs();
absl::string_view VegaJs();
absl::string_view VegaLiteJs();
absl::string_view VegaLicense();
absl::string_view VegaLiteLicense();

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_ASSETS_H_
