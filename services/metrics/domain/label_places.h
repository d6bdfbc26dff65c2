// Where the labels of points go, so that they cover neither points nor each other. Greedy and
// deterministic: good for the few dozen labels that a person can read.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_LABEL_PLACES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_LABEL_PLACES_H_

#include <vector>

namespace weft::metrics {

// In pixels, y down.
struct Box {
  double left;
  double top;
  double right;
  double bottom;
};

struct LabelledPoint {
  double x;
  double y;
  // Of the label.
  double width;
  double height;
};

// The label's near edge (or its middle, above and below) as an offset from its point.
struct LabelPlace {
  enum Align { kLeft, kCenter, kRight };
  double dx;
  double dy;
  Align align;
};

// One place for each point. `radius` is that of the points' marks; labels stay inside `frame` and
// off `obstacles` where they can.
std::vector<LabelPlace> PlaceLabels(const std::vector<LabelledPoint>& points, double radius,
                                    const Box& frame, const std::vector<Box>& obstacles);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_LABEL_PLACES_H_
