#include "tools/cli/waves.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "tools/cli/figures.h"
#include "tools/cli/terminal.h"
#include "weft/ingestion/v1/response_service.pb.h"
#include "weft/ingestion/v1/roster_status.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::ingestion::v1;

absl::Status Rate(Session& session, const std::string& wave, const std::string& cohort) {
  v1::GetResponseRateRequest request;
  request.set_name(wave);
  request.set_cohort(cohort);
  v1::ResponseRate rate;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.ingestion.v1.WaveService/GetResponseRate", request, rate));
  if (session.json()) {
    PrintJson(rate);
    return absl::OkStatus();
  }
  Table table({"STATE", "SITES"});
  table.Add({"invited", absl::StrCat(rate.invited())});
  table.Add({"started", absl::StrCat(rate.started())});
  table.Add({"submitted", absl::StrCat(rate.submitted())});
  table.Add({"approved", absl::StrCat(rate.approved())});
  table.Add({"returned", absl::StrCat(rate.returned())});
  table.Add({"declined", absl::StrCat(rate.declined())});
  table.Add({"withdrawn", absl::StrCat(rate.withdrawn())});
  std::printf("%ssubmitted %s, approved %s\n", table.ToString().c_str(),
              ShareCell(rate.submitted_rate()).c_str(), ShareCell(rate.approved_rate()).c_str());
  return absl::OkStatus();
}

absl::Status Draw(Session& session, const std::string& wave, const std::string& cohort,
                  const std::string& output) {
  metrics::v1::RenderResponseRateRequest request;
  request.mutable_series()->set_name(wave);
  request.mutable_series()->set_cohort(cohort);
  metrics::v1::RenderResponseRateResponse rendered;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.metrics.v1.FigureService/RenderResponseRate", request, rendered));
  return WritePicture(output, rendered.picture().vega_lite());
}

