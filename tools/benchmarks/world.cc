#include "tools/benchmarks/world.h"

#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft::bench {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::PartnerCell;
using ingestion::v1::Question;
using ingestion::v1::Section;

constexpr int kTypes = 18;
constexpr std::array<const char*, 5> kLevels = {"No interaction", "Networking", "Cooperation",
                                                "Coordination", "Collaboration"};
constexpr std::array<const char*, 3> kRatings = {"Not evident", "Moderately evident",
                                                 "Significantly evident"};
constexpr std::array<const char*, 3> kChoiceQuestions = {"coordination", "access", "policy"};
constexpr std::array<const char*, 3> kOptions = {"not_yet", "emerging", "established"};
constexpr char kNumberQuestion[] = "learners";
constexpr char kUid[] = "0f3a91c2-54d7-4b1e-9c66-1f2d8a7be045";
constexpr char kEtag[] = "\"9b1c55d2a0e34f77\"";
constexpr int64_t kRecordTime = 1'764'000'000;

// SplitMix64: numbers that look random and are the same everywhere.
class Mixer {
 public:
  explicit Mixer(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  uint64_t Below(uint64_t bound) {
    state_ += 0x9e3779b97f4a7c15ULL;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return (mixed ^ (mixed >> 31)) % bound;
  }

 private:
  uint64_t state_;
};

std::string TypeCode(int type) { return absl::StrFormat("type_%02d", type + 1); }

template <class Message>
void Stamp(Message& message) {
  message.set_uid(kUid);
  message.set_etag(kEtag);
  message.mutable_create_time()->set_seconds(kRecordTime);
  if constexpr (requires { message.mutable_update_time(); }) {
    message.mutable_update_time()->set_seconds(kRecordTime);
  }
}

Question& AddQuestion(Section& section, const char* id) {
  Question& question = *section.add_questions();
  question.set_id(id);
  question.set_text(absl::StrCat("What about ", id, "?"));
  return question;
}

void AddLabels(Instrument& instrument) {
  for (int level = 0; level < static_cast<int>(kLevels.size()); ++level) {
    auto& label = *instrument.add_levels();
    label.set_level(static_cast<type::v1::InteractionLevel>(
        type::v1::INTERACTION_LEVEL_NO_INTERACTION + level));
    label.set_label(kLevels[level]);
    label.set_definition(absl::StrCat("How it is at ", kLevels[level]));
  }
  for (int rating = 0; rating < static_cast<int>(kRatings.size()); ++rating) {
    auto& label = *instrument.add_shared_responsibility();
    label.set_rating(static_cast<type::v1::SharedResponsibility>(
        type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT + rating));
    label.set_label(kRatings[rating]);
    label.set_definition(absl::StrCat("How it is at ", kRatings[rating]));
  }
}

constexpr std::array<const char*, 10> kRegions = {"CA", "CO", "IL", "KS", "MO",
                                                  "NC", "NY", "OH", "TX", "WA"};

}  // namespace

std::string SiteId(uint64_t site) { return absl::StrFormat("site-%07d", site); }
std::string SiteName(uint64_t site) { return absl::StrCat("sites/", SiteId(site)); }

registry::v1::SiteAttributes::Setting SettingOf(uint64_t site) {
  return static_cast<registry::v1::SiteAttributes::Setting>(1 + site % kSettings);
}

registry::v1::Site NewSite(uint64_t site) {
  registry::v1::Site message;
  message.set_name(SiteName(site));
  message.set_display_name(absl::StrCat("Riverside learning ecosystem ", site));
  message.set_neutral_label(absl::StrCat("Site ", site));
  message.set_naming(registry::v1::Site::NAMING_NEUTRAL);
  auto& place = *message.add_places();
  place.set_locality("Springfield");
  place.set_region(kRegions[site % kRegions.size()]);
  place.set_country("US");
  message.set_host_organization("Regional partnership board for learning and training");
  auto& attributes = *message.add_attributes();
  attributes.set_setting(SettingOf(site));
  attributes.set_entry_point("An intermediary's network of schools and providers");
  attributes.set_stage("Deepening");
  return message;
}

registry::v1::Site StoredSite(uint64_t site) {
  registry::v1::Site message = NewSite(site);
  Stamp(message);
  return message;
}

std::string HostOf(uint64_t change) {
  return absl::StrFormat("Regional partnership board, as of change %012d", change);
}

registry::v1::Taxonomy MakeTaxonomy() {
  registry::v1::Taxonomy taxonomy;
  taxonomy.set_name(kTaxonomy);
  taxonomy.set_display_name("Partner types of the benchmarks");
  taxonomy.set_family("bench");
  taxonomy.set_version(1);
  for (int type = 0; type < kTypes; ++type) {
    auto& row = *taxonomy.add_types();
    row.set_code(TypeCode(type));
    row.set_display_name(absl::StrCat("Partner type ", type + 1));
    row.set_provenance(registry::v1::PartnerType::PROVENANCE_ASSUMED);
  }
  return taxonomy;
}

