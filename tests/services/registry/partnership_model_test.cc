// Random writes of organizations and partnerships, merges and their undoing among them, and a plain
// model of what they do, with restarts of the engines that keep their data.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/validation/dates.h"
#include "tests/services/registry/service_fixture.h"
#include "tests/testing/seed.h"

namespace weft::registry {
namespace {

using v1::Assessment;
using v1::OrganizationMerge;
using v1::Partnership;
using weft::type::v1::InteractionLevel;

constexpr int kSteps = 600;
constexpr int kSites = 3;
constexpr int kOrganizations = 5;
constexpr int kTieIds = 4;
constexpr int kTypes = 2;
// Days that things happen on, as days after 2024-09-30: all months have these.
constexpr int kDays = 28;

google::type::Date DayOf(int day) { return Day(2024, 10, day); }
// 20241005 of that day; 0 of none.
int Number(const google::type::Date& date) {
  return date.year() * 10000 + date.month() * 100 + date.day();
}

struct Organization {
  bool deleted = false;
  int merged_into = -1;
};

struct Rating {
  bool by_site = true;
  int level = 0;
  int day = 1;
};

struct Tie {
  int organization = 0;
  int type = 0;
  int role = -1;
  int end = 0;  // a day's number; 0 while it lasts
  bool deleted = false;
  int deleted_by = -1;  // the merge that did
  Partnership::Confirmation confirmation = Partnership::CONFIRMATION_UNCONFIRMED;
  std::vector<Rating> ratings;
};

// The level of a side on a day: the latest rating up to then, the last recorded of several.
int LevelOn(const Tie& tie, bool by_site, int day) {
  const Rating* latest = nullptr;
  for (const Rating& rating : tie.ratings) {
    if (rating.by_site != by_site || rating.day > day) continue;
    if (latest == nullptr || rating.day >= latest->day) latest = &rating;
  }
  return latest == nullptr ? 0 : latest->level;
}

std::string Describe(const Tie& tie, int day) {
  return absl::StrCat(tie.organization, " ", tie.type, " role ", tie.role, " end ", tie.end,
                      tie.deleted ? " deleted" : "", " said ", static_cast<int>(tie.confirmation),
                      " levels ", LevelOn(tie, true, day), " ", LevelOn(tie, false, day), " of ",
                      tie.ratings.size());
}

// The same text of what the server says.
std::string Describe(const Partnership& tie) {
  const int role = tie.roles().empty() ? -1 : tie.roles(0).back() - '0';
  return absl::StrCat(tie.organization().substr(tie.organization().size() - 1), " ",
                      tie.partner_type().substr(tie.partner_type().size() - 1), " role ", role,
                      " end ", Number(tie.end_date()), tie.has_delete_time() ? " deleted" : "",
                      " said ", static_cast<int>(tie.confirmation()), " levels ",
                      static_cast<int>(tie.level()), " ",
                      static_cast<int>(tie.organization_level()), " of ", tie.assessment_count());
}

// A tie that a merge gave to its survivor.
struct Moved {
  std::string name;
  int from = 0;
  int ended = 0;  // the day that it got as its last one
  bool deleted = false;
};

struct Merge {
  std::string name;
  int survivor = 0;
  std::vector<int> duplicates;
  std::vector<Moved> ties;
  // What redirected to a duplicate, and to which.
  std::vector<std::pair<int, int>> redirects;
  std::vector<int> blocks;
  int blocked_by = -1;
  bool undone = false;
};

struct Remembered {
  absl::Time time;
  std::map<std::string, Tie> ties;
};

class PartnershipModelTest : public RegistryTest {
 protected:
  int Draw(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  static std::string OrganizationName(int i) { return absl::StrCat("organizations/o", i); }
  std::string DrawTie() {
    return absl::StrCat("sites/s", Draw(kSites), "/partnerships/p", Draw(kTieIds));
  }
  static std::string SiteOf(const std::string& tie) { return tie.substr(0, tie.find("/part")); }

  bool IsTaken(const std::string& name, const Tie& tie) const {
    return std::any_of(ties_.begin(), ties_.end(), [&](const auto& other) {
      return other.first != name && SiteOf(other.first) == SiteOf(name) &&
             other.second.organization == tie.organization && other.second.type == tie.type &&
             !other.second.deleted && other.second.end == 0;
    });
  }
  // "" for OK, as the model expects of a write to a tie that must be there.
  std::string Missing(const std::string& name) const {
    const auto found = ties_.find(name);
    if (found == ties_.end()) return "PARTNERSHIP_NOT_FOUND";
    return found->second.deleted ? "PARTNERSHIP_DELETED" : "";
  }
  template <class T>
  static std::string Reason(const absl::StatusOr<T>& result) {
    return result.ok() ? "" : ReasonOf(result.status());
  }

  // Who stands for it.
  int Standing(int organization) const {
    const auto found = organizations_.find(organization);
    if (found == organizations_.end() || found->second.merged_into < 0) return organization;
    return found->second.merged_into;
  }
  // "" for OK, as the model expects of a write to an organization that must stand for itself.
  std::string Unfit(int organization) const {
    const auto found = organizations_.find(organization);
    if (found == organizations_.end()) return "ORGANIZATION_NOT_FOUND";
    if (found->second.merged_into >= 0) return "ORGANIZATION_MERGED";
    return found->second.deleted ? "ORGANIZATION_DELETED" : "";
  }

  void CreateOrganization() {
    const int i = Draw(kOrganizations);
    v1::CreateOrganizationRequest request;
    request.set_organization_id(absl::StrCat("o", i));
    request.mutable_organization()->set_display_name(absl::StrCat("Organization ", i));
    const auto result = Call<v1::Organization>("OrganizationService/CreateOrganization", request);
    EXPECT_EQ(Reason(result), organizations_.count(i) > 0 ? "ORGANIZATION_EXISTS" : "");
    organizations_.try_emplace(i);
  }
  void DeleteOrganization(bool back) {
    const int i = Draw(kOrganizations);
    const auto found = organizations_.find(i);
    std::string expected;
    if (found == organizations_.end()) {
      expected = "ORGANIZATION_NOT_FOUND";
    } else if (found->second.merged_into >= 0) {
      expected = "ORGANIZATION_MERGED";
    } else if (found->second.deleted != back) {
      expected = back ? "ORGANIZATION_NOT_DELETED" : "ORGANIZATION_DELETED";
    }
    const auto result = back ? CallNamed<v1::Organization, v1::UndeleteOrganizationRequest>(
                                   "OrganizationService/UndeleteOrganization", OrganizationName(i))
                             : CallNamed<v1::Organization, v1::DeleteOrganizationRequest>(
                                   "OrganizationService/DeleteOrganization", OrganizationName(i));
    EXPECT_EQ(Reason(result), expected);
    if (expected.empty()) found->second.deleted = !back;
  }
  void CreateTie() {
    const std::string name = DrawTie();
    Tie tie;
    tie.organization = Draw(kOrganizations);
    tie.type = Draw(kTypes);
    v1::CreatePartnershipRequest request;
    request.set_parent(SiteOf(name));
    request.set_partnership_id(name.substr(name.rfind('/') + 1));
    request.mutable_partnership()->set_organization(OrganizationName(tie.organization));
    request.mutable_partnership()->set_partner_type(absl::StrCat("type", tie.type));
    tie.organization = Standing(tie.organization);
    std::string expected = Unfit(tie.organization);
    if (!expected.empty()) {
      // It is no partner.
    } else if (ties_.count(name) > 0) {
      expected = "PARTNERSHIP_EXISTS";
    } else if (IsTaken(name, tie)) {
      expected = "PARTNERSHIP_OPEN_TIE_TAKEN";
    }
    EXPECT_EQ(Reason(Call<Partnership>("PartnershipService/CreatePartnership", request)), expected);
    if (expected.empty()) ties_[name] = tie;
  }
  void UpdateTie() {
    const std::string name = DrawTie();
    const auto found = ties_.find(name);
    Tie after = found == ties_.end() ? Tie() : found->second;
    after.role = Draw(4) - 1;
    after.end = Draw(2) == 0 ? 0 : Number(DayOf(kDays));
    v1::UpdatePartnershipRequest request;
    Partnership& change = *request.mutable_partnership();
    change.set_name(name);
    if (after.role >= 0) change.add_roles(absl::StrCat("role", after.role));
    if (after.end > 0) *change.mutable_end_date() = DayOf(kDays);
    request.mutable_update_mask()->add_paths("roles");
    request.mutable_update_mask()->add_paths("end_date");
    std::string expected = Missing(name);
    if (expected.empty() && after.end == 0 && IsTaken(name, after)) {
      expected = "PARTNERSHIP_OPEN_TIE_TAKEN";
    }
    EXPECT_EQ(Reason(Call<Partnership>("PartnershipService/UpdatePartnership", request)), expected);
    if (expected.empty()) ties_[name] = after;
  }
  void DeleteTie(bool back) {
    const std::string name = DrawTie();
    const auto found = ties_.find(name);
    std::string expected;
    if (found == ties_.end()) {
      expected = "PARTNERSHIP_NOT_FOUND";
    } else if (found->second.deleted != back) {
      expected = back ? "PARTNERSHIP_NOT_DELETED" : "PARTNERSHIP_DELETED";
    } else if (back && found->second.end == 0 && IsTaken(name, found->second)) {
      expected = "PARTNERSHIP_OPEN_TIE_TAKEN";
    }
    const auto result = back ? CallNamed<Partnership, v1::UndeletePartnershipRequest>(
                                   "PartnershipService/UndeletePartnership", name)
                             : CallNamed<Partnership, v1::DeletePartnershipRequest>(
                                   "PartnershipService/DeletePartnership", name);
    EXPECT_EQ(Reason(result), expected);
    if (!expected.empty()) return;
    found->second.deleted = !back;
    found->second.deleted_by = -1;
  }
  void Assess() {
    const std::string name = DrawTie();
    const Rating rating{Draw(2) == 0, 1 + Draw(5), 1 + Draw(kDays)};
    const auto result =
        rating.by_site ? AssessAs<v1::AssessPartnershipRequest>("AssessPartnership", name, rating)
                       : AssessAs<v1::AssessPartnershipAsOrganizationRequest>(
                             "AssessPartnershipAsOrganization", name, rating);
    const std::string expected = Missing(name);
    EXPECT_EQ(Reason(result), expected);
    if (expected.empty()) ties_[name].ratings.push_back(rating);
  }
  template <class Request>
  absl::StatusOr<Assessment> AssessAs(absl::string_view method, const std::string& name,
                                      const Rating& rating) {
    Request request;
    request.set_name(name);
    request.mutable_assessment()->set_level(static_cast<InteractionLevel>(rating.level));
    *request.mutable_assessment()->mutable_effective_date() = DayOf(rating.day);
    return Call<Assessment>(absl::StrCat("PartnershipService/", method), request);
  }
  void Decide(bool confirm) {
    const std::string name = DrawTie();
    v1::DisputePartnershipRequest dispute;
    dispute.set_name(name);
    dispute.set_note("not so");
    const auto result = confirm
                            ? CallNamed<Partnership, v1::ConfirmPartnershipRequest>(
                                  "PartnershipService/ConfirmPartnership", name)
                            : Call<Partnership>("PartnershipService/DisputePartnership", dispute);
    const std::string expected = Missing(name);
    EXPECT_EQ(Reason(result), expected);
    if (!expected.empty()) return;
    ties_[name].confirmation =
        confirm ? Partnership::CONFIRMATION_CONFIRMED : Partnership::CONFIRMATION_DISPUTED;
  }

  // The open ties of an organization, by site and type.
  std::map<std::string, std::string> OpenTiesOf(int organization) const {
    std::map<std::string, std::string> open;
    for (const auto& [name, tie] : ties_) {
      if (tie.organization == organization && IsOpen(tie)) open[KeyOf(name, tie)] = name;
    }
    return open;
  }
  static bool IsOpen(const Tie& tie) { return !tie.deleted && tie.end == 0; }
  static std::string KeyOf(const std::string& name, const Tie& tie) {
    return absl::StrCat(SiteOf(name), " ", tie.type);
  }

  // What the merge does to ties; the number of those that collide.
  int MoveTies(OrganizationMerge::TieCollision rule, int number, Merge& merge,
               std::map<std::string, Tie>& ties) const {
    std::map<std::string, std::string> open = OpenTiesOf(merge.survivor);
    int collisions = 0;
    for (const int duplicate : merge.duplicates) {
      for (auto& [name, tie] : ties) {
        if (tie.organization != duplicate) continue;
        Moved moved{name, duplicate};
        tie.organization = merge.survivor;
        if (IsOpen(tie) && !open.emplace(KeyOf(name, tie), name).second) {
          ++collisions;
          if (rule == OrganizationMerge::TIE_COLLISION_DELETE) {
            moved.deleted = tie.deleted = true;
            tie.deleted_by = number;
          } else {
            moved.ended = tie.end = Number(weft::DayOf(clock_.Now()));
          }
        }
        merge.ties.push_back(moved);
      }
    }
    return collisions;
  }
  void MergeSome() {
    const auto number = static_cast<int>(merges_.size());
    Merge merge;
    merge.survivor = Draw(kOrganizations);
    for (int count = 1 + Draw(2), i = Draw(kOrganizations); count > 0; ++i) {
      if (i % kOrganizations == merge.survivor) continue;
      merge.duplicates.push_back(i % kOrganizations);
      --count;
    }
    v1::MergeOrganizationsRequest request;
    request.set_survivor(OrganizationName(merge.survivor));
    std::string expected = Unfit(merge.survivor);
    for (const int duplicate : merge.duplicates) {
      request.add_duplicates(OrganizationName(duplicate));
      if (expected.empty()) expected = Unfit(duplicate);
    }
    const auto rule = static_cast<OrganizationMerge::TieCollision>(1 + Draw(3));
    request.set_tie_collision(rule);
    request.set_validate_only(Draw(4) == 0);
    std::map<std::string, Tie> ties = ties_;
    const int collisions = MoveTies(rule, number, merge, ties);
    if (expected.empty() && collisions > 0 && rule == OrganizationMerge::TIE_COLLISION_REFUSE) {
      expected = "MERGE_TIES_COLLIDE";
    }
    const auto result =
        Call<v1::MergeOrganizationsResponse>("OrganizationService/MergeOrganizations", request);
    EXPECT_EQ(Reason(result), expected);
    if (!expected.empty()) return;
    EXPECT_EQ(result->merge().tie_count(), static_cast<int>(merge.ties.size()));
    EXPECT_EQ(result->merge().collided_tie_count(), collisions);
    if (request.validate_only()) return;
    merge.name = result->merge().name();
    ties_ = std::move(ties);
    for (auto& [i, organization] : organizations_) {
      for (const int duplicate : merge.duplicates) {
        if (organization.merged_into != duplicate) continue;
        merge.redirects.emplace_back(i, duplicate);
        organization.merged_into = merge.survivor;
      }
    }
    for (const int duplicate : merge.duplicates) {
      organizations_[duplicate].merged_into = merge.survivor;
    }
    for (int i = 0; i < number; ++i) {
      Merge& earlier = merges_[static_cast<size_t>(i)];
      const bool of_them =
          earlier.survivor == merge.survivor ||
          std::count(merge.duplicates.begin(), merge.duplicates.end(), earlier.survivor) > 0;
      if (!of_them || earlier.undone || earlier.blocked_by >= 0) continue;
      earlier.blocked_by = number;
      merge.blocks.push_back(i);
    }
    merges_.push_back(std::move(merge));
  }

  // What undoing does to ties; the number of those that do not become what they were.
  int ReturnTies(int number) {
    const Merge& merge = merges_[static_cast<size_t>(number)];
    for (const Moved& moved : merge.ties) ties_[moved.name].organization = moved.from;
    int remainders = 0;
    for (const Moved& moved : merge.ties) {
      Tie& tie = ties_[moved.name];
      if (moved.ended == 0 && !moved.deleted) continue;
      if (moved.ended > 0 ? tie.end == 0 : !tie.deleted) continue;
      Tie open = tie;
      const bool untouched = moved.ended > 0 ? tie.end == moved.ended : tie.deleted_by == number;
      if (moved.ended > 0) open.end = 0;
      if (moved.deleted) open.deleted = false;
      if (!untouched || (IsOpen(open) && IsTaken(moved.name, open))) {
        ++remainders;
      } else {
        tie = open;
      }
    }
    return remainders;
  }
  void UnmergeSome() {
    if (merges_.empty()) return;
    const int number = Draw(static_cast<int>(merges_.size()));
    Merge& merge = merges_[static_cast<size_t>(number)];
    std::string expected;
    if (merge.undone) {
      expected = "MERGE_UNDONE";
    } else if (merge.blocked_by >= 0) {
      expected = "MERGE_BLOCKED";
    } else if (organizations_[merge.survivor].deleted) {
      expected = "ORGANIZATION_DELETED";
    }
    const auto result =
        CallNamed<v1::UnmergeOrganizationsResponse, v1::UnmergeOrganizationsRequest>(
            "OrganizationService/UnmergeOrganizations", merge.name);
    EXPECT_EQ(Reason(result), expected);
    if (!expected.empty()) return;
    merge.undone = true;
    ++undone_;
    for (const int earlier : merge.blocks) merges_[static_cast<size_t>(earlier)].blocked_by = -1;
    for (const int duplicate : merge.duplicates) organizations_[duplicate].merged_into = -1;
    for (const auto& [i, from] : merge.redirects) organizations_[i].merged_into = from;
    EXPECT_EQ(result->remainders_size(), ReturnTies(number));
    EXPECT_EQ(result->returned_tie_count(), static_cast<int>(merge.ties.size()));
  }

  void Step() {
    switch (Draw(18)) {
      case 12:
      case 13:
      case 14:
        return MergeSome();
      case 15:
      case 16:
        return UnmergeSome();
      case 0:
        return CreateOrganization();
      case 1:
        return DeleteOrganization(Draw(3) > 0);
      case 2:
      case 3:
      case 4:
        return CreateTie();
      case 5:
        return UpdateTie();
      case 6:
        return DeleteTie(Draw(2) == 0);
      case 7:
        return Decide(Draw(2) == 0);
      default:
        return Assess();
    }
  }

  // "p: what" of each that a list shows.
  std::vector<std::string> Listed(v1::ListPartnershipsRequest request) {
    std::vector<std::string> rows;
    request.set_page_size(3);
    do {
      const auto page =
          Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
      for (const Partnership& row : page.partnerships()) {
        rows.push_back(absl::StrCat(row.name(), ": ", Describe(row)));
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return rows;
  }
  // The same by the model. A negative organization stands for all.
  static std::vector<std::string> Expected(const std::map<std::string, Tie>& ties,
                                           const std::string& site, int organization, bool deleted,
                                           int day) {
    std::vector<std::string> rows;
    for (const auto& [name, tie] : ties) {
      if (site != "sites/-" && SiteOf(name) != site) continue;
      if (organization >= 0 && tie.organization != organization) continue;
      if (tie.deleted && !deleted) continue;
      if (day <= kDays && tie.end > 0 && tie.end < Number(DayOf(day))) continue;
      rows.push_back(absl::StrCat(name, ": ", Describe(tie, day)));
    }
    return rows;
  }
  void CheckAll() {
    v1::ListPartnershipsRequest all;
    all.set_parent("sites/-");
    all.set_show_deleted(true);
    ASSERT_EQ(Listed(all), Expected(ties_, "sites/-", -1, true, kDays + 1));
    const int organization = Draw(kOrganizations);
    v1::ListPartnershipsRequest by_organization;
    by_organization.set_parent("sites/-");
    by_organization.set_organization(OrganizationName(organization));
    const int standing = Standing(organization);
    ASSERT_EQ(Listed(by_organization), Expected(ties_, "sites/-", standing, false, kDays + 1));
    by_organization.clear_organization();
    by_organization.set_filter(absl::StrCat("organization = o", organization));
    ASSERT_EQ(Listed(by_organization), Expected(ties_, "sites/-", standing, false, kDays + 1));
    v1::ListPartnershipsRequest by_site;
    by_site.set_parent(absl::StrCat("sites/s", Draw(kSites)));
    ASSERT_EQ(Listed(by_site), Expected(ties_, by_site.parent(), -1, false, kDays + 1));
    // What was known at some step of before, and what was true on some day, and both.
    const Remembered& then = history_[static_cast<size_t>(Draw(static_cast<int>(history_.size())))];
    *by_site.mutable_recorded_by() = ToProto(then.time);
    ASSERT_EQ(Listed(by_site), Expected(then.ties, by_site.parent(), -1, false, kDays + 1));
    const int day = 1 + Draw(kDays);
    *by_site.mutable_effective_on() = DayOf(day);
    ASSERT_EQ(Listed(by_site), Expected(then.ties, by_site.parent(), -1, false, day));
    by_site.clear_recorded_by();
    ASSERT_EQ(Listed(by_site), Expected(ties_, by_site.parent(), -1, false, day));
    // What was known then, found under the organization that has it now.
    std::map<std::string, Tie> of_it;
    for (const auto& [name, tie] : then.ties) {
      if (ties_.at(name).organization == standing) of_it[name] = tie;
    }
    *by_organization.mutable_recorded_by() = ToProto(then.time);
    ASSERT_EQ(Listed(by_organization), Expected(of_it, "sites/-", -1, false, kDays + 1));
    for (const auto& [i, organization_row] : organizations_) {
      const auto read = GetOrganization(OrganizationName(i));
      EXPECT_EQ(read->name(), OrganizationName(Standing(i)));
      EXPECT_EQ(read->has_delete_time(), organizations_.at(Standing(i)).deleted);
      EXPECT_EQ(read->merged_into(), "");
    }
  }

  std::mt19937_64 random_;
  std::map<int, Organization> organizations_;
  std::map<std::string, Tie> ties_;
  std::vector<Merge> merges_;
  int undone_ = 0;
  std::vector<Remembered> history_;
};
WEFT_ON_EVERY_ENGINE(PartnershipModelTest);

TEST_P(PartnershipModelTest, DoesWhatAPlainModelDoes) {
  random_.seed(testing::TestSeed());
  for (int i = 0; i < kSites; ++i) AddSite(absl::StrCat("s", i));
  for (int step = 0; step < kSteps && !HasFailure(); ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    Step();
    history_.push_back({clock_.Now(), ties_});
    clock_.Advance(absl::Seconds(1 + Draw(100)));
    if (step % 20 == 19) CheckAll();
    if (GetParam() != "memory" && Draw(100) == 0) Restart();
  }
  // It did something worth the name.
  EXPECT_GE(ties_.size(), 4u);
  EXPECT_GE(merges_.size(), 2u);
  EXPECT_GE(undone_, 1);
}

}  // namespace
}  // namespace weft::registry