absl::Status Series(Session& session, const std::string& wave, const std::string& cohort) {
  v1::GetResponseRateSeriesRequest request;
  request.set_name(wave);
  request.set_cohort(cohort);
  v1::GetResponseRateSeriesResponse series;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.ingestion.v1.WaveService/GetResponseRateSeries", request, series));
  if (session.json()) {
    PrintJson(series);
    return absl::OkStatus();
  }
  Table table(
      {"DAY", "INVITED", "STARTED", "SUBMITTED", "APPROVED", "RETURNED", "DECLINED", "WITHDRAWN"});
  for (const v1::ResponseRateDay& day : series.days()) {
    table.Add({FormatDate(day.date()), absl::StrCat(day.invited()), absl::StrCat(day.started()),
               absl::StrCat(day.submitted()), absl::StrCat(day.approved()),
               absl::StrCat(day.returned()), absl::StrCat(day.declined()),
               absl::StrCat(day.withdrawn())});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

// Kinds of missing apart: "12/58, 3 don't know".
std::string CompletenessCell(const v1::Completeness& counts) {
  std::string cell = absl::StrCat(counts.answered(), "/", counts.asked());
  const auto add = [&](int count, absl::string_view what) {
    if (count > 0) absl::StrAppend(&cell, ", ", count, " ", what);
  };
  add(counts.dont_know(), "don't know");
  add(counts.refused(), "refused");
  add(counts.not_applicable(), "not applicable");
  add(counts.not_asked(), "not asked");
  return cell;
}

absl::Status RosterStatus(Session& session, const std::string& wave, const std::string& cohort,
                          bool due_only) {
  v1::ListRosterStatusRequest request;
  request.set_parent(wave);
  request.set_cohort(cohort);
  request.set_due_only(due_only);
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListRosterStatusResponse all,
      ReadAll<v1::ListRosterStatusResponse>(
          session, "weft.ingestion.v1.WaveService/ListRosterStatus", std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"SITE", "STATE", "DUE", "ANSWERED", "AGE", "PEOPLE", "OPEN"});
  for (const v1::RosterStatus& row : all.statuses()) {
    std::string due = row.due() ? "due" : "";
    if (row.has_days_left()) due = absl::StrCat(row.days_left(), " days left");
    table.Add({row.site(),
               row.state() == v1::Response::STATE_UNSPECIFIED
                   ? "INVITED"
                   : v1::Response::State_Name(row.state()).substr(6),
               due, CompletenessCell(row.completeness()),
               row.has_answer_age_days() ? absl::StrCat(row.answer_age_days(), " days") : "",
               absl::StrCat(row.contributor_count()), absl::StrCat(row.unresolved_count())});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

absl::Status Decline(Session& session, const std::string& wave, const std::string& site,
                     const std::string& comment) {
  v1::DeclineResponseRequest request;
  request.set_parent(wave);
  request.set_respondent(site);
  request.set_comment(comment);
  request.set_request_id(NewRequestId());
  v1::Response response;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.ingestion.v1.ResponseService/DeclineResponse", request, response));
  if (session.json()) {
    PrintJson(response);
  } else {
    std::printf("%s %s\n", response.name().c_str(),
                v1::Response::State_Name(response.state()).c_str());
  }
  return absl::OkStatus();
}

struct RosterOptions {
  std::string wave;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::string reason;
};

absl::Status AmendRoster(Session& session, const RosterOptions& options) {
  v1::AmendRosterRequest request;
  request.set_name(options.wave);
  for (const std::string& site : options.add) request.add_add_sites(site);
  for (const std::string& site : options.remove) request.add_remove_sites(site);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  v1::AmendRosterResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call("weft.ingestion.v1.WaveService/AmendRoster", request, response));
  if (session.json()) {
    PrintJson(response);
  } else {
    std::printf("%s has %d sites on its roster\n", response.wave().name().c_str(),
                response.wave().roster_size());
  }
  return absl::OkStatus();
}

}  // namespace

void AddWaveCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto wave = std::make_shared<std::string>();
  auto site = std::make_shared<std::string>();
  auto comment = std::make_shared<std::string>();
  auto cohort = std::make_shared<std::string>();
  CLI::App* rate = app.add_subcommand("rate", "Shows how many of the invited sites have answered");
  rate->add_option("WAVE", *wave, "e.g. waves/2025-winter")->required();
  rate->add_option("--cohort", *cohort, "only sites of this cohort, cohorts/{cohort}");
  auto series = std::make_shared<bool>(false);
  rate->add_flag("--series", *series, "for each day since the opening");
  auto output = std::make_shared<std::string>();
  rate->add_option("-o,--output", *output,
                   "draw each day since the opening: a .svg, .png or .json file");
  rate->callback([&session, &result, wave, cohort, series, output] {
    if (!output->empty()) {
      result = Draw(*session, *wave, *cohort, *output);
      return;
    }
    result = *series ? Series(*session, *wave, *cohort) : Rate(*session, *wave, *cohort);
  });

  auto due = std::make_shared<bool>(false);
  CLI::App* status = app.add_subcommand(
      "roster-status",
      "Shows where each site stands, how complete and fresh it is, and who is due");
  status->add_option("WAVE", *wave, "e.g. waves/2025-winter")->required();
  status->add_option("--cohort", *cohort, "only sites of this cohort, cohorts/{cohort}");
  status->add_flag("--due", *due, "only sites that have still to hand in");
  status->callback([&session, &result, wave, cohort, due] {
    result = RosterStatus(*session, *wave, *cohort, *due);
  });

  CLI::App* decline = app.add_subcommand("decline", "Says that a site will not take part");
  decline->add_option("WAVE", *wave, "e.g. waves/2025-winter")->required();
  decline->add_option("SITE", *site, "e.g. sites/site-11")->required();
  decline->add_option("-m,--comment", *comment, "why");
  decline->callback([&session, &result, wave, site, comment] {
    result = Decline(*session, *wave, *site, *comment);
  });

  auto roster = std::make_shared<RosterOptions>();
  CLI::App* amend =
      app.add_subcommand("amend-roster", "Puts sites on a wave's roster or takes them off");
  amend->add_option("WAVE", roster->wave, "e.g. waves/2025-winter")->required();
  amend->add_option("--add", roster->add, "sites to put on it, sites/{site}");
  amend->add_option("--remove", roster->remove, "sites to take off it, sites/{site}");
  amend->add_option("--reason", roster->reason, "why; kept with the roster")->required();
  amend->callback([&session, &result, roster] { result = AmendRoster(*session, *roster); });
}

}  // namespace weft::cli
