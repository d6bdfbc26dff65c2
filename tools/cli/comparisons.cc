#include "tools/cli/comparisons.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/terms.h"
#include "tools/cli/figures.h"
#include "tools/cli/metrics.h"
#include "tools/cli/terminal.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;

constexpr char kService[] = "weft.metrics.v1.MetricsService/";
constexpr int kLevels = 5;

std::string NumberWords(absl::string_view x) {
  if (x == "D1") return "partner types engaged (D1)";
  if (x == "P1") return "mean level of engaged types (P1)";
  if (x == "P1-all") return "mean level of all types (P1)";
  return "depth-weighted breadth (P3)";
}

void PrintCaveats(const v1::Provenance& provenance) {
  for (const std::string& caveat : provenance.caveats()) std::printf("note: %s\n", caveat.c_str());
}

// --- Associations --------------------------------------------------------------------------------

std::string TestText(const v1::PermutationTest& test) {
  std::string p = absl::StrFormat("%.4f", test.p());
  switch (test.method()) {
    case v1::PermutationTest::METHOD_EXACT:
      absl::StrAppend(&p, " (exact, of ", absl::StrFormat("%.6g", test.arrangements()),
                      " arrangements; the smallest possible is ",
                      absl::StrFormat("%.4f", test.smallest_p()), ")",
                      test.cannot_reach_05() ? "; it could not reach .05" : "");
      break;
    case v1::PermutationTest::METHOD_MONTE_CARLO:
      absl::StrAppend(&p, " ± ", absl::StrFormat("%.4f", test.standard_error()), " (of ",
                      test.draws(), " random arrangements)");
      break;
    case v1::PermutationTest::METHOD_NORMAL:
      absl::StrAppend(&p, " (normal distribution)");
      break;
    default:
      return "nothing to test";
  }
  return p;
}

void PrintAssociation(const v1::AssociationDetail& detail) {
  std::printf("%s with shared responsibility, %d of %d sites\n", NumberWords(detail.x()).c_str(),
              detail.tau_b().n(), detail.tau_b().base_size());
  std::printf("  tau-b %s   gamma %s   Somers' d %s   rho %s   J %s (by chance %s)\n",
              NumberCell(detail.tau_b(), 2).c_str(), NumberCell(detail.gamma(), 2).c_str(),
              NumberCell(detail.somers_d_x(), 2).c_str(), NumberCell(detail.rho(), 2).c_str(),
              NumberCell(detail.jonckheere(), 1).c_str(),
              NumberCell(detail.jonckheere_expected(), 1).c_str());
  if (detail.has_test()) std::printf("  p = %s\n", TestText(detail.test()).c_str());
  Table groups({"  SHARED RESPONSIBILITY", "SITES", "MEAN", "MEDIAN"});
  for (const v1::RatingGroup& group : detail.groups()) {
    groups.Add({absl::StrCat("  ", RatingWords(group.rating())), absl::StrCat(group.sites()),
                NumberCell(group.mean(), 2), NumberCell(group.median(), 2)});
  }
  std::fputs(groups.ToString().c_str(), stdout);
  for (const v1::GroupDifference& difference : detail.differences()) {
    std::printf("  %s against %s: Cliff's delta %s, chance of the higher number %s\n",
                std::string(RatingWords(difference.higher())).c_str(),
                std::string(RatingWords(difference.lower())).c_str(),
                NumberCell(difference.cliffs_delta(), 2).c_str(),
                NumberCell(difference.superiority(), 2).c_str());
  }
  std::printf("\n");
}

absl::Status Associations(Session& session, const WaveOptions& options, bool test) {
  v1::GetAssociationsRequest request;
  request.set_parent(options.wave);
  request.set_test(test);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::GetAssociationsResponse response;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetAssociations"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  for (const v1::AssociationDetail& detail : response.associations()) PrintAssociation(detail);
  PrintCaveats(response.provenance());
  return absl::OkStatus();
}

// --- Intervals -----------------------------------------------------------------------------------

