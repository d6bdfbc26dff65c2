#include "tools/cli/figures.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/terms.h"
#include "tools/cli/metrics.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "tools/report/drawing.h"
#include "tools/report/release_page.h"
#include "tools/report/report.h"
#include "tools/report/site_page.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/metrics/v1/network.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

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
                Bar(ValueOf(bar.share()), kBarWidth).c_str(), ShareCell(bar.share()).c_str());
  }
}

void Print(const v1::InteractionLevelsFigure& figure) {
  std::string legend;
  for (size_t i = 0; i < LevelFills().size(); ++i) {
    absl::StrAppend(&legend, i == 0 ? "" : "   ", LevelFills()[i], " ",
                    LevelWords(static_cast<type::v1::InteractionLevel>(i + 1)));
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
  std::string page_token;
  int width = 0;
  bool vega = false;
  std::string output;
};

absl::StatusOr<v1::RenderFigureResponse> Render(Session& session, const FigureOptions& options) {
  v1::RenderFigureRequest request;
  request.set_width(options.width);
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
    return UsageError(
        absl::StrCat("\"", options.base, "\" is no value of --base; there are all, engaged"));
  }
  figure.set_page_token(options.page_token);
  v1::RenderFigureResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.FigureService/RenderFigure", request, response));
  return response;
}

absl::Status ShowFigure(Session& session, const FigureOptions& options) {
  WEFT_ASSIGN_OR_RETURN(const v1::RenderFigureResponse rendered, Render(session, options));
  const v1::Figure& figure = rendered.figure();
  if (!options.output.empty()) return WritePicture(options.output, rendered.vega_lite());
  if (options.vega) {
    std::printf("%s\n", rendered.vega_lite().c_str());
    return absl::OkStatus();
  }
  if (session.json()) {
    PrintJson(figure);
    return absl::OkStatus();
  }
  std::printf(
      "Figure %d. %s\n%s\n", figure.number(), figure.title().c_str(),
      BasisText(figure.counted(), figure.invited(), figure.provenance().parameters()).c_str());
  if (figure.has_partner_types()) {
    Print(figure.partner_types());
  } else if (figure.has_interaction_levels()) {
    Print(figure.interaction_levels());
  } else {
    Print(rendered.table());
  }
  std::printf("%s\n", figure.note().c_str());
  if (!figure.networks().next_page_token().empty()) {
    std::printf("The next sites: --page-token %s\n", figure.networks().next_page_token().c_str());
  }
  return absl::OkStatus();
}

struct ReportOptions {
  std::shared_ptr<WaveOptions> wave;
  std::string site;
  std::string earlier;
  std::string crosswalk;
  std::string expectations;
  std::string notice;
  std::string types;
  std::string output = "report.html";
};

absl::Status WritePage(const std::string& output, const std::string& page) {
  WEFT_RETURN_IF_ERROR(WriteFile(output, page));
  std::printf("report written to %s (%zu KiB)\n", output.c_str(), page.size() / 1024);
  return absl::OkStatus();
}

absl::Status AddPictures(Session& session, const ReportOptions& options,
                         report::ReportInput& input) {
  for (const char* name : {"partner-types", "interaction-levels", "networks", "model"}) {
    for (const int width : report::kFigureWidths) {
      FigureOptions figure;
      figure.wave = options.wave;
      figure.figure = name;
      figure.width = width;
      if (figure.figure == "interaction-levels") figure.types = options.types;
      WEFT_ASSIGN_OR_RETURN(v1::RenderFigureResponse rendered, Render(session, figure));
      input.figures.push_back(std::move(rendered));
    }
  }
  return absl::OkStatus();
}

