#include "services/registry/domain/organization_search.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/search_text.h"

namespace weft::registry {
namespace {

using v1::AlternateName;
using v1::Organization;
using v1::OrganizationMatch;

constexpr size_t kMaxQuery = 200;
constexpr size_t kMaxQueryWords = 16;
constexpr size_t kMaxPlacePart = 100;
constexpr size_t kMaxType = 41;
// Shorter ones are too many to tell anything.
constexpr size_t kMinInitials = 2;
constexpr size_t kMinIdentifierPart = 5;

// The parts of a key, which hold no such byte.
constexpr char kBetween[] = "\x1f";

struct Text {
  OrganizationMatch::Field field;
  std::string text;
  std::vector<std::string> words;
  std::vector<std::string> canonical;
  bool acronym = false;
};

double WeightOf(OrganizationMatch::Field field) {
  switch (field) {
    case OrganizationMatch::FIELD_DISPLAY_NAME:
      return 1;
    case OrganizationMatch::FIELD_ALTERNATE_NAME:
      return 0.9;
    case OrganizationMatch::FIELD_IDENTIFIER:
      return 0.8;
    case OrganizationMatch::FIELD_TAG:
      return 0.6;
    default:
      return 0.5;
  }
}

std::vector<std::string> CanonicalWords(const std::vector<std::string>& words) {
  std::vector<std::string> canonical;
  canonical.reserve(words.size());
  for (const std::string& word : words) canonical.push_back(Canonical(word));
  return canonical;
}

std::string PlaceText(const v1::Place& place) {
  std::vector<absl::string_view> parts;
  for (const std::string* part : {&place.locality(), &place.region(), &place.country()}) {
    if (!part->empty()) parts.push_back(*part);
  }
  return absl::StrJoin(parts, ", ");
}

Text MakeText(OrganizationMatch::Field field, std::string text) {
  Text made{field, std::move(text), {}, {}, false};
  made.words = Words(made.text);
  made.canonical = CanonicalWords(made.words);
  return made;
}

// All that words are looked for in, the most telling first.
std::vector<Text> TextsOf(const Organization& organization) {
  std::vector<Text> texts;
  texts.push_back(MakeText(OrganizationMatch::FIELD_DISPLAY_NAME, organization.display_name()));
  for (const AlternateName& name : organization.alternate_names()) {
    texts.push_back(MakeText(OrganizationMatch::FIELD_ALTERNATE_NAME, name.text()));
    texts.back().acronym = name.kind() == AlternateName::KIND_ACRONYM;
  }
  for (const v1::OrganizationIdentifier& identifier : organization.identifiers()) {
    texts.push_back(MakeText(OrganizationMatch::FIELD_IDENTIFIER, identifier.value()));
  }
  for (const std::string& tag : organization.tags()) {
    texts.push_back(MakeText(OrganizationMatch::FIELD_TAG, tag));
  }
  for (const v1::Place& place : organization.locations()) {
    texts.push_back(MakeText(OrganizationMatch::FIELD_PLACE, PlaceText(place)));
  }
  return texts;
}

std::vector<std::string> InitialsOf(absl::string_view name) {
  const NameForm form = FormOf(name);
  std::vector<std::string> initials;
  for (const std::string* each : {&form.initials, &form.initials_with_fillers}) {
    if (each->size() >= kMinInitials) initials.push_back(*each);
  }
  return initials;
}

std::string Key(absl::string_view kind, absl::string_view value) {
  return absl::StrCat(kind, kBetween, value);
}

std::string PlaceKey(absl::string_view country, absl::string_view region,
                     absl::string_view locality) {
  return absl::StrCat("place", kBetween, country, kBetween, region, kBetween, locality);
}

bool IsAt(const v1::Place& place, const SearchQuery& query) {
  return (query.country.empty() || Compact(place.country()) == query.country) &&
         (query.region.empty() || Compact(place.region()) == query.region) &&
         (query.locality.empty() || Compact(place.locality()) == query.locality);
}

bool PassesFilters(const Organization& organization, const SearchQuery& query) {
  const auto& types = organization.partner_types();
  if (!query.partner_type.empty() &&
      std::find(types.begin(), types.end(), query.partner_type) == types.end()) {
    return false;
  }
  if (query.country.empty() && query.region.empty() && query.locality.empty()) return true;
  return std::any_of(organization.locations().begin(), organization.locations().end(),
                     [&](const v1::Place& place) { return IsAt(place, query); });
}

// Where scores of a kind begin, and how far they reach.
struct Range {
  double begin;
  double width;
};
Range RangeOf(OrganizationMatch::Kind kind) {
  switch (kind) {
    case OrganizationMatch::KIND_IDENTIFIER:
      return {1, 0};
    case OrganizationMatch::KIND_WHOLE_NAME:
      return {0.9, 0.1};
    case OrganizationMatch::KIND_ACRONYM:
      return {0.8, 0.1};
    case OrganizationMatch::KIND_WORDS:
      return {0.6, 0.2};
    case OrganizationMatch::KIND_PREFIX:
      return {0.4, 0.2};
    default:
      return {0.2, 0.2};
  }
}

double ScoreOf(OrganizationMatch::Kind kind, double weight, double alike) {
  const Range range = RangeOf(kind);
  return range.begin + range.width * weight * (1 + alike) / 2;
}

v1::OrganizationHit MakeHit(const Organization& organization, double score) {
  v1::OrganizationHit hit;
  *hit.mutable_organization() = Summarize(organization);
  hit.set_score(score);
  return hit;
}

void AddMatch(v1::OrganizationHit& hit, OrganizationMatch::Kind kind,
              OrganizationMatch::Field field, const std::string& text) {
  for (OrganizationMatch& match : *hit.mutable_matches()) {
    if (match.field() != field || match.text() != text) continue;
    match.set_kind(std::max(match.kind(), kind));
    return;
  }
  OrganizationMatch* match = hit.add_matches();
  match->set_field(field);
  match->set_kind(kind);
  match->set_text(text);
}

v1::OrganizationHit WholeHit(const SearchQuery& query, const Organization& organization,
                             const Text& text, OrganizationMatch::Kind kind) {
  const double alike =
      kind == OrganizationMatch::KIND_WHOLE_NAME ? 1 : TrigramDice(query.text, text.text);
  v1::OrganizationHit hit = MakeHit(organization, ScoreOf(kind, WeightOf(text.field), alike));
  AddMatch(hit, kind, text.field, text.text);
  return hit;
}

bool IsIdentifier(const SearchQuery& query, const Text& text) {
  if (text.field != OrganizationMatch::FIELD_IDENTIFIER) return false;
  if (query.compact == absl::StrJoin(text.words, "")) return true;
  return query.compact.size() >= kMinIdentifierPart && !text.words.empty() &&
         query.compact == text.words.back();
}

// The query as a whole: a number, a name, or first letters.
std::optional<v1::OrganizationHit> MatchWhole(const SearchQuery& query,
                                              const Organization& organization,
                                              const std::vector<Text>& texts,
                                              const std::vector<std::string>& initials) {
  for (const Text& text : texts) {
    if (IsIdentifier(query, text)) {
      return WholeHit(query, organization, text, OrganizationMatch::KIND_IDENTIFIER);
    }
  }
  const auto is_name = [](const Text& text) {
    return text.field == OrganizationMatch::FIELD_DISPLAY_NAME ||
           text.field == OrganizationMatch::FIELD_ALTERNATE_NAME;
  };
  for (const Text& text : texts) {
    // "afterschool" is "After School", too.
    if (is_name(text) && !text.acronym &&
        (text.canonical == query.canonical || absl::StrJoin(text.words, "") == query.compact)) {
      return WholeHit(query, organization, text, OrganizationMatch::KIND_WHOLE_NAME);
    }
  }
  for (const Text& text : texts) {
    if (text.acronym && absl::StrJoin(text.words, "") == query.compact) {
      return WholeHit(query, organization, text, OrganizationMatch::KIND_ACRONYM);
    }
  }
  if (query.words.size() == 1 &&
      std::find(initials.begin(), initials.end(), query.compact) != initials.end()) {
    return WholeHit(query, organization, texts.front(), OrganizationMatch::KIND_ACRONYM);
  }
  return std::nullopt;
}

// How `word`, the `index`th of the query, is in a text; KIND_UNSPECIFIED when it is not.
OrganizationMatch::Kind MatchWord(const SearchQuery& query, size_t index, const Text& text) {
  const std::string& word = query.words[index];
  OrganizationMatch::Kind best = OrganizationMatch::KIND_UNSPECIFIED;
  const size_t characters = CharacterCount(word);
  for (size_t i = 0; i < text.words.size(); ++i) {
    if (text.words[i] == word || text.canonical[i] == query.canonical[index]) {
      return OrganizationMatch::KIND_WORDS;
    }
    if (characters >= kMinPrefix && absl::StartsWith(text.words[i], word)) {
      best = OrganizationMatch::KIND_PREFIX;
    } else if (best == OrganizationMatch::KIND_UNSPECIFIED && characters >= kMinMisspelled &&
               (WithinOneEdit(text.words[i], word) ||
                WithinOneEdit(text.canonical[i], query.canonical[index]))) {
      best = OrganizationMatch::KIND_MISSPELLING;
    }
  }
  return best;
}

}  // namespace

absl::StatusOr<SearchQuery> ParseSearch(const v1::SearchOrganizationsRequest& request) {
  FieldViolations violations;
  SearchQuery query;
  bool query_invalid = true;
  if (CharacterCount(request.query()) > kMaxQuery) {
    violations.Add(
        "query", absl::StrCat("has ", CharacterCount(request.query()), " characters, and at most ",
                              kMaxQuery, " are looked for; leave out what tells least"));
  } else {
    query.words = Words(request.query());
    if (query.words.empty()) {
      violations.Add("query", request.query().empty()
                                  ? "is required; say a word of what you look for"
                                  : "has no letter and no digit; say a word of what you look for");
    } else if (query.words.size() > kMaxQueryWords) {
      violations.Add(
          "query", absl::StrCat("has ", query.words.size(), " words, and at most ", kMaxQueryWords,
                                " are looked for; leave out what tells least"));
    } else {
      query_invalid = false;
    }
  }
  CheckText(violations, "partner_type", request.partner_type(), kMaxType);
  CheckText(violations, "country", request.country(), kMaxPlacePart);
  CheckText(violations, "region", request.region(), kMaxPlacePart);
  CheckText(violations, "locality", request.locality(), kMaxPlacePart);
  if (!request.site().empty()) CheckName(violations, "site", kSites, request.site());
  if (!violations.empty()) {
    return query_invalid ? violations.ToStatus("QUERY_INVALID") : violations.ToStatus();
  }
  query.canonical = CanonicalWords(query.words);
  query.text = absl::StrJoin(query.words, " ");
  query.compact = absl::StrJoin(query.words, "");
  query.partner_type = request.partner_type();
  query.country = Compact(request.country());
  query.region = Compact(request.region());
  query.locality = Compact(request.locality());
  return query;
}

bool IsSearchable(const Organization& organization) {
  return !organization.has_delete_time() && organization.merged_into().empty();
}

std::string IdentifierTextKey(absl::string_view compact) { return Key("identifier", compact); }
std::string WholeNameKey(absl::string_view name_key) { return Key("name", name_key); }
std::string HostKey(absl::string_view host) { return Key("host", host); }

std::vector<std::string> FilterKeys(const SearchQuery& query) {
  std::vector<std::string> keys;
  if (!query.partner_type.empty()) keys.push_back(Key("type", query.partner_type));
  if (!query.country.empty() || !query.region.empty() || !query.locality.empty()) {
    keys.push_back(PlaceKey(query.country, query.region, query.locality));
  }
  return keys;
}

IndexedText TextOf(const Organization& organization) {
  IndexedText indexed;
  for (const Text& text : TextsOf(organization)) {
    const bool name = text.field == OrganizationMatch::FIELD_DISPLAY_NAME ||
                      text.field == OrganizationMatch::FIELD_ALTERNATE_NAME;
    std::vector<std::string>& words = name ? indexed.names : indexed.others;
    words.insert(words.end(), text.words.begin(), text.words.end());
    words.insert(words.end(), text.canonical.begin(), text.canonical.end());
    if (name) {
      const std::string compact = absl::StrJoin(text.words, "");
      if (text.words.size() > 1) indexed.initials.push_back(compact);
      if (!text.acronym) {
        for (std::string& each : InitialsOf(text.text)) indexed.initials.push_back(std::move(each));
        indexed.keys.push_back(WholeNameKey(NameKey(FormOf(text.text))));
      }
    }
    if (text.field == OrganizationMatch::FIELD_IDENTIFIER && !text.words.empty()) {
      indexed.keys.push_back(IdentifierTextKey(absl::StrJoin(text.words, "")));
      indexed.keys.push_back(IdentifierTextKey(text.words.back()));
    }
  }
  for (const std::string& type : organization.partner_types()) {
    indexed.keys.push_back(Key("type", type));
  }
  for (const v1::Place& place : organization.locations()) {
    // Every combination that may be asked for.
    const std::string parts[] = {Compact(place.country()), Compact(place.region()),
                                 Compact(place.locality())};
    for (int asked = 1; asked < 8; ++asked) {
      indexed.keys.push_back(PlaceKey((asked & 1) != 0 ? parts[0] : "",
                                      (asked & 2) != 0 ? parts[1] : "",
                                      (asked & 4) != 0 ? parts[2] : ""));
    }
  }
  const std::string host = OwnHost(organization.website());
  if (!host.empty()) indexed.keys.push_back(HostKey(host));
  for (std::vector<std::string>* list :
       {&indexed.names, &indexed.others, &indexed.initials, &indexed.keys}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return indexed;
}

std::optional<v1::OrganizationHit> MatchOrganization(const SearchQuery& query,
                                                     const Organization& organization) {
  if (!IsSearchable(organization) || !PassesFilters(organization, query)) return std::nullopt;
  const std::vector<Text> texts = TextsOf(organization);
  const std::vector<std::string> initials = InitialsOf(organization.display_name());
  std::optional<v1::OrganizationHit> whole = MatchWhole(query, organization, texts, initials);
  if (whole.has_value()) return whole;

  v1::OrganizationHit hit = MakeHit(organization, 0);
  OrganizationMatch::Kind worst = OrganizationMatch::KIND_WORDS;
  double weight = 0;
  std::vector<int> words_in(texts.size(), 0);
  for (size_t i = 0; i < query.words.size(); ++i) {
    const Text* best_text = nullptr;
    OrganizationMatch::Kind best = OrganizationMatch::KIND_UNSPECIFIED;
    for (size_t t = 0; t < texts.size(); ++t) {
      OrganizationMatch::Kind kind = MatchWord(query, i, texts[t]);
      if (t == 0 && kind != OrganizationMatch::KIND_WORDS &&
          std::find(initials.begin(), initials.end(), query.words[i]) != initials.end()) {
        kind = OrganizationMatch::KIND_WORDS;
      }
      if (kind == OrganizationMatch::KIND_UNSPECIFIED) continue;
      ++words_in[t];
      if (best_text == nullptr || kind < best) {
        best_text = &texts[t];
        best = kind;
      }
    }
    if (best_text == nullptr) return std::nullopt;
    worst = std::max(worst, best);
    weight += WeightOf(best_text->field);
    AddMatch(hit, best, best_text->field, best_text->text);
  }
  const size_t most = std::max_element(words_in.begin(), words_in.end()) - words_in.begin();
  weight /= static_cast<double>(query.words.size());
  hit.set_score(ScoreOf(worst, weight, TrigramDice(query.text, texts[most].text)));
  return hit;
}

v1::OrganizationSummary Summarize(const Organization& organization) {
  v1::OrganizationSummary summary;
  summary.set_name(organization.name());
  summary.set_display_name(organization.display_name());
  *summary.mutable_partner_types() = organization.partner_types();
  *summary.mutable_locations() = organization.locations();
  summary.set_etag(organization.etag());
  return summary;
}

std::string OwnHost(absl::string_view website) {
  // Where organizations have pages without having the host.
  static const auto& shared = *new absl::flat_hash_set<absl::string_view>{
      "facebook.com",   "instagram.com",    "linkedin.com", "twitter.com",   "x.com",
      "youtube.com",    "sites.google.com", "google.com",   "linktr.ee",     "wordpress.com",
      "eventbrite.com", "github.io",        "wixsite.com",  "weebly.com",    "tiktok.com",
      "guidestar.org",  "meetup.com",       "gofundme.com", "m.facebook.com"};
  if (!absl::ConsumePrefix(&website, "https://")) absl::ConsumePrefix(&website, "http://");
  website = website.substr(0, website.find_first_of("/?#"));
  const size_t at = website.rfind('@');
  if (at != absl::string_view::npos) website.remove_prefix(at + 1);
  std::string host = absl::AsciiStrToLower(website.substr(0, website.find(':')));
  absl::string_view name = host;
  while (absl::ConsumeSuffix(&name, ".")) {
  }
  absl::ConsumePrefix(&name, "www.");
  return shared.contains(name) ? std::string() : std::string(name);
}

}  // namespace weft::registry
