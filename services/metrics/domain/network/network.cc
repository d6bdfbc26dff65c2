#include "services/metrics/domain/network/network.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/partnerships/levels_on_day.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/words/terms.h"
#include "services/metrics/domain/network/stable_hash.h"

namespace weft::metrics {
namespace {

using google::type::Date;
using registry::v1::Organization;
using registry::v1::Partnership;
using registry::v1::Place;
using registry::v1::Site;
using registry::v1::SiteAttributes;
using type::v1::InteractionLevel;

constexpr int kMaxTypes = 100;
constexpr int kMaxTop = 1000;
constexpr int kMaxEarlier = 12;
// How often an organization may have been merged on.
constexpr int kMaxMerges = 50;

// --- Requests ------------------------------------------------------------------------------------

bool IsTypeCode(absl::string_view code) {
  if (code.empty() || code.size() > 41 || code[0] < 'a' || code[0] > 'z') return false;
  return std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// `field` is where the query stands in the request.
void CheckQuery(const v1::NetworkQuery& query, absl::string_view field,
                FieldViolations& violations) {
  const auto at = [field](absl::string_view part) { return absl::StrCat(field, ".", part); };
  if (query.has_as_of()) CheckDate(violations, at("as_of"), query.as_of());
  if (!query.cohort().empty() && !IdIn("cohorts", query.cohort()).has_value()) {
    violations.Add(at("cohort"), "must be the name of a cohort, \"cohorts/{cohort}\", or empty");
  }
  if (!query.wave().empty() && !IdIn("waves", query.wave()).has_value()) {
    violations.Add(at("wave"), "must be the name of a wave, \"waves/{wave}\", or empty");
  }
  if (!query.filter().empty() && query.wave().empty()) {
    violations.Add(at("filter"), "needs a wave, whose sites it chooses from");
  }
  if (query.min_level() == type::v1::INTERACTION_LEVEL_NO_INTERACTION ||
      !type::v1::InteractionLevel_IsValid(query.min_level())) {
    violations.Add(at("min_level"),
                   "must be INTERACTION_LEVEL_NETWORKING, _COOPERATION, _COORDINATION or "
                   "_COLLABORATION, or unset for every tie: \"no interaction\" is none");
  }
  if (!v1::LevelRule_IsValid(query.level_rule())) {
    violations.Add(at("level_rule"), "is no LevelRule that is known");
  }
  if (query.partner_types_size() > kMaxTypes) {
    violations.Add(at("partner_types"), absl::StrCat("has ", query.partner_types_size(),
                                                     " types; at most ", kMaxTypes, " are taken"));
  }
  for (int i = 0; i < std::min(query.partner_types_size(), kMaxTypes); ++i) {
    if (!IsTypeCode(query.partner_types(i))) {
      violations.Add(at(absl::StrCat("partner_types[", i, "]")),
                     "must be a partner type's code: a letter, then at most 40 of a-z, 0-9 and _");
    }
  }
}

void CheckSeed(int64_t seed, FieldViolations& violations) {
  if (seed < 0) violations.Add("seed", "must not be negative");
}

void CheckMeasures(const google::protobuf::RepeatedField<int>& measures, int64_t seed,
                   FieldViolations& violations) {
  for (int i = 0; i < measures.size(); ++i) {
    if (!v1::NetworkMeasure_IsValid(measures[i]) ||
        measures[i] == v1::NETWORK_MEASURE_UNSPECIFIED) {
      violations.Add(absl::StrCat("measures[", i, "]"), "is no NetworkMeasure that is known");
    }
  }
  CheckSeed(seed, violations);
}

// The measure that an order needs; unspecified for none.
v1::NetworkMeasure MeasureOf(v1::NodeOrder order) {
  switch (order) {
    case v1::NODE_ORDER_BETWEENNESS:
      return v1::NETWORK_MEASURE_BETWEENNESS;
    case v1::NODE_ORDER_CLOSENESS:
      return v1::NETWORK_MEASURE_CLOSENESS;
    case v1::NODE_ORDER_CONSTRAINT:
    case v1::NODE_ORDER_EFFECTIVE_SIZE:
    case v1::NODE_ORDER_REDUNDANCY:
      return v1::NETWORK_MEASURE_BROKERAGE;
    default:
      return v1::NETWORK_MEASURE_UNSPECIFIED;
  }
}

// --- Records -------------------------------------------------------------------------------------

// 16 hexadecimal digits that tell nothing of `uid`, which nobody can guess.
std::string Pseudonym(absl::string_view uid) {
  return absl::StrCat(absl::Hex(StableHash(uid), absl::kZeroPad16));
}

void SortOnce(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// "Springfield, US": a part that is not known leaves nothing behind.
std::string WhatIsKnown(std::vector<absl::string_view> parts) {
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return absl::StrJoin(parts, ", ");
}

void AddPlaces(const google::protobuf::RepeatedPtrField<Place>& places, NetworkNode& node) {
  for (const Place& place : places) {
    if (!place.locality().empty()) {
      node.localities.push_back(WhatIsKnown({place.locality(), place.region(), place.country()}));
    }
    if (!place.region().empty()) {
      node.regions.push_back(WhatIsKnown({place.region(), place.country()}));
    }
  }
  SortOnce(node.localities);
  SortOnce(node.regions);
}

SiteAttributes::Setting SettingOn(const Date& day, const Site& site) {
  SiteAttributes::Setting setting = SiteAttributes::SETTING_UNSPECIFIED;
  for (const SiteAttributes& attributes : site.attributes()) {
    if (attributes.has_effective_date() && CompareDates(attributes.effective_date(), day) > 0)
      break;
    setting = attributes.setting();
  }
  return setting;
}

InteractionLevel LevelBy(v1::LevelRule rule, const Partnership& partnership) {
  const InteractionLevel of_site = partnership.level();
  const InteractionLevel of_organization = partnership.organization_level();
  const bool both = of_site != type::v1::INTERACTION_LEVEL_UNSPECIFIED &&
                    of_organization != type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  switch (rule) {
    case v1::LEVEL_RULE_ORGANIZATION:
      return of_organization;
    case v1::LEVEL_RULE_LOWER:
      return both ? std::min(of_site, of_organization) : type::v1::INTERACTION_LEVEL_UNSPECIFIED;
    case v1::LEVEL_RULE_HIGHER:
      return std::max(of_site, of_organization);
    default:
      return of_site;
  }
}

// `sites/{site}` of `sites/{site}/partnerships/{partnership}`.
absl::string_view SiteOf(absl::string_view partnership) {
  const size_t slash = partnership.find('/', partnership.find('/') + 1);
  return partnership.substr(0, slash);
}

// Makes the period of `tie` hold that of another one of the same pair, too.
void Widen(const std::optional<Date>& start, const std::optional<Date>& end, NetworkTie& tie) {
  if (tie.start.has_value() && (!start.has_value() || CompareDates(*start, *tie.start) < 0)) {
    tie.start = start;
  }
  if (tie.end.has_value() && (!end.has_value() || CompareDates(*end, *tie.end) > 0)) {
    tie.end = end;
  }
}

}  // namespace

std::optional<int> DepthOf(InteractionLevel level) {
  const int depth = LevelDepth(level);
  return depth < 0 ? std::nullopt : std::optional<int>(depth);
}

absl::Status ValidateRequest(const v1::GetNetworkMetricsRequest& request) {
  FieldViolations violations;
  CheckQuery(request.query(), "query", violations);
  CheckMeasures(request.measures(), request.seed(), violations);
  if (request.top() < 0 || request.top() > kMaxTop) {
    violations.Add("top", absl::StrCat("must be 0 to ", kMaxTop));
  }
  if (!v1::NodeOrder_IsValid(request.order_by())) {
    violations.Add("order_by", "is no NodeOrder that is known");
  } else {
    const v1::NetworkMeasure needed = MeasureOf(request.order_by());
    if (needed != v1::NETWORK_MEASURE_UNSPECIFIED && !request.measures().empty() &&
        std::find(request.measures().begin(), request.measures().end(), needed) ==
            request.measures().end()) {
      violations.Add("order_by",
                     absl::StrCat("needs ", v1::NetworkMeasure_Name(needed), " among measures"));
    }
  }
  return violations.ToStatus();
}

absl::Status ValidateRequest(const v1::ExportNetworkRequest& request) {
  FieldViolations violations;
  CheckQuery(request.query(), "query", violations);
  CheckMeasures(request.measures(), request.seed(), violations);
  if (request.format() == v1::ExportNetworkRequest::FORMAT_UNSPECIFIED ||
      !v1::ExportNetworkRequest::Format_IsValid(request.format())) {
    violations.Add("format",
                   "is required: FORMAT_GRAPHML, FORMAT_GEXF, FORMAT_CSV_NODES, FORMAT_CSV_EDGES "
                   "or FORMAT_KUMU");
  }
  return violations.ToStatus();
}

absl::Status ValidateRequest(const v1::RenderNetworkRequest& request) {
  FieldViolations violations;
  CheckQuery(request.query(), "query", violations);
  if (request.earlier_size() > kMaxEarlier) {
    violations.Add("earlier", absl::StrCat("has ", request.earlier_size(), " maps; at most ",
                                           kMaxEarlier, " are taken"));
  }
  for (int i = 0; i < std::min(request.earlier_size(), kMaxEarlier); ++i) {
    CheckQuery(request.earlier(i), absl::StrCat("earlier[", i, "]"), violations);
  }
  CheckSeed(request.seed(), violations);
  return violations.ToStatus();
}

v1::NetworkQuery WithDefaults(v1::NetworkQuery query, const Date& today) {
  if (!query.has_as_of()) *query.mutable_as_of() = today;
  if (query.level_rule() == v1::LEVEL_RULE_UNSPECIFIED) query.set_level_rule(v1::LEVEL_RULE_SITE);
  std::vector<std::string> types(query.partner_types().begin(), query.partner_types().end());
  SortOnce(types);
  query.clear_partner_types();
  for (std::string& type : types) query.add_partner_types(std::move(type));
  return query;
}

// --- NetworkBuilder ------------------------------------------------------------------------------

NetworkBuilder::NetworkBuilder(v1::NetworkQuery query) : query_(std::move(query)) {}

absl::Status NetworkBuilder::TooLarge() const {
  return Error(absl::StatusCode::kFailedPrecondition, "NETWORK_TOO_LARGE",
               absl::StrCat("the network has more than ", kMaxNetworkSize,
                            " ties or sites; ask for a cohort, for fewer partner types or for a "
                            "higher min_level"),
               {{"limit", absl::StrCat(kMaxNetworkSize)}});
}

absl::Status NetworkBuilder::AddSite(const Site& site) {
  if (sites_.size() == kMaxNetworkSize) return TooLarge();
  NetworkNode node;
  const bool named = site.naming() == Site::NAMING_NAMED;
  if (named) node.name = site.name();
  node.key = named ? site.name() : absl::StrCat("site-", Pseudonym(site.uid()));
  node.label = named ? site.display_name() : site.neutral_label();
  node.setting = SettingOn(query_.as_of(), site);
  AddPlaces(site.places(), node);
  site_places_.emplace(site.name(), static_cast<int32_t>(sites_.size()));
  sites_.push_back(std::move(node));
  return absl::OkStatus();
}

absl::Status NetworkBuilder::AddPartnership(const Partnership& partnership) {
  if (!IsInForce(query_.as_of(), partnership)) return absl::OkStatus();
  const auto site = site_places_.find(SiteOf(partnership.name()));
  if (site == site_places_.end()) return absl::OkStatus();
  facts_.set_partnership_count(facts_.partnership_count() + 1);
  // Already sorted.
  if (!query_.partner_types().empty() &&
      !std::binary_search(query_.partner_types().begin(), query_.partner_types().end(),
                          partnership.partner_type())) {
    facts_.set_other_type_count(facts_.other_type_count() + 1);
    return absl::OkStatus();
  }
  if (partnership.is_self() && !query_.include_self()) {
    facts_.set_self_left_out_count(facts_.self_left_out_count() + 1);
    return absl::OkStatus();
  }
  const InteractionLevel level = LevelBy(query_.level_rule(), partnership);
  if (level == type::v1::INTERACTION_LEVEL_NO_INTERACTION) {
    facts_.set_no_interaction_count(facts_.no_interaction_count() + 1);
    return absl::OkStatus();
  }
  if (query_.min_level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED) {
    if (level == type::v1::INTERACTION_LEVEL_UNSPECIFIED) {
      facts_.set_unknown_level_left_out_count(facts_.unknown_level_left_out_count() + 1);
      return absl::OkStatus();
    }
    if (level < query_.min_level()) {
      facts_.set_below_min_level_count(facts_.below_min_level_count() + 1);
      return absl::OkStatus();
    }
  }
  if (ties_.size() == kMaxNetworkSize) return TooLarge();
  Tie tie{.site = site->second,
          .organization = partnership.organization(),
          .partner_type = partnership.partner_type(),
          .level = level,
          .is_self = partnership.is_self(),
          .start = std::nullopt,
          .end = std::nullopt};
  if (partnership.has_start_date()) tie.start = partnership.start_date();
  if (partnership.has_end_date()) tie.end = partnership.end_date();
  organizations_.try_emplace(tie.organization);
  ties_.push_back(std::move(tie));
  return absl::OkStatus();
}

std::vector<std::string> NetworkBuilder::MissingOrganizations() const {
  std::vector<std::string> missing;
  for (const auto& [name, known] : organizations_) {
    if (!known.has_value()) missing.push_back(name);
  }
  return missing;
}

void NetworkBuilder::AddOrganization(const Organization& organization) {
  NetworkNode node;
  node.key = organization.name();
  node.name = organization.name();
  node.label = organization.display_name();
  AddPlaces(organization.locations(), node);
  organizations_[organization.name()] =
      KnownOrganization{std::move(node), organization.merged_into()};
  if (!organization.merged_into().empty()) organizations_.try_emplace(organization.merged_into());
}

absl::string_view NetworkBuilder::Resolve(absl::string_view name) const {
  for (int merges = 0; merges < kMaxMerges; ++merges) {
    const auto found = organizations_.find(name);
    if (found == organizations_.end() || !found->second.has_value() ||
        found->second->merged_into.empty()) {
      break;
    }
    name = found->second->merged_into;
  }
  return name;
}

Network NetworkBuilder::Build() && {
  Network network;
  network.query = std::move(query_);
  network.facts = std::move(facts_);
  // Sites in the order of their keys.
  std::vector<int32_t> order(sites_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
  std::sort(order.begin(), order.end(),
            [this](int32_t a, int32_t b) { return sites_[a].key < sites_[b].key; });
  std::vector<int32_t> place_of(sites_.size());
  for (size_t i = 0; i < order.size(); ++i) {
    place_of[order[i]] = static_cast<int32_t>(i);
    network.sites.push_back(std::move(sites_[order[i]]));
  }
  // Organizations that have a tie, by name.
  absl::btree_map<absl::string_view, int32_t> organization_places;
  for (const Tie& tie : ties_) organization_places.emplace(Resolve(tie.organization), 0);
  for (auto& [name, place] : organization_places) {
    place = static_cast<int32_t>(network.organizations.size());
    const std::optional<KnownOrganization>& known = organizations_.find(name)->second;
    if (known.has_value()) {
      network.organizations.push_back(known->node);
    } else {
      network.facts.set_unknown_organization_count(network.facts.unknown_organization_count() + 1);
      NetworkNode node;
      node.key = std::string(name);
      node.name = node.key;
      node.label = std::string(IdOf(name));
      network.organizations.push_back(std::move(node));
    }
  }
  for (const Tie& from : ties_) {
    NetworkTie tie;
    tie.site = place_of[from.site];
    tie.organization = organization_places[Resolve(from.organization)];
    tie.level = from.level;
    tie.is_self = from.is_self;
    tie.partner_types = {from.partner_type};
    tie.start = from.start;
    tie.end = from.end;
    network.ties.push_back(std::move(tie));
  }
  std::stable_sort(network.ties.begin(), network.ties.end(),
                   [](const NetworkTie& a, const NetworkTie& b) {
                     return a.site != b.site ? a.site < b.site : a.organization < b.organization;
                   });
  // One tie for each pair.
  size_t kept = 0;
  for (size_t i = 0; i < network.ties.size(); ++i) {
    NetworkTie& tie = network.ties[i];
    if (kept > 0 && network.ties[kept - 1].site == tie.site &&
        network.ties[kept - 1].organization == tie.organization) {
      NetworkTie& into = network.ties[kept - 1];
      into.level = std::max(into.level, tie.level);
      into.is_self = into.is_self || tie.is_self;
      into.partner_types.push_back(std::move(tie.partner_types.front()));
      Widen(tie.start, tie.end, into);
    } else {
      if (kept != i) network.ties[kept] = std::move(tie);
      ++kept;
    }
  }
  network.facts.set_parallel_count(static_cast<int32_t>(network.ties.size() - kept));
  network.ties.resize(kept);
  std::vector<bool> tied(network.sites.size());
  int32_t known_levels = 0;
  int32_t self_ties = 0;
  for (NetworkTie& tie : network.ties) {
    SortOnce(tie.partner_types);
    std::vector<std::string>& types = network.organizations[tie.organization].partner_types;
    types.insert(types.end(), tie.partner_types.begin(), tie.partner_types.end());
    tied[tie.site] = true;
    if (DepthOf(tie.level).has_value()) ++known_levels;
    if (tie.is_self) ++self_ties;
  }
  for (NetworkNode& node : network.organizations) SortOnce(node.partner_types);
  network.facts.set_site_count(static_cast<int32_t>(network.sites.size()));
  network.facts.set_organization_count(static_cast<int32_t>(network.organizations.size()));
  network.facts.set_tie_count(static_cast<int32_t>(network.ties.size()));
  network.facts.set_known_level_tie_count(known_levels);
  network.facts.set_unknown_level_tie_count(network.facts.tie_count() - known_levels);
  network.facts.set_self_tie_count(self_ties);
  network.facts.set_isolated_site_count(
      static_cast<int32_t>(std::count(tied.begin(), tied.end(), false)));
  return network;
}

}  // namespace weft::metrics
