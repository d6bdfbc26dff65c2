#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using testing::EqualsProto;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

class TaxonomyServiceTest : public RegistryTest {
 protected:
  static v1::CreateTaxonomyRequest CreateRequest(const std::string& id, int version) {
    v1::CreateTaxonomyRequest request;
    request.set_taxonomy_id(id);
    *request.mutable_taxonomy() = ExampleTaxonomy(version);
    return request;
  }
  absl::StatusOr<v1::Taxonomy> Create(const v1::CreateTaxonomyRequest& request) {
    return Call<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", request);
  }
  absl::StatusOr<v1::Taxonomy> Update(const v1::UpdateTaxonomyRequest& request) {
    return Call<v1::Taxonomy>("TaxonomyService/UpdateTaxonomy", request);
  }
  absl::StatusOr<Empty> Delete(const std::string& name, const std::string& etag = "") {
    v1::DeleteTaxonomyRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<Empty>("TaxonomyService/DeleteTaxonomy", request);
  }
  absl::StatusOr<v1::Taxonomy> TryPublish(const std::string& name, const std::string& etag = "") {
    v1::PublishTaxonomyRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<v1::Taxonomy>("TaxonomyService/PublishTaxonomy", request);
  }
};
WEFT_ON_EVERY_ENGINE(TaxonomyServiceTest);

