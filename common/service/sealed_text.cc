#include "common/service/sealed_text.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/storage/fixed_hash.h"

namespace weft::service {
namespace {

std::string Checksum(absl::string_view kind, absl::string_view bytes) {
  const uint64_t hash = storage::FixedHash(bytes, storage::FixedHash(kind));
  return std::string(reinterpret_cast<const char*>(&hash), sizeof(hash));
}

}  // namespace

std::string Seal(absl::string_view kind, absl::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::StrCat(Checksum(kind, bytes), bytes));
}

std::optional<std::string> Unseal(absl::string_view kind, absl::string_view text) {
  std::string sealed;
  if (!absl::WebSafeBase64Unescape(text, &sealed) || sealed.size() < sizeof(uint64_t)) {
    return std::nullopt;
  }
  std::string bytes = sealed.substr(sizeof(uint64_t));
  // Base64 has more than one text for the same bytes, with padding for one; ours is one of them.
  if (Seal(kind, bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace weft::service
