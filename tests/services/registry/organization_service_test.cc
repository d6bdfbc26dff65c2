#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::OrganizationIdentifier;

class OrganizationServiceTest : public RegistryTest {
 protected:
  static v1::CreateOrganizationRequest CreateRequest(const std::string& id,
                                                     const std::string& ein = "") {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    *request.mutable_organization() = ExampleOrganization();
    request.mutable_organization()->clear_identifiers();
    if (!ein.empty()) {
      OrganizationIdentifier* identifier = request.mutable_organization()->add_identifiers();
      identifier->set_scheme(OrganizationIdentifier::SCHEME_EIN);
      identifier->set_value(ein);
    }
    return request;
  }
  absl::StatusOr<v1::Organization> Create(const v1::CreateOrganizationRequest& request) {
    return Call<v1::Organization>("OrganizationService/CreateOrganization", request);
  }
  absl::StatusOr<v1::Organization> Update(const v1::UpdateOrganizationRequest& request) {
    return Call<v1::Organization>("OrganizationService/UpdateOrganization", request);
  }
  absl::StatusOr<v1::Organization> SetParent(const std::string& id, const std::string& parent) {
    v1::UpdateOrganizationRequest request;
    request.mutable_organization()->set_name("organizations/" + id);
    request.mutable_organization()->set_parent_organization(
        parent.empty() ? "" : "organizations/" + parent);
    request.mutable_update_mask()->add_paths("parent_organization");
    return Update(request);
  }
  absl::StatusOr<v1::Organization> Delete(const std::string& name, const std::string& etag = "") {
    v1::DeleteOrganizationRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<v1::Organization>("OrganizationService/DeleteOrganization", request);
  }
  absl::StatusOr<v1::Organization> Undelete(const std::string& name) {
    v1::UndeleteOrganizationRequest request;
    request.set_name(name);
    return Call<v1::Organization>("OrganizationService/UndeleteOrganization", request);
  }
  absl::StatusOr<v1::Organization> Lookup(OrganizationIdentifier::Scheme scheme,
                                          const std::string& value) {
    v1::LookupOrganizationRequest request;
    request.set_scheme(scheme);
    request.set_value(value);
    return Call<v1::Organization>("OrganizationService/LookupOrganization", request);
  }
  absl::StatusOr<v1::Organization> LookupEin(const std::string& value) {
    return Lookup(OrganizationIdentifier::SCHEME_EIN, value);
  }
  // Ids over all pages.
  std::vector<std::string> List(v1::ListOrganizationsRequest request) {
    std::vector<std::string> ids;
    do {
      const auto page =
          Done<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", request);
      for (const v1::Organization& row : page.organizations()) {
        ids.push_back(row.name().substr(row.name().rfind('/') + 1));
      }
      EXPECT_LE(page.organizations_size(), request.page_size() == 0 ? 50 : request.page_size());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  std::vector<std::string> Filtered(const std::string& filter, const std::string& order_by = "",
                                    int page_size = 2) {
    v1::ListOrganizationsRequest request;
    request.set_filter(filter);
    request.set_order_by(order_by);
    request.set_page_size(page_size);
    return List(request);
  }
};
WEFT_ON_EVERY_ENGINE(OrganizationServiceTest);

TEST_P(OrganizationServiceTest, CreateStampsAndGetReads) {
  const v1::Organization made =
      Write<v1::Organization>("OrganizationService/CreateOrganization",
                              CreateRequest("a", "530196605"), CreateRequest("b"));
  EXPECT_EQ(made.name(), "organizations/a");
  EXPECT_EQ(made.identifiers(0).value(), "53-0196605");
  EXPECT_NE(made.uid(), "");
  EXPECT_NE(made.etag(), "");
  const auto read = GetOrganization("organizations/a");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(made));
  EXPECT_THAT(GetOrganization("organizations/z"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  EXPECT_THAT(Create(CreateRequest("a")),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_EXISTS"));
}

TEST_P(OrganizationServiceTest, AnIdentifierHasOneHolder) {
  ASSERT_THAT(Create(CreateRequest("a", "530196605")), IsOk());
  const absl::Status taken = Create(CreateRequest("b", "53-0196605")).status();
  EXPECT_THAT(taken, IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));
  EXPECT_THAT(taken.message(), AllOf(HasSubstr("organizations/a"), HasSubstr("ein 53-0196605")));

  ASSERT_THAT(Create(CreateRequest("b")), IsOk());
  v1::UpdateOrganizationRequest update;
  update.mutable_organization()->set_name("organizations/b");
  *update.mutable_organization()->mutable_identifiers() =
      CreateRequest("b", "530196605").organization().identifiers();
  EXPECT_THAT(Update(update),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));

  // A deleted one lets go of it, and cannot come back while another one has it.
  ASSERT_THAT(Delete("organizations/a"), IsOk());
  EXPECT_THAT(LookupEin("530196605"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  ASSERT_THAT(Update(update), IsOk());
  EXPECT_EQ(LookupEin("53-0196605")->name(), "organizations/b");
  EXPECT_THAT(Undelete("organizations/a"),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));
  ASSERT_THAT(Delete("organizations/b"), IsOk());
  ASSERT_THAT(Undelete("organizations/a"), IsOk());
  EXPECT_EQ(LookupEin("53-0196605")->name(), "organizations/a");
}

TEST_P(OrganizationServiceTest, OneOfTwoIdentifiersIsTaken) {
  ASSERT_THAT(Create(CreateRequest("a", "530196605")), IsOk());
  // In either order, and whichever is looked at first: the other one is free.
  for (const char* free : {"100000000", "99-9999999"}) {
    for (const bool free_first : {true, false}) {
      v1::CreateOrganizationRequest request = CreateRequest("b", free_first ? free : "530196605");
      OrganizationIdentifier* second = request.mutable_organization()->add_identifiers();
      second->set_scheme(OrganizationIdentifier::SCHEME_EIN);
      second->set_value(free_first ? "530196605" : free);
      const absl::Status taken = Create(request).status();
      EXPECT_THAT(taken,
                  IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));
      EXPECT_THAT(taken.message(),
                  AllOf(HasSubstr("organizations/a"), HasSubstr("ein 53-0196605")));
    }
  }
}

TEST_P(OrganizationServiceTest, LookupRefusesWhatIsNoNumber) {
  EXPECT_THAT(LookupEin("12").status(), Violates("value"));
  EXPECT_THAT(Lookup(OrganizationIdentifier::SCHEME_UNSPECIFIED, "1").status(), Violates("scheme"));
  ASSERT_THAT(Create(CreateRequest("a", "530196605")), IsOk());
  EXPECT_THAT(Lookup(OrganizationIdentifier::SCHEME_NPI, "1234567893"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
}

TEST_P(OrganizationServiceTest, DeletedOnesAreKeptAsideAndComeBack) {
  const v1::Organization made = AddOrganization("a");
  AddOrganization("b");
  EXPECT_THAT(Delete("organizations/a", "\"0000000000000000\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  clock_.Advance(absl::Minutes(1));
  v1::DeleteOrganizationRequest remove;
  remove.set_name("organizations/a");
  remove.set_etag(made.etag());
  v1::DeleteOrganizationRequest other = remove;
  other.set_name("organizations/b");
  other.clear_etag();
  const v1::Organization deleted =
      Write<v1::Organization>("OrganizationService/DeleteOrganization", remove, other);
  EXPECT_EQ(deleted.delete_time().seconds(), made.create_time().seconds() + 60);
  EXPECT_THAT(Delete("organizations/a"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
  EXPECT_THAT(SetParent("a", "b"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
  EXPECT_THAT(*GetOrganization("organizations/a"), EqualsProto(deleted));
  for (const char* order : {"", "display_name", "update_time desc"}) {
    v1::ListOrganizationsRequest list;
    list.set_order_by(order);
    EXPECT_THAT(List(list), ElementsAre("b")) << order;
    list.set_show_deleted(true);
    EXPECT_EQ(List(list).size(), 2) << order;
  }
  Restart();
  if (GetParam() == "memory") return;  // it forgets
  const auto back = Undelete("organizations/a");
  ASSERT_THAT(back, IsOk());
  EXPECT_FALSE(back->has_delete_time());
  EXPECT_EQ(back->uid(), made.uid());
  EXPECT_THAT(Undelete("organizations/a"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_NOT_DELETED"));
  EXPECT_THAT(List({}), ElementsAre("a", "b"));
}

TEST_P(OrganizationServiceTest, UpdateChangesMaskedFieldsAndGuardsByEtag) {
  const v1::Organization made = AddOrganization("a");
  v1::UpdateOrganizationRequest request;
  request.mutable_organization()->set_name("organizations/a");
  request.mutable_organization()->set_etag(made.etag());
  request.mutable_organization()->set_display_name("Riverside Library");
  request.mutable_organization()->set_merged_into("organizations/x");
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("tags");
  v1::UpdateOrganizationRequest other = request;
  other.mutable_organization()->set_display_name("Other");
  const auto changed =
      Write<v1::Organization>("OrganizationService/UpdateOrganization", request, other);
  EXPECT_EQ(changed.display_name(), "Riverside Library");
  EXPECT_THAT(changed.tags(), IsEmpty());
  EXPECT_EQ(changed.website(), made.website());
  EXPECT_EQ(changed.merged_into(), "");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Update({}).status(), Violates("organization"));
}

TEST_P(OrganizationServiceTest, ParentsExistAndFormNoCircle) {
  AddOrganization("a");
  AddOrganization("b", "organizations/a");
  AddOrganization("c", "organizations/b");
  EXPECT_THAT(SetParent("a", "c"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
  EXPECT_THAT(SetParent("a", "a"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
  EXPECT_THAT(SetParent("a", "x"), IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  EXPECT_THAT(SetParent("c", ""), IsOk());
  EXPECT_THAT(SetParent("a", "c"), IsOk());
  EXPECT_THAT(Filtered("parent = a"), ElementsAre("b"));
  ASSERT_THAT(Delete("organizations/b"), IsOk());
  EXPECT_THAT(Filtered("parent = a"), IsEmpty());
  auto under_deleted = CreateRequest("d");
  under_deleted.mutable_organization()->set_parent_organization("organizations/b");
  EXPECT_THAT(Create(under_deleted),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
}

TEST_P(OrganizationServiceTest, TwoThatWouldCloseACircleTogetherDoNot) {
  AddOrganization("a");
  AddOrganization("b");
  for (int round = 0; round < 20; ++round) {
    absl::Status one;
    absl::Status two;
    std::thread other([&] { one = SetParent("a", "b").status(); });
    two = SetParent("b", "a").status();
    other.join();
    EXPECT_FALSE(one.ok() && two.ok());
    EXPECT_TRUE(one.ok() || two.ok()) << one << two;
    ASSERT_THAT(SetParent("a", ""), IsOk());
    ASSERT_THAT(SetParent("b", ""), IsOk());
  }
}

TEST_P(OrganizationServiceTest, BatchesAreAllOrNothing) {
  v1::BatchCreateOrganizationsRequest batch;
  *batch.add_requests() = CreateRequest("a", "530196605");
  *batch.add_requests() = CreateRequest("b");
  batch.mutable_requests(1)->mutable_organization()->set_parent_organization("organizations/a");
  *batch.add_requests() = CreateRequest("");
  v1::BatchCreateOrganizationsRequest other;
  *other.add_requests() = CreateRequest("z");
  const auto made = Write<v1::BatchCreateOrganizationsResponse>(
      "OrganizationService/BatchCreateOrganizations", batch, other);
  ASSERT_EQ(made.organizations_size(), 3);
  EXPECT_EQ(made.organizations(1).parent_organization(), "organizations/a");

  v1::BatchCreateOrganizationsRequest bad;
  *bad.add_requests() = CreateRequest("c");
  *bad.add_requests() = CreateRequest("d", "530196605");
  EXPECT_THAT(Call<v1::BatchCreateOrganizationsResponse>(
                  "OrganizationService/BatchCreateOrganizations", bad),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));
  EXPECT_THAT(GetOrganization("organizations/c"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  // Two of one batch.
  bad.mutable_requests(0)->mutable_organization()->mutable_identifiers()->CopyFrom(
      CreateRequest("", "010000001").organization().identifiers());
  bad.mutable_requests(1)->mutable_organization()->mutable_identifiers()->CopyFrom(
      bad.requests(0).organization().identifiers());
  EXPECT_THAT(Call<v1::BatchCreateOrganizationsResponse>(
                  "OrganizationService/BatchCreateOrganizations", bad),
              IsError(absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN"));

  v1::BatchGetOrganizationsRequest get;
  get.add_names("organizations/b");
  get.add_names("organizations/a");
  const auto read =
      Done<v1::BatchGetOrganizationsResponse>("OrganizationService/BatchGetOrganizations", get);
  ASSERT_EQ(read.organizations_size(), 2);
  EXPECT_THAT(read.organizations(0), EqualsProto(made.organizations(1)));
  get.add_names("organizations/x");
  EXPECT_THAT(
      Call<v1::BatchGetOrganizationsResponse>("OrganizationService/BatchGetOrganizations", get),
      IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
}

TEST_P(OrganizationServiceTest, ListsInEveryOrderAndByFilter) {
  const std::vector<std::string> names = {"zeta", "Beta", "alpha", "beta", "Gamma"};
  for (size_t i = 0; i < names.size(); ++i) {
    v1::CreateOrganizationRequest request = CreateRequest(absl::StrCat("o", i));
    request.mutable_organization()->set_display_name(names[i]);
    if (i % 2 == 1) request.mutable_organization()->set_partner_types(0, "cbo");
    ASSERT_THAT(Create(request), IsOk());
    clock_.Advance(absl::Seconds(1));
  }
  v1::UpdateOrganizationRequest rename;
  rename.mutable_organization()->set_name("organizations/o0");
  rename.mutable_organization()->set_display_name("delta");
  ASSERT_THAT(Update(rename), IsOk());
  for (int page_size : {1, 2, 3, 50}) {
    EXPECT_THAT(Filtered("", "", page_size), ElementsAre("o0", "o1", "o2", "o3", "o4"));
    EXPECT_THAT(Filtered("", "display_name", page_size), ElementsAre("o2", "o1", "o3", "o0", "o4"));
    EXPECT_THAT(Filtered("", "display_name desc", page_size),
                ElementsAre("o4", "o0", "o3", "o1", "o2"));
    EXPECT_THAT(Filtered("", "update_time", page_size), ElementsAre("o1", "o2", "o3", "o4", "o0"));
    EXPECT_THAT(Filtered("", "update_time desc", page_size),
                ElementsAre("o0", "o4", "o3", "o2", "o1"));
    EXPECT_THAT(Filtered("partner_type = cbo", "", page_size), ElementsAre("o1", "o3"));
    EXPECT_THAT(Filtered("partner_type = cbo", "update_time desc", page_size),
                ElementsAre("o3", "o1"));
    EXPECT_THAT(Filtered("partner_type = library AND NOT region = KS", "display_name", page_size),
                ElementsAre("o2", "o0", "o4"));
  }
  v1::ListOrganizationsRequest request;
  request.set_page_size(1);
  request.set_filter("partner_type = cbo");
  const auto page =
      Done<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", request);
  request.set_page_token(page.next_page_token());
  request.set_order_by("display_name");
  EXPECT_THAT(Call<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", request),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_P(OrganizationServiceTest, ManyChildrenHavePages) {
  AddOrganization("top");
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    v1::CreateOrganizationRequest request = CreateRequest(absl::StrCat("child-", 10 + i));
    request.mutable_organization()->set_parent_organization("organizations/top");
    if (i % 3 == 0) request.mutable_organization()->clear_tags();
    ASSERT_THAT(Create(request), IsOk());
    if (i % 3 != 0) expected.push_back(request.organization_id());
  }
  EXPECT_THAT(Filtered("parent = top AND tag:literacy", "", 4), ElementsAreArray(expected));
  EXPECT_THAT(Filtered("parent = top AND tag:literacy", "update_time", 4),
              ElementsAreArray(expected));
}

TEST_P(OrganizationServiceTest, ContactsAreShownToFew) {
  AddOrganization("a");
  const auto contacts = [&](const char* principal) {
    rpc::CallOptions options;
    options.principal = principal;
    v1::GetOrganizationRequest get;
    get.set_name("organizations/a");
    v1::ListOrganizationsRequest list;
    v1::BatchGetOrganizationsRequest batch;
    batch.add_names("organizations/a");
    const auto one = Call<v1::Organization>("OrganizationService/GetOrganization", get, options);
    const auto rows =
        Call<v1::ListOrganizationsResponse>("OrganizationService/ListOrganizations", list, options);
    const auto many = Call<v1::BatchGetOrganizationsResponse>(
        "OrganizationService/BatchGetOrganizations", batch, options);
    EXPECT_THAT(one, IsOk());
    EXPECT_EQ(rows->organizations(0).contacts_size(), one->contacts_size());
    EXPECT_EQ(many->organizations(0).contacts_size(), one->contacts_size());
    EXPECT_EQ(one->display_name(), "Riverside Public Library");
    return one->contacts_size();
  };
  EXPECT_EQ(contacts("users/amara"), 1);
  EXPECT_EQ(contacts("organizations/a"), 1);
  EXPECT_EQ(contacts("organizations/b"), 0);
  EXPECT_EQ(contacts("researchers/r"), 0);
}

}  // namespace
}  // namespace weft::registry
