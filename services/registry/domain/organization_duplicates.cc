#include "services/registry/domain/organization_duplicates.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/validation/text.h"
#include "services/registry/domain/identifier.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization_search.h"

namespace weft::registry {
namespace {

using v1::DuplicateReason;
using v1::Organization;
using v1::OrganizationIdentifier;

// Bits of evidence; organization_search.proto says the same to callers.
constexpr double kPrior = -7;
constexpr double kSameName = 10;
struct SimilarityStep {
  double from;
  double weight;
};
constexpr SimilarityStep kSimilarName[] = {{0.92, 9}, {0.84, 7}, {0.72, 4}};
constexpr double kAcronym = 6;
constexpr double kSameHost = 6;
constexpr double kDifferentHost = -2;
constexpr double kSameEmailDomain = 4;
constexpr double kSamePlace = 3;
constexpr double kSameParentRegister = 1;
constexpr double kDifferentName = -8;
constexpr double kDifferentIdentifier = -10;
constexpr double kDifferentPlace = -6;
constexpr double kDifferentNumber = -10;
constexpr double kNumberInOne = -4;
constexpr double kDistinctionDiffers = -7;
constexpr double kDifferentTypes = -2;
constexpr double kPartOfOther = -8;

// Each name of one is compared with each of the other.
constexpr int kMaxComparedNames = 6;
constexpr size_t kMaxAcronym = 10;

// How alike two words are that count as one: those that are not equal are a typing error apart, one
// abbreviates the other, or they are nearly the same by Jaro and Winkler.
constexpr double kOneEdit = 0.95;
constexpr double kAbbreviated = 0.9;
constexpr double kMinJaroWinkler = 0.9;
constexpr double kMinTrigramDice = 0.9;

double WordSimilarity(const std::string& a, const std::string& b) {
  if (a == b) return 1;
  // 12 and 21 are as different as any two.
  if (HasDigit(a) || HasDigit(b)) return 0;
  if (std::min(CharacterCount(a), CharacterCount(b)) >= kMinMisspelled && WithinOneEdit(a, b)) {
    return kOneEdit;
  }
  if (MayAbbreviate(a, b)) return kAbbreviated;
  const double jaro_winkler = JaroWinkler(a, b);
  return jaro_winkler >= kMinJaroWinkler ? jaro_winkler : 0;
}

void AddReason(v1::DuplicateCandidate& pair, DuplicateReason::Kind kind, double weight,
               std::string detail) {
  DuplicateReason* reason = pair.add_reasons();
  reason->set_kind(kind);
  reason->set_weight(weight);
  reason->set_detail(std::move(detail));
}

// --- Names ---

struct Name {
  std::string text;
  NameForm form;
  // Its letters, when it may be an acronym of something.
  std::string acronym;
};

std::vector<Name> NamesOf(const Organization& organization) {
  std::vector<Name> names;
  for (std::string& text : ComparedNames(organization)) {
    Name name{std::move(text), {}, {}};
    name.form = FormOf(name.text);
    const std::string compact = Compact(name.text);
    if (name.form.words.size() == 1 && compact.size() >= kMinAcronym &&
        compact.size() <= kMaxAcronym) {
      name.acronym = compact;
    }
    names.push_back(std::move(name));
  }
  return names;
}

bool IsAcronymOf(const Name& shorter, const Name& longer) {
  return !shorter.acronym.empty() && (shorter.acronym == longer.form.initials ||
                                      shorter.acronym == longer.form.initials_with_fillers);
}

// What two names say, and what speaks against it.
struct NameEvidence {
  DuplicateReason::Kind kind = DuplicateReason::KIND_DIFFERENT_NAME;
  double weight = kDifferentName;
  double similarity = 0;
  double numbers = 0;
  bool distinction_differs = false;
  const Name* first = nullptr;
  const Name* second = nullptr;

