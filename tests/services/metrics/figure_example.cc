#include "tests/services/metrics/figure_example.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/compute.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {

FigureData InputOf(const WaveBuilder& wave, const v1::Parameters& parameters) {
  return MakeFigureData(wave.View(parameters), FigureKind::kModel);
}

WaveBuilder SmallWave() {
  WaveBuilder wave(6);
  wave.Add("4/12 3/2 1/1 0/0 2/5 0/0 | 3")
      .Add("4/3 4/1 2/2 0/0 2/1 k/3 | 2")
      .Add("3/20+ r/0-5 3/2 1/1 4/~10 2/4 | k")
      .Add(". . . . . . | 1")
      .Add("3 3 0 0 3 0 | 2")
      .Add("3 3 3 0 0 0 | 3")
      .Add("0/2 2/4 4/2 1/1 2/2 1/3 | 2")
      .Invite();
  wave.records().roster[1].set_naming(registry::v1::Site::NAMING_NAMED);
  wave.records().frame.taxonomy.mutable_types(5)->set_display_name(
      "Type 6 </script><img src=x onerror=alert(1)> & \"co\"");
  return wave;
}

WaveBuilder EmptyWave() {
  WaveBuilder wave(3);
  wave.Invite().Invite();
  return wave;
}

absl::StatusOr<v1::Figure> Figure(const FigureData& input, absl::string_view figure,
                                  v1::GetFigureRequest request) {
  request.set_name(absl::StrCat("waves/w1/figures/", figure));
  WEFT_ASSIGN_OR_RETURN(const FigureName name, ParseFigureName(request.name()));
  WEFT_RETURN_IF_ERROR(ValidateFigureRequest(request, name.kind));
  return BuildFigure(request, name.kind, input);
}

}  // namespace weft::metrics