std::string MethodWords(const v1::SamplingInterval& interval) {
  switch (interval.method()) {
    case v1::SamplingInterval::METHOD_WILSON:
      return "Wilson";
    case v1::SamplingInterval::METHOD_BOOTSTRAP_EXACT:
      return absl::StrFormat("bootstrap, all %.3g ways", interval.resamples());
    case v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO:
      return absl::StrFormat("bootstrap, %.0f random ways", interval.resamples());
    case v1::SamplingInterval::METHOD_NORMAL:
      return "normal distribution";
    default:
      return "none";
  }
}

std::string EndsText(const v1::SamplingInterval& interval) {
  if (!interval.has_lower()) return "–";
  const bool share = interval.method() == v1::SamplingInterval::METHOD_WILSON;
  return share ? absl::StrFormat("%.0f–%.0f%%", 100 * interval.lower(), 100 * interval.upper())
               : absl::StrFormat("%.2f–%.2f", interval.lower(), interval.upper());
}

struct IntervalOptions {
  double confidence = 0;
  bool finite_population = false;
};

absl::Status Intervals(Session& session, const WaveOptions& options,
                       const IntervalOptions& intervals) {
  v1::GetSamplingIntervalsRequest request;
  request.set_parent(options.wave);
  request.set_confidence(intervals.confidence);
  request.set_finite_population(intervals.finite_population);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::GetSamplingIntervalsResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "GetSamplingIntervals"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  Table table({"NUMBER", "OF", "VALUE",
               absl::StrFormat("%.0f%% INTERVAL", 100 * response.confidence()), "METHOD"});
  for (const v1::SamplingInterval& interval : response.intervals()) {
    const bool share = interval.estimate().has_numerator() || interval.metric() == "F1" ||
                       interval.metric() == "R1";
    table.Add({interval.metric(), interval.subject(),
               share ? ShareCell(interval.estimate()) : NumberCell(interval.estimate(), 2),
               EndsText(interval), MethodWords(interval)});
  }
  std::fputs(table.ToString().c_str(), stdout);
  PrintCaveats(response.provenance());
  return absl::OkStatus();
}

// --- Between the sites ---------------------------------------------------------------------------

absl::Status Turnover(Session& session, const WaveOptions& options) {
  v1::GetBetweenSiteTurnoverRequest request;
  request.set_parent(options.wave);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::BetweenSiteTurnover turnover;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "GetBetweenSiteTurnover"), request, turnover));
  if (session.json()) {
    PrintJson(turnover);
    return absl::OkStatus();
  }
  std::printf("Of %d sites whose engagement with every type is known, of %d counted\n\n",
              turnover.gamma().n(), turnover.gamma().base_size());
  Table table({"BETWEEN SITES (D7)", "VALUE"});
  table.Add({"types that any site engages (gamma)", NumberCell(turnover.gamma(), 0)});
  table.Add({"mean types a site engages (alpha)", NumberCell(turnover.mean_alpha(), 2)});
  table.Add({"Whittaker's turnover, gamma / alpha", NumberCell(turnover.whittaker(), 2)});
  table.Add({"mean Jaccard dissimilarity, 0–1", NumberCell(turnover.jaccard(), 3)});
  table.Add({"mean Sorensen dissimilarity, 0–1", NumberCell(turnover.sorensen(), 3)});
  table.Add({"nestedness (NODF), 0–100", NumberCell(turnover.nodf(), 1)});
  std::fputs(table.ToString().c_str(), stdout);
  if (turnover.sampled()) {
    std::printf(
        "note: over %lld pairs drawn of all; standard errors %.5f (Jaccard), %.5f "
        "(Sorensen)\n",
        static_cast<long long>(turnover.pairs()), turnover.jaccard_standard_error(),
        turnover.sorensen_standard_error());
  }
  PrintCaveats(turnover.provenance());
  return absl::OkStatus();
}

// --- One site among the others -------------------------------------------------------------------

std::string StandingText(const v1::Standing& standing) {
  return absl::StrCat(standing.lower(), " / ", standing.same(), " / ", standing.higher());
}

