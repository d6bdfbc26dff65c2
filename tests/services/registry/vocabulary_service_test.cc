// Vocabularies, which live as taxonomies do, and ties that are described in them.
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using testing::Violation;
using v1::Partnership;
using v1::Vocabulary;

class VocabularyServiceTest : public RegistryTest {
 protected:
  static v1::CreateVocabularyRequest CreateRequest(const std::string& id, int version) {
    v1::CreateVocabularyRequest request;
    request.set_vocabulary_id(id);
    *request.mutable_vocabulary() = ExampleVocabulary(Vocabulary::KIND_ROLE, version);
    return request;
  }
  absl::StatusOr<Vocabulary> Create(const v1::CreateVocabularyRequest& request) {
    return Call<Vocabulary>("VocabularyService/CreateVocabulary", request);
  }
  absl::StatusOr<Vocabulary> Update(const v1::UpdateVocabularyRequest& request) {
    return Call<Vocabulary>("VocabularyService/UpdateVocabulary", request);
  }
  absl::StatusOr<Empty> Delete(const std::string& name) {
    return CallNamed<Empty, v1::DeleteVocabularyRequest>("VocabularyService/DeleteVocabulary",
                                                         name);
  }
  absl::StatusOr<Vocabulary> TryPublish(const std::string& name, const std::string& etag = "") {
    v1::PublishVocabularyRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<Vocabulary>("VocabularyService/PublishVocabulary", request);
  }
};
WEFT_ON_EVERY_ENGINE(VocabularyServiceTest);

