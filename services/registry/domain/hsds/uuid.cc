#include "services/registry/domain/hsds/uuid.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace weft::registry::hsds {
namespace {

constexpr size_t kUuidCharacters = 36;
constexpr size_t kUuidBytes = 16;
// Where its four dashes are.
constexpr std::array<size_t, 4> kDashes = {8, 13, 18, 23};

bool IsDash(size_t index) {
  for (const size_t dash : kDashes) {
    if (index == dash) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> ReadUuid(absl::string_view text) {
  if (text.size() != kUuidCharacters) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (IsDash(i) ? c != '-' : !absl::ascii_isxdigit(c)) return std::nullopt;
  }
  return absl::AsciiStrToLower(text);
}

std::string UuidOf(absl::string_view name_space, absl::string_view name) {
  const std::string bytes =
      absl::StrCat(absl::HexStringToBytes(absl::StrReplaceAll(name_space, {{"-", ""}})), name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  // RFC 4122, 4.3: the version and the variant take the place of six bits.
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  std::string uuid = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kUuidBytes));
  for (const size_t dash : kDashes) uuid.insert(dash, 1, '-');
  return uuid;
}

}  // namespace weft::registry::hsds
