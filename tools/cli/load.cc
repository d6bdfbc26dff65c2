#include "tools/cli/load.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "nlohmann/json.hpp"
#include "tools/cli/files.h"
#include "tools/cli/resources.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::cli {
namespace {

// What a directory may hold, in the order in which one needs the other, and the state change that
// makes each usable.
struct Step {
  const char* file;
  const char* verb;
};
constexpr Step kSteps[] = {
    {"taxonomy.json", "Publish"}, {"vocabularies.json", "Publish"}, {"cohort.json", ""},
    {"sites.json", ""},           {"memberships.json", ""},         {"organizations.json", ""},
    {"partnerships.json", ""},    {"instrument.json", "Publish"},   {"wave.json", "Open"},
};

std::string NameOf(const std::string& document) {
  return nlohmann::json::parse(document, nullptr, false).value("name", std::string());
}

// Opening is for drafts only; publishing may be repeated.
absl::StatusOr<bool> IsOpenAlready(Session& session, const std::string& wave) {
  ingestion::v1::GetWaveRequest request;
  request.set_name(wave);
  ingestion::v1::Wave response;
  WEFT_RETURN_IF_ERROR(session.Call("weft.ingestion.v1.WaveService/GetWave", request, response));
  return response.state() != ingestion::v1::Wave::STATE_DRAFT;
}

constexpr char kPartnerships[] = "weft.registry.v1.PartnershipService/";

// Writes a document that is no resource to create, unless the site has said it already: whether it
// did.
using WriteDocument = absl::StatusOr<bool> (*)(Session& session, const std::string& document,
                                               const std::string& file);

// What a site says of a tie, where it has not said anything yet.
absl::StatusOr<bool> WriteSiteView(Session& session, const std::string& document,
                                   const std::string& file) {
  registry::v1::UpdateSiteViewRequest update;
  WEFT_RETURN_IF_ERROR(FromJson(document, file, *update.mutable_site_view()));
  registry::v1::GetSiteViewRequest get;
  get.set_name(update.site_view().name());
  registry::v1::SiteView view;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kPartnerships, "GetSiteView"), get, view));
  if (!view.etag().empty()) return false;
  update.set_request_id(NewRequestId());
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kPartnerships, "UpdateSiteView"), update, view));
  return true;
}

// A site's rating of a tie from a day on; one without a day, where the site has not rated it yet.
absl::StatusOr<bool> WriteRating(Session& session, const std::string& document,
                                 const std::string& file) {
  registry::v1::AssessPartnershipRequest assess;
  WEFT_RETURN_IF_ERROR(FromJson(document, file, assess));
  registry::v1::ListAssessmentsRequest list;
  list.set_parent(assess.name());
  WEFT_ASSIGN_OR_RETURN(
      const registry::v1::ListAssessmentsResponse there,
      ReadAll<registry::v1::ListAssessmentsResponse>(
          session, absl::StrCat(kPartnerships, "ListAssessments"), std::move(list)));
  for (const registry::v1::Assessment& each : there.assessments()) {
    if (each.side() != registry::v1::Assessment::SIDE_SITE) continue;
    if (!assess.assessment().has_effective_date() ||
        CompareDates(each.effective_date(), assess.assessment().effective_date()) == 0) {
      return false;
    }
  }
  assess.set_request_id(NewRequestId());
  registry::v1::Assessment assessment;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kPartnerships, "AssessPartnership"), assess, assessment));
  return true;
}

// Whether there is such a file.
absl::StatusOr<bool> LoadEach(Session& session, const std::filesystem::path& path,
                              WriteDocument write, const char* done) {
  if (!std::filesystem::exists(path)) return false;
  WEFT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string()));
  WEFT_ASSIGN_OR_RETURN(const std::vector<std::string> documents,
                        SplitDocuments(text, path.string()));
  int written = 0;
  for (const std::string& document : documents) {
    WEFT_ASSIGN_OR_RETURN(const bool is_new, write(session, document, path.string()));
    written += is_new ? 1 : 0;
  }
  std::printf("%s: %d %s, %d there already\n", path.filename().c_str(), written, done,
              static_cast<int>(documents.size()) - written);
  return true;
}

absl::Status Load(Session& session, const std::string& directory) {
  const std::filesystem::path root(directory);
  std::string wave;
  bool found = false;
  for (const Step& step : kSteps) {
    const std::filesystem::path path = root / step.file;
    if (!std::filesystem::exists(path)) continue;
    found = true;
    WEFT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string()));
    WEFT_ASSIGN_OR_RETURN(const std::vector<std::string> documents,
                          SplitDocuments(text, path.string()));
    int created = 0;
    for (const std::string& document : documents) {
      WEFT_ASSIGN_OR_RETURN(const bool is_new, CreateFromJson(session, document));
      created += is_new ? 1 : 0;
    }
    std::printf("%s: %d created, %d there already\n", step.file, created,
                static_cast<int>(documents.size()) - created);
    for (const std::string& document : documents) {
      const std::string name = NameOf(document);
      const std::string verb = step.verb;
      bool done = verb.empty();
      if (verb == "Open") {
        wave = name;
        WEFT_ASSIGN_OR_RETURN(done, IsOpenAlready(session, name));
      }
      if (!done) WEFT_RETURN_IF_ERROR(CallVerb(session, verb, name, ""));
    }
  }
  WEFT_ASSIGN_OR_RETURN(const bool found_views,
                        LoadEach(session, root / "site-views.json", &WriteSiteView, "written"));
  WEFT_ASSIGN_OR_RETURN(const bool found_ratings,
                        LoadEach(session, root / "assessments.json", &WriteRating, "rated"));
  found = found || found_views || found_ratings;
  const std::filesystem::path responses = root / "responses.csv";
  if (std::filesystem::exists(responses) && !wave.empty()) {
    found = true;
    ImportOptions options;
    options.wave = wave;
    options.file = responses.string();
    WEFT_RETURN_IF_ERROR(ImportFile(session, options));
  }
  if (found) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "NOTHING_TO_LOAD",
               absl::StrCat("\"", directory,
                            "\" has none of the files that load takes; "
                            "weft load --help lists them"));
}

}  // namespace

void AddLoadCommand(CLI::App& app, Session*& session, absl::Status& result) {
  auto directory = std::make_shared<std::string>();
  CLI::App* load = app.add_subcommand(
      "load",
      "Loads a directory: taxonomy.json and vocabularies.json (published), cohort.json, "
      "sites.json, memberships.json, "
      "organizations.json, partnerships.json, instrument.json (published), wave.json (opened), "
      "site-views.json, assessments.json, responses.csv (imported). Each file may be left out; "
      "what exists already stays as it is");
  load->add_option("DIRECTORY", *directory, "e.g. examples/lab-2025")->required();
  load->callback([&session, &result, directory] { result = Load(*session, *directory); });
}

}  // namespace weft::cli