// How the answers came in. Without it the page says everything else.
void AddResponseRate(Session& session, const ReportOptions& options,
                     const v1::Parameters& parameters, report::ReportInput& input) {
  const auto leave_out = [&input](absl::string_view why) {
    input.response_rate.clear();
    std::fprintf(stderr, "note: without the picture of how responses came in: %s\n",
                 std::string(why).c_str());
  };
  if (!parameters.filter().empty()) {
    return leave_out("it counts the sites of a wave or a cohort, not those of --where");
  }
  for (const int width : report::kFigureWidths) {
    v1::RenderResponseRateRequest request;
    request.mutable_series()->set_name(options.wave->wave);
    request.mutable_series()->set_cohort(parameters.cohort());
    request.set_width(width);
    v1::RenderResponseRateResponse response;
    const absl::Status drawn =
        session.Call("weft.metrics.v1.FigureService/RenderResponseRate", request, response);
    if (!drawn.ok()) return leave_out(drawn.message());
    input.response_rate.push_back(std::move(*response.mutable_picture()));
  }
}

// Who works with whom at the end of the wave, as the registry has it. Without ties, or with too
// many to draw, the page says everything else.
void AddNetworkMap(Session& session, const ReportOptions& options, const v1::Parameters& parameters,
                   const v1::Positions& through, report::ReportInput& input) {
  for (const int width : report::kFigureWidths) {
    v1::RenderNetworkRequest request;
    v1::NetworkQuery& query = *request.mutable_query();
    query.set_wave(options.wave->wave);
    query.set_cohort(parameters.cohort());
    query.set_filter(parameters.filter());
    if (!options.earlier.empty()) request.add_earlier()->set_wave(options.earlier);
    request.set_width(width);
    *request.mutable_min_positions() = through;
    v1::RenderNetworkResponse response;
    absl::Status drawn =
        session.Call("weft.metrics.v1.NetworkService/RenderNetwork", request, response);
    if (drawn.ok() && response.map().ties().empty()) {
      drawn = absl::NotFoundError("the registry has no partnership of these sites on that day");
    }
    if (!drawn.ok()) {
      input.network_map.clear();
      std::fprintf(stderr, "note: without the map of who works with whom: %s\n",
                   std::string(drawn.message()).c_str());
      return;
    }
    input.network_map.push_back(std::move(*response.mutable_picture()));
  }
}

// What became of the levels of the earlier wave.
absl::Status AddTransitions(Session& session, const ReportOptions& options,
                            const v1::Parameters& parameters, report::ReportInput& input) {
  if (options.earlier.empty()) return absl::OkStatus();
  for (const int width : report::kFigureWidths) {
    v1::RenderWaveComparisonRequest request;
    request.mutable_comparison()->set_parent(options.wave->wave);
    request.mutable_comparison()->set_earlier_wave(options.earlier);
    request.mutable_comparison()->set_crosswalk(options.crosswalk);
    *request.mutable_comparison()->mutable_parameters() = parameters;
    request.set_width(width);
    v1::RenderWaveComparisonResponse response;
    WEFT_RETURN_IF_ERROR(
        session.Call("weft.metrics.v1.FigureService/RenderWaveComparison", request, response));
    input.transitions.push_back(std::move(*response.mutable_picture()));
  }
  return absl::OkStatus();
}