  double total() const {
    return weight + numbers + (distinction_differs ? kDistinctionDiffers : 0);
  }
};

NameEvidence CompareNames(const Name& first, const Name& second, const WordStatistics& statistics) {
  NameEvidence evidence;
  evidence.first = &first;
  evidence.second = &second;
  evidence.similarity = NameSimilarity(first.form, second.form, statistics);
  if (NameKey(first.form) == NameKey(second.form)) {
    evidence.kind = DuplicateReason::KIND_SAME_NAME;
    evidence.weight = kSameName;
    return evidence;
  }
  if (IsAcronymOf(first, second) || IsAcronymOf(second, first)) {
    evidence.kind = DuplicateReason::KIND_ACRONYM;
    evidence.weight = kAcronym;
    return evidence;
  }
  for (const SimilarityStep& step : kSimilarName) {
    if (evidence.similarity < step.from) continue;
    evidence.kind = DuplicateReason::KIND_SIMILAR_NAME;
    evidence.weight = step.weight;
    break;
  }
  if (first.form.numbers != second.form.numbers) {
    const bool both = !first.form.numbers.empty() && !second.form.numbers.empty();
    evidence.numbers = both ? kDifferentNumber : kNumberInOne;
  }
  evidence.distinction_differs = first.form.distinctions != second.form.distinctions;
  return evidence;
}

void AddNameReasons(v1::DuplicateCandidate& pair, const std::vector<Name>& first,
                    const std::vector<Name>& second, const WordStatistics& statistics) {
  std::optional<NameEvidence> best;
  for (const Name& a : first) {
    for (const Name& b : second) {
      NameEvidence evidence = CompareNames(a, b, statistics);
      if (!best.has_value() || evidence.total() > best->total() ||
          (evidence.total() == best->total() && evidence.similarity > best->similarity)) {
        best = evidence;
      }
    }
  }
  if (!best.has_value()) return;
  const std::string names =
      absl::StrCat("\"", best->first->text, "\", \"", best->second->text, "\"");
  AddReason(pair, best->kind, best->weight, names);
  if (best->kind == DuplicateReason::KIND_SIMILAR_NAME ||
      best->kind == DuplicateReason::KIND_DIFFERENT_NAME) {
    pair.mutable_reasons()->rbegin()->set_similarity(best->similarity);
  }
  // Names that have nothing in common have nothing to tell apart either.
  if (best->kind != DuplicateReason::KIND_SIMILAR_NAME) return;
  if (best->numbers != 0) {
    AddReason(pair, DuplicateReason::KIND_NUMBER_DIFFERS, best->numbers, names);
  }
  if (best->distinction_differs) {
    AddReason(pair, DuplicateReason::KIND_DISTINCTION_DIFFERS, kDistinctionDiffers, names);
  }
}

// --- Hosts and domains ---

std::set<std::string> EmailDomains(const Organization& organization) {
  // Where anybody gets an address.
  static const auto& shared = *new absl::flat_hash_set<absl::string_view>{
      "gmail.com",   "googlemail.com", "yahoo.com", "outlook.com",    "hotmail.com",
      "live.com",    "msn.com",        "aol.com",   "icloud.com",     "me.com",
      "comcast.net", "att.net",        "gmx.com",   "protonmail.com", "proton.me",
      "verizon.net", "sbcglobal.net",  "mail.com",  "bellsouth.net",  "ymail.com"};
  std::set<std::string> domains;
  for (const v1::OrganizationContact& contact : organization.contacts()) {
    const size_t at = contact.email().rfind('@');
    if (at == std::string::npos) continue;
    std::string domain = absl::AsciiStrToLower(contact.email().substr(at + 1));
    if (!domain.empty() && !shared.contains(domain)) domains.insert(std::move(domain));
  }
  return domains;
}

void AddHostReasons(v1::DuplicateCandidate& pair, const Organization& first,
                    const Organization& second, bool sees_contacts) {
  const std::string a = OwnHost(first.website());
  const std::string b = OwnHost(second.website());
  if (!a.empty() && a == b) {
    AddReason(pair, DuplicateReason::KIND_SAME_WEBSITE_HOST, kSameHost, a);
  } else if (!a.empty() && !b.empty()) {
    AddReason(pair, DuplicateReason::KIND_DIFFERENT_WEBSITE_HOST, kDifferentHost,
              absl::StrCat(a, ", ", b));
  }
  if (!sees_contacts) return;
  const std::set<std::string> domains = EmailDomains(second);
  for (const std::string& domain : EmailDomains(first)) {
    if (!domains.contains(domain)) continue;
    AddReason(pair, DuplicateReason::KIND_SAME_EMAIL_DOMAIN, kSameEmailDomain, "");
    return;
  }
}

// --- Places ---

bool MayBeSame(absl::string_view a, absl::string_view b) {
  const std::string first = Compact(a);
  const std::string second = Compact(b);
  return first.empty() || second.empty() || first == second;
}

bool SameTown(const v1::Place& a, const v1::Place& b) {
  const std::string town = Compact(a.locality());
  return !town.empty() && town == Compact(b.locality()) && MayBeSame(a.region(), b.region()) &&
         MayBeSame(a.country(), b.country());
}

// Whether nothing that is known of the two places keeps them from being one.
bool MayBeSamePlace(const v1::Place& a, const v1::Place& b) {
  return MayBeSame(a.locality(), b.locality()) && MayBeSame(a.region(), b.region()) &&
         MayBeSame(a.country(), b.country());
}

void AddPlaceReasons(v1::DuplicateCandidate& pair, const Organization& first,
                     const Organization& second) {
  if (first.locations().empty() || second.locations().empty()) return;
  bool may_be_same = false;
  for (const v1::Place& a : first.locations()) {
    for (const v1::Place& b : second.locations()) {
      if (SameTown(a, b)) {
        AddReason(pair, DuplicateReason::KIND_SAME_PLACE, kSamePlace, a.locality());
        return;
      }
      may_be_same |= MayBeSamePlace(a, b);
    }
  }
  // A state alone neither is the same town nor another one.
  if (may_be_same) return;
  const auto where = [](const v1::Place& place) {
    return place.locality().empty() ? place.region() : place.locality();
  };
  AddReason(pair, DuplicateReason::KIND_DIFFERENT_PLACE, kDifferentPlace,
            absl::StrCat(where(first.locations(0)), ", ", where(second.locations(0))));
}

// --- Identifiers ---

// The register: the scheme, and of "GB-CHC-1164883" the list, too.
std::string RegisterOf(const OrganizationIdentifier& identifier) {
  std::string name = SchemeWord(identifier.scheme());
  if (identifier.scheme() == OrganizationIdentifier::SCHEME_ORG_ID) {
    absl::StrAppend(&name, " ",
                    absl::string_view(identifier.value()).substr(0, identifier.value().rfind('-')));
  }
  return name;
}

// The school district that a number names.
std::string DistrictOf(const OrganizationIdentifier& identifier) {
  constexpr size_t kDistrict = 7;
  const bool school = identifier.scheme() == OrganizationIdentifier::SCHEME_NCESSCH;
  if (!school && identifier.scheme() != OrganizationIdentifier::SCHEME_LEAID) return "";
  return identifier.value().substr(0, kDistrict);
}

void AddIdentifierReasons(v1::DuplicateCandidate& pair, const Organization& first,
                          const Organization& second) {
  std::set<std::string> different;
  std::set<std::string> same;
  std::string district;
  for (const OrganizationIdentifier& a : first.identifiers()) {
    for (const OrganizationIdentifier& b : second.identifiers()) {
      const std::string in = RegisterOf(a);
      if (in == RegisterOf(b)) (a.value() == b.value() ? same : different).insert(in);
      if (!DistrictOf(a).empty() && DistrictOf(a) == DistrictOf(b)) district = DistrictOf(a);
    }
  }
  for (const std::string& in : different) {
    // Some have several numbers of one register.
    if (same.contains(in)) continue;
    AddReason(pair, DuplicateReason::KIND_DIFFERENT_IDENTIFIER, kDifferentIdentifier, in);
    // Registers do not add up: each says that the two are not the same.
    break;
  }
  if (!district.empty()) {
    AddReason(pair, DuplicateReason::KIND_SAME_PARENT_REGISTER, kSameParentRegister,
              absl::StrCat("district ", district));
  }
}

bool HasType(const Organization& organization, absl::string_view type) {
  const auto& types = organization.partner_types();
  return std::find(types.begin(), types.end(), type) != types.end();
}

void AddOtherReasons(v1::DuplicateCandidate& pair, const Organization& first,
                     const Organization& second) {
  if (!first.partner_types().empty() && !second.partner_types().empty() &&
      std::none_of(first.partner_types().begin(), first.partner_types().end(),
                   [&](const std::string& type) { return HasType(second, type); })) {
    AddReason(pair, DuplicateReason::KIND_DIFFERENT_TYPES, kDifferentTypes,
              absl::StrCat(absl::StrJoin(first.partner_types(), ", "), "; ",
                           absl::StrJoin(second.partner_types(), ", ")));
  }
  if (first.parent_organization() == second.name()) {
    AddReason(pair, DuplicateReason::KIND_PART_OF_OTHER, kPartOfOther,
              absl::StrCat(first.name(), " in ", second.name()));
  } else if (second.parent_organization() == first.name()) {
    AddReason(pair, DuplicateReason::KIND_PART_OF_OTHER, kPartOfOther,
              absl::StrCat(second.name(), " in ", first.name()));
  }
}

}  // namespace

double WordStatistics::WeightOf(absl::string_view word) const {
  if (organizations <= 0) return 1;
  const auto found = with_word.find(word);
  const int64_t with = found == with_word.end() ? 1 : std::max<int64_t>(found->second, 1);
  return std::log(1 + static_cast<double>(organizations) / static_cast<double>(with));
}

double NameSimilarity(const NameForm& a, const NameForm& b, const WordStatistics& statistics) {
  double all = 0;
  for (const NameForm* form : {&a, &b}) {
    for (const std::string& word : form->words) all += statistics.WeightOf(word);
  }
  if (all <= 0) return 0;
  // The most similar words first; each counts once.
  struct Pair {
    double similarity;
    size_t first;
    size_t second;
  };
  std::vector<Pair> pairs;
  for (size_t i = 0; i < a.words.size(); ++i) {
    for (size_t j = 0; j < b.words.size(); ++j) {
      const double similarity = WordSimilarity(a.words[i], b.words[j]);
      if (similarity > 0) pairs.push_back({similarity, i, j});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& x, const Pair& y) { return x.similarity > y.similarity; });
  std::vector<bool> first_taken(a.words.size(), false);
  std::vector<bool> second_taken(b.words.size(), false);
  double shared = 0;
  double spelling = 0;
  for (const Pair& pair : pairs) {
    if (first_taken[pair.first] || second_taken[pair.second]) continue;
    first_taken[pair.first] = true;
    second_taken[pair.second] = true;
    // A misspelled word is rare because it is misspelled.
    const double of_first = statistics.WeightOf(a.words[pair.first]);
    const double of_second = statistics.WeightOf(b.words[pair.second]);
    const double weight = std::min(of_first, of_second);
    shared += pair.similarity * weight;
    spelling += of_first + of_second - 2 * weight;
  }
  const double aligned = 2 * shared / (all - spelling);
  const double trigrams = TrigramDice(absl::StrJoin(a.words, ""), absl::StrJoin(b.words, ""));
  const double similarity = trigrams >= kMinTrigramDice ? std::max(aligned, trigrams) : aligned;
  return std::min(1.0, similarity);
}

absl::StatusOr<DuplicateQuery> ParseDuplicateQuery(
    const v1::ListDuplicateCandidatesRequest& request) {
  FieldViolations violations;
  if (!request.organization().empty()) {
    CheckName(violations, "organization", kOrganizations, request.organization());
  }
  // NaN is no score either.
  violations.Require(
      !request.has_min_score() || (request.min_score() >= 0 && request.min_score() <= 1),
      "min_score", "must be from 0 to 1");
  CheckText(violations, "partner_type", request.partner_type(), 41);
  if (!violations.empty()) return violations.ToStatus();
  DuplicateQuery query;
  query.organization = request.organization();
  if (request.has_min_score()) query.min_score = request.min_score();
  query.partner_type = request.partner_type();
  return query;
}

bool PassesFilters(const DuplicateQuery& query, const Organization& a, const Organization& b) {
  return query.partner_type.empty() || HasType(a, query.partner_type) ||
         HasType(b, query.partner_type);
}

std::vector<std::string> ComparedNames(const Organization& organization) {
  std::vector<std::string> names = {organization.display_name()};
  for (const v1::AlternateName& name : organization.alternate_names()) {
    if (names.size() == kMaxComparedNames) break;
    names.push_back(name.text());
  }
  return names;
}

v1::DuplicateCandidate ComparePair(const Organization& first, const Organization& second,
                                   const WordStatistics& statistics, bool sees_contacts) {
  v1::DuplicateCandidate pair;
  *pair.mutable_first() = Summarize(first);
  *pair.mutable_second() = Summarize(second);
  AddNameReasons(pair, NamesOf(first), NamesOf(second), statistics);
  AddHostReasons(pair, first, second, sees_contacts);
  AddPlaceReasons(pair, first, second);
  AddIdentifierReasons(pair, first, second);
  AddOtherReasons(pair, first, second);
  double bits = kPrior;
  for (const DuplicateReason& reason : pair.reasons()) bits += reason.weight();
  pair.set_score(1 / (1 + std::exp2(-bits)));
  std::stable_sort(pair.mutable_reasons()->begin(), pair.mutable_reasons()->end(),
                   [](const DuplicateReason& a, const DuplicateReason& b) {
                     return std::abs(a.weight()) > std::abs(b.weight());
                   });
  return pair;
}

}  // namespace weft::registry
