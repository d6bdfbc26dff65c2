#include "tools/cli/metrics.h"

#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/terms.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;

constexpr char kService[] = "weft.metrics.v1.MetricsService/";

void AddStatistic(Table& table, const std::string& label, const v1::SiteStatistic& statistic,
                  int decimals) {
  table.Add({label, NumberCell(statistic.mean(), decimals),
             NumberCell(statistic.median(), decimals), NumberCell(statistic.min(), decimals),
             NumberCell(statistic.max(), decimals),
             absl::StrCat(statistic.mean().n(), "/", statistic.mean().base_size())});
}

std::string ModeText(const v1::LevelDistribution& levels) {
  if (levels.modes().empty()) return "–";
  return absl::StrJoin(levels.modes(), ", ", [](std::string* out, int level) {
    absl::StrAppend(out, LevelWords(static_cast<type::v1::InteractionLevel>(level)));
  });
}

void PrintSummary(const v1::WaveSummary& summary) {
  std::printf(
      "%s (%s)\n%s\nresponse rate %s\n\n", summary.display_name().c_str(),
      summary.provenance().wave().c_str(),
      BasisText(summary.counted(), summary.invited(), summary.provenance().parameters()).c_str(),
      ShareCell(summary.response_rate()).c_str());
  Table sites({"ACROSS SITES", "MEAN", "MEDIAN", "MIN", "MAX", "n/N"});
  AddStatistic(sites, absl::StrCat("partner types engaged, of ", summary.type_count()),
               summary.richness(), 1);
  AddStatistic(sites, "mean level of engaged types, 0–4", summary.mean_level_engaged(), 2);
  AddStatistic(sites, "mean level of all types, 0–4", summary.mean_level_all(), 2);
  AddStatistic(sites, "share at coordination or deeper", summary.share_coordination_or_deeper(), 2);
  AddStatistic(sites, "share at collaboration", summary.share_collaboration(), 2);
  AddStatistic(sites, "depth-weighted breadth, 0–1", summary.depth_weighted_breadth(), 2);
  std::printf("%s\n", sites.ToString().c_str());
  Table types({"PARTNER TYPE", "SITES ENGAGED", "MOST FREQUENT LEVEL (ALL)", "WHEN ENGAGED"});
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    types.Add({type.display_name().empty() ? type.partner_type() : type.display_name(),
               ShareCell(type.presence()), ModeText(type.levels_all()),
               ModeText(type.levels_engaged())});
  }
  std::printf("%s\n", types.ToString().c_str());
  Table ratings({"SHARED RESPONSIBILITY", "SITES"});
  for (const v1::RatingShare& share : summary.shared_responsibility().shares()) {
    ratings.Add({std::string(RatingWords(share.rating())), ShareCell(share.share())});
  }
  ratings.Add({"at least moderately evident",
               ShareCell(summary.shared_responsibility().at_least_moderate())});
  std::printf("%s\n", ratings.ToString().c_str());
  for (const v1::Association& association : summary.associations()) {
    std::printf("tau-b of %s with %s: %s (n = %d)\n", association.x().c_str(),
                association.y().c_str(), NumberCell(association.tau_b(), 2).c_str(),
                association.tau_b().n());
  }
  for (const std::string& caveat : summary.provenance().caveats()) {
    std::printf("note: %s\n", caveat.c_str());
  }
}

absl::Status Summary(Session& session, const WaveOptions& options) {
  v1::GetWaveSummaryRequest request;
  request.set_name(absl::StrCat(options.wave, "/summary"));
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  return CallAndPrint<v1::WaveSummary>(session, absl::StrCat(kService, "GetWaveSummary"), request,
                                       &PrintSummary);
}

