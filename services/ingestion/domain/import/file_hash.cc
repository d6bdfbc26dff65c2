#include "services/ingestion/domain/import/file_hash.h"

#include <openssl/evp.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace weft::ingestion {
namespace {

// 128 bits tell files apart; the rest of the id says with what options.
constexpr size_t kIdDigits = 32;

}  // namespace

struct FileHash::Context {
  EVP_MD_CTX* const digest = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(digest); }
};

FileHash::FileHash() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr);
}

FileHash::~FileHash() = default;

void FileHash::Update(absl::string_view bytes) {
  EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size());
}

std::string FileHash::Hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->digest, digest, &size);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string DerivedImportId(absl::string_view sha256, const v1::ImportHeader& header) {
  absl::string_view format;
  if (header.format() == v1::FILE_FORMAT_WIDE) format = "-wide";
  if (header.format() == v1::FILE_FORMAT_TIDY) format = "-tidy";
  return absl::StrCat(sha256.substr(0, kIdDigits), format, header.dry_run() ? "-check" : "",
                      header.partial() ? "-partial" : "");
}

}  // namespace weft::ingestion
