#include "services/metrics/domain/site_profile.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/validation/dates.h"
#include "common/words/terms.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/level_distribution.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using google::type::Date;
using registry::v1::Partnership;
using store::v1::CountedAnswers;
using v1::ProfileDifference;

// More steps than any chain of mergers has; a circle ends there.
constexpr int kMaxMergers = 20;

// The partnerships as one type, or as all.
struct Tally {
  std::array<int, kLevelCount> levels{};
  int unknown = 0;
  v1::TieCounts counts;
  // Partners: with any partnership not rated "no interaction", and with one rated deeper.
  absl::btree_set<std::string> partners;
  absl::btree_set<std::string> certain_partners;

  int known() const { return counts.tie_count() - unknown; }
  int most() const { return *std::max_element(levels.begin(), levels.end()); }
  std::optional<int> shallowest() const {
    for (int depth = 0; depth < kLevelCount; ++depth) {
      if (levels[depth] > 0) return depth;
    }
    return std::nullopt;
  }
  std::optional<int> deepest() const {
    for (int depth = kLevelCount - 1; depth >= 0; --depth) {
      if (levels[depth] > 0) return depth;
    }
    return std::nullopt;
  }
};

void CountSides(int site, int organization, v1::SideCounts& sides) {
  if (site < 0 && organization < 0) {
    sides.set_neither(sides.neither() + 1);
  } else if (organization < 0) {
    sides.set_site_only(sides.site_only() + 1);
  } else if (site < 0) {
    sides.set_organization_only(sides.organization_only() + 1);
  } else if (site == organization) {
    sides.set_same(sides.same() + 1);
  } else if (site == organization + 1) {
    sides.set_site_deeper_by_one(sides.site_deeper_by_one() + 1);
  } else if (site > organization) {
    sides.set_site_deeper(sides.site_deeper() + 1);
  } else if (organization == site + 1) {
    sides.set_organization_deeper_by_one(sides.organization_deeper_by_one() + 1);
  } else {
    sides.set_organization_deeper(sides.organization_deeper() + 1);
  }
}

void Add(const Partnership& partnership, absl::string_view organization, Tally& tally) {
  v1::TieCounts& counts = tally.counts;
  counts.set_tie_count(counts.tie_count() + 1);
  const int depth = LevelDepth(partnership.level());
  if (depth < 0) {
    ++tally.unknown;
  } else {
    ++tally.levels[static_cast<size_t>(depth)];
  }
  if (depth != 0) tally.partners.emplace(organization);
  if (depth > 0) tally.certain_partners.emplace(organization);
  switch (partnership.confirmation()) {
    case Partnership::CONFIRMATION_CONFIRMED:
      counts.set_confirmed(counts.confirmed() + 1);
      break;
    case Partnership::CONFIRMATION_DISPUTED:
      counts.set_disputed(counts.disputed() + 1);
      break;
    default:
      counts.set_unconfirmed(counts.unconfirmed() + 1);
      break;
  }
  CountSides(depth, LevelDepth(partnership.organization_level()), *counts.mutable_sides());
}

v1::TieCounts Finished(const Tally& tally) {
  v1::TieCounts counts = tally.counts;
  counts.set_organization_count(static_cast<int32_t>(tally.partners.size()));
  counts.set_level_unknown(tally.unknown);
  for (int depth = 0; depth < kLevelCount; ++depth) {
    if (tally.levels[depth] == 0) continue;
    v1::LevelCount& level = *counts.add_levels();
    level.set_level(LevelAt(depth));
    level.set_count(tally.levels[depth]);
  }
  return counts;
}

// --- Rules ---------------------------------------------------------------------------------------

// The depths that an answer may have without differing, ascending. Empty: no level is known.
std::vector<int> Borne(v1::RollupRule rule, const Tally& tally) {
  std::vector<int> depths;
  if (tally.known() == 0) return depths;
  for (int depth = 0; depth < kLevelCount; ++depth) {
    const bool bears = rule == v1::ROLLUP_RULE_MODE ? tally.levels[depth] == tally.most()
                       : rule == v1::ROLLUP_RULE_SITE_STATED
                           ? depth >= *tally.shallowest() && depth <= *tally.deepest()
                           : depth == *tally.deepest();
    if (bears) depths.push_back(depth);
  }
  return depths;
}

