// The four figures as data. Pure: the numbers come from a WaveSummary and its SiteMetrics; nothing
// is computed here but order, place and words.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_FIGURES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_FIGURES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/figure.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

enum class FigureKind { kPartnerTypes, kInteractionLevels, kNetworks, kModel };
inline constexpr FigureKind kFigureKinds[] = {FigureKind::kPartnerTypes,
                                              FigureKind::kInteractionLevels, FigureKind::kNetworks,
                                              FigureKind::kModel};

// Which figure of which wave a name means.
struct FigureName {
  std::string wave;  // `waves/{wave}`
  FigureKind kind;
};

// In what follows, `field` is what stands before the names of the request's fields in errors: "",
// or "figure." where the request is part of another.

// Reads `waves/{wave}/figures/{figure}`. INVALID_ARGUMENT (NAME_INVALID) when it is no such name;
// NOT_FOUND (FIGURE_NOT_FOUND) that lists the four figures when the last part is none of them.
absl::StatusOr<FigureName> ParseFigureName(absl::string_view name, absl::string_view field = "");
// "partner-types", "interaction-levels", "networks", "model".
absl::string_view FigureId(FigureKind kind);
// Whether the figure needs SiteMetrics, which cost more to load than a summary.
bool NeedsSites(FigureKind kind);

// What can be said of a request without data: fields that the figure does not take are refused.
absl::Status ValidateFigureRequest(const v1::GetFigureRequest& request, FigureKind kind,
                                   absl::string_view field = "");

// As many sites as one figure shows by themselves: more could be read by nobody. With more counted
// sites, "networks" is given in pages and "model" in groups.
inline constexpr int kMostSites = 100;

// What figures are made from.
struct FigureData {
  v1::WaveSummary summary;
  // Where NeedsSites(): up to kMostSites of the wave. Those without a counted response are passed
  // over.
  std::vector<v1::SiteMetrics> sites;
  // The `sites/{site}` that agreed to be named: others appear by label alone.
  absl::flat_hash_set<std::string> named;
  // For "model", of all counted sites.
  std::vector<v1::ModelGroup> groups;
  // How many counted sites are not among `sites` because who reads it does not see them one by one.
  int not_shown = 0;
  // For "networks": where the next page starts; "" when there is none.
  std::string next_page_token;
};

// From a view that has what `kind` needs: all but the token.
FigureData MakeFigureData(const WaveView& view, FigureKind kind);

// Builds the figure that `request` asks for. INVALID_ARGUMENT when it names a partner type that the
// wave has not.
absl::StatusOr<v1::Figure> BuildFigure(const v1::GetFigureRequest& request, FigureKind kind,
                                       const FigureData& data, absl::string_view field = "");

// A request's `width` with its default. INVALID_ARGUMENT when it is out of bounds.
absl::StatusOr<int> ReadWidth(int width);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_FIGURES_H_
