// Random organizations, parts of each other, that are merged and come apart: a merge that is undone
// at once leaves every row as it was, and whatever happens in between, what must hold holds.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/services/registry/service_fixture.h"
#include "tests/testing/seed.h"

namespace weft::registry {
namespace {

using testing::EqualsProto;
using testing::IsOk;
using v1::Organization;
using v1::OrganizationMerge;
using v1::Partnership;

constexpr int kOrganizations = 9;
constexpr int kTies = 12;
constexpr int kRounds = 60;

class OrganizationMergeModelTest : public RegistryTest {
 protected:
  int Draw(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  static std::string Name(int i) { return absl::StrCat("organizations/o", i); }

  Organization Drawn(int i) {
    Organization organization;
    organization.set_name(Name(i));
    organization.set_display_name(absl::StrCat("Organization ", Draw(6)));
    for (int count = Draw(4); count > 0; --count) {
      v1::AlternateName* name = organization.add_alternate_names();
      name->set_text(absl::StrCat("Organization ", Draw(6)));
      name->set_kind(static_cast<v1::AlternateName::Kind>(1 + Draw(4)));
    }
    for (int type = 0; type < 3; ++type) {
      if (Draw(2) == 0) organization.add_partner_types(absl::StrCat("type_", type));
    }
    for (int tag = 0; tag < 40; ++tag) {
      if (Draw(2) == 0) organization.add_tags(absl::StrCat("t", i % 3, "-", tag));
    }
    for (int count = Draw(3); count > 0; --count) {
      organization.add_contacts()->set_role(absl::StrCat("role ", Draw(4)));
      organization.add_locations()->set_locality(absl::StrCat("Town ", Draw(4)));
    }
    if (Draw(2) == 0) organization.set_website(absl::StrCat("https://", Draw(3), ".example.org"));
    organization.set_status(static_cast<Organization::Status>(Draw(3)));
    v1::OrganizationIdentifier* identifier = organization.add_identifiers();
    identifier->set_scheme(v1::OrganizationIdentifier::SCHEME_LEAID);
    identifier->set_value(absl::StrCat(2900000 + i));
    return organization;
  }
  void Create() {
    for (int i = 0; i < kOrganizations; ++i) {
      v1::CreateOrganizationRequest request;
      request.set_organization_id(absl::StrCat("o", i));
      *request.mutable_organization() = Drawn(i);
      if (Draw(3) > 0 && i > 0)
        request.mutable_organization()->set_parent_organization(Name(Draw(i)));
      Done<Organization>("OrganizationService/CreateOrganization", request);
    }
    AddSite("s1");
    for (int i = 0; i < kTies; ++i) {
      v1::CreatePartnershipRequest request = PartnershipRequest("s1", absl::StrCat("p", i));
      request.mutable_partnership()->set_organization(Name(Draw(kOrganizations)));
      request.mutable_partnership()->set_partner_type(absl::StrCat("type_", Draw(2)));
      // Some collide with one that is there.
      Call<Partnership>("PartnershipService/CreatePartnership", request).status().IgnoreError();
    }
  }

  std::map<std::string, Organization> Rows() {
    v1::ListOrganizationsRequest request;
    request.set_show_deleted(true);
    request.set_show_merged(true);
    std::map<std::string, Organization> rows;
    const auto page =
        Done<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", request);
    for (const Organization& row : page.organizations()) rows[row.name()] = row;
    return rows;
  }
  std::map<std::string, Partnership> Ties() {
    v1::ListPartnershipsRequest request;
    request.set_parent("sites/-");
    request.set_show_deleted(true);
    std::map<std::string, Partnership> ties;
    const auto page =
        Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
    for (const Partnership& tie : page.partnerships()) ties[tie.name()] = tie;
    return ties;
  }
  template <class Row>
  static void ExpectSame(std::map<std::string, Row> now, const std::map<std::string, Row>& then) {
    ASSERT_EQ(now.size(), then.size());
    for (auto& [name, row] : now) {
      // When it was written is another matter.
      *row.mutable_update_time() = then.at(name).update_time();
      row.set_etag(then.at(name).etag());
      EXPECT_THAT(row, EqualsProto(then.at(name)));
    }
  }

  // The name of the merge; "" when it was refused.
  std::string MergeSome() {
    v1::MergeOrganizationsRequest request;
    std::set<int> drawn;
    for (const size_t count = 2 + static_cast<size_t>(Draw(3)); drawn.size() < count;) {
      const int i = Draw(kOrganizations);
      if (!drawn.insert(i).second) continue;
      if (drawn.size() == 1) {
        request.set_survivor(Name(i));
      } else {
        request.add_duplicates(Name(i));
      }
    }
    for (const char* field : {"display_name", "alternate_names", "partner_types", "contacts",
                              "locations", "parent_organization", "website", "tags", "status"}) {
      if (Draw(4) > 0) continue;
      v1::FieldChoice* choice = request.add_choices();
      choice->set_field(field);
      choice->set_organization(request.duplicates(0));
    }
    request.set_tie_collision(static_cast<OrganizationMerge::TieCollision>(2 + Draw(2)));
    const auto merged =
        Call<v1::MergeOrganizationsResponse>("OrganizationService/MergeOrganizations", request);
    if (!merged.ok()) {
      const std::string reason = ReasonOf(merged.status());
      EXPECT_TRUE(reason == "ORGANIZATION_MERGED" || reason == "ORGANIZATION_PARENT_CYCLE")
          << merged.status();
      return "";
    }
    for (const std::string& duplicate : request.duplicates()) {
      EXPECT_EQ(GetOrganization(duplicate)->name(), request.survivor());
    }
    return merged->merge().name();
  }
  absl::StatusOr<v1::UnmergeOrganizationsResponse> Unmerge(const std::string& name) {
    return CallNamed<v1::UnmergeOrganizationsResponse, v1::UnmergeOrganizationsRequest>(
        "OrganizationService/UnmergeOrganizations", name);
  }
  // A write of something else, which may be refused.
  void ChangeSomething() {
    v1::UpdateOrganizationRequest request;
    const int i = Draw(kOrganizations);
    *request.mutable_organization() = Drawn(i);
    const std::vector<std::string> paths = {"display_name", "tags", "partner_types", "website",
                                            "alternate_names"};
    request.mutable_update_mask()->add_paths(paths[static_cast<size_t>(Draw(5))]);
    if (Draw(2) == 0) {
      request.mutable_update_mask()->add_paths("parent_organization");
      if (Draw(4) > 0) {
        request.mutable_organization()->set_parent_organization(Name(Draw(kOrganizations)));
      }
    }
    Call<Organization>("OrganizationService/UpdateOrganization", request).status().IgnoreError();
  }

  // What holds of organizations at any time.
  void CheckInvariants() {
    const std::map<std::string, Organization> rows = Rows();
    for (const auto& [name, row] : rows) {
      const std::string& into = row.merged_into();
      if (!into.empty()) {
        EXPECT_EQ(rows.at(into).merged_into(), "") << name << " redirects in two steps";
        continue;
      }
      std::set<std::string> above;
      for (std::string next = row.parent_organization(); !next.empty();
           next = rows.at(next).parent_organization()) {
        ASSERT_TRUE(next != name && above.insert(next).second) << name << " is a part of itself";
        EXPECT_EQ(rows.at(next).merged_into(), "") << name << " is a part of a merged one";
      }
      EXPECT_LE(row.tags_size(), 50);
    }
    std::set<std::string> open;
    for (const auto& [name, tie] : Ties()) {
      EXPECT_EQ(rows.at(tie.organization()).merged_into(), "") << name;
      if (tie.has_end_date() || tie.has_delete_time()) continue;
      EXPECT_TRUE(open.insert(absl::StrCat(tie.organization(), tie.partner_type())).second) << name;
    }
    for (int i = 0; i < kOrganizations; ++i) {
      v1::LookupOrganizationRequest request;
      request.set_scheme(v1::OrganizationIdentifier::SCHEME_LEAID);
      request.set_value(absl::StrCat(2900000 + i));
      const auto found = Call<Organization>("OrganizationService/LookupOrganization", request);
      ASSERT_THAT(found, IsOk());
      EXPECT_EQ(found->name(), GetOrganization(Name(i))->name());
    }
  }

  std::mt19937_64 random_;
};
WEFT_ON_EVERY_ENGINE(OrganizationMergeModelTest);

TEST_P(OrganizationMergeModelTest, UndoingAtOnceLeavesEveryRowAsItWas) {
  random_.seed(testing::TestSeed());
  Create();
  int done = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const auto rows = Rows();
    const auto ties = Ties();
    std::vector<std::string> merges;
    for (int count = 1 + Draw(3); count > 0; --count) {
      const std::string name = MergeSome();
      if (!name.empty()) merges.push_back(name);
      clock_.Advance(absl::Seconds(1));
    }
    CheckInvariants();
    for (; !merges.empty(); merges.pop_back(), ++done) {
      const auto undone = Unmerge(merges.back());
      ASSERT_THAT(undone, IsOk());
      EXPECT_EQ(undone->remainders_size(), 0) << undone->remainders(0).DebugString();
    }
    ExpectSame(Rows(), rows);
    ExpectSame(Ties(), ties);
    ChangeSomething();
  }
  EXPECT_GE(done, 20);
}

TEST_P(OrganizationMergeModelTest, WhatMustHoldHoldsWhateverHappensInBetween) {
  random_.seed(testing::TestSeed());
  Create();
  std::vector<std::string> merges;
  int done = 0;
  for (int round = 0; round < 2 * kRounds && !HasFailure(); ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const int what = Draw(5);
    if (what == 0) {
      const std::string name = MergeSome();
      if (!name.empty()) merges.push_back(name);
    } else if (what == 1 && !merges.empty()) {
      // The last one waits for none.
      const auto undone = Unmerge(merges.back());
      EXPECT_THAT(undone, IsOk());
      merges.pop_back();
      ++done;
    } else {
      ChangeSomething();
    }
    clock_.Advance(absl::Seconds(1));
    CheckInvariants();
  }
  EXPECT_GE(done, 3);
}

}  // namespace
}  // namespace weft::registry