void PrintTypes(const char* what, const google::protobuf::RepeatedPtrField<std::string>& codes,
                const v1::SiteFeedback& feedback) {
  if (codes.empty()) return;
  std::map<std::string, std::string> names;
  for (const v1::TypeStanding& type : feedback.partner_types()) {
    names[type.partner_type()] = type.display_name();
  }
  std::printf("%s: %s\n", what, absl::StrJoin(codes, ", ", [&](std::string* out, const auto& code) {
                                  absl::StrAppend(out, names[code]);
                                }).c_str());
}

void PrintFeedback(const v1::SiteFeedback& feedback) {
  std::printf("%s in %s, among %d sites\n\n", feedback.label().c_str(),
              feedback.provenance().wave().c_str(), feedback.sites());
  if (!feedback.counted()) {
    std::printf("no counted response\n");
    return;
  }
  Table numbers({"NUMBER", "THIS SITE", "MEDIAN", "OTHERS LOWER / SAME / HIGHER"});
  for (const v1::NumberStanding& number : feedback.numbers()) {
    numbers.Add({NumberWords(number.x()), NumberCell(number.value(), 2),
                 NumberCell(number.median(), 2), StandingText(number.others())});
  }
  numbers.Add({"shared responsibility", std::string(RatingWords(feedback.shared_responsibility())),
               "", StandingText(feedback.shared_responsibility_standing())});
  std::printf("%s\n", numbers.ToString().c_str());
  Table types({"PARTNER TYPE", "THIS SITE", "OTHERS ENGAGED", "LEVEL LOWER / SAME / HIGHER"});
  for (const v1::TypeStanding& type : feedback.partner_types()) {
    const bool known = type.cell().level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED;
    types.Add({type.display_name(), known ? std::string(LevelWords(type.cell().level())) : "–",
               ShareCell(type.presence_elsewhere()), StandingText(type.level_elsewhere())});
  }
  std::printf("%s\n", types.ToString().c_str());
  PrintTypes("common elsewhere, not here", feedback.common_elsewhere(), feedback);
  PrintTypes("here, uncommon elsewhere", feedback.uncommon_elsewhere(), feedback);
  PrintCaveats(feedback.provenance());
}

absl::Status Feedback(Session& session, const WaveOptions& options, const std::string& site,
                      const std::string& output) {
  v1::GetSiteFeedbackRequest request;
  request.set_name(absl::StrCat(options.wave, "/siteFeedback/", absl::StripPrefix(site, "sites/")));
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  if (!output.empty()) {
    v1::RenderSiteFeedbackRequest render;
    *render.mutable_feedback() = request;
    v1::RenderSiteFeedbackResponse rendered;
    WEFT_RETURN_IF_ERROR(
        session.Call("weft.metrics.v1.FigureService/RenderSiteFeedback", render, rendered));
    if (rendered.pictures().empty()) {
      return Error(
          absl::StatusCode::kFailedPrecondition, "NOTHING_TO_DRAW",
          absl::StrCat("no response of ", site, " counts yet, so that there is no picture"));
    }
    return WritePicture(output, rendered.pictures(0).vega_lite());
  }
  v1::SiteFeedback feedback;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetSiteFeedback"), request, feedback));
  if (session.json()) {
    PrintJson(feedback);
  } else {
    PrintFeedback(feedback);
  }
  return absl::OkStatus();
}

// --- Two waves -----------------------------------------------------------------------------------

