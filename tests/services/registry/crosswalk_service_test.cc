#include <string>
#include <vector>

#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

using Mapping = v1::CrosswalkMapping;

class CrosswalkServiceTest : public RegistryTest {
 protected:
  void AddPublished(const std::string& id, int version, const std::vector<std::string>& codes) {
    AddTaxonomy(id, version, codes);
    Publish(id);
  }
  // lab-1 {a, b}, lab-2 {x, y, z} and lab-3 {x}, published.
  void AddThreeTaxonomies() {
    AddPublished("lab-1", 1, {"a", "b"});
    AddPublished("lab-2", 2, {"x", "y", "z"});
    AddPublished("lab-3", 3, {"x"});
  }
  static void Map(v1::Crosswalk& crosswalk, const std::string& from, Mapping::Relation relation,
                  const std::vector<std::string>& to) {
    Mapping* mapping = crosswalk.add_mappings();
    mapping->set_from_code(from);
    mapping->set_relation(relation);
    for (const std::string& code : to) mapping->add_to_codes(code);
  }
  static v1::CreateCrosswalkRequest CreateRequest(const std::string& from, const std::string& to) {
    v1::CreateCrosswalkRequest request;
    request.set_parent("taxonomies/" + from);
    request.set_crosswalk_id(to);
    Map(*request.mutable_crosswalk(), "a", Mapping::RELATION_EXACT, {"x"});
    Map(*request.mutable_crosswalk(), "b", Mapping::RELATION_NONE, {});
    return request;
  }
  absl::StatusOr<v1::Crosswalk> Create(const v1::CreateCrosswalkRequest& request) {
    return Call<v1::Crosswalk>("TaxonomyService/CreateCrosswalk", request);
  }
  absl::StatusOr<v1::Crosswalk> Update(const v1::UpdateCrosswalkRequest& request) {
    return Call<v1::Crosswalk>("TaxonomyService/UpdateCrosswalk", request);
  }
  absl::StatusOr<v1::ListCrosswalksResponse> List(const v1::ListCrosswalksRequest& request) {
    return Call<v1::ListCrosswalksResponse>("TaxonomyService/ListCrosswalks", request);
  }
};
WEFT_ON_EVERY_ENGINE(CrosswalkServiceTest);

