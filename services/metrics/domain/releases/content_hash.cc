#include "services/metrics/domain/releases/content_hash.h"

#include <openssl/evp.h>

#include "absl/strings/escaping.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace weft::metrics {
namespace {

void AppendDeterministically(const google::protobuf::Message& message, std::string& bytes) {
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

void ClearPositions(v1::Provenance& provenance) { provenance.clear_computed_through(); }

}  // namespace

std::string HashOf(const google::protobuf::Message& message, absl::string_view salt) {
  std::string bytes(salt);
  AppendDeterministically(message, bytes);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string HashOfContent(const v1::WaveContent& content, absl::string_view salt) {
  v1::WaveContent numbers = content;
  ClearPositions(*numbers.mutable_summary()->mutable_provenance());
  for (v1::Figure& figure : *numbers.mutable_figures()) {
    figure.clear_title();
    figure.clear_note();
    if (figure.has_provenance()) ClearPositions(*figure.mutable_provenance());
    if (!figure.has_networks()) continue;
    for (v1::SiteNetwork& site : *figure.mutable_networks()->mutable_sites()) {
      for (v1::NetworkNode& node : *site.mutable_nodes()) {
        node.clear_x();
        node.clear_y();
      }
    }
  }
  return HashOf(numbers, salt);
}

std::string HashOfManifest(const v1::Manifest& manifest, absl::string_view salt) {
  v1::Manifest pinned = manifest;
  pinned.clear_positions();
  pinned.clear_pin_time();
  for (v1::PinnedRosterEntry& entry : *pinned.mutable_roster()) entry.clear_etag();
  return HashOf(pinned, salt);
}

}  // namespace weft::metrics
