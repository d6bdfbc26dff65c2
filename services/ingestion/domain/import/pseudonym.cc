#include "services/ingestion/domain/import/pseudonym.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace weft::ingestion {
namespace {

constexpr size_t kBytes = 12;

}  // namespace

std::string Pseudonym(absl::string_view key, absl::string_view site) {
  unsigned char digest[EVP_MAX_MD_SIZE] = {};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(site.data()), site.size(), digest, &size);
  return absl::StrCat("p-", absl::BytesToHexString(
                                absl::string_view(reinterpret_cast<const char*>(digest), kBytes)));
}

}  // namespace weft::ingestion