absl::Status SiteMetrics(Session& session, const WaveOptions& options) {
  v1::ListSiteMetricsRequest request;
  request.set_parent(options.wave);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  WEFT_ASSIGN_OR_RETURN(const v1::ListSiteMetricsResponse all,
                        ReadAll<v1::ListSiteMetricsResponse>(
                            session, absl::StrCat(kService, "ListSiteMetrics"), request));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"SITE", "TYPES", "MEAN LEVEL", "AT COORDINATION+", "BREADTH × DEPTH",
               "SHARED RESPONSIBILITY", "QUADRANT"});
  for (const v1::SiteMetrics& site : all.site_metrics()) {
    if (!site.counted()) {
      table.Add({site.label(), "– (no counted response)"});
      continue;
    }
    table.Add({site.label(), NumberCell(site.richness(), 0),
               NumberCell(site.mean_level_engaged(), 2),
               ShareCell(site.share_coordination_or_deeper()),
               NumberCell(site.depth_weighted_breadth(), 2),
               std::string(RatingWords(site.shared_responsibility())),
               EnumWords(v1::Quadrant_Name(site.quadrant()), "QUADRANT_")});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

void PrintItem(const v1::ItemFrequencies& item) {
  std::printf("%s (%s)\n", item.text().c_str(), item.question().c_str());
  for (const v1::OptionFrequency& option : item.options()) {
    const double share = option.share().has_value() ? option.share().value() : 0;
    std::printf("  %s  %s  %s\n", Fit(option.label(), 36).c_str(), Bar(share, 20).c_str(),
                ShareCell(option.share()).c_str());
  }
  if (item.has_number()) {
    std::printf("  mean %s, median %s, from %s to %s (n = %d)\n",
                NumberCell(item.number().mean()).c_str(),
                NumberCell(item.number().median()).c_str(), NumberCell(item.number().min()).c_str(),
                NumberCell(item.number().max()).c_str(), item.number().mean().n());
  }
  for (const v1::MissingCount& missing : item.missing()) {
    if (missing.count() == 0) continue;
    std::printf(
        "  missing: %s %d\n",
        EnumWords(type::v1::MissingReason_Name(missing.reason()), "MISSING_REASON_").c_str(),
        missing.count());
  }
}

absl::Status Frequencies(Session& session, const WaveOptions& options,
                         const std::vector<std::string>& questions) {
  v1::GetItemFrequenciesRequest request;
  request.set_parent(options.wave);
  for (const std::string& question : questions) request.add_questions(question);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::GetItemFrequenciesResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "GetItemFrequencies"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  for (const v1::ItemFrequencies& item : response.items()) PrintItem(item);
  return absl::OkStatus();
}

const char* VerdictWord(v1::ExpectationResult::Verdict verdict) {
  switch (verdict) {
    case v1::ExpectationResult::VERDICT_HOLDS:
      return "holds";
    case v1::ExpectationResult::VERDICT_NOT_STATED:
      return "not stated in the brief";
    case v1::ExpectationResult::VERDICT_UNDETERMINED:
      return "undetermined, so it fails";
    default:
      return "fails";
  }
}

std::string ObservedText(const v1::ExpectationResult& result) {
  return absl::StrJoin(result.observations(), "; ", [](std::string* out, const auto& observation) {
    absl::StrAppend(out,
                    observation.subject().empty() ? "" : absl::StrCat(observation.subject(), " "),
                    observation.text());
  });
}

absl::Status Check(Session& session, const WaveOptions& options, const std::string& file) {
  v1::CheckExpectationsRequest request;
  WEFT_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  WEFT_RETURN_IF_ERROR(FromJson(json, file, request));
  request.set_parent(options.wave);
  WEFT_ASSIGN_OR_RETURN(*request.mutable_parameters(), ParseParameters(options));
  *request.mutable_min_positions() = MinPositions(session, options);
  v1::CheckExpectationsResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "CheckExpectations"), request, response));
  if (session.json()) {
    PrintJson(response);
  } else {
    for (const v1::ExpectationResult& result : response.results()) {
      std::printf("%-4s %s | observed: %s | %s\n", result.expectation().id().c_str(),
                  result.expectation().statement().c_str(), ObservedText(result).c_str(),
                  VerdictWord(result.verdict()));
    }
    std::printf("%d claims hold, %d do not\n", response.holds(), response.fails());
  }
  if (response.fails() == 0) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "EXPECTATIONS_FAILED",
      absl::StrCat(response.fails(), " of ", response.results_size(), " claims do not hold"));
}

void PrintDefinition(const v1::MetricDefinition& definition) {
  std::printf("%s  %s\n  %s\n  formula: %s\n  base: %s; unit: %s\n", definition.id().c_str(),
              definition.display_name().c_str(), definition.description().c_str(),
              definition.formula().c_str(), definition.base().c_str(), definition.unit().c_str());
  std::printf("  missing answers: %s\n  source: %s\n  fields: %s\n", definition.missing().c_str(),
              definition.source().c_str(), absl::StrJoin(definition.fields(), ", ").c_str());
  std::printf("  cannot tell: %s\n\n", definition.cannot_tell().c_str());
}

absl::Status Definitions(Session& session, const std::string& id) {
  v1::ListMetricDefinitionsResponse all;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "ListMetricDefinitions"),
                                    v1::ListMetricDefinitionsRequest(), all));
  v1::ListMetricDefinitionsResponse shown;
  for (const v1::MetricDefinition& definition : all.definitions()) {
    if (id.empty() || absl::EqualsIgnoreCase(definition.id(), id)) {
      *shown.add_definitions() = definition;
    }
  }
  if (shown.definitions().empty()) {
    return Error(absl::StatusCode::kNotFound, "METRIC_NOT_FOUND",
                 absl::StrCat("the catalogue has no \"", id, "\"; it has ",
                              absl::StrJoin(all.definitions(), ", ",
                                            [](std::string* out, const auto& definition) {
                                              absl::StrAppend(out, definition.id());
                                            })));
  }
  if (session.json()) {
    PrintJson(shown);
  } else {
    for (const v1::MetricDefinition& definition : shown.definitions()) PrintDefinition(definition);
  }
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<WaveOptions> AddParameterOptions(CLI::App& command, OfSites of_sites) {
  auto options = std::make_shared<WaveOptions>();
  command.add_option("WAVE", options->wave, "e.g. waves/2025-winter")->required();
  if (of_sites == OfSites::kTheseOrAll) {
    command.add_option("--cohort", options->cohort, "only sites of this cohort, cohorts/{cohort}");
    command.add_option("--where", options->filter,
                       "only sites that were so when the wave opened, e.g. 'setting = district AND "
                       "region = MO'; also entry_point, stage, locality, country, cohort");
  }
  command.add_option("--floor", options->floor,
                     "which revisions count: submitted (default), approved");
  command.add_option(
      "--rule", options->rule,
      "when a type is engaged: level-first (default), level-only, count-only, either");
  command.add_option("--self", options->self,
                     "the site's own organization: include (default), exclude");
  return options;
}

