#include "services/metrics/domain/label_places.h"

#include <algorithm>
#include <limits>

namespace weft::metrics {
namespace {

double Overlap(const Box& a, const Box& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

double Area(const Box& box) { return (box.right - box.left) * (box.bottom - box.top); }

Box LabelBox(const LabelledPoint& point, const LabelPlace& place) {
  const double anchor = point.x + place.dx;
  const double left = place.align == LabelPlace::kLeft    ? anchor
                      : place.align == LabelPlace::kRight ? anchor - point.width
                                                          : anchor - point.width / 2;
  const double middle = point.y + place.dy;
  return {left, middle - point.height / 2, left + point.width, middle + point.height / 2};
}

}  // namespace

std::vector<LabelPlace> PlaceLabels(const std::vector<LabelledPoint>& points, double radius,
                                    const Box& frame, const std::vector<Box>& obstacles) {
  std::vector<LabelPlace> places;
  std::vector<Box> placed;
  for (const LabelledPoint& point : points) {
    const double side = radius + 4;
    const double above = radius + 2 + point.height / 2;
    const double corner = radius * 0.75 + 2;
    const double slant = above;
    // In order of preference.
    const LabelPlace candidates[] = {
        {side, 0, LabelPlace::kLeft},          {-side, 0, LabelPlace::kRight},
        {0, -above, LabelPlace::kCenter},      {0, above, LabelPlace::kCenter},
        {corner, -slant, LabelPlace::kLeft},   {corner, slant, LabelPlace::kLeft},
        {-corner, -slant, LabelPlace::kRight}, {-corner, slant, LabelPlace::kRight}};
    LabelPlace best = candidates[0];
    double best_cost = std::numeric_limits<double>::infinity();
    double preference = 0;
    for (const LabelPlace& candidate : candidates) {
      const Box box = LabelBox(point, candidate);
      // Leaving the frame is worst, then covering another label, then a point, then an obstacle.
      double cost = preference + 10 * (Area(box) - Overlap(box, frame));
      for (const Box& label : placed) cost += 6 * Overlap(box, label);
      for (const LabelledPoint& other : points) {
        cost += 4 * Overlap(box, {other.x - radius, other.y - radius, other.x + radius,
                                  other.y + radius});
      }
      for (const Box& obstacle : obstacles) cost += Overlap(box, obstacle);
      if (cost < best_cost) {
        best_cost = cost;
        best = candidate;
      }
      preference += 1;
    }
    places.push_back(best);
    placed.push_back(LabelBox(point, best));
  }
  return places;
}

}  // namespace weft::metrics