Instrument MakeInstrument() {
  Instrument instrument;
  instrument.set_name(kInstrument);
  instrument.set_display_name("Instrument of the benchmarks");
  instrument.set_family("bench");
  instrument.set_version(1);
  instrument.set_taxonomy(kTaxonomy);
  instrument.set_state(Instrument::STATE_PUBLISHED);
  for (int type = 0; type < kTypes; ++type) instrument.add_partner_types(TypeCode(type));
  Section& section = *instrument.add_sections();
  section.set_id("all");
  section.set_display_name("All questions");
  auto& matrix = *AddQuestion(section, "partner_matrix").mutable_partner_matrix();
  matrix.set_ask_count(true);
  matrix.set_ask_level(true);
  AddQuestion(section, "shared_responsibility").mutable_shared_responsibility();
  for (const char* id : kChoiceQuestions) {
    auto& choice = *AddQuestion(section, id).mutable_choice();
    for (const char* option_id : kOptions) {
      auto& option = *choice.add_options();
      option.set_id(option_id);
      option.set_label(absl::StrCat("Option ", option_id));
    }
  }
  AddQuestion(section, kNumberQuestion).mutable_number()->set_integer(true);
  AddLabels(instrument);
  return instrument;
}

Answers MakeAnswers(uint64_t site, uint32_t variant) {
  Mixer mixer(site * 64 + variant);
  Answers answers;
  for (int type = 0; type < kTypes; ++type) {
    PartnerCell& cell = *answers.add_partner_cells();
    cell.set_partner_type(TypeCode(type));
    const uint64_t level = mixer.Below(kLevels.size());
    const int count = level == 0 ? 0 : 1 + static_cast<int>(mixer.Below(30));
    cell.mutable_partners()->set_min(count);
    cell.mutable_partners()->set_max(count);
    cell.set_level(static_cast<type::v1::InteractionLevel>(
        type::v1::INTERACTION_LEVEL_NO_INTERACTION + static_cast<int>(level)));
    cell.set_includes_self(mixer.Below(8) == 0);
  }
  answers.mutable_shared_responsibility()->set_rating(static_cast<type::v1::SharedResponsibility>(
      type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT + static_cast<int>(mixer.Below(3))));
  for (const char* id : kChoiceQuestions) {
    Answer& answer = *answers.add_items();
    answer.set_question(id);
    answer.mutable_choices()->add_options(kOptions[mixer.Below(kOptions.size())]);
  }
  Answer& learners = *answers.add_items();
  learners.set_question(kNumberQuestion);
  // Says which variant it is, so that no two are equal.
  learners.set_number(static_cast<double>(mixer.Below(5000) * 64 + variant));
  return answers;
}

ingestion::v1::Response StoredResponse(const std::string& wave, uint64_t site, uint32_t variant) {
  ingestion::v1::Response response;
  response.set_name(absl::StrCat(wave, "/responses/", SiteId(site)));
  Stamp(response);
  response.set_respondent(SiteName(site));
  response.set_state(ingestion::v1::Response::STATE_SUBMITTED);
  *response.mutable_answers() = MakeAnswers(site, variant);
  response.set_revision(static_cast<int32_t>(variant) + 1);
  response.set_submitted_revision(response.revision());
  response.mutable_submit_time()->set_seconds(kRecordTime);
  response.set_source("api");
  return response;
}

ingestion::v1::ResponseRevision StoredRevision(const ingestion::v1::Response& response) {
  ingestion::v1::ResponseRevision revision;
  revision.set_name(absl::StrCat(response.name(), "/revisions/", response.revision()));
  Stamp(revision);
  revision.set_revision(response.revision());
  *revision.mutable_answers() = response.answers();
  revision.set_principal("users/anonymous");
  revision.set_source(response.source());
  return revision;
}

ingestion::v1::RosterEntry StoredRosterEntry(const std::string& wave, uint64_t site) {
  ingestion::v1::RosterEntry entry;
  entry.set_name(absl::StrCat(wave, "/roster/", SiteId(site)));
  Stamp(entry);
  entry.set_site(SiteName(site));
  entry.set_display_name(absl::StrCat("Riverside learning ecosystem ", site));
  entry.set_neutral_label(absl::StrCat("Site ", site));
  entry.add_cohorts(kCohortOfAll);
  entry.set_active(true);
  return entry;
}

std::string WideHeader(const Instrument& instrument) {
  std::string header = "site,shared_responsibility";
  for (const std::string& type : instrument.partner_types()) {
    absl::StrAppend(&header, ",", type, ".count,", type, ".level,", type, ".includes_self");
  }
  for (const char* id : kChoiceQuestions) absl::StrAppend(&header, ",", id);
  absl::StrAppend(&header, ",", kNumberQuestion, "\n");
  return header;
}

void AppendWideRow(uint64_t site, const Answers& answers, std::string& out) {
  const int rating = answers.shared_responsibility().rating();
  absl::StrAppend(&out, SiteId(site), ",",
                  kRatings[rating - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT]);
  for (const PartnerCell& cell : answers.partner_cells()) {
    const int level = cell.level() - type::v1::INTERACTION_LEVEL_NO_INTERACTION;
    absl::StrAppend(&out, ",", cell.partners().min(), ",", kLevels[level], ",",
                    cell.includes_self() ? "yes" : "no");
  }
  for (const Answer& answer : answers.items()) {
    if (answer.has_choices()) {
      absl::StrAppend(&out, ",", answer.choices().options(0));
    } else {
      absl::StrAppend(&out, ",", static_cast<int64_t>(answer.number()));
    }
  }
  out.push_back('\n');
}

void AppendLongRows(uint64_t site, const Answers& answers, std::string& out) {
  const int shared = answers.shared_responsibility().rating();
  int type = 0;
  for (const PartnerCell& cell : answers.partner_cells()) {
    const int level = cell.level() - type::v1::INTERACTION_LEVEL_NO_INTERACTION;
    absl::StrAppend(&out, site, ",", type++, ",", level, ",", cell.partners().min(), ",", shared,
                    "\n");
  }
}

}  // namespace weft::bench