std::shared_ptr<WaveOptions> AddWaveOptions(CLI::App& command, OfSites of_sites) {
  std::shared_ptr<WaveOptions> options = AddParameterOptions(command, of_sites);
  command.add_option("--min-registry", options->min_registry,
                     "wait until this position of the registry's feed has been read");
  command.add_option("--min-ingestion", options->min_ingestion,
                     "wait until this position of the ingestion feed has been read");
  return options;
}

absl::StatusOr<v1::Parameters> ParseParameters(const WaveOptions& options) {
  v1::Parameters parameters;
  parameters.set_cohort(options.cohort);
  parameters.set_filter(options.filter);
  if (!options.floor.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::ReviewFloor floor,
        ParseEnum<v1::ReviewFloor>(options.floor, "REVIEW_FLOOR_", "value of --floor"));
    parameters.set_floor(floor);
  }
  if (!options.rule.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::EngagedRule rule,
        ParseEnum<v1::EngagedRule>(options.rule, "ENGAGED_RULE_", "value of --rule"));
    parameters.set_engaged_rule(rule);
  }
  if (!options.self.empty()) {
    WEFT_ASSIGN_OR_RETURN(const v1::SelfRule self,
                          ParseEnum<v1::SelfRule>(options.self, "SELF_RULE_", "value of --self"));
    parameters.set_self_rule(self);
  }
  return parameters;
}

v1::Positions MinPositions(const Session& session, const WaveOptions& options) {
  v1::Positions positions;
  const auto written = [&session](const char* service, const std::string& given) {
    const auto found = session.positions().find(service);
    return given.empty() && found != session.positions().end() ? found->second : given;
  };
  positions.set_registry(written("registry", options.min_registry));
  positions.set_ingestion(written("ingestion", options.min_ingestion));
  return positions;
}

std::string BasisText(int counted, int invited, const v1::Parameters& parameters) {
  return absl::StrCat(
      counted, " of ", invited, " invited sites; ",
      EnumWords(v1::ReviewFloor_Name(parameters.floor()), "REVIEW_FLOOR_"),
      " responses; engaged rule ",
      EnumWords(v1::EngagedRule_Name(parameters.engaged_rule()), "ENGAGED_RULE_"),
      parameters.self_rule() == v1::SELF_RULE_EXCLUDE ? "; own organization left out" : "",
      parameters.cohort().empty() ? "" : absl::StrCat("; ", parameters.cohort()),
      parameters.filter().empty() ? "" : absl::StrCat("; where ", parameters.filter()));
}

void AddMetricsCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* summary = app.add_subcommand("summary", "Shows a wave at a glance");
  auto wave = AddWaveOptions(*summary);
  summary->callback([&session, &result, wave] { result = Summary(*session, *wave); });

  CLI::App* sites = app.add_subcommand("site-metrics", "Shows each site of a wave");
  auto site_wave = AddWaveOptions(*sites);
  sites->callback([&session, &result, site_wave] { result = SiteMetrics(*session, *site_wave); });

  auto questions = std::make_shared<std::vector<std::string>>();
  CLI::App* frequencies = app.add_subcommand(
      "frequencies", "Shows how often each answer to the structured items was given");
  auto item_wave = AddWaveOptions(*frequencies);
  frequencies->add_option("QUESTIONS", *questions, "ids of questions (default: all)");
  frequencies->callback([&session, &result, item_wave, questions] {
    result = Frequencies(*session, *item_wave, *questions);
  });

  auto id = std::make_shared<std::string>();
  CLI::App* definitions = app.add_subcommand(
      "definitions", "Explains the metrics: what each is, and what it cannot tell");
  definitions->add_option("ID", *id, "only this one, e.g. D1");
  definitions->callback([&session, &result, id] { result = Definitions(*session, *id); });

  auto file = std::make_shared<std::string>();
  CLI::App* check = app.add_subcommand(
      "check", "Checks claims against the records; exit code 1 when one does not hold");
  auto check_wave = AddWaveOptions(*check);
  check->add_option("EXPECTATIONS", *file, "e.g. examples/lab-2025/expectations.json")->required();
  check->callback(
      [&session, &result, check_wave, file] { result = Check(*session, *check_wave, *file); });
}

}  // namespace weft::cli