TEST_P(TaxonomyServiceTest, CreateMakesADraftAndGetReads) {
  v1::CreateTaxonomyRequest request = CreateRequest("lab-1", 1);
  request.mutable_taxonomy()->set_state(v1::Taxonomy::STATE_PUBLISHED);
  const v1::Taxonomy taxonomy =
      Write<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", request, CreateRequest("lab-2", 2));
  EXPECT_EQ(taxonomy.name(), "taxonomies/lab-1");
  EXPECT_EQ(taxonomy.state(), v1::Taxonomy::STATE_DRAFT);
  const auto read = GetTaxonomy("taxonomies/lab-1");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(taxonomy));
  EXPECT_THAT(GetTaxonomy("taxonomies/lab-2"),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  EXPECT_THAT(GetTaxonomy("lab-1"), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(TaxonomyServiceTest, CreateRefuses) {
  v1::CreateTaxonomyRequest request = CreateRequest("lab_1", 0);
  request.mutable_taxonomy()->mutable_types(1)->set_code("cbo");
  EXPECT_THAT(Create(request).status(),
              Violates("taxonomy_id", "taxonomy.version", "taxonomy.types[1].code"));
  AddTaxonomy("lab-1", 1);
  EXPECT_THAT(Create(CreateRequest("lab-1", 2)),
              IsError(absl::StatusCode::kAlreadyExists, "TAXONOMY_EXISTS"));
  EXPECT_THAT(Create(CreateRequest("lab-one", 1)),
              IsError(absl::StatusCode::kAlreadyExists, "TAXONOMY_FAMILY_VERSION_TAKEN"));
  const auto made_up = Create(CreateRequest("", 2));
  ASSERT_THAT(made_up, IsOk());
  EXPECT_THAT(GetTaxonomy(made_up->name()), IsOk());
}

TEST_P(TaxonomyServiceTest, SupersedesAPublishedVersion) {
  v1::CreateTaxonomyRequest request = CreateRequest("lab-2", 2);
  request.mutable_taxonomy()->set_supersedes("taxonomies/lab-1");
  EXPECT_THAT(Create(request), IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  AddTaxonomy("lab-1", 1);
  EXPECT_THAT(Create(request),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
  Publish("lab-1");
  EXPECT_THAT(Create(request), IsOk());

  v1::CreateTaxonomyRequest foreign = CreateRequest("other-2", 2);
  foreign.mutable_taxonomy()->set_family("other");
  foreign.mutable_taxonomy()->set_supersedes("taxonomies/lab-1");
  EXPECT_THAT(Create(foreign).status(), Violates("taxonomy.supersedes"));

  v1::UpdateTaxonomyRequest itself;
  itself.mutable_taxonomy()->set_name("taxonomies/lab-2");
  itself.mutable_taxonomy()->set_supersedes("taxonomies/lab-2");
  EXPECT_THAT(Update(itself).status(), Violates("taxonomy.supersedes"));
}

TEST_P(TaxonomyServiceTest, ListPagesThroughAll) {
  std::vector<std::string> expected;
  for (int i = 1; i <= 25; ++i) {
    expected.push_back(AddTaxonomy(absl::StrFormat("lab-%02d", i), i).name());
  }
  v1::ListTaxonomiesRequest request;
  request.set_page_size(10);
  std::vector<std::string> names;
  for (int pages = 0; pages == 0 || (pages < 10 && !request.page_token().empty()); ++pages) {
    const auto page = Done<v1::ListTaxonomiesResponse>("TaxonomyService/ListTaxonomies", request);
    for (const v1::Taxonomy& taxonomy : page.taxonomies()) names.push_back(taxonomy.name());
    request.set_page_token(page.next_page_token());
  }
  EXPECT_EQ(names, expected);
  request.set_page_token("mine");
  EXPECT_THAT(Call<v1::ListTaxonomiesResponse>("TaxonomyService/ListTaxonomies", request),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_P(TaxonomyServiceTest, UpdateChangesADraft) {
  const v1::Taxonomy created = AddTaxonomy("lab-1", 1);
  v1::UpdateTaxonomyRequest request;
  *request.mutable_taxonomy() = created;
  *request.mutable_taxonomy()->add_types() = ExampleTaxonomy(1, {"funder"}).types(0);
  request.mutable_taxonomy()->set_description("not in the mask");
  request.mutable_update_mask()->add_paths("types");
  v1::UpdateTaxonomyRequest other = request;
  other.mutable_taxonomy()->mutable_types()->RemoveLast();
  const v1::Taxonomy updated =
      Write<v1::Taxonomy>("TaxonomyService/UpdateTaxonomy", request, other);
  EXPECT_EQ(updated.types_size(), 3);
  EXPECT_EQ(updated.description(), "");
  EXPECT_EQ(updated.state(), v1::Taxonomy::STATE_DRAFT);
}

TEST_P(TaxonomyServiceTest, UpdateRefuses) {
  AddTaxonomy("lab-1", 1);
  v1::UpdateTaxonomyRequest request;
  EXPECT_THAT(Update(request).status(), Violates("taxonomy"));
  v1::Taxonomy& taxonomy = *request.mutable_taxonomy();
  taxonomy.set_name("taxonomies/nowhere");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  taxonomy.set_name("lab-1");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  taxonomy.set_name("taxonomies/lab-1");
  taxonomy.set_display_name(" ");
  EXPECT_THAT(Update(request).status(), Violates("taxonomy.display_name"));
  taxonomy.set_display_name("Renamed");
  taxonomy.set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  taxonomy.clear_etag();
  request.mutable_update_mask()->add_paths("types.code");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "UPDATE_MASK_INVALID"));
}

TEST_P(TaxonomyServiceTest, FamilyVersionAndStateAreNotUpdated) {
  AddTaxonomy("lab-1", 1);
  v1::UpdateTaxonomyRequest request;
  request.mutable_taxonomy()->set_name("taxonomies/lab-1");
  request.mutable_taxonomy()->set_state(v1::Taxonomy::STATE_PUBLISHED);
  const auto updated = Update(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->state(), v1::Taxonomy::STATE_DRAFT);
  request.mutable_taxonomy()->set_version(2);
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "FIELD_IMMUTABLE"));
  request.mutable_taxonomy()->clear_version();
  request.mutable_taxonomy()->set_family("other");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "FIELD_IMMUTABLE"));
}

