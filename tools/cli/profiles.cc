#include "tools/cli/profiles.h"

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "common/words/profile_text.h"
#include "common/words/terms.h"
#include "tools/cli/terminal.h"
#include "tools/cli/ties.h"
#include "tools/cli/words.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/metrics/v1/profile.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;

constexpr char kMethod[] = "weft.metrics.v1.MetricsService/GetSiteProfile";

struct ProfileOptions {
  std::string site;
  std::string wave;
  std::string on;
  std::string rule;
  std::string self;
  std::string floor;
};

void AddType(const v1::TypeProfile& type, Table& table) {
  table.Add({type.display_name(), absl::StrCat(type.ties().tie_count()),
             absl::StrCat(type.ties().organization_count()), RolledUpText(type),
             AnsweredCountText(type), AnsweredLevelText(type), DifferencesText(type)});
}

void PrintProfile(const v1::SiteProfile& profile) {
  const v1::Provenance& provenance = profile.provenance();
  std::printf("%s (%s) on %s, levels by the rule %s\n", profile.label().c_str(),
              profile.site().c_str(), FormatDate(profile.effective_on()).c_str(),
              EnumWords(v1::RollupRule_Name(profile.rule()), "ROLLUP_RULE_").c_str());
  if (provenance.wave().empty()) {
    std::printf("in no wave\n");
  } else {
    std::printf("answers of %s (%s, %s): %s\n", provenance.wave().c_str(),
                provenance.instrument().c_str(), provenance.taxonomy().c_str(),
                profile.counted() ? absl::StrCat(FloorWords(provenance.parameters().floor()),
                                                 ", revision ", profile.revision())
                                        .c_str()
                                  : "none that count");
  }
  const v1::TieCounts& ties = profile.ties();
  const v1::SideCounts& sides = ties.sides();
  std::printf(
      "%s with %s: %d confirmed, %d disputed, %d unconfirmed; %d with the site's own "
      "organization%s\n",
      Counted(ties.tie_count(), "partnership", "partnerships").c_str(),
      Counted(ties.organization_count(), "partner", "partners").c_str(), ties.confirmed(),
      ties.disputed(), ties.unconfirmed(), profile.self_ties(),
      provenance.parameters().self_rule() == v1::SELF_RULE_EXCLUDE ? ", left out" : "");
  std::printf(
      "both sides' ratings: %d the same, site deeper in %d, organization deeper in %d; one side "
      "only in %d, neither in %d\n\n",
      sides.same(), sides.site_deeper_by_one() + sides.site_deeper(),
      sides.organization_deeper_by_one() + sides.organization_deeper(),
      sides.site_only() + sides.organization_only(), sides.neither());
  Table types({"PARTNER TYPE", "TIES", "PARTNERS", "LEVEL OF TIES", "ANSWERED", "LEVEL ANSWERED",
               "DIFFERENCE"});
  for (const v1::TypeProfile& type : profile.types()) AddType(type, types);
  for (const v1::TypeProfile& type : profile.other_types()) AddType(type, types);
  std::printf("%s\n", types.ToString().c_str());
  if (!profile.partnerships().empty()) {
    Table list({"PARTNER", "TYPE", "SITE'S RATING", "ORGANIZATION'S RATING", "CONFIRMATION"});
    for (const v1::ProfileTie& tie : profile.partnerships()) {
      list.Add({absl::StrCat(tie.display_name(), tie.is_self() ? " (own)" : ""), tie.partner_type(),
                std::string(LevelWords(tie.level())),
                std::string(LevelWords(tie.organization_level())),
                EnumWords(registry::v1::Partnership::Confirmation_Name(tie.confirmation()),
                          "CONFIRMATION_")});
    }
    std::printf("%s", list.ToString().c_str());
    if (profile.partnerships_left_out() > 0) {
      std::printf("and %d more\n", profile.partnerships_left_out());
    }
    std::printf("\n");
  }
  for (const std::string& caveat : provenance.caveats()) std::printf("note: %s\n", caveat.c_str());
}

absl::Status Profile(Session& session, const ProfileOptions& options) {
  v1::GetSiteProfileRequest request;
  request.set_name(absl::StrCat(options.site, "/profile"));
  request.set_wave(options.wave);
  if (!options.on.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.on, request.mutable_effective_on()));
  }
  if (!options.rule.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::RollupRule rule,
        ParseEnum<v1::RollupRule>(options.rule, "ROLLUP_RULE_", "value of --rule"));
    request.set_rule(rule);
  }
  if (!options.self.empty()) {
    WEFT_ASSIGN_OR_RETURN(const v1::SelfRule self,
                          ParseEnum<v1::SelfRule>(options.self, "SELF_RULE_", "value of --self"));
    request.set_self_rule(self);
  }
  if (!options.floor.empty()) {
    WEFT_ASSIGN_OR_RETURN(
        const v1::ReviewFloor floor,
        ParseEnum<v1::ReviewFloor>(options.floor, "REVIEW_FLOOR_", "value of --floor"));
    request.set_floor(floor);
  }
  return CallAndPrint<v1::SiteProfile>(session, kMethod, request, &PrintProfile);
}

}  // namespace

void AddProfileCommand(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* profile = app.add_subcommand(
      "profile", "Shows a site's partnerships beside what it answered, and where they differ");
  auto options = std::make_shared<ProfileOptions>();
  profile->add_option("SITE", options->site, "e.g. sites/site-01")->required();
  profile->add_option("--wave", options->wave,
                      "whose answers (default: the last wave in which the site counts)");
  profile->add_option("--on", options->on,
                      "as of this day, 2025-03-31 (default: the wave's last in the field)");
  profile->add_option("--rule", options->rule,
                      "how levels are rolled up: max (default), mode, site-stated");
  profile->add_option("--self", options->self,
                      "the site's own organization: include (default), exclude");
  profile->add_option("--floor", options->floor,
                      "which answers count: approved (default), submitted");
  profile->callback([&session, &result, options] { result = Profile(*session, *options); });
}

}  // namespace weft::cli