void PrintLevels(const v1::LevelTransitions& levels) {
  std::map<std::pair<int, int>, int> cells;
  for (const v1::LevelTransition& each : levels.transitions()) {
    cells[{each.earlier(), each.later()}] = each.cells();
  }
  const auto words = [](int place) {
    return std::string(LevelWords(static_cast<type::v1::InteractionLevel>(
        type::v1::INTERACTION_LEVEL_NO_INTERACTION + place)));
  };
  std::vector<std::string> head = {"THEN \\ NOW"};
  for (int now = 0; now < kLevels; ++now) head.push_back(words(now));
  Table table(head);
  for (int then = 0; then < kLevels; ++then) {
    std::vector<std::string> row = {words(then)};
    for (int now = 0; now < kLevels; ++now) {
      const int first = type::v1::INTERACTION_LEVEL_NO_INTERACTION;
      row.push_back(absl::StrCat(cells[{first + then, first + now}]));
    }
    table.Add(row);
  }
  std::printf("%s  up %s   same %s   down %s\n\n", table.ToString().c_str(),
              ShareCell(levels.up()).c_str(), ShareCell(levels.same()).c_str(),
              ShareCell(levels.down()).c_str());
}

std::string TestText(const v1::PairedTest& test) {
  if (!test.has_p()) return "–";
  return absl::StrCat(absl::StrFormat("%.4f", test.p()),
                      test.cannot_reach_05() ? " (could not reach .05)" : "");
}

void PrintNumbers(const v1::WaveComparison& comparison) {
  const bool tested = comparison.numbers_size() > 0 && comparison.numbers(0).has_sign_test();
  std::vector<std::string> head = {"WITHIN SITES", "MEAN CHANGE", "MEDIAN", "UP",
                                   "SAME",         "DOWN",        "n/N"};
  if (tested) head.insert(head.end(), {"SIGN TEST p", "SIGNED RANKS p"});
  Table table(head);
  for (const v1::NumberChange& change : comparison.numbers()) {
    std::vector<std::string> row = {
        NumberWords(change.x()),
        NumberCell(change.mean_change(), 2),
        NumberCell(change.median_change(), 2),
        absl::StrCat(change.up()),
        absl::StrCat(change.same()),
        absl::StrCat(change.down()),
        absl::StrCat(change.mean_change().n(), "/", change.mean_change().base_size())};
    if (tested) {
      row.push_back(TestText(change.sign_test()));
      row.push_back(TestText(change.signed_rank_test()));
    }
    table.Add(row);
  }
  std::printf("%s\n", table.ToString().c_str());
}

void PrintTurnover(const v1::WaveComparison& comparison) {
  Table table({"PARTNER TYPE", "ADDED", "DROPPED", "KEPT", "NEITHER", "UNKNOWN", "JACCARD"});
  const auto add = [&table](const std::string& label, const v1::Turnover& turnover) {
    table.Add({label, absl::StrCat(turnover.added()), absl::StrCat(turnover.dropped()),
               absl::StrCat(turnover.kept()), absl::StrCat(turnover.neither()),
               absl::StrCat(turnover.unknown()), NumberCell(turnover.jaccard(), 2)});
  };
  for (int i = 0; i < comparison.partner_types_size(); ++i) {
    add(comparison.types(i).display_name(), comparison.partner_types(i).turnover());
  }
  add("all", comparison.turnover());
  std::printf("%s\n", table.ToString().c_str());
}

void PrintSites(const char* what, int count,
                const google::protobuf::RepeatedPtrField<std::string>& sites) {
  if (count == 0) return;
  std::printf("%s: %d (%s%s)\n", what, count, absl::StrJoin(sites, ", ").c_str(),
              count > sites.size() ? ", …" : "");
}

void PrintComparison(const v1::WaveComparison& comparison) {
  std::printf("%s → %s: sites in both: %d; partner types compared: %d\n",
              comparison.earlier().wave().c_str(), comparison.later().wave().c_str(),
              comparison.matched(), comparison.types_size());
  PrintSites("only in the later wave", comparison.entering(), comparison.entering_sites());
  PrintSites("only in the earlier wave", comparison.leaving(), comparison.leaving_sites());
  if (!comparison.crosswalk().empty()) {
    std::printf("types by %s; not compared: %s of the earlier wave, %s of the later one\n",
                comparison.crosswalk().c_str(),
                absl::StrJoin(comparison.earlier_types_left_out(), ", ").c_str(),
                absl::StrJoin(comparison.later_types_left_out(), ", ").c_str());
  }
  std::printf("\n");
  PrintLevels(comparison.levels());
  PrintTurnover(comparison);
  PrintNumbers(comparison);
  const v1::RatingTransitions& ratings = comparison.shared_responsibility();
  std::printf("shared responsibility: up %s, same %s, down %s\n", ShareCell(ratings.up()).c_str(),
              ShareCell(ratings.same()).c_str(), ShareCell(ratings.down()).c_str());
  PrintCaveats(comparison.later());
}