// Whether levels in place of those that are not known could bear `depth`.
bool CouldBear(v1::RollupRule rule, const Tally& tally, int depth) {
  if (rule == v1::ROLLUP_RULE_MODE) return tally.levels[depth] + tally.unknown >= tally.most();
  const std::vector<int> borne = Borne(rule, tally);
  if (std::find(borne.begin(), borne.end(), depth) != borne.end()) return true;
  if (tally.unknown == 0) return false;
  // One more partnership at that depth: shallower ones are never the deepest.
  return rule == v1::ROLLUP_RULE_SITE_STATED || borne.empty() || depth > borne.back();
}

void RollUp(v1::RollupRule rule, const Tally& tally, v1::TypeProfile& type) {
  if (rule == v1::ROLLUP_RULE_SITE_STATED) {
    if (LevelDepth(type.answer().level()) >= 0) type.add_levels(type.answer().level());
    return;
  }
  for (const int depth : Borne(rule, tally)) type.add_levels(LevelAt(depth));
  if (tally.counts.tie_count() == 0) return;
  for (int depth = 0; depth < kLevelCount; ++depth) {
    if (!CouldBear(rule, tally, depth)) continue;
    if (type.lowest() == type::v1::INTERACTION_LEVEL_UNSPECIFIED) type.set_lowest(LevelAt(depth));
    type.set_highest(LevelAt(depth));
  }
}

// --- Differences ---------------------------------------------------------------------------------

ProfileDifference& AddDifference(ProfileDifference::Kind kind, bool certain,
                                 v1::TypeProfile& type) {
  ProfileDifference& difference = *type.add_differences();
  difference.set_kind(kind);
  difference.set_certain(certain);
  return difference;
}

void CompareLevels(v1::RollupRule rule, const Tally& tally, v1::TypeProfile& type) {
  const int answered = LevelDepth(type.answer().level());
  const std::vector<int> borne = Borne(rule, tally);
  if (answered < 0 || borne.empty()) return;
  int steps = answered - borne.front();
  for (const int depth : borne) {
    if (std::abs(answered - depth) < std::abs(steps)) steps = answered - depth;
  }
  if (steps == 0) return;
  AddDifference(ProfileDifference::KIND_LEVEL_DIFFERS, !CouldBear(rule, tally, answered), type)
      .set_level_steps(steps);
}

void CompareCounts(const Tally& tally, v1::TypeProfile& type) {
  const v1::SiteCell& answer = type.answer();
  if (!answer.has_count_min()) return;
  const auto partners = static_cast<int>(tally.partners.size());
  const auto certain = static_cast<int>(tally.certain_partners.size());
  const auto kind = ProfileDifference::KIND_COUNT_DIFFERS;
  if (partners < answer.count_min()) {
    AddDifference(kind, !type.approximate(), type).set_count_steps(answer.count_min() - partners);
  } else if (answer.has_count_max() && partners > answer.count_max()) {
    AddDifference(kind, !type.approximate() && certain > answer.count_max(), type)
        .set_count_steps(answer.count_max() - partners);
  }
}

void Compare(v1::RollupRule rule, const Tally& tally, v1::TypeProfile& type) {
  const v1::SiteCell& answer = type.answer();
  const bool some = !tally.partners.empty();
  const bool certain = !tally.certain_partners.empty();
  const bool missing = LevelDepth(answer.level()) < 0 && !answer.has_count_min();
  if (answer.engagement() == v1::ENGAGEMENT_YES && tally.counts.tie_count() == 0) {
    AddDifference(ProfileDifference::KIND_ANSWERED_WITHOUT_TIES, true, type);
  } else if (answer.engagement() == v1::ENGAGEMENT_NO && some) {
    AddDifference(ProfileDifference::KIND_TIES_BUT_NO_INTERACTION, certain, type);
  } else if (missing && some) {
    AddDifference(ProfileDifference::KIND_TIES_BUT_MISSING, certain, type);
  } else {
    CompareLevels(rule, tally, type);
    CompareCounts(tally, type);
  }
}