TEST_P(CrosswalkServiceTest, CreateStampsAndGetReads) {
  AddThreeTaxonomies();
  const v1::Crosswalk crosswalk =
      Write<v1::Crosswalk>("TaxonomyService/CreateCrosswalk", CreateRequest("lab-1", "lab-2"),
                           CreateRequest("lab-1", "lab-3"));
  EXPECT_EQ(crosswalk.name(), "taxonomies/lab-1/crosswalks/lab-2");
  const auto read = GetCrosswalk("taxonomies/lab-1/crosswalks/lab-2");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(crosswalk));
  EXPECT_THAT(GetCrosswalk("taxonomies/lab-1/crosswalks/lab-3"),
              IsError(absl::StatusCode::kNotFound, "CROSSWALK_NOT_FOUND"));
  EXPECT_THAT(GetCrosswalk("taxonomies/lab-1"),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(CrosswalkServiceTest, CreateRefuses) {
  EXPECT_THAT(Create({}).status(), Violates("parent", "crosswalk_id", "crosswalk"));
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-1")).status(), Violates("crosswalk_id"));
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-2")),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  AddPublished("lab-1", 1, {"a", "b"});
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-2")),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  EXPECT_THAT(Create(CreateRequest("lab-0", "lab-1")),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  AddTaxonomy("lab-2", 2, {"x"});
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-2")),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
  Publish("lab-2");
  v1::CreateCrosswalkRequest incomplete = CreateRequest("lab-1", "lab-2");
  incomplete.mutable_crosswalk()->mutable_mappings()->RemoveLast();
  EXPECT_THAT(Create(incomplete).status(), Violates("crosswalk.mappings"));
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-2")), IsOk());
  EXPECT_THAT(Create(CreateRequest("lab-1", "lab-2")),
              IsError(absl::StatusCode::kAlreadyExists, "CROSSWALK_EXISTS"));
}

TEST_P(CrosswalkServiceTest, ListsOfOneAndOfAllTaxonomies) {
  AddThreeTaxonomies();
  ASSERT_THAT(Create(CreateRequest("lab-1", "lab-3")), IsOk());
  ASSERT_THAT(Create(CreateRequest("lab-1", "lab-2")), IsOk());
  v1::CreateCrosswalkRequest back;
  back.set_parent("taxonomies/lab-3");
  back.set_crosswalk_id("lab-1");
  Map(*back.mutable_crosswalk(), "x", Mapping::RELATION_SPLIT, {"a", "b"});
  ASSERT_THAT(Create(back), IsOk());

  const auto names = [this](const std::string& parent) {
    std::vector<std::string> all;
    v1::ListCrosswalksRequest request;
    request.set_parent(parent);
    request.set_page_size(2);
    for (int pages = 0; pages == 0 || (pages < 10 && !request.page_token().empty()); ++pages) {
      const auto page = Done<v1::ListCrosswalksResponse>("TaxonomyService/ListCrosswalks", request);
      for (const v1::Crosswalk& crosswalk : page.crosswalks()) all.push_back(crosswalk.name());
      request.set_page_token(page.next_page_token());
    }
    return all;
  };
  EXPECT_THAT(names("taxonomies/lab-1"), ElementsAre("taxonomies/lab-1/crosswalks/lab-2",
                                                     "taxonomies/lab-1/crosswalks/lab-3"));
  EXPECT_THAT(names("taxonomies/lab-2"), IsEmpty());
  EXPECT_THAT(names("taxonomies/-"),
              ElementsAre("taxonomies/lab-1/crosswalks/lab-2", "taxonomies/lab-1/crosswalks/lab-3",
                          "taxonomies/lab-3/crosswalks/lab-1"));
  EXPECT_THAT(List({}).status(), Violates("parent"));
  v1::ListCrosswalksRequest request;
  request.set_parent("taxonomies/nowhere");
  EXPECT_THAT(List(request), IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  request.set_parent("taxonomies/-");
  request.set_page_size(1);
  request.set_page_token(Done<v1::ListCrosswalksResponse>("TaxonomyService/ListCrosswalks", request)
                             .next_page_token());
  request.set_parent("taxonomies/lab-1");
  EXPECT_THAT(List(request), IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_P(CrosswalkServiceTest, UpdateChangesMappings) {
  AddThreeTaxonomies();
  const auto created = Create(CreateRequest("lab-1", "lab-2"));
  ASSERT_THAT(created, IsOk());
  v1::UpdateCrosswalkRequest request;
  request.mutable_crosswalk()->set_name(created->name());
  request.mutable_crosswalk()->set_etag(created->etag());
  Map(*request.mutable_crosswalk(), "b", Mapping::RELATION_SPLIT, {"y", "z"});
  Map(*request.mutable_crosswalk(), "a", Mapping::RELATION_NARROWER, {"x"});
  request.mutable_update_mask()->add_paths("mappings");
  v1::UpdateCrosswalkRequest other = request;
  other.mutable_crosswalk()->mutable_mappings(0)->set_note("why");
  const v1::Crosswalk updated =
      Write<v1::Crosswalk>("TaxonomyService/UpdateCrosswalk", request, other);
  EXPECT_EQ(updated.mappings_size(), 2);
  EXPECT_EQ(updated.mappings(0).from_code(), "b");
}

TEST_P(CrosswalkServiceTest, UpdateRefuses) {
  AddThreeTaxonomies();
  const auto created = Create(CreateRequest("lab-1", "lab-2"));
  ASSERT_THAT(created, IsOk());
  v1::UpdateCrosswalkRequest request;
  EXPECT_THAT(Update(request).status(), Violates("crosswalk"));
  request.mutable_crosswalk()->set_name("taxonomies/lab-1/crosswalks/lab-3");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kNotFound, "CROSSWALK_NOT_FOUND"));
  request.mutable_crosswalk()->set_name("taxonomies/lab-1");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  *request.mutable_crosswalk() = *created;
  request.mutable_crosswalk()->mutable_mappings(0)->set_to_codes(0, "nothing");
  EXPECT_THAT(Update(request).status(), Violates("crosswalk.mappings[0].to_codes[0]"));
  *request.mutable_crosswalk() = *created;
  request.mutable_crosswalk()->set_display_name("Renamed");
  request.mutable_crosswalk()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_P(CrosswalkServiceTest, DeleteRemoves) {
  AddThreeTaxonomies();
  ASSERT_THAT(Create(CreateRequest("lab-1", "lab-2")), IsOk());
  ASSERT_THAT(Create(CreateRequest("lab-1", "lab-3")), IsOk());
  v1::DeleteCrosswalkRequest request, other;
  request.set_name("taxonomies/lab-1/crosswalks/lab-2");
  other.set_name("taxonomies/lab-1/crosswalks/lab-3");
  Write<Empty>("TaxonomyService/DeleteCrosswalk", request, other);
  request.clear_request_id();
  EXPECT_THAT(Call<Empty>("TaxonomyService/DeleteCrosswalk", request),
              IsError(absl::StatusCode::kNotFound, "CROSSWALK_NOT_FOUND"));
  other.set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Call<Empty>("TaxonomyService/DeleteCrosswalk", other),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

}  // namespace
}  // namespace weft::registry
