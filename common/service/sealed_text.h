// Opaque text for tokens: bytes with a checksum, in URL-safe base64. It keeps honest mistakes out
// (a token cut short, or used in the wrong place); it is no secret and no signature.
#ifndef WEFT_COMMON_SERVICE_SEALED_TEXT_H_
#define WEFT_COMMON_SERVICE_SEALED_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace weft::service {

// `kind` says what the text is for; text of one kind does not open as another.
std::string Seal(absl::string_view kind, absl::string_view bytes);
// nullopt for anything that Seal() has not made.
std::optional<std::string> Unseal(absl::string_view kind, absl::string_view text);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_SEALED_TEXT_H_
