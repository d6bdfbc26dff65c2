// Files of pictures. Vega, which is part of the program, draws them in Node.js; Node.js and, for
// PNG, rsvg-convert must be installed beside it.
#ifndef WEFT_TOOLS_REPORT_DRAWING_H_
#define WEFT_TOOLS_REPORT_DRAWING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft::report {

// The picture of a Vega-Lite specification as SVG. FAILED_PRECONDITION (PROGRAM_MISSING) that says
// what to install; INTERNAL (DRAWING_FAILED) with what the program said.
absl::StatusOr<std::string> DrawSvg(absl::string_view vega_lite);
// Pixels of an SVG, twice as many as it has each way, on white. Errors: as DrawSvg().
absl::StatusOr<std::string> ToPng(absl::string_view svg);

// What a file with this name holds, by how it ends: ".svg", ".png", or ".json" for the
// specification. INVALID_ARGUMENT (USAGE) for another ending.
absl::StatusOr<std::string> DrawFor(absl::string_view file, absl::string_view vega_lite);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_DRAWING_H_