struct CompareOptions {
  std::string earlier;
  std::string crosswalk;
  bool test = false;
  std::string output;
};

absl::Status Compare(Session& session, const WaveOptions& options, const CompareOptions& compare) {
  v1::CompareWavesRequest request;
  request.set_parent(options.wave);
  request.set_earlier_wave(compare.earlier);
  request.set_crosswalk(compare.crosswalk);
  request.set_test(compare.test);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  if (!compare.output.empty()) {
    v1::RenderWaveComparisonRequest render;
    *render.mutable_comparison() = request;
    v1::RenderWaveComparisonResponse rendered;
    WEFT_RETURN_IF_ERROR(
        session.Call("weft.metrics.v1.FigureService/RenderWaveComparison", render, rendered));
    return WritePicture(compare.output, rendered.picture().vega_lite());
  }
  v1::WaveComparison comparison;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "CompareWaves"), request, comparison));
  if (session.json()) {
    PrintJson(comparison);
  } else {
    PrintComparison(comparison);
  }
  return absl::OkStatus();
}

// --- Two groups of a wave ------------------------------------------------------------------------

struct GroupOptions {
  std::string first_cohort, first_filter, second_cohort, second_filter;
  bool test = false;
};

std::string GroupText(const v1::GroupSize& size) {
  std::vector<std::string> parts;
  if (!size.group().cohort().empty()) parts.push_back(size.group().cohort());
  if (!size.group().filter().empty()) {
    parts.push_back(absl::StrCat("where ", size.group().filter()));
  }
  return absl::StrCat(parts.empty() ? "the whole wave" : absl::StrJoin(parts, " "), ": ",
                      size.counted(), " of ", size.invited(), " sites counted");
}

std::string CentreText(const type::v1::Estimate& mean, const type::v1::Estimate& median) {
  return absl::StrCat(NumberCell(mean, 2), " / ", NumberCell(median, 2), " (", mean.n(), ")");
}

absl::Status Groups(Session& session, const WaveOptions& options, const GroupOptions& groups) {
  v1::CompareGroupsRequest request;
  request.set_parent(options.wave);
  request.mutable_first()->set_cohort(groups.first_cohort);
  request.mutable_first()->set_filter(groups.first_filter);
  request.mutable_second()->set_cohort(groups.second_cohort);
  request.mutable_second()->set_filter(groups.second_filter);
  request.set_test(groups.test);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::GroupComparison comparison;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "CompareGroups"), request, comparison));
  if (session.json()) {
    PrintJson(comparison);
    return absl::OkStatus();
  }
  std::printf("A  %s\nB  %s\n", GroupText(comparison.first()).c_str(),
              GroupText(comparison.second()).c_str());
  if (comparison.in_both() > 0) {
    std::printf("Left out: %d in both\n", comparison.in_both());
  }
  std::printf("\n");
  Table numbers({"MEAN / MEDIAN (n)", "A", "B", "CLIFF'S DELTA", groups.test ? "p" : ""});
  for (const v1::GroupNumber& number : comparison.numbers()) {
    numbers.Add({number.x() == "R1" ? "shared responsibility, 0–2 (R1)" : NumberWords(number.x()),
                 CentreText(number.first_mean(), number.first_median()),
                 CentreText(number.second_mean(), number.second_median()),
                 NumberCell(number.cliffs_delta(), 2),
                 groups.test ? TestText(number.test()) : std::string()});
  }
  std::printf("%s\n", numbers.ToString().c_str());
  Table types({"SITES ENGAGED", "A", "B"});
  for (const v1::GroupPresence& type : comparison.partner_types()) {
    types.Add({type.display_name(), ShareCell(type.first()), ShareCell(type.second())});
  }
  std::fputs(types.ToString().c_str(), stdout);
  PrintCaveats(comparison.provenance());
  return absl::OkStatus();
}

}  // namespace