TEST_P(TaxonomyServiceTest, ReplacingKeepsFamilyAndVersion) {
  AddTaxonomy("lab-1", 1);
  v1::UpdateTaxonomyRequest request;
  *request.mutable_taxonomy() = ExampleTaxonomy();
  request.mutable_taxonomy()->clear_family();
  request.mutable_taxonomy()->clear_version();
  request.mutable_taxonomy()->set_name("taxonomies/lab-1");
  request.mutable_taxonomy()->set_description("Now described");
  request.mutable_update_mask()->add_paths("*");
  const auto updated = Update(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->description(), "Now described");
  EXPECT_EQ(updated->family(), "lab");
  EXPECT_EQ(updated->version(), 1);
  EXPECT_EQ(updated->state(), v1::Taxonomy::STATE_DRAFT);
}

TEST_P(TaxonomyServiceTest, DeleteRemovesADraft) {
  AddTaxonomy("lab-1", 1);
  AddTaxonomy("lab-2", 2);
  v1::DeleteTaxonomyRequest request, other;
  request.set_name("taxonomies/lab-1");
  other.set_name("taxonomies/lab-2");
  Write<Empty>("TaxonomyService/DeleteTaxonomy", request, other);
  EXPECT_THAT(Delete("taxonomies/lab-1"),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  EXPECT_THAT(Delete("taxonomies/lab-2", "\"0123456789abcdef\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  // Its version is free again.
  EXPECT_THAT(Create(CreateRequest("lab-one", 1)), IsOk());
}

TEST_P(TaxonomyServiceTest, PublishFixesForGood) {
  const v1::Taxonomy draft = AddTaxonomy("lab-1", 1);
  AddTaxonomy("lab-2", 2);
  v1::PublishTaxonomyRequest request, other;
  request.set_name("taxonomies/lab-1");
  request.set_etag(draft.etag());
  other.set_name("taxonomies/lab-2");
  const v1::Taxonomy published =
      Write<v1::Taxonomy>("TaxonomyService/PublishTaxonomy", request, other);
  EXPECT_EQ(published.state(), v1::Taxonomy::STATE_PUBLISHED);

  v1::UpdateTaxonomyRequest update;
  update.mutable_taxonomy()->set_name("taxonomies/lab-1");
  update.mutable_taxonomy()->set_display_name("Renamed");
  const absl::Status status = Update(update).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_PUBLISHED"));
  EXPECT_THAT(status.message(),
              HasSubstr("create a new taxonomy of family \"lab\" with a version above 1"));
  EXPECT_THAT(Delete("taxonomies/lab-1"),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_PUBLISHED"));
  const auto stored = GetTaxonomy("taxonomies/lab-1");
  ASSERT_THAT(stored, IsOk());
  EXPECT_THAT(*stored, EqualsProto(published));
}

TEST_P(TaxonomyServiceTest, PublishingAgainChangesNothing) {
  const v1::Taxonomy draft = AddTaxonomy("lab-1", 1);
  const auto first = TryPublish("taxonomies/lab-1", draft.etag());
  ASSERT_THAT(first, IsOk());
  const size_t changes = Changes().size();
  clock_.Advance(absl::Minutes(1));
  // The draft's etag: who lost the first answer has no other.
  const auto second = TryPublish("taxonomies/lab-1", draft.etag());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(*second, EqualsProto(*first));
  EXPECT_EQ(Changes().size(), changes);
}

TEST_P(TaxonomyServiceTest, PublishRefuses) {
  EXPECT_THAT(TryPublish("taxonomies/nowhere"),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  EXPECT_THAT(TryPublish(""), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  AddTaxonomy("lab-1", 1, {});
  EXPECT_THAT(TryPublish("taxonomies/lab-1"),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_EMPTY"));
  AddTaxonomy("lab-2", 2);
  EXPECT_THAT(TryPublish("taxonomies/lab-2", "\"0123456789abcdef\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

}  // namespace
}  // namespace weft::registry