absl::Status WriteReport(Session& session, const ReportOptions& options) {
  const WaveOptions& wave = *options.wave;
  WEFT_ASSIGN_OR_RETURN(const v1::Parameters parameters, ParseParameters(wave));
  const v1::Positions through = MinPositions(session, wave);
  report::ReportInput input;

  v1::GetWaveSummaryRequest summary;
  summary.set_name(absl::StrCat(wave.wave, "/summary"));
  *summary.mutable_parameters() = parameters;
  *summary.mutable_min_positions() = through;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.MetricsService/GetWaveSummary", summary, input.summary));

  v1::GetItemFrequenciesRequest items;
  items.set_parent(wave.wave);
  *items.mutable_parameters() = parameters;
  v1::GetItemFrequenciesResponse frequencies;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.MetricsService/GetItemFrequencies", items, frequencies));
  input.items.assign(frequencies.items().begin(), frequencies.items().end());

  AddNetworkMap(session, options, parameters, through, input);
  AddResponseRate(session, options, parameters, input);
  WEFT_RETURN_IF_ERROR(AddTransitions(session, options, parameters, input));
  if (!options.expectations.empty()) {
    v1::CheckExpectationsRequest check;
    WEFT_ASSIGN_OR_RETURN(const std::string json, ReadFile(options.expectations));
    WEFT_RETURN_IF_ERROR(FromJson(json, options.expectations, check));
    check.set_parent(wave.wave);
    *check.mutable_parameters() = parameters;
    WEFT_RETURN_IF_ERROR(session.Call("weft.metrics.v1.MetricsService/CheckExpectations", check,
                                      input.expectations.emplace()));
  }
  WEFT_RETURN_IF_ERROR(AddPictures(session, options, input));

  // The whole roster, which the summary of some of its sites does not know.
  if (!wave.cohort.empty() || !wave.filter.empty()) {
    v1::GetWaveSummaryRequest whole = summary;
    whole.mutable_parameters()->clear_cohort();
    whole.mutable_parameters()->clear_filter();
    v1::WaveSummary all;
    WEFT_RETURN_IF_ERROR(session.Call("weft.metrics.v1.MetricsService/GetWaveSummary", whole, all));
    input.roster_size = all.invited();
  }
  input.generated_at = absl::Now();
  input.notice = options.notice;
  return WritePage(options.output, report::BuildReport(input));
}

absl::Status WriteSitePage(Session& session, const ReportOptions& options) {
  const WaveOptions& wave = *options.wave;
  WEFT_ASSIGN_OR_RETURN(const v1::Parameters parameters, ParseParameters(wave));
  report::SitePageInput input;
  v1::GetWaveSummaryRequest summary;
  summary.set_name(absl::StrCat(wave.wave, "/summary"));
  *summary.mutable_parameters() = parameters;
  *summary.mutable_min_positions() = MinPositions(session, wave);
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.MetricsService/GetWaveSummary", summary, input.summary));
  for (const int width : report::kFigureWidths) {
    v1::RenderSiteFeedbackRequest request;
    request.set_width(width);
    v1::GetSiteFeedbackRequest& feedback = *request.mutable_feedback();
    feedback.set_name(absl::StrCat(wave.wave, "/siteFeedback/", IdOf(options.site)));
    *feedback.mutable_parameters() = parameters;
    *feedback.mutable_min_positions() = MinPositions(session, wave);
    WEFT_RETURN_IF_ERROR(session.Call("weft.metrics.v1.FigureService/RenderSiteFeedback", request,
                                      input.renderings.emplace_back()));
  }
  v1::GetSiteProfileRequest profile;
  profile.set_name(absl::StrCat("sites/", IdOf(options.site), "/profile"));
  profile.set_wave(wave.wave);
  // The answers that the rest of the page counts.
  profile.set_floor(input.summary.provenance().parameters().floor());
  profile.set_self_rule(parameters.self_rule());
  profile.set_engaged_rule(parameters.engaged_rule());
  *profile.mutable_min_positions() = MinPositions(session, wave);
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.MetricsService/GetSiteProfile", profile, input.profile));
  input.generated_at = absl::Now();
  input.notice = options.notice;
  return WritePage(options.output, report::BuildSitePage(input));
}

absl::Status WriteReleasePage(Session& session, const ReportOptions& options) {
  report::ReleasePageInput input;
  for (const int width : report::kFigureWidths) {
    v1::RenderPublicationRequest request;
    request.set_name(absl::StrCat(options.wave->wave, "/publication"));
    request.set_width(width);
    WEFT_RETURN_IF_ERROR(session.Call("weft.metrics.v1.ReleaseService/RenderPublication", request,
                                      input.renderings.emplace_back()));
  }
  input.generated_at = absl::Now();
  input.notice = options.notice;
  return WritePage(options.output, report::BuildReleasePage(input));
}

