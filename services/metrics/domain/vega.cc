#include "services/metrics/domain/vega.h"

#include <utility>

#include "services/metrics/domain/figure_table.h"
#include "services/metrics/domain/figure_text.h"

namespace weft::metrics {

v1::RenderFigureResponse Render(v1::Figure figure, int width) {
  v1::RenderFigureResponse rendered;
  rendered.set_alt_text(AltText(figure));
  *rendered.mutable_table() = FigureTable(figure);
  Json spec = Frame(figure, rendered.alt_text(), width);
  switch (figure.data_case()) {
    case v1::Figure::kPartnerTypes:
      DrawPartnerTypes(figure.partner_types(), width, spec);
      break;
    case v1::Figure::kInteractionLevels:
      DrawInteractionLevels(figure.interaction_levels(), width, spec);
      break;
    case v1::Figure::kNetworks:
      DrawNetworks(figure.networks(), width, spec);
      break;
    case v1::Figure::kModel:
      DrawModel(figure.model(), width, spec);
      break;
    case v1::Figure::DATA_NOT_SET:
      break;
  }
  rendered.set_vega_lite(spec.dump());
  *rendered.mutable_figure() = std::move(figure);
  return rendered;
}

}  // namespace weft::metrics
