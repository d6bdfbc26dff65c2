#include "services/ingestion/domain/import/file_hash.h"

#include <openssl/evp.h>

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/domain/import/formats/column_matcher.h"
#include "services/ingestion/domain/import/formats/product_format.h"

namespace weft::ingestion {
namespace {

// 128 bits tell files apart; the rest of the id says with what options.
constexpr size_t kIdDigits = 32;
constexpr size_t kMaxId = 63;
constexpr size_t kMappingDigits = 8;

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

std::string MappingHash(const v1::ImportHeader& header, const std::vector<v1::ImportMapping>& saved,
                        const registry::v1::Crosswalk& crosswalk) {
  // What applies to files of any one format. Lists that are the same count once, so that sending a
  // file again after its overrides were saved is the same import.
  const std::vector<v1::ColumnOverride> given(header.overrides().begin(), header.overrides().end());
  std::set<std::string> lists;
  const auto add = [&](const std::vector<v1::ColumnOverride>& before) {
    std::string list;
    for (const v1::ColumnOverride& entry : MergeOverrides(before, given)) {
      // Texts with their lengths, so that no two lists are the same row of bytes.
      absl::StrAppend(&list, entry.header().size(), ":", entry.header(), entry.item().size(), ":",
                      entry.item());
    }
    if (!list.empty()) lists.insert(std::move(list));
  };
  add({});
  for (const v1::ImportMapping& mapping : saved) {
    add({mapping.overrides().begin(), mapping.overrides().end()});
  }
  if (lists.empty() && !header.save_mapping() && crosswalk.name().empty()) return "";
  FileHash hash;
  hash.Update(header.save_mapping() ? "save" : "once");
  for (const std::string& list : lists) hash.Update(list);
  if (!crosswalk.name().empty()) {
    hash.Update(absl::StrCat("crosswalk ", crosswalk.name()));
    for (const registry::v1::CrosswalkMapping& mapping : crosswalk.mappings()) {
      hash.Update(
          absl::StrCat(";", mapping.from_code(), "=", absl::StrJoin(mapping.to_codes(), ",")));
    }
  }
  return hash.Hex().substr(0, kMappingDigits);
}

std::string DerivedImportId(const v1::Import& import) {
  const absl::string_view format = FormatName(import.format());
  absl::string_view several;
  if (import.on_duplicate() == v1::ON_DUPLICATE_LATEST) several = "-latest";
  if (import.on_duplicate() == v1::ON_DUPLICATE_CONTRIBUTORS) several = "-merge";
  const std::string options =
      absl::StrCat(format.empty() ? "" : "-", format, import.dry_run() ? "-check" : "",
                   import.partial() ? "-partial" : "", several,
                   import.mapping_hash().empty() ? "" : "-", import.mapping_hash());
  const absl::string_view file = absl::string_view(import.sha256()).substr(0, kIdDigits);
  if (file.size() + options.size() <= kMaxId) return absl::StrCat(file, options);
  FileHash hash;
  hash.Update(options);
  return absl::StrCat(file, "-", hash.Hex().substr(0, kMappingDigits));
}

}  // namespace weft::ingestion