// USAGE when one of `given` (option and its value) has a value: the page would be written as if it
// held.
absl::Status RefuseOptions(
    absl::string_view page,
    const std::vector<std::pair<absl::string_view, absl::string_view>>& given) {
  std::vector<absl::string_view> idle;
  for (const auto& [option, value] : given) {
    if (!value.empty()) idle.push_back(option);
  }
  if (idle.empty()) return absl::OkStatus();
  return UsageError(absl::StrCat("the page of ", page, " takes no ", absl::StrJoin(idle, ", ")));
}

absl::Status WriteAnyReport(Session& session, const ReportOptions& options) {
  const WaveOptions& wave = *options.wave;
  const std::vector<std::pair<absl::string_view, absl::string_view>> of_waves = {
      {"--earlier", options.earlier},
      {"--crosswalk", options.crosswalk},
      {"--expectations", options.expectations},
      {"--types", options.types}};
  if (absl::StartsWith(wave.wave, "releases/")) {
    // A release says itself which sites and answers it counts.
    auto others = of_waves;
    others.insert(others.end(), {{"--site", options.site},
                                 {"--cohort", wave.cohort},
                                 {"--where", wave.filter},
                                 {"--floor", wave.floor},
                                 {"--rule", wave.rule},
                                 {"--self", wave.self}});
    WEFT_RETURN_IF_ERROR(RefuseOptions("a release", others));
    return WriteReleasePage(session, options);
  }
  if (!options.site.empty()) {
    WEFT_RETURN_IF_ERROR(RefuseOptions("a site", of_waves));
    return WriteSitePage(session, options);
  }
  return WriteReport(session, options);
}

}  // namespace

absl::Status WritePicture(const std::string& file, const std::string& vega_lite) {
  WEFT_ASSIGN_OR_RETURN(const std::string content, report::DrawFor(file, vega_lite));
  WEFT_RETURN_IF_ERROR(WriteFile(file, content));
  std::printf("picture written to %s\n", file.c_str());
  return absl::OkStatus();
}

void AddFigureCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* figure = app.add_subcommand(
      "figure",
      "Shows a figure: bars on the terminal, data with --json, a Vega-Lite picture with --vega");
  auto options = std::make_shared<FigureOptions>();
  options->wave = AddWaveOptions(*figure);
  figure
      ->add_option("FIGURE", options->figure,
                   "partner-types, interaction-levels, networks or model")
      ->required();
  figure->add_option("--types", options->types,
                     "for interaction-levels: codes to show, in order: cbo,k12_school");
  figure->add_option("--base", options->base,
                     "for interaction-levels: all (default) or engaged (\"when present\")");
  figure->add_option("--page-token", options->page_token,
                     "for networks of a large wave: the next sites, as the page before says");
  figure->add_flag("--vega", options->vega, "print the Vega-Lite specification");
  figure->add_option("--width", options->width,
                     "for --vega and --output: width of the picture in pixels (default 720)");
  figure->add_option("-o,--output", options->output,
                     "draw it into this file: .svg, .png, or .json for the specification");
  figure->callback([&session, &result, options] { result = ShowFigure(*session, *options); });

  CLI::App* report = app.add_subcommand(
      "report",
      "Writes a self-contained HTML page: about a wave (figures, tables, claims, caveats), about "
      "one "
      "of its sites for its own team (--site), or of a published release (releases/{release})");
  auto page = std::make_shared<ReportOptions>();
  page->wave = AddWaveOptions(*report);
  report->add_option("--site", page->site, "the page of this site, for its team: sites/site-01");
  report->add_option("--earlier", page->earlier,
                     "also show what became of the levels since this wave");
  report->add_option("--crosswalk", page->crosswalk,
                     "for --earlier, when it asked about other partner types");
  report->add_option("--expectations", page->expectations,
                     "claims to check on the page, as for check");
  report->add_option("--notice", page->notice, "a notice for its top");
  report->add_option("--types", page->types, "for Figure 2: codes to show, in order");
  report->add_option("-o,--output", page->output, "the file")->capture_default_str();
  report->callback([&session, &result, page] { result = WriteAnyReport(*session, *page); });
}

}  // namespace weft::cli