TEST_P(VocabularyServiceTest, IsADraftUntilItIsFixedForGood) {
  const Vocabulary draft =
      Write<Vocabulary>("VocabularyService/CreateVocabulary", CreateRequest("roles-1", 1),
                        CreateRequest("roles-2", 2));
  EXPECT_EQ(draft.name(), "vocabularies/roles-1");
  EXPECT_EQ(draft.state(), Vocabulary::STATE_DRAFT);
  EXPECT_THAT(*GetVocabulary("vocabularies/roles-1"), EqualsProto(draft));

  v1::UpdateVocabularyRequest update, other;
  *update.mutable_vocabulary() = draft;
  update.mutable_vocabulary()->mutable_terms(1)->set_code("tutoring");
  update.mutable_update_mask()->add_paths("terms");
  other = update;
  other.mutable_vocabulary()->mutable_terms(1)->set_code("coaching");
  const Vocabulary changed = Write<Vocabulary>("VocabularyService/UpdateVocabulary", update, other);
  EXPECT_EQ(changed.terms(1).code(), "tutoring");

  v1::PublishVocabularyRequest publish, else_;
  publish.set_name(draft.name());
  publish.set_etag(changed.etag());
  AddVocabulary("roles-2", Vocabulary::KIND_ROLE, 2, {"mentoring"});
  else_.set_name("vocabularies/roles-2");
  const Vocabulary published =
      Write<Vocabulary>("VocabularyService/PublishVocabulary", publish, else_);
  EXPECT_EQ(published.state(), Vocabulary::STATE_PUBLISHED);
  // The draft's etag: who lost the first answer has no other.
  EXPECT_THAT(*TryPublish(draft.name(), changed.etag()), EqualsProto(published));

  update.mutable_vocabulary()->clear_etag();
  const absl::Status fixed = Update(update).status();
  EXPECT_THAT(fixed, IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_PUBLISHED"));
  EXPECT_THAT(fixed.message(), HasSubstr("create a new vocabulary of family"));
  EXPECT_THAT(Delete(draft.name()),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_PUBLISHED"));
  EXPECT_THAT(*GetVocabulary(draft.name()), EqualsProto(published));

  v1::DeleteVocabularyRequest remove, another;
  remove.set_name("vocabularies/roles-2");
  another.set_name(draft.name());
  Write<Empty>("VocabularyService/DeleteVocabulary", remove, another);
  EXPECT_THAT(GetVocabulary("vocabularies/roles-2"),
              IsError(absl::StatusCode::kNotFound, "VOCABULARY_NOT_FOUND"));
}

TEST_P(VocabularyServiceTest, Refuses) {
  AddVocabulary("roles-1", Vocabulary::KIND_ROLE, 1, {});
  EXPECT_THAT(Create(CreateRequest("roles-1", 2)),
              IsError(absl::StatusCode::kAlreadyExists, "VOCABULARY_EXISTS"));
  EXPECT_THAT(Create(CreateRequest("other", 1)),
              IsError(absl::StatusCode::kAlreadyExists, "VOCABULARY_FAMILY_VERSION_TAKEN"));
  EXPECT_THAT(TryPublish("vocabularies/roles-1"),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_EMPTY"));
  v1::CreateVocabularyRequest later = CreateRequest("roles-2", 2);
  later.mutable_vocabulary()->set_supersedes("vocabularies/roles-1");
  EXPECT_THAT(Create(later),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED"));
  v1::UpdateVocabularyRequest update;
  EXPECT_THAT(Update(update).status(), Violates("vocabulary"));
  update.mutable_vocabulary()->set_name("vocabularies/roles-1");
  update.mutable_vocabulary()->set_kind(Vocabulary::KIND_CONDITION);
  EXPECT_THAT(Update(update), IsError(absl::StatusCode::kInvalidArgument, "FIELD_IMMUTABLE"));
  update.mutable_vocabulary()->clear_kind();
  update.mutable_vocabulary()->set_display_name("x");
  update.mutable_vocabulary()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(update), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_P(VocabularyServiceTest, ListPagesThroughAll) {
  std::vector<std::string> expected;
  for (int i = 1; i <= 5; ++i) {
    expected.push_back(
        AddVocabulary(absl::StrFormat("v-%d", i), Vocabulary::KIND_ROLE, i, {"a"}).name());
  }
  v1::ListVocabulariesRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page =
        Done<v1::ListVocabulariesResponse>("VocabularyService/ListVocabularies", request);
    for (const Vocabulary& each : page.vocabularies()) names.push_back(each.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && names.size() < 10);
  EXPECT_EQ(names, expected);
}

TEST_P(VocabularyServiceTest, TiesAreDescribedInPublishedVersions) {
  AddSite("s1");
  AddOrganization("library");
  AddVocabulary("roles-1", Vocabulary::KIND_ROLE, 1, {"mentoring", "space"});
  v1::CreatePartnershipRequest request = PartnershipRequest("s1", "a");
  request.mutable_partnership()->add_vocabularies("vocabularies/roles-1");
  const auto create = [&] {
    return Call<Partnership>("PartnershipService/CreatePartnership", request);
  };
  EXPECT_THAT(create(), IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED"));
  PublishVocabulary("roles-1");
  request.mutable_partnership()->add_vocabularies("vocabularies/nowhere");
  EXPECT_THAT(create(), IsError(absl::StatusCode::kNotFound, "VOCABULARY_NOT_FOUND"));
  request.mutable_partnership()->mutable_vocabularies()->RemoveLast();
  request.mutable_partnership()->set_roles(0, "mentorng");
  const absl::Status unknown = create().status();
  EXPECT_THAT(unknown, IsError(absl::StatusCode::kInvalidArgument, "CODE_NOT_IN_VOCABULARY"));
  EXPECT_EQ(Violation(unknown, "partnership.roles[0]"),
            "is \"mentorng\", which \"vocabularies/roles-1\" does not have; did you mean "
            "\"mentoring\"?");
  v1::BatchCreatePartnershipsRequest batch;
  batch.set_parent("sites/s1");
  for (const char* id : {"b", "c"}) {
    *batch.add_requests() = request;
    batch.mutable_requests()->rbegin()->set_partnership_id(id);
  }
  batch.mutable_requests(0)->mutable_partnership()->set_roles(0, "mentoring");
  EXPECT_THAT(
      Call<v1::BatchCreatePartnershipsResponse>("PartnershipService/BatchCreatePartnerships", batch)
          .status(),
      Violates("requests[1].partnership.roles[0]"));
  request.mutable_partnership()->set_roles(0, "mentoring");
  ASSERT_THAT(create(), IsOk());

  // What is free stays free until a list is stated for it; then all of it is looked up.
  v1::UpdatePartnershipRequest update;
  update.mutable_partnership()->set_name("sites/s1/partnerships/a");
  update.mutable_partnership()->add_mechanisms("barter");
  update.mutable_update_mask()->add_paths("mechanisms");
  EXPECT_THAT(Call<Partnership>("PartnershipService/UpdatePartnership", update), IsOk());
  AddVocabulary("mechanisms-1", Vocabulary::KIND_MECHANISM, 1, {"shared_staff"});
  PublishVocabulary("mechanisms-1");
  *update.mutable_partnership()->add_vocabularies() = "vocabularies/mechanisms-1";
  update.mutable_update_mask()->set_paths(0, "vocabularies");
  EXPECT_THAT(Call<Partnership>("PartnershipService/UpdatePartnership", update).status(),
              Violates("partnership.mechanisms[0]"));

  // A later version does not change what was said in an earlier one.
  AddVocabulary("roles-2", Vocabulary::KIND_ROLE, 2, {"coaching"});
  PublishVocabulary("roles-2");
  update.mutable_partnership()->clear_vocabularies();
  update.mutable_partnership()->set_is_self(true);
  update.mutable_update_mask()->set_paths(0, "is_self");
  EXPECT_THAT(Call<Partnership>("PartnershipService/UpdatePartnership", update), IsOk());
  *update.mutable_partnership()->add_vocabularies() = "vocabularies/roles-2";
  update.mutable_update_mask()->set_paths(0, "vocabularies");
  EXPECT_THAT(Call<Partnership>("PartnershipService/UpdatePartnership", update).status(),
              Violates("partnership.roles[0]"));
  EXPECT_THAT(GetPartnership("sites/s1/partnerships/a")->vocabularies(),
              ElementsAre("vocabularies/roles-1"));
  // Lists of ties go by codes as ever.
  v1::ListPartnershipsRequest list;
  list.set_parent("sites/-");
  list.set_filter("role = mentoring");
  EXPECT_EQ(Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", list)
                .partnerships_size(),
            1);
}

TEST_P(VocabularyServiceTest, EachSideStatesItsOwn) {
  AddSite("s1");
  AddOrganization("library");
  Done<Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s1", "a"));
  AddVocabulary("roles-1", Vocabulary::KIND_ROLE, 1, {"mentoring"});
  AddVocabulary("conditions-1", Vocabulary::KIND_CONDITION, 1, {"transport"});
  PublishVocabulary("roles-1");
  PublishVocabulary("conditions-1");
  v1::UpdateSiteViewRequest site;
  site.mutable_site_view()->set_name("sites/s1/partnerships/a/siteView");
  site.mutable_site_view()->add_roles("space");
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", site), IsOk());
  site.mutable_site_view()->add_vocabularies("vocabularies/roles-1");
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", site).status(),
              Violates("site_view.roles[0]"));
  site.mutable_site_view()->set_roles(0, "mentoring");
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", site), IsOk());

  rpc::CallOptions own;
  own.principal = "organizations/library";
  v1::UpdateOrganizationViewRequest organization;
  organization.mutable_organization_view()->set_name("sites/s1/partnerships/a/organizationView");
  organization.mutable_organization_view()->add_vocabularies("vocabularies/conditions-1");
  v1::Condition* condition = organization.mutable_organization_view()->add_conditions();
  condition->set_code("transports");
  condition->set_direction(v1::Condition::DIRECTION_CONSTRAINS);
  EXPECT_THAT(
      Call<v1::OrganizationView>("PartnershipService/UpdateOrganizationView", organization, own)
          .status(),
      Violates("organization_view.conditions[0].code"));
  condition->set_code("transport");
  EXPECT_THAT(
      Call<v1::OrganizationView>("PartnershipService/UpdateOrganizationView", organization, own),
      IsOk());
  EXPECT_THAT(Call<Vocabulary>(
                  "VocabularyService/GetVocabulary",
                  [] {
                    v1::GetVocabularyRequest get;
                    get.set_name("vocabularies/conditions-1");
                    return get;
                  }(),
                  own),
              IsOk());
}

TEST_P(VocabularyServiceTest, FollowersSeeThem) {
  AddVocabulary("roles-1", Vocabulary::KIND_ROLE, 1, {"mentoring"});
  const Vocabulary published = PublishVocabulary("roles-1");
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[1].type(), "vocabulary");
  Vocabulary image;
  ASSERT_TRUE(changes[1].resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(published));
}

}  // namespace
}  // namespace weft::registry
