#include "tools/cli/figures.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "tools/cli/metrics.h"
#include "tools/cli/terminal.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;

constexpr size_t kLabelWidth = 34;
constexpr size_t kBarWidth = 40;

// From no interaction to collaboration, told apart by density, not by colour.
const std::vector<std::string>& LevelFills() {
  static const auto* const kFills = new std::vector<std::string>{"·", "░", "▒", "▓", "█"};
  return *kFills;
}

double ValueOf(const type::v1::Estimate& estimate) {
  return estimate.has_value() ? estimate.value() : 0;
}

void Print(const v1::PartnerTypesFigure& figure) {
  for (const v1::PartnerTypeBar& bar : figure.bars()) {
    std::printf("%s %s %s\n", Fit(bar.display_name(), kLabelWidth).c_str(),
                Bar(ValueOf(bar.share()), kBarWidth).c_str(), ShareText(bar.share()).c_str());
  }
}

void Print(const v1::InteractionLevelsFigure& figure) {
  std::string legend;
  for (size_t i = 0; i < LevelFills().size(); ++i) {
    absl::StrAppend(&legend, i == 0 ? "" : "   ", LevelFills()[i], " ",
                    LevelName(static_cast<type::v1::InteractionLevel>(i + 1)));
  }
  std::printf("%s\n", legend.c_str());
  for (const v1::InteractionLevelsRow& row : figure.rows()) {
    std::vector<double> shares;
    std::vector<std::string> counts;
    int n = 0;
    for (const v1::LevelShare& share : row.levels().shares()) {
      shares.push_back(ValueOf(share.share()));
      counts.push_back(absl::StrCat(share.share().numerator()));
      n = share.share().n();
    }
    std::printf("%s %s %s of %d\n", Fit(row.display_name(), kLabelWidth).c_str(),
                StackedBar(shares, LevelFills(), kBarWidth).c_str(),
                absl::StrJoin(counts, "+").c_str(), n);
  }
}

// Figures 3 and 4 are pictures; on a terminal their table says the same.
void Print(const v1::DataTable& data) {
  Table table({data.columns().begin(), data.columns().end()});
  for (const v1::DataRow& row : data.rows()) {
    table.Add({row.cells().begin(), row.cells().end()});
  }
  std::fputs(table.ToString().c_str(), stdout);
}

struct FigureOptions {
  std::shared_ptr<WaveOptions> wave;
  std::string figure;
  std::string types;
  std::string base;
  bool vega = false;
};

absl::StatusOr<v1::RenderFigureResponse> Render(Session& session, const FigureOptions& options) {
  v1::RenderFigureRequest request;
  v1::GetFigureRequest& figure = *request.mutable_figure();
  figure.set_name(absl::StrCat(options.wave->wave, "/figures/", options.figure));
  WEFT_ASSIGN_OR_RETURN(*figure.mutable_parameters(), ParseParameters(*options.wave));
  *figure.mutable_min_positions() = MinPositions(session, *options.wave);
  for (absl::string_view type : absl::StrSplit(options.types, ',', absl::SkipWhitespace())) {
    figure.add_partner_types(std::string(type));
  }
  if (options.base == "engaged") {
    figure.set_base(type::v1::BASE_ENGAGED);
  } else if (!options.base.empty() && options.base != "all") {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 absl::StrCat("--base is all or engaged, not \"", options.base, "\""));
  }
  v1::RenderFigureResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.FigureService/RenderFigure", request, response));
  return response;
}

absl::Status ShowFigure(Session& session, const FigureOptions& options) {
  WEFT_ASSIGN_OR_RETURN(const v1::RenderFigureResponse rendered, Render(session, options));
  const v1::Figure& figure = rendered.figure();
  if (options.vega) {
    std::printf("%s\n", rendered.vega_lite().c_str());
    return absl::OkStatus();
  }
  if (session.json()) {
    PrintJson(figure);
    return absl::OkStatus();
  }
  std::printf("Figure %d. %s\n%s\n", figure.number(), figure.title().c_str(),
              BasisText(figure.counted(), figure.invited(), figure.provenance().parameters())
                  .c_str());
  if (figure.has_partner_types()) {
    Print(figure.partner_types());
  } else if (figure.has_interaction_levels()) {
    Print(figure.interaction_levels());
  } else {
    Print(rendered.table());
  }
  std::printf("%s\n", figure.note().c_str());
  return absl::OkStatus();
}

}  // namespace

void AddFigureCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* figure = app.add_subcommand(
      "figure", "Shows a figure: bars on the terminal, data with --json, a Vega-Lite picture with --vega");
  auto options = std::make_shared<FigureOptions>();
  options->wave = AddWaveOptions(*figure);
  figure->add_option("FIGURE", options->figure,
                     "partner-types, interaction-levels, networks or model")
      ->required();
  figure->add_option("--types", options->types,
                     "for interaction-levels: codes to show, in order: cbo,k12_school");
  figure->add_option("--base", options->base,
                     "for interaction-levels: all (default) or engaged (\"when present\")");
  figure->add_flag("--vega", options->vega, "print the Vega-Lite specification");
  figure->callback([&session, &result, options] { result = ShowFigure(*session, *options); });
}

}  // namespace weft::cli
