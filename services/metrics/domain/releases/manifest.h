// What a release rests on: pinning it, computing from it, and what differs between two.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_MANIFEST_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_MANIFEST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/metrics/domain/view_builder.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/metrics/store/v1/releases.pb.h"
#include "weft/metrics/v1/definition.pb.h"
#include "weft/metrics/v1/disclosure.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

// So many roster entries a release takes: manifest and content are one message each, which clients
// of gRPC take up to 4 MiB.
inline constexpr int kMostReleaseSites = 1000;

// Names of the records of one release: `releases/{release}/…`.
std::string PinName(absl::string_view release);
std::string PublicationName(absl::string_view release);
// The release of a name below one, or of its own.
absl::string_view ReleaseOf(absl::string_view name);

// FAILED_PRECONDITION (WAVE_NOT_OPEN, RELEASE_TOO_LARGE).
absl::Status CheckReleasable(const WaveRecords& records);

// The revision that counts of each response, by name: what has to be read for MakeManifest().
std::vector<std::string> CountedRevisions(const WaveRecords& records, v1::ReviewFloor floor);

// Where and when records were read.
struct ReadAt {
  v1::Positions positions;
  absl::Time time;
};
// Of the records as they are. A response whose counted revision is not among records.revisions is
// pinned without a hash.
v1::Manifest MakeManifest(const WaveRecords& records, v1::ReviewFloor floor, const ReadAt& read,
                          const std::vector<v1::MetricDefinition>& definitions);
// What the release has to keep of the records, named, without content.
store::v1::ReleasePin MakePin(absl::string_view release, const WaveRecords& records);

// The pinned revisions, by name, in the manifest's order.
std::vector<std::string> PinnedRevisions(const v1::Manifest& manifest);
// How the revisions that were found, in the order of PinnedRevisions(), differ from the pinned
// ones. A missing one is KIND_ERASED when its response is one of `erased`.
std::vector<v1::PinDifference> FindDifferences(
    const v1::Manifest& manifest,
    const std::vector<std::optional<ingestion::v1::ResponseRevision>>& found,
    const std::vector<std::string>& erased);

// The wave as it was pinned, with the answers that were found: the same answers give the same view,
// whatever has happened to roster and responses since.
WaveView PinnedView(const store::v1::ReleasePin& pin, const v1::Release& release,
                    const std::vector<std::optional<ingestion::v1::ResponseRevision>>& found);
// What a release computes of it: MakeContent() without the positions, which only one store knows.
v1::WaveContent MakeReleaseContent(const WaveView& view);
// The sites whose answers count in the view, by name.
std::vector<std::string> CountedSites(const WaveView& view);

// From the earlier to the later: wave, instrument, taxonomy, definitions, roster, responses. Hashes
// that either lacks are not compared.
std::vector<v1::ManifestChange> CompareManifests(const v1::Manifest& earlier,
                                                 const v1::Manifest& later);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_MANIFEST_H_
