// Files that become part of the program, read by the assembler. At namespace scope:
//
//   WEFT_EMBED(page, WEFT_REPORT_DIR "/report.html");
//   absl::string_view Page() { return WEFT_EMBEDDED(page); }
//
// The build must name the file, and make the source that embeds it depend on it (OBJECT_DEPENDS).
#ifndef WEFT_COMMON_BASE_EMBED_H_
#define WEFT_COMMON_BASE_EMBED_H_

#include <cstddef>

#include "absl/strings/string_view.h"

// clang-format off
#define WEFT_EMBED(symbol, path)                                  \
  asm(".section .rodata\n"                                        \
      ".balign 16\n"                                              \
      "weft_embedded_" #symbol "_begin:\n"                        \
      ".incbin \"" path "\"\n"                                    \
      "weft_embedded_" #symbol "_end:\n"                          \
      ".byte 0\n"                                                 \
      ".previous\n");                                             \
  extern "C" __attribute__((visibility("hidden"))) const char weft_embedded_##symbol##_begin[]; \
  extern "C" __attribute__((visibility("hidden"))) const char weft_embedded_##symbol##_end[]
// clang-format on

#define WEFT_EMBEDDED(symbol)         \
  absl::string_view(                  \
      weft_embedded_##symbol##_begin, \
      static_cast<size_t>(weft_embedded_##symbol##_end - weft_embedded_##symbol##_begin))

#endif  // WEFT_COMMON_BASE_EMBED_H_