void CountDifferences(v1::SiteProfile& profile) {
  absl::btree_map<ProfileDifference::Kind, v1::DifferenceCount> counts;
  for (const v1::TypeProfile& type : profile.types()) {
    for (const ProfileDifference& difference : type.differences()) {
      v1::DifferenceCount& count = counts[difference.kind()];
      count.set_kind(difference.kind());
      count.set_types(count.types() + 1);
      if (difference.certain()) count.set_certain(count.certain() + 1);
    }
  }
  for (auto& [kind, count] : counts) *profile.add_differences() = std::move(count);
}

// --- Parts of the answer -------------------------------------------------------------------------

v1::ProfileTie ListedTie(const Partnership& partnership, const Organizations& organizations) {
  v1::ProfileTie tie;
  tie.set_partnership(partnership.name());
  const absl::string_view organization = StandsFor(organizations, partnership.organization());
  tie.set_organization(std::string(organization));
  const auto found = organizations.find(organization);
  tie.set_display_name(found == organizations.end() ? std::string(IdOf(organization))
                                                    : found->second.display_name());
  tie.set_partner_type(partnership.partner_type());
  tie.set_level(partnership.level());
  tie.set_organization_level(partnership.organization_level());
  tie.set_confirmation(partnership.confirmation());
  tie.set_is_self(partnership.is_self());
  return tie;
}

void AddCaveats(const ProfileView& view, const v1::SiteProfile& profile,
                v1::Provenance& provenance) {
  const auto add = [&](std::string caveat) { provenance.add_caveats(std::move(caveat)); };
  add("partnerships are those that the registry holds, which need not be all that the site has");
  const v1::TieCounts& ties = profile.ties();
  if (ties.level_unknown() > 0) {
    add(absl::StrCat(ties.level_unknown(), " of ", ties.tie_count(),
                     " partnerships have no rating of the site: they count, at a level that is not "
                     "known"));
  }
  if (ties.disputed() > 0) {
    add(absl::StrCat(ties.disputed(), " of ", ties.tie_count(),
                     " partnerships are disputed by their organizations; they count as the site "
                     "has them"));
  }
  if (profile.other_types_size() > 0 && !provenance.taxonomy().empty()) {
    add(absl::StrCat("types of partnerships that ", provenance.taxonomy(),
                     " does not have stand apart, without answers"));
  }
  if (provenance.wave().empty()) {
    add("the site is in no wave, so that there are no answers");
    return;
  }
  if (!profile.counted()) {
    add(absl::StrCat("the site has no response that counts in ", provenance.wave(),
                     ", so that nothing is compared"));
  }
  const ingestion::v1::Wave& wave = view.wave.frame->wave;
  if ((wave.has_field_start_date() &&
       CompareDates(view.effective_on, wave.field_start_date()) < 0) ||
      (wave.has_field_end_date() && CompareDates(view.effective_on, wave.field_end_date()) > 0)) {
    add("the partnerships are of a day on which the wave was not in the field");
  }
}

}  // namespace

absl::Status ValidateRequest(const v1::GetSiteProfileRequest& request) {
  FieldViolations violations;
  violations.Require(v1::RollupRule_IsValid(request.rule()), "rule", "is no roll-up rule")
      .Require(v1::SelfRule_IsValid(request.self_rule()), "self_rule", "is no self rule")
      .Require(v1::ReviewFloor_IsValid(request.floor()), "floor", "is no review floor")
      .Require(v1::EngagedRule_IsValid(request.engaged_rule()), "engaged_rule",
               "is no engaged rule");
  if (request.has_effective_on()) CheckDate(violations, "effective_on", request.effective_on());
  return violations.ToStatus();
}

