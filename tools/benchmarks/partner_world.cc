#include "tools/benchmarks/partner_world.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/benchmarks/world.h"

namespace weft::bench {
namespace {

constexpr std::array<const char*, 24> kFirst = {
    "Riverside", "Northern", "Harbor", "Prairie", "Evergreen", "Summit",
    "Lakeside",  "Heritage", "Cedar",  "Pioneer", "Unity",     "Horizon",
    "Valley",    "Bright",   "Golden", "Central", "Eastern",   "Liberty",
    "Cardinal",  "Granite",  "Meadow", "Beacon",  "Compass",   "Crossroads"};
constexpr std::array<const char*, 24> kSecond = {
    "Youth",  "Community", "Science",    "Music",    "Robotics", "Family",  "Garden",   "History",
    "Nature", "Learning",  "Technology", "Theatre",  "Health",   "Reading", "Maker",    "Culinary",
    "Dance",  "Athletics", "Career",     "Heritage", "Language", "Design",  "Wildlife", "Outdoor"};
constexpr std::array<const char*, 16> kThird = {
    "Center",     "Foundation", "Library",     "Museum",  "Alliance",  "Council",
    "Collective", "Trust",      "Cooperative", "Society", "Institute", "Network",
    "Academy",    "Club",       "Partnership", "League"};
constexpr std::array<const char*, 12> kSyllables = {"ba",  "lo",  "me", "ri",  "ta",  "ken",
                                                    "sul", "dor", "vi", "nor", "pel", "gan"};
constexpr std::array<const char*, 8> kEndings = {"ford", "ville", "ton",  "burg",
                                                 "mere", "field", "dale", "port"};
constexpr std::array<const char*, 10> kRegions = {"CA", "CO", "IL", "KS", "MO",
                                                  "NC", "NY", "OH", "TX", "WA"};
constexpr std::array<const char*, 14> kTypes = {
    "k12_school",    "school_district", "cbo",          "ost_program",  "local_business",
    "food_agency",   "higher_ed",       "cultural_rec", "media_comm",   "transport",
    "public_agency", "healthcare",      "faith_based",  "research_eval"};

// Takes the next digit off a number, in a place system of `size`.
template <size_t size>
const char* Take(const std::array<const char*, size>& words, uint64_t& number) {
  const char* word = words[number % size];
  number /= size;
  return word;
}

std::string TownOf(uint64_t number) {
  std::string town = absl::StrCat(Take(kSyllables, number), Take(kSyllables, number));
  absl::StrAppend(&town, Take(kEndings, number), number == 0 ? "" : absl::StrCat(" ", number));
  town[0] = static_cast<char>(town[0] - 'a' + 'A');
  return town;
}

}  // namespace

uint64_t SitesFor(uint64_t organizations) {
  // Three thirds, so that the ties of one organization are of three sites.
  return std::max<uint64_t>(kTiesOfAnOrganization, organizations * kTiesOfAnOrganization /
                                                       kTiesOfASite / kTiesOfAnOrganization *
                                                       kTiesOfAnOrganization);
}

std::string OrganizationId(uint64_t organization) {
  return absl::StrFormat("org-%08d", organization);
}
std::string OrganizationName(uint64_t organization) {
  return absl::StrCat("organizations/", OrganizationId(organization));
}
std::string RegisterNumber(uint64_t organization) {
  return absl::StrFormat("GB-CHC-%08d", organization);
}

std::string DisplayNameOf(uint64_t organization) {
  uint64_t rest = organization;
  const char* first = Take(kFirst, rest);
  const char* second = Take(kSecond, rest);
  const char* third = Take(kThird, rest);
  // Neighbours in number are in different towns.
  return absl::StrCat(first, " ", second, " ", third, " of ",
                      TownOf(rest * 1151 + organization % 1151));
}

std::string MisspelledNameOf(uint64_t organization) {
  std::string name = DisplayNameOf(organization);
  // In the first word, or in the town.
  const size_t at = organization % 2 == 0 ? 2 : name.rfind(" of ") + 6;
  name[at] = name[at] == 'x' ? 'z' : 'x';
  return name;
}

registry::v1::CreateOrganizationRequest NewOrganization(uint64_t organization) {
  registry::v1::CreateOrganizationRequest request;
  request.set_organization_id(OrganizationId(organization));
  registry::v1::Organization& message = *request.mutable_organization();
  message.set_display_name(DisplayNameOf(organization));
  message.add_partner_types(kTypes[organization % kTypes.size()]);
  auto& identifier = *message.add_identifiers();
  identifier.set_scheme(registry::v1::OrganizationIdentifier::SCHEME_ORG_ID);
  identifier.set_value(RegisterNumber(organization));
  auto& place = *message.add_locations();
  place.set_locality(TownOf(organization % 1151));
  place.set_region(kRegions[organization % kRegions.size()]);
  place.set_country("US");
  message.set_website(absl::StrCat("https://", OrganizationId(organization), ".example.org"));
  message.set_status(registry::v1::Organization::STATUS_ACTIVE);
  return request;
}

std::string TieName(uint64_t tie, uint64_t organizations) {
  const uint64_t third = SitesFor(organizations) / kTiesOfAnOrganization;
  const uint64_t organization = tie % organizations;
  const uint64_t site = tie / organizations * third + organization % third;
  return absl::StrCat(SiteName(site), "/partnerships/", absl::StrFormat("tie-%08d", tie));
}

registry::v1::CreatePartnershipRequest NewTie(uint64_t tie, uint64_t organizations) {
  registry::v1::CreatePartnershipRequest request;
  const std::string name = TieName(tie, organizations);
  request.set_parent(name.substr(0, name.find("/partnerships/")));
  request.set_partnership_id(name.substr(name.rfind('/') + 1));
  registry::v1::Partnership& message = *request.mutable_partnership();
  message.set_organization(OrganizationName(tie % organizations));
  message.set_partner_type(kTypes[tie % organizations % kTypes.size()]);
  message.add_roles("mentoring");
  message.mutable_start_date()->set_year(2024);
  message.mutable_start_date()->set_month(1 + static_cast<int>(tie % 12));
  message.mutable_start_date()->set_day(1);
  return request;
}

}  // namespace weft::bench
