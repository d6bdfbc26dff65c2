// Pictures of the four figures. Pure: a figure's data in, a Vega-Lite 5 specification out, with the
// data inlined and every place computed here, so that it is drawn alike everywhere.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_VEGA_H_
#define WEFT_SERVICES_METRICS_DOMAIN_VEGA_H_

#include <string>

#include "services/metrics/domain/vega_style.h"
#include "weft/metrics/v1/figure.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

// What RenderFigureRequest.width may be.
inline constexpr int kDefaultWidth = 720;
inline constexpr int kMinWidth = 200;
inline constexpr int kMaxWidth = 4000;

// With more sites than this, labels would cover the points of Figure 4: sites at one place become
// one mark, whose size says how many they are. Tooltips and the table have the rest.
inline constexpr int kMostLabelledSites = 40;

// The figure with its picture (`width` pixels wide), its table and its text.
v1::RenderFigureResponse Render(v1::Figure figure, int width);

// One picture each; `spec` is a Frame() of the figure, which they complete.
void DrawPartnerTypes(const v1::PartnerTypesFigure& data, int width, Json& spec);
void DrawInteractionLevels(const v1::InteractionLevelsFigure& data, int width, Json& spec);
void DrawNetworks(const v1::NetworksFigure& data, int width, Json& spec);
void DrawModel(const v1::ModelFigure& data, int width, Json& spec);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_VEGA_H_