void AddComparisonCommands(CLI::App& app, Session*& session, absl::Status& result) {
  constexpr char kTestHelp[] =
      "also test; the sites are no sample, so that p says how remarkable it is among them alone";
  auto test = std::make_shared<bool>(false);
  CLI::App* associations = app.add_subcommand(
      "associations", "Shows how breadth and depth go together with shared responsibility");
  auto wave = AddWaveOptions(*associations);
  associations->add_flag("--test", *test, kTestHelp);
  associations->callback(
      [&session, &result, wave, test] { result = Associations(*session, *wave, *test); });

  auto intervals = std::make_shared<IntervalOptions>();
  CLI::App* sampling = app.add_subcommand(
      "intervals", "Shows how far shares and means would move if the sites were drawn anew");
  auto sampled = AddWaveOptions(*sampling);
  sampling->add_option("--confidence", intervals->confidence, "0.9, 0.95 (default) or 0.99");
  sampling->add_flag("--finite-population", intervals->finite_population,
                     "the numbers are about the invited sites alone");
  sampling->callback([&session, &result, sampled, intervals] {
    result = Intervals(*session, *sampled, *intervals);
  });

  CLI::App* turnover = app.add_subcommand(
      "turnover", "Shows how unlike the sites are in the partner types that they engage");
  auto unlike = AddWaveOptions(*turnover);
  turnover->callback([&session, &result, unlike] { result = Turnover(*session, *unlike); });

  auto site = std::make_shared<std::string>();
  CLI::App* feedback =
      app.add_subcommand("feedback", "Shows a site where it stands among the others");
  auto among = AddWaveOptions(*feedback);
  feedback->add_option("SITE", *site, "e.g. sites/site-01")->required();
  auto drawn = std::make_shared<std::string>();
  feedback->add_option("-o,--output", *drawn,
                       "draw its partner types beside the others': a .svg, .png or .json file");
  feedback->callback([&session, &result, among, site, drawn] {
    result = Feedback(*session, *among, *site, *drawn);
  });

  auto groups = std::make_shared<GroupOptions>();
  CLI::App* compare_groups = app.add_subcommand(
      "groups", "Shows two groups of a wave's sites side by side: cohorts, or by what sites were");
  auto of_groups = AddWaveOptions(*compare_groups, OfSites::kItsOwn);
  compare_groups->add_option("--a-cohort", groups->first_cohort, "group A: this cohort's sites");
  compare_groups->add_option("--a-where", groups->first_filter,
                             "group A: sites that were so, as for --where of summary");
  compare_groups->add_option("--b-cohort", groups->second_cohort, "group B: this cohort's sites");
  compare_groups->add_option("--b-where", groups->second_filter,
                             "group B: sites that were so, as for --where of summary");
  compare_groups->add_flag("--test", groups->test, "also test each difference");
  compare_groups->callback(
      [&session, &result, of_groups, groups] { result = Groups(*session, *of_groups, *groups); });

  auto options = std::make_shared<CompareOptions>();
  CLI::App* compare =
      app.add_subcommand("compare", "Shows what became of the sites of an earlier wave");
  auto later = AddWaveOptions(*compare);
  compare->add_option("EARLIER", options->earlier, "the earlier wave, e.g. waves/2024-winter")
      ->required();
  compare->add_option("--crosswalk", options->crosswalk,
                      "how the earlier wave's types map, where they asked about other ones: "
                      "taxonomies/{taxonomy}/crosswalks/{to}");
  compare->add_option("-o,--output", options->output,
                      "draw what became of the levels: a .svg, .png or .json file");
  compare->add_flag("--test", options->test, kTestHelp);
  compare->callback(
      [&session, &result, later, options] { result = Compare(*session, *later, *options); });
}

}  // namespace weft::cli