Date DefaultDay(const ingestion::v1::Wave& wave, const Date& today) {
  const bool over = wave.has_field_end_date() && CompareDates(wave.field_end_date(), today) < 0;
  return over ? wave.field_end_date() : today;
}

absl::string_view StandsFor(const Organizations& organizations, absl::string_view name) {
  for (int step = 0; step < kMaxMergers; ++step) {
    const auto found = organizations.find(name);
    if (found == organizations.end() || found->second.merged_into().empty()) break;
    name = found->second.merged_into();
  }
  return name;
}

v1::SiteProfile MakeProfile(const ProfileView& view) {
  const v1::Parameters& parameters = view.wave.parameters;
  v1::SiteProfile profile;
  profile.set_name(absl::StrCat(view.site, "/profile"));
  profile.set_site(view.site);
  profile.set_label(view.label);
  *profile.mutable_effective_on() = view.effective_on;
  profile.set_rule(view.rule);

  // By code; the types of the wave first.
  const auto& asked = view.wave.frame->instrument.partner_types();
  absl::btree_map<std::string, Tally> tallies;
  Tally all;
  std::vector<const Partnership*> counted;
  for (const Partnership& partnership : view.partnerships) {
    if (partnership.is_self()) {
      profile.set_self_ties(profile.self_ties() + 1);
      if (parameters.self_rule() == v1::SELF_RULE_EXCLUDE) continue;
    }
    const absl::string_view organization =
        StandsFor(view.organizations, partnership.organization());
    Add(partnership, organization, tallies[partnership.partner_type()]);
    Add(partnership, organization, all);
    counted.push_back(&partnership);
  }
  *profile.mutable_ties() = Finished(all);

  v1::SiteMetrics answers;
  const CountedAnswers* given = nullptr;
  if (!view.wave.sites.empty()) {
    const store::v1::SiteRecord& record = view.wave.sites.front();
    answers = ComputeSite(view.wave, record);
    given = AnswersAt(record, parameters.floor());
  }
  profile.set_counted(given != nullptr);
  profile.set_revision(answers.revision());
  absl::btree_map<absl::string_view, int> order;
  for (int place = 0; place < asked.size(); ++place) {
    v1::TypeProfile& type = *profile.add_types();
    type.set_partner_type(asked.Get(place));
    type.set_display_name(view.wave.frame->TypeLabel(asked.Get(place)));
    const Tally& tally = tallies[asked.Get(place)];
    *type.mutable_ties() = Finished(tally);
    if (given != nullptr && place < answers.cells_size()) {
      *type.mutable_answer() = answers.cells(place);
      type.set_includes_self(CellState(given->cells(place)).includes_self());
      type.set_approximate(std::find(given->approximate().begin(), given->approximate().end(),
                                     static_cast<uint32_t>(place)) != given->approximate().end());
    }
    RollUp(view.rule, tally, type);
    if (type.has_answer()) Compare(view.rule, tally, type);
    order.emplace(asked.Get(place), place);
  }
  for (const auto& [code, tally] : tallies) {
    if (!order.emplace(code, static_cast<int>(order.size())).second) continue;
    v1::TypeProfile& type = *profile.add_other_types();
    type.set_partner_type(code);
    type.set_display_name(code);
    *type.mutable_ties() = Finished(tally);
    RollUp(view.rule, tally, type);
  }
  CountDifferences(profile);

  std::stable_sort(counted.begin(), counted.end(), [&](const Partnership* a, const Partnership* b) {
    return order[a->partner_type()] < order[b->partner_type()];
  });
  for (const Partnership* partnership : counted) {
    if (profile.partnerships_size() == kMaxListedTies) break;
    *profile.add_partnerships() = ListedTie(*partnership, view.organizations);
  }
  profile.set_partnerships_left_out(static_cast<int>(counted.size()) - profile.partnerships_size());
  *profile.mutable_provenance() = MakeProvenance(view.wave);
  AddCaveats(view, profile, *profile.mutable_provenance());
  return profile;
}

}  // namespace weft::metrics
