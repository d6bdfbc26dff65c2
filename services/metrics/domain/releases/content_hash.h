// What tells contents apart: SHA-256 of their deterministic serialization.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_CONTENT_HASH_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_CONTENT_HASH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "weft/metrics/v1/disclosure.pb.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

// In hex: 64 lower-case digits. `salt` goes first.
std::string HashOf(const google::protobuf::Message& message, absl::string_view salt = "");

// Of a release's content, nothing withheld. The figures' titles, notes and layout do not count, so
// that another version's words or another machine's cosine leave the hash as it is; nor do
// positions, which only one store knows.
std::string HashOfContent(const v1::WaveContent& content, absl::string_view salt);

// Of everything that the manifest pins: without when it was made, and where the feed stood.
std::string HashOfManifest(const v1::Manifest& manifest, absl::string_view salt);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_CONTENT_HASH_H_
