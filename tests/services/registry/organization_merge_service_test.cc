// Organizations that are merged, with all that names them, and merges that are undone.
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::MergedReference;
using v1::MergedTie;
using v1::Organization;
using v1::OrganizationIdentifier;
using v1::OrganizationMerge;
using v1::Partnership;
using v1::UnmergeRemainder;

constexpr char kMerge[] = "OrganizationService/MergeOrganizations";
constexpr char kUnmerge[] = "OrganizationService/UnmergeOrganizations";
constexpr char kUpdate[] = "OrganizationService/UpdateOrganization";
constexpr char kCreateTie[] = "PartnershipService/CreatePartnership";

std::string Name(const std::string& id) { return "organizations/" + id; }

class OrganizationMergeServiceTest : public RegistryTest {
 protected:
  OrganizationMergeServiceTest() {
    AddSite("s1");
    AddSite("s2");
  }

  // `ein` is its one identifier.
  Organization Add(const std::string& id, const std::string& ein = "",
                   const std::string& parent = "") {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    Organization& organization = *request.mutable_organization();
    organization.set_display_name("Organization " + id);
    organization.add_tags("tag-" + id);
    organization.add_contacts()->set_email(id + "@example.org");
    organization.set_parent_organization(parent.empty() ? "" : Name(parent));
    if (!ein.empty()) {
      OrganizationIdentifier* identifier = organization.add_identifiers();
      identifier->set_scheme(OrganizationIdentifier::SCHEME_EIN);
      identifier->set_value(ein);
    }
    return Done<Organization>("OrganizationService/CreateOrganization", request);
  }
  static v1::CreatePartnershipRequest TieRequest(const std::string& site, const std::string& id,
                                                 const std::string& organization,
                                                 const std::string& type = "library") {
    v1::CreatePartnershipRequest request = PartnershipRequest(site, id);
    request.mutable_partnership()->set_organization(Name(organization));
    request.mutable_partnership()->set_partner_type(type);
    return request;
  }
  Partnership AddTie(const std::string& site, const std::string& id,
                     const std::string& organization, const std::string& type = "library") {
    return Done<Partnership>(kCreateTie, TieRequest(site, id, organization, type));
  }
  static v1::MergeOrganizationsRequest MergeRequest(const std::string& survivor,
                                                    const std::vector<std::string>& duplicates) {
    v1::MergeOrganizationsRequest request;
    request.set_survivor(Name(survivor));
    for (const std::string& id : duplicates) request.add_duplicates(Name(id));
    return request;
  }
  v1::MergeOrganizationsResponse Merge(const std::string& survivor,
                                       const std::vector<std::string>& duplicates) {
    return Done<v1::MergeOrganizationsResponse>(kMerge, MergeRequest(survivor, duplicates));
  }
  absl::StatusOr<v1::MergeOrganizationsResponse> TryMerge(
      const v1::MergeOrganizationsRequest& request, const rpc::CallOptions& options = {}) {
    return Call<v1::MergeOrganizationsResponse>(kMerge, request, options);
  }
  absl::StatusOr<v1::UnmergeOrganizationsResponse> Unmerge(const std::string& name) {
    return CallNamed<v1::UnmergeOrganizationsResponse, v1::UnmergeOrganizationsRequest>(kUnmerge,
                                                                                        name);
  }
  absl::StatusOr<OrganizationMerge> GetMerge(const std::string& name) {
    return CallNamed<OrganizationMerge, v1::GetOrganizationMergeRequest>(
        "OrganizationService/GetOrganizationMerge", name);
  }
  std::vector<std::string> Merges(const std::string& organization, bool undone = false) {
    v1::ListOrganizationMergesRequest request;
    request.set_organization(organization.empty() ? "" : Name(organization));
    request.set_show_undone(undone);
    request.set_page_size(1);
    std::vector<std::string> names;
    do {
      const auto page = Done<v1::ListOrganizationMergesResponse>(
          "OrganizationService/ListOrganizationMerges", request);
      for (const OrganizationMerge& merge : page.organization_merges()) {
        names.push_back(merge.name());
        EXPECT_EQ(merge.fields_size(), 0);
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  // The row itself.
  Organization Row(const std::string& id) {
    v1::GetOrganizationRequest request;
    request.set_name(Name(id));
    request.set_show_merged(true);
    return Done<Organization>("OrganizationService/GetOrganization", request);
  }
  // Whom a request that names it means.
  std::string Means(const std::string& id) {
    const auto organization = GetOrganization(Name(id));
    EXPECT_THAT(organization, IsOk());
    return organization.ok() ? organization->name() : "";
  }
  std::string Holder(const std::string& ein) {
    v1::LookupOrganizationRequest request;
    request.set_scheme(OrganizationIdentifier::SCHEME_EIN);
    request.set_value(ein);
    const auto found = Call<Organization>("OrganizationService/LookupOrganization", request);
    return found.ok() ? found->name() : "";
  }
  absl::StatusOr<Organization> Update(Organization organization,
                                      const std::vector<std::string>& paths) {
    v1::UpdateOrganizationRequest request;
    organization.clear_etag();
    *request.mutable_organization() = std::move(organization);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return Call<Organization>(kUpdate, request);
  }
  std::vector<std::string> Ids(v1::ListOrganizationsRequest request) {
    std::vector<std::string> ids;
    const auto page =
        Done<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", request);
    for (const Organization& row : page.organizations()) ids.push_back(row.name().substr(14));
    return ids;
  }
  std::vector<std::string> TieIds(v1::ListPartnershipsRequest request) {
    if (request.parent().empty()) request.set_parent("sites/-");
    std::vector<std::string> ids;
    const auto page =
        Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
    for (const Partnership& row : page.partnerships()) {
      ids.push_back(row.name().substr(row.name().rfind('/') + 1));
    }
    return ids;
  }
  std::vector<std::string> TiesOf(const std::string& organization) {
    v1::ListPartnershipsRequest request;
    request.set_organization(Name(organization));
    return TieIds(request);
  }
  std::string OwnerOf(const std::string& tie) {
    const auto found = GetPartnership("sites/s1/partnerships/" + tie);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->organization() : "";
  }
  static std::vector<std::string> Told(
      const google::protobuf::RepeatedPtrField<UnmergeRemainder>& remainders) {
    std::vector<std::string> told;
    for (const UnmergeRemainder& each : remainders) {
      told.push_back(absl::StrCat(each.name(), " ", each.field(), " ",
                                  UnmergeRemainder::Reason_Name(each.reason()).substr(7)));
    }
    return told;
  }
};
WEFT_ON_EVERY_ENGINE(OrganizationMergeServiceTest);

TEST_P(OrganizationMergeServiceTest, TheDuplicateRedirectsToTheSurvivor) {
  Add("s", "530196605");
  const Organization duplicate = Add("d", "010000001");
  Add("other");
  v1::MergeOrganizationsRequest request = MergeRequest("s", {"d"});
  request.set_note("the same building");
  const auto merged =
      Write<v1::MergeOrganizationsResponse>(kMerge, request, MergeRequest("s", {"other"}));
  EXPECT_EQ(merged.survivor().identifiers_size(), 2);
  EXPECT_EQ(merged.survivor().contacts_size(), 2);
  EXPECT_THAT(merged.survivor().tags(), ElementsAre("tag-s", "tag-d"));
  EXPECT_EQ(merged.survivor().alternate_names(0).text(), "Organization d");
  EXPECT_THAT(*GetOrganization(Name("s")), EqualsProto(merged.survivor()));

  EXPECT_THAT(*GetOrganization(Name("d")), EqualsProto(merged.survivor()));
  Organization row = Row("d");
  EXPECT_EQ(row.merged_into(), Name("s"));
  row.clear_merged_into();
  row.set_etag(duplicate.etag());
  *row.mutable_update_time() = duplicate.update_time();
  EXPECT_THAT(row, EqualsProto(duplicate));
  EXPECT_EQ(Holder("010000001"), Name("s"));
  v1::BatchGetOrganizationsRequest batch;
  for (const char* id : {"d", "other", "s"}) batch.add_names(Name(id));
  auto many =
      Done<v1::BatchGetOrganizationsResponse>("OrganizationService/BatchGetOrganizations", batch);
  EXPECT_EQ(many.organizations(0).name(), Name("s"));
  EXPECT_EQ(many.organizations(1).name(), Name("other"));
  EXPECT_EQ(many.organizations(2).name(), Name("s"));
  batch.set_show_merged(true);
  many =
      Done<v1::BatchGetOrganizationsResponse>("OrganizationService/BatchGetOrganizations", batch);
  EXPECT_EQ(many.organizations(0).merged_into(), Name("s"));
  for (const char* order : {"", "display_name", "update_time"}) {
    v1::ListOrganizationsRequest list;
    list.set_order_by(order);
    EXPECT_EQ(Ids(list).size(), 2) << order;
    list.set_show_merged(true);
    EXPECT_EQ(Ids(list).size(), 3) << order;
  }

  const auto record = GetMerge(merged.merge().name());
  ASSERT_THAT(record, IsOk());
  EXPECT_THAT(*record, EqualsProto(merged.merge()));
  EXPECT_EQ(record->note(), "the same building");
  EXPECT_EQ(record->merged_by(), "users/anonymous");
  EXPECT_EQ(record->tie_collision(), OrganizationMerge::TIE_COLLISION_REFUSE);
  EXPECT_THAT(Merges("d"), ElementsAre(record->name()));
  EXPECT_THAT(Merges("s"), ElementsAre(record->name()));
  EXPECT_THAT(Merges("other"), IsEmpty());
  Restart();
  if (GetParam() == "memory") return;  // it forgets
  EXPECT_EQ(Means("d"), Name("s"));
  EXPECT_THAT(*GetMerge(record->name()), EqualsProto(*record));
}

TEST_P(OrganizationMergeServiceTest, RequestsThatNameTheDuplicateMeanTheSurvivor) {
  Add("s");
  Add("d");
  Merge("s", {"d"});
  EXPECT_EQ(AddTie("s1", "a", "d").organization(), Name("s"));
  EXPECT_THAT(TiesOf("d"), ElementsAre("a"));
  for (const char* filter : {"organization = d", "NOT organization != d",
                             "organization = \"organizations/d\" OR organization = x"}) {
    v1::ListPartnershipsRequest list;
    list.set_filter(filter);
    EXPECT_THAT(TieIds(list), ElementsAre("a")) << filter;
    list.set_parent("sites/s1");
    EXPECT_THAT(TieIds(list), ElementsAre("a")) << filter;
  }
  v1::GetPartnershipAgreementRequest agreement;
  agreement.set_parent("sites/-");
  agreement.set_organization(Name("d"));
  EXPECT_EQ(Done<v1::PartnershipAgreement>("PartnershipService/GetPartnershipAgreement", agreement)
                .partnership_count(),
            1);
  EXPECT_EQ(Add("child", "", "d").parent_organization(), Name("s"));
  Organization other = Add("other");
  other.set_parent_organization(Name("d"));
  EXPECT_EQ(Update(other, {"parent_organization"})->parent_organization(), Name("s"));
  v1::ListOrganizationsRequest list;
  list.set_filter("parent = d");
  EXPECT_THAT(Ids(list), ElementsAre("child", "other"));
  Organization survivor = *GetOrganization(Name("s"));
  survivor.set_parent_organization(Name("d"));
  EXPECT_THAT(Update(survivor, {"parent_organization"}),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
}

TEST_P(OrganizationMergeServiceTest, TheMergedOneItselfIsNotWritten) {
  Add("s");
  Add("d");
  Add("x");
  Merge("s", {"d"});
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_MERGED");
  EXPECT_THAT(Update(Row("d"), {"tags"}), refused);
  EXPECT_THAT((CallNamed<Organization, v1::DeleteOrganizationRequest>(
                  "OrganizationService/DeleteOrganization", Name("d"))),
              refused);
  EXPECT_THAT((CallNamed<Organization, v1::UndeleteOrganizationRequest>(
                  "OrganizationService/UndeleteOrganization", Name("d"))),
              refused);
  EXPECT_THAT(TryMerge(MergeRequest("d", {"x"})), refused);
  EXPECT_THAT(TryMerge(MergeRequest("x", {"d"})), refused);
  v1::CreateOrganizationRequest again;
  again.set_organization_id("d");
  again.mutable_organization()->set_display_name("D");
  EXPECT_THAT(Call<Organization>("OrganizationService/CreateOrganization", again),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_EXISTS"));
}

TEST_P(OrganizationMergeServiceTest, RefusesWhatCannotBeMerged) {
  Add("s");
  const Organization duplicate = Add("d");
  EXPECT_THAT(TryMerge(MergeRequest("s", {"d", "s"})).status(), Violates("duplicates[1]"));
  EXPECT_THAT(TryMerge(MergeRequest("s", {"x"})),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  v1::MergeOrganizationsRequest stale = MergeRequest("s", {"d"});
  v1::OrganizationEtag* etag = stale.add_etags();
  etag->set_organization(Name("d"));
  etag->set_etag("\"0000000000000000\"");
  EXPECT_THAT(TryMerge(stale), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  etag->set_etag(duplicate.etag());
  stale.set_validate_only(true);
  EXPECT_THAT(TryMerge(stale), IsOk());
  ASSERT_THAT((CallNamed<Organization, v1::DeleteOrganizationRequest>(
                  "OrganizationService/DeleteOrganization", Name("d"))),
              IsOk());
  const auto deleted = IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED");
  EXPECT_THAT(TryMerge(MergeRequest("s", {"d"})), deleted);
  EXPECT_THAT(TryMerge(MergeRequest("d", {"s"})), deleted);
  EXPECT_THAT(Merges(""), IsEmpty());
}

TEST_P(OrganizationMergeServiceTest, TiesComeToTheSurvivorWithAllThatIsSaidOfThem) {
  Add("s");
  Add("d");
  AddTie("s1", "own", "s", "cbo");
  v1::CreatePartnershipRequest self = TieRequest("s1", "a", "d");
  self.mutable_partnership()->set_is_self(true);
  Done<Partnership>(kCreateTie, self);
  const std::string name = "sites/s1/partnerships/a";
  v1::AssessPartnershipRequest assess;
  assess.set_name(name);
  assess.mutable_assessment()->set_level(type::v1::INTERACTION_LEVEL_COOPERATION);
  Done<v1::Assessment>("PartnershipService/AssessPartnership", assess);
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(name);
  const Partnership before = Done<Partnership>("PartnershipService/ConfirmPartnership", confirm);
  const auto then = clock_.Now();
  clock_.Advance(absl::Hours(1));
  const auto merged = Merge("s", {"d"});
  ASSERT_EQ(merged.merge().ties_size(), 1);
  EXPECT_EQ(merged.merge().ties(0).name(), name);
  EXPECT_EQ(merged.merge().ties(0).outcome(), MergedTie::OUTCOME_MOVED);
  EXPECT_EQ(merged.merge().tie_count(), 1);
  EXPECT_EQ(merged.merge().collided_tie_count(), 0);
  Partnership after = *GetPartnership(name);
  EXPECT_EQ(after.organization(), Name("s"));
  after.set_organization(Name("d"));
  after.set_etag(before.etag());
  *after.mutable_update_time() = before.update_time();
  EXPECT_THAT(after, EqualsProto(before));
  EXPECT_THAT(TiesOf("s"), ElementsAre("a", "own"));
  // As it was known before, it was the duplicate's; it is found under the one that has it now.
  v1::ListPartnershipsRequest list;
  list.set_parent("sites/-");
  *list.mutable_recorded_by() = ToProto(then);
  for (const char* filter : {"", "organization = s", "organization = d"}) {
    list.set_organization(Name("d"));
    list.set_filter(filter);
    const auto page =
        Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", list);
    ASSERT_EQ(page.partnerships_size(), 2) << filter;
    EXPECT_THAT(page.partnerships(0), EqualsProto(before)) << filter;
  }
}

TEST_P(OrganizationMergeServiceTest, CollisionsAreDecidedByTheRule) {
  Add("s");
  Add("d");
  Add("e");
  AddTie("s1", "kept", "s");
  AddTie("s1", "of-d", "d");
  AddTie("s2", "first", "d");
  AddTie("s2", "second", "e");
  const storage::Position before = Head();
  const auto refused = TryMerge(MergeRequest("s", {"d", "e"}));
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, "MERGE_TIES_COLLIDE"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("sites/s1/partnerships/of-d"));
  EXPECT_EQ(Head(), before);

  v1::MergeOrganizationsRequest request = MergeRequest("s", {"d", "e"});
  request.set_tie_collision(OrganizationMerge::TIE_COLLISION_END);
  request.set_validate_only(true);
  auto merged = Done<v1::MergeOrganizationsResponse>(kMerge, request);
  EXPECT_EQ(merged.merge().collided_tie_count(), 2);
  EXPECT_EQ(merged.merge().name(), "");
  EXPECT_EQ(Head(), before);
  request.set_validate_only(false);
  merged = Done<v1::MergeOrganizationsResponse>(kMerge, request);
  std::vector<std::string> told;
  for (const MergedTie& tie : merged.merge().ties()) {
    told.push_back(absl::StrCat(tie.name().substr(22), " of ", tie.from().substr(14), " ",
                                MergedTie::Outcome_Name(tie.outcome()).substr(8), " ", tie.kept()));
  }
  EXPECT_THAT(told, ElementsAre("of-d of d ENDED sites/s1/partnerships/kept", "first of d MOVED ",
                                "second of e ENDED sites/s2/partnerships/first"));
  v1::ListPartnershipsRequest open;
  open.set_filter("organization = s AND open = true");
  EXPECT_THAT(TieIds(open), ElementsAre("kept", "first"));
  EXPECT_TRUE(GetPartnership("sites/s1/partnerships/of-d")->has_end_date());

  const auto undone = Unmerge(merged.merge().name());
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->returned_tie_count(), 3);
  EXPECT_THAT(Told(undone->remainders()), IsEmpty());
  request.set_tie_collision(OrganizationMerge::TIE_COLLISION_DELETE);
  merged = Done<v1::MergeOrganizationsResponse>(kMerge, request);
  EXPECT_EQ(merged.merge().ties(2).outcome(), MergedTie::OUTCOME_DELETED);
  EXPECT_TRUE(GetPartnership("sites/s2/partnerships/second")->has_delete_time());
  EXPECT_THAT(TiesOf("s"), ElementsAre("kept", "first"));
  ASSERT_THAT(Unmerge(merged.merge().name()), IsOk());
  EXPECT_THAT(TiesOf("e"), ElementsAre("second"));
  EXPECT_THAT(TiesOf("d"), ElementsAre("of-d", "first"));
}

TEST_P(OrganizationMergeServiceTest, PartsAndRedirectsComeToTheSurvivor) {
  Add("county");
  Add("d", "", "county");
  Add("s", "", "d");
  Add("branch", "", "d");
  Add("old", "010000001");
  const std::string first = Merge("d", {"old"}).merge().name();
  clock_.Advance(absl::Seconds(1));
  const auto merged = Merge("s", {"d"});
  EXPECT_EQ(merged.survivor().parent_organization(), Name("county"));
  EXPECT_EQ(merged.merge().child_count(), 1);
  EXPECT_EQ(merged.merge().redirect_count(), 1);
  ASSERT_EQ(merged.merge().references_size(), 2);
  EXPECT_EQ(merged.merge().references(0).name(), Name("branch"));
  EXPECT_EQ(merged.merge().references(0).kind(), MergedReference::KIND_CHILD);
  EXPECT_EQ(merged.merge().references(1).name(), Name("old"));
  EXPECT_EQ(Row("branch").parent_organization(), Name("s"));
  // In one step, and a filter knows.
  EXPECT_EQ(Row("old").merged_into(), Name("s"));
  EXPECT_EQ(Means("old"), Name("s"));
  EXPECT_EQ(Holder("010000001"), Name("s"));
  v1::ListOrganizationsRequest list;
  list.set_filter("parent = old");
  EXPECT_THAT(Ids(list), ElementsAre("branch"));

  EXPECT_THAT(merged.merge().blocks(), ElementsAre(first));
  EXPECT_EQ(GetMerge(first)->blocked_by(), merged.merge().name());
  const auto blocked = Unmerge(first);
  EXPECT_THAT(blocked, IsError(absl::StatusCode::kFailedPrecondition, "MERGE_BLOCKED"));
  EXPECT_THAT(std::string(blocked.status().message()), HasSubstr(merged.merge().name()));
  EXPECT_THAT(Merges("d"), ElementsAre(first, merged.merge().name()));

  const auto undone = Unmerge(merged.merge().name());
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->returned_reference_count(), 2);
  EXPECT_EQ(undone->survivor().parent_organization(), Name("d"));
  EXPECT_EQ(Row("d").parent_organization(), Name("county"));
  EXPECT_EQ(Row("branch").parent_organization(), Name("d"));
  EXPECT_EQ(Means("old"), Name("d"));
  EXPECT_EQ(Holder("010000001"), Name("d"));
  ASSERT_THAT(Unmerge(first), IsOk());
  EXPECT_EQ(Holder("010000001"), Name("old"));
}

TEST_P(OrganizationMergeServiceTest, EachSurvivorsMergesAreUndoneLastFirst) {
  for (const char* id : {"s", "a", "b", "c"}) Add(id);
  std::vector<std::string> merges;
  for (const char* id : {"a", "b", "c"}) {
    merges.push_back(Merge("s", {id}).merge().name());
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_THAT(Merges("s"), ElementsAre(merges[0], merges[1], merges[2]));
  for (int i : {0, 1}) {
    EXPECT_THAT(Unmerge(merges[i]),
                IsError(absl::StatusCode::kFailedPrecondition, "MERGE_BLOCKED"));
  }
  ASSERT_THAT(Unmerge(merges[2]), IsOk());
  ASSERT_THAT(Unmerge(merges[1]), IsOk());
  EXPECT_THAT(Unmerge(merges[1]), IsError(absl::StatusCode::kFailedPrecondition, "MERGE_UNDONE"));
  EXPECT_THAT(Merges("s"), ElementsAre(merges[0]));
  EXPECT_EQ(Merges("s", true).size(), 3);
  const std::string again = Merge("s", {"c"}).merge().name();
  EXPECT_EQ(GetMerge(merges[0])->blocked_by(), again);
  EXPECT_EQ(Means("b"), Name("b"));
  EXPECT_EQ(Means("a"), Name("s"));
}

TEST_P(OrganizationMergeServiceTest, AnUndoneMergeLeavesEverythingAsItWas) {
  const Organization survivor = Add("s", "530196605");
  const Organization duplicate = Add("d", "010000001");
  AddTie("s1", "kept", "s");
  const Partnership tie = AddTie("s1", "a", "d");
  v1::MergeOrganizationsRequest request = MergeRequest("s", {"d"});
  request.set_tie_collision(OrganizationMerge::TIE_COLLISION_END);
  v1::FieldChoice* choice = request.add_choices();
  choice->set_field("display_name");
  choice->set_organization(Name("d"));
  const std::string name = Done<v1::MergeOrganizationsResponse>(kMerge, request).merge().name();
  EXPECT_EQ(GetOrganization(Name("s"))->display_name(), "Organization d");
  clock_.Advance(absl::Hours(24 * 400));
  v1::UnmergeOrganizationsRequest undo;
  undo.set_name(name);
  v1::UnmergeOrganizationsRequest other;
  other.set_name("organizationMerges/x");
  const auto undone = Write<v1::UnmergeOrganizationsResponse>(kUnmerge, undo, other);
  EXPECT_THAT(Told(undone.remainders()), IsEmpty());
  const auto same = [](Organization now, const Organization& then) {
    *now.mutable_update_time() = then.update_time();
    now.set_etag(then.etag());
    EXPECT_THAT(now, EqualsProto(then));
  };
  same(Row("s"), survivor);
  same(Row("d"), duplicate);
  EXPECT_THAT(undone.survivor(), EqualsProto(Row("s")));
  EXPECT_THAT(undone.duplicates(0), EqualsProto(Row("d")));
  EXPECT_EQ(Holder("010000001"), Name("d"));
  Partnership back = *GetPartnership(tie.name());
  *back.mutable_update_time() = tie.update_time();
  back.set_etag(tie.etag());
  EXPECT_THAT(back, EqualsProto(tie));
  const auto record = GetMerge(name);
  EXPECT_EQ(record->state(), OrganizationMerge::STATE_UNDONE);
  EXPECT_EQ(record->undone_by(), "users/anonymous");
  EXPECT_EQ(record->ties_size(), 1);
  EXPECT_THAT(*record, EqualsProto(undone.merge()));
  EXPECT_THAT(GetMerge("organizationMerges/x"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_MERGE_NOT_FOUND"));
}

TEST_P(OrganizationMergeServiceTest, WhatWasChangedSinceStays) {
  Add("s");
  Add("d");
  Add("region");
  Add("branch", "", "d");
  AddTie("s1", "kept", "s");
  AddTie("s1", "closed", "d");
  AddTie("s1", "moved", "d", "cbo");
  v1::MergeOrganizationsRequest request = MergeRequest("s", {"d"});
  request.set_tie_collision(OrganizationMerge::TIE_COLLISION_END);
  v1::FieldChoice* choice = request.add_choices();
  choice->set_field("display_name");
  choice->set_organization(Name("d"));
  const std::string name = Done<v1::MergeOrganizationsResponse>(kMerge, request).merge().name();
  clock_.Advance(absl::Hours(1));
  Organization survivor = *GetOrganization(Name("s"));
  survivor.set_display_name("The one");
  survivor.add_tags("new");
  ASSERT_THAT(Update(survivor, {"display_name", "tags"}), IsOk());
  Organization branch = Row("branch");
  branch.set_parent_organization(Name("region"));
  ASSERT_THAT(Update(branch, {"parent_organization"}), IsOk());
  v1::UpdatePartnershipRequest end;
  end.mutable_partnership()->set_name("sites/s1/partnerships/closed");
  *end.mutable_partnership()->mutable_end_date() = Day(2025, 1, 1);
  Done<Partnership>("PartnershipService/UpdatePartnership", end);
  v1::UpdatePartnershipRequest roles;
  roles.mutable_partnership()->set_name("sites/s1/partnerships/moved");
  roles.mutable_partnership()->add_roles("hosting");
  Done<Partnership>("PartnershipService/UpdatePartnership", roles);
  AddTie("s2", "since", "d");

  const auto undone = Unmerge(name);
  ASSERT_THAT(undone, IsOk());
  EXPECT_THAT(Told(undone->remainders()),
              ElementsAre("organizations/s display_name CHANGED_SINCE",
                          "organizations/branch parent_organization CHANGED_SINCE",
                          "sites/s1/partnerships/closed end_date CHANGED_SINCE"));
  survivor = Row("s");
  EXPECT_EQ(survivor.display_name(), "The one");
  EXPECT_THAT(survivor.tags(), ElementsAre("tag-s", "new"));
  EXPECT_EQ(Row("branch").parent_organization(), Name("region"));
  EXPECT_EQ(OwnerOf("closed"), Name("d"));
  EXPECT_EQ(OwnerOf("moved"), Name("d"));
  EXPECT_THAT(GetPartnership("sites/s1/partnerships/moved")->roles(), ElementsAre("hosting"));
  EXPECT_THAT(TiesOf("s"), ElementsAre("kept", "since"));
}

TEST_P(OrganizationMergeServiceTest, AMergeThatCannotBeUndoneSaysWhy) {
  Add("s", "530196605");
  Add("d", "010000001");
  const std::string name = Merge("s", {"d"}).merge().name();
  Organization survivor = *GetOrganization(Name("s"));
  survivor.mutable_identifiers()->RemoveLast();
  ASSERT_THAT(Update(survivor, {"identifiers"}), IsOk());
  Add("third", "010000001");
  const auto taken = Unmerge(name);
  EXPECT_THAT(taken, IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));
  EXPECT_THAT(std::string(taken.status().message()), HasSubstr(Name("third")));
  EXPECT_EQ(Means("d"), Name("s"));
  Organization third = Row("third");
  third.clear_identifiers();
  ASSERT_THAT(Update(third, {"identifiers"}), IsOk());
  ASSERT_THAT((CallNamed<Organization, v1::DeleteOrganizationRequest>(
                  "OrganizationService/DeleteOrganization", Name("s"))),
              IsOk());
  // A deleted one still stands for both.
  EXPECT_TRUE(GetOrganization(Name("d"))->has_delete_time());
  EXPECT_THAT(Call<Partnership>(kCreateTie, TieRequest("s1", "a", "d")),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
  EXPECT_THAT(Unmerge(name),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
  ASSERT_THAT((CallNamed<Organization, v1::UndeleteOrganizationRequest>(
                  "OrganizationService/UndeleteOrganization", Name("s"))),
              IsOk());
  v1::UnmergeOrganizationsRequest stale;
  stale.set_name(name);
  stale.set_etag("\"0000000000000000\"");
  EXPECT_THAT(Call<v1::UnmergeOrganizationsResponse>(kUnmerge, stale),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  ASSERT_THAT(Unmerge(name), IsOk());
  EXPECT_EQ(Holder("010000001"), Name("d"));
}

TEST_P(OrganizationMergeServiceTest, IsInTheFeedAsOneCommit) {
  Add("s");
  Add("d", "010000001");
  AddTie("s1", "a", "d");
  const size_t before = Changes().size();
  const auto merged = Merge("s", {"d"});
  const auto changes = Changes();
  std::vector<std::string> told;
  for (size_t i = before; i < changes.size(); ++i) {
    told.push_back(absl::StrCat(changes[i].type(), " ", changes[i].name()));
  }
  EXPECT_THAT(told, ElementsAre("organization organizations/d", "organization organizations/s",
                                "partnership sites/s1/partnerships/a",
                                "organization_merge " + merged.merge().name()));
  Organization image;
  ASSERT_TRUE(changes[before].resource().UnpackTo(&image));
  EXPECT_EQ(image.merged_into(), Name("s"));
  // The ties' own changes stand in the feed; a record of thousands does not.
  OrganizationMerge record;
  ASSERT_TRUE(changes.back().resource().UnpackTo(&record));
  EXPECT_EQ(record.tie_count(), 1);
  EXPECT_EQ(record.ties_size(), 0);
  EXPECT_EQ(changes.back().etag(), merged.merge().etag());
}

TEST_P(OrganizationMergeServiceTest, NoTieOrPartIsLostThatIsMadeMeanwhile) {
  for (int round = 0; round < 15; ++round) {
    const std::string survivor = absl::StrCat("s", round);
    const std::string duplicate = absl::StrCat("d", round);
    Add(survivor);
    Add(duplicate);
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([&, i] {
        const auto made =
            Call<Partnership>(kCreateTie, TieRequest("s1", absl::StrCat("t", round, "-", i),
                                                     duplicate, absl::StrCat("type_", i)));
        EXPECT_THAT(made, IsOk());
      });
    }
    others.emplace_back([&] { Add(absl::StrCat("c", round), "", duplicate); });
    absl::StatusOr<v1::MergeOrganizationsResponse> merged;
    do {
      merged = TryMerge(MergeRequest(survivor, {duplicate}));
    } while (absl::IsAborted(merged.status()));
    EXPECT_THAT(merged, IsOk());
    for (std::thread& other : others) other.join();
    v1::ListPartnershipsRequest list;
    list.set_parent("sites/s1");
    list.set_page_size(1000);
    list.set_filter("organization = " + survivor);
    EXPECT_EQ(TieIds(list).size(), 3) << round;
    EXPECT_EQ(TiesOf(survivor).size(), 3) << round;
    EXPECT_EQ(Row(absl::StrCat("c", round)).parent_organization(), Name(survivor)) << round;
    if (HasFailure()) return;
  }
}

TEST_P(OrganizationMergeServiceTest, ManyTiesMoveInOneCommit) {
  Add("s");
  Add("d");
  constexpr int kTies = 1203;
  for (int i = 0; i < kTies; ++i) {
    v1::CreatePartnershipRequest request =
        TieRequest(i % 2 == 0 ? "s1" : "s2", absl::StrCat("t", i), "d", absl::StrCat("type_", i));
    ASSERT_THAT(Call<Partnership>(kCreateTie, request), IsOk());
  }
  const auto merged = Merge("s", {"d"});
  EXPECT_EQ(merged.merge().ties_size(), kTies);
  EXPECT_THAT(*GetMerge(merged.merge().name()), EqualsProto(merged.merge()));
  const auto undone = Unmerge(merged.merge().name());
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->returned_tie_count(), kTies);
  v1::ListPartnershipsRequest list;
  list.set_page_size(1000);
  list.set_organization(Name("s"));
  EXPECT_THAT(TieIds(list), IsEmpty());
}

TEST_P(OrganizationMergeServiceTest, AccountsGainNothingByAMerge) {
  Add("s");
  Add("d");
  AddTie("s1", "of-s", "s");
  AddTie("s1", "of-d", "d", "cbo");
  const std::string name = Merge("s", {"d"}).merge().name();
  rpc::CallOptions as_duplicate;
  as_duplicate.principal = Name("d");
  rpc::CallOptions as_survivor;
  as_survivor.principal = Name("s");
  // Neither contacts nor merges.
  v1::GetOrganizationRequest get;
  get.set_name(Name("d"));
  const auto read = Call<Organization>("OrganizationService/GetOrganization", get, as_duplicate);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->name(), Name("s"));
  EXPECT_EQ(read->contacts_size(), 0);
  EXPECT_EQ(
      Call<Organization>("OrganizationService/GetOrganization", get, as_survivor)->contacts_size(),
      2);
  v1::BatchGetOrganizationsRequest batch;
  batch.add_names(Name("d"));
  EXPECT_EQ(Call<v1::BatchGetOrganizationsResponse>("OrganizationService/BatchGetOrganizations",
                                                    batch, as_duplicate)
                ->organizations(0)
                .contacts_size(),
            0);
  v1::GetOrganizationMergeRequest merge;
  merge.set_name(name);
  EXPECT_THAT(
      Call<OrganizationMerge>("OrganizationService/GetOrganizationMerge", merge, as_duplicate),
      IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  // The survivor's account has all of its ties, also by the other name.
  v1::ListPartnershipsRequest list;
  list.set_parent("sites/-");
  list.set_organization(Name("d"));
  EXPECT_EQ(
      Call<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", list, as_survivor)
          ->partnerships_size(),
      2);
}

}  // namespace
}  // namespace weft::registry
