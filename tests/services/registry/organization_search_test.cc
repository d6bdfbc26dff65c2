// SearchOrganizations, and the index behind it.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "services/registry/service/organization_search_index.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::UnorderedElementsAre;
using v1::Organization;
using v1::OrganizationHit;
using v1::OrganizationMatch;
using v1::SearchOrganizationsRequest;
using v1::SearchOrganizationsResponse;

constexpr char kSearch[] = "OrganizationService/SearchOrganizations";

class OrganizationSearchTest : public RegistryTest {
 protected:
  Organization Add(const std::string& id, const std::string& display_name,
                   const std::string& locality = "", const std::string& type = "") {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    request.mutable_organization()->set_display_name(display_name);
    if (!locality.empty()) {
      v1::Place* place = request.mutable_organization()->add_locations();
      place->set_locality(locality);
      place->set_region("MO");
      place->set_country("US");
    }
    if (!type.empty()) request.mutable_organization()->add_partner_types(type);
    return Done<Organization>("OrganizationService/CreateOrganization", request);
  }
  static SearchOrganizationsRequest Request(const std::string& query) {
    SearchOrganizationsRequest request;
    request.set_query(query);
    return request;
  }
  SearchOrganizationsResponse Search(const SearchOrganizationsRequest& request) {
    return Done<SearchOrganizationsResponse>(kSearch, request);
  }
  // Ids, the best first.
  std::vector<std::string> Ids(const SearchOrganizationsRequest& request) {
    std::vector<std::string> ids;
    const SearchOrganizationsResponse found = Search(request);
    for (const OrganizationHit& hit : found.hits()) {
      ids.push_back(hit.organization().name().substr(std::string("organizations/").size()));
    }
    return ids;
  }
  std::vector<std::string> Ids(const std::string& query) { return Ids(Request(query)); }
  absl::Status Refused(const SearchOrganizationsRequest& request,
                       const std::string& principal = "") {
    rpc::CallOptions options;
    options.principal = principal;
    return Call<SearchOrganizationsResponse>(kSearch, request, options).status();
  }
};

TEST_P(OrganizationSearchTest, FindsAtOnceWhatWasWritten) {
  EXPECT_THAT(Ids("library"), IsEmpty());
  Organization library = Add("library", "Riverside Public Library");
  EXPECT_THAT(Ids("library"), ElementsAre("library"));
  library.set_display_name("Riverside Archive");
  v1::UpdateOrganizationRequest update;
  *update.mutable_organization() = library;
  Done<Organization>("OrganizationService/UpdateOrganization", update);
  EXPECT_THAT(Ids("library"), IsEmpty());
  EXPECT_THAT(Ids("archive"), ElementsAre("library"));
  v1::DeleteOrganizationRequest remove;
  remove.set_name(library.name());
  Done<Organization>("OrganizationService/DeleteOrganization", remove);
  EXPECT_THAT(Ids("archive"), IsEmpty());
  v1::UndeleteOrganizationRequest undelete;
  undelete.set_name(library.name());
  Done<Organization>("OrganizationService/UndeleteOrganization", undelete);
  EXPECT_THAT(Ids("archive"), ElementsAre("library"));
}

TEST_P(OrganizationSearchTest, SaysWhatMatchedAndHidesContacts) {
  v1::CreateOrganizationRequest create;
  create.set_organization_id("library");
  *create.mutable_organization() = ExampleOrganization();
  const Organization made = Done<Organization>("OrganizationService/CreateOrganization", create);
  const SearchOrganizationsResponse found = Search(Request("libary springfield"));
  ASSERT_EQ(found.hits_size(), 1);
  const OrganizationHit& hit = found.hits(0);
  EXPECT_EQ(hit.organization().etag(), made.etag());
  EXPECT_EQ(hit.organization().display_name(), made.display_name());
  EXPECT_THAT(hit.organization().partner_types(), ElementsAre("library"));
  ASSERT_EQ(hit.matches_size(), 2);
  EXPECT_THAT(hit.matches(0), EqualsProto(R"pb(
                field: FIELD_DISPLAY_NAME
                kind: KIND_MISSPELLING
                text: "Riverside Public Library"
              )pb"));
  EXPECT_THAT(hit.matches(1),
              EqualsProto(R"pb(
                field: FIELD_PLACE kind: KIND_WORDS text: "Springfield, MO, US"
              )pb"));
  EXPECT_FALSE(found.truncated());
  EXPECT_EQ(found.ShortDebugString().find("Rosa"), std::string::npos);
  for (const char* personal : {"Rosa", "Diaz", "rosa@example.org", "programs", "555-0100"}) {
    EXPECT_THAT(Ids(personal), IsEmpty()) << personal;
  }
}

TEST_P(OrganizationSearchTest, FindsInEveryWayAndTheBestFirst) {
  Add("whole", "Library");
  Add("words", "Riverside Library");
  Add("long", "Riverside Public Library of the Second District of the County");
  Add("prefix", "Librarycraft Works");
  Add("typo", "Old Libarry");
  Add("place", "Harbor Clinic", "Library");
  Add("other", "Harbor Museum");
  EXPECT_THAT(Ids("library"), ElementsAre("whole", "words", "long", "place", "prefix", "typo"));

  Add("club", "Boys and Girls Club");
  EXPECT_THAT(Ids("BGC"), ElementsAre("club"));
  EXPECT_THAT(Ids("b.a.g.c."), ElementsAre("club"));
  EXPECT_THAT(Ids("club boys"), ElementsAre("club"));
  EXPECT_THAT(Ids("boys harbor"), IsEmpty());
  Add("academy", "Académie Saint-Étienne");
  for (const char* query : {"academie", "ACADÉMIE", "saint etienne", "St. Étienne", "acad",
                            "etiene", "Acade\xcc\x81mie"}) {
    EXPECT_THAT(Ids(query), ElementsAre("academy")) << query;
  }
  Add("school", "Школа № 12");
  EXPECT_THAT(Ids("школа"), ElementsAre("school"));
  EXPECT_THAT(Ids("ШКОЛА 12"), ElementsAre("school"));
  EXPECT_THAT(Ids("шкала"), ElementsAre("school"));
  Add("tokyo", "東京図書館");
  EXPECT_THAT(Ids("図書館"), ElementsAre("tokyo"));
  Add("after", "After School Alliance");
  EXPECT_THAT(Ids("afterschool alliance"), ElementsAre("after"));
}

TEST_P(OrganizationSearchTest, NoTextIsSyntax) {
  Add("library", "Riverside \"Public\" Library * OR (near)");
  for (const char* query : {"\"",
                            "\"\"\"",
                            "*",
                            "lib*",
                            "\"library",
                            "library\"",
                            "NEAR(library riverside)",
                            "library OR",
                            "OR",
                            "AND NOT",
                            "library AND riverside",
                            "names:library",
                            "{names}: library",
                            "-library",
                            "^library",
                            "library)",
                            "((",
                            "'; DROP TABLE docs; --",
                            "\\",
                            "%",
                            "_",
                            "library \x01",
                            "a\tb\nc",
                            "{",
                            "+",
                            "library + riverside",
                            "near"}) {
    const absl::StatusOr<SearchOrganizationsResponse> found =
        Call<SearchOrganizationsResponse>(kSearch, Request(query));
    if (!found.ok()) {
      EXPECT_THAT(found, IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID")) << query;
    }
  }
  EXPECT_THAT(Ids("\"library\" OR"), ElementsAre("library"));
  EXPECT_THAT(Ids("lib*"), ElementsAre("library"));
  EXPECT_THAT(Ids("library AND riverside"), IsEmpty());
}

TEST_P(OrganizationSearchTest, RefusesWhatIsNoQuery) {
  EXPECT_THAT(Refused(Request("")), IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  EXPECT_THAT(Refused(Request("?!")), IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  EXPECT_THAT(Refused(Request(std::string(201, 'x'))),
              IsError(absl::StatusCode::kInvalidArgument, "QUERY_INVALID"));
  SearchOrganizationsRequest request = Request("library");
  request.set_page_size(-1);
  EXPECT_THAT(Refused(request), IsError(absl::StatusCode::kInvalidArgument, "PAGE_SIZE_INVALID"));
  request.set_page_size(0);
  request.set_page_token("x");
  EXPECT_THAT(Refused(request), IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.clear_page_token();
  request.set_site("sites/none");
  EXPECT_THAT(Refused(request), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
}

TEST_P(OrganizationSearchTest, Filters) {
  Add("a", "North Library", "Springfield", "library");
  Add("b", "South Library", "Springfield", "cbo");
  Add("c", "West Library", "Salem", "library");
  SearchOrganizationsRequest request = Request("library");
  request.set_partner_type("library");
  EXPECT_THAT(Ids(request), UnorderedElementsAre("a", "c"));
  request.set_locality("SPRINGFIELD");
  request.set_country("us");
  EXPECT_THAT(Ids(request), ElementsAre("a"));
  request.set_region("KS");
  EXPECT_THAT(Ids(request), IsEmpty());
  request.clear_region();
  request.clear_partner_type();
  EXPECT_THAT(Ids(request), UnorderedElementsAre("a", "b"));
}

TEST_P(OrganizationSearchTest, OfASiteAreItsPartnersAlone) {
  AddSite("s1");
  AddSite("s2");
  Add("a", "North Library");
  Add("b", "South Library");
  Add("c", "West Library");
  const auto tie = [&](const std::string& site, const std::string& organization) {
    v1::CreatePartnershipRequest request;
    request.set_parent("sites/" + site);
    request.set_partnership_id(organization);
    request.mutable_partnership()->set_organization("organizations/" + organization);
    request.mutable_partnership()->set_partner_type("library");
    return Done<v1::Partnership>("PartnershipService/CreatePartnership", request);
  };
  tie("s1", "a");
  tie("s1", "b");
  tie("s2", "c");
  SearchOrganizationsRequest request = Request("libary");
  EXPECT_EQ(Ids(request).size(), 3);
  request.set_site("sites/s1");
  EXPECT_THAT(Ids(request), ElementsAre("a", "b"));
  v1::DeletePartnershipRequest remove;
  remove.set_name("sites/s1/partnerships/b");
  Done<v1::Partnership>("PartnershipService/DeletePartnership", remove);
  EXPECT_THAT(Ids(request), ElementsAre("a"));
  // Ties of others are not for the account of an organization.
  rpc::CallOptions options;
  options.principal = "organizations/c";
  EXPECT_EQ(Call<SearchOrganizationsResponse>(kSearch, request, options)->hits_size(), 0);
  options.principal = "organizations/a";
  EXPECT_EQ(Call<SearchOrganizationsResponse>(kSearch, request, options)->hits_size(), 1);
  EXPECT_THAT(Refused(request, "public/anyone"),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_P(OrganizationSearchTest, MergedOnesAreLeftOutUntilTheyComeApart) {
  Add("a", "Riverside Library", "Springfield");
  Add("b", "Riverside Libary", "Springfield");
  const auto pairs = [&] {
    return Done<v1::ListDuplicateCandidatesResponse>("OrganizationService/ListDuplicateCandidates",
                                                     v1::ListDuplicateCandidatesRequest())
        .candidates_size();
  };
  EXPECT_THAT(Ids("riverside library"), ElementsAre("a", "b"));
  EXPECT_EQ(pairs(), 1);
  v1::MergeOrganizationsRequest merge;
  merge.set_survivor("organizations/a");
  merge.add_duplicates("organizations/b");
  const auto merged =
      Done<v1::MergeOrganizationsResponse>("OrganizationService/MergeOrganizations", merge);
  EXPECT_THAT(Ids("riverside library"), ElementsAre("a"));
  EXPECT_EQ(pairs(), 0);
  // Who asks for the merged one means the survivor.
  Add("c", "Riverside Library", "Springfield");
  v1::ListDuplicateCandidatesRequest of_merged;
  of_merged.set_organization("organizations/b");
  const auto candidates = Done<v1::ListDuplicateCandidatesResponse>(
      "OrganizationService/ListDuplicateCandidates", of_merged);
  ASSERT_EQ(candidates.candidates_size(), 1);
  EXPECT_EQ(candidates.candidates(0).first().name(), "organizations/a");
  EXPECT_EQ(candidates.candidates(0).second().name(), "organizations/c");
  v1::DeleteOrganizationRequest remove;
  remove.set_name("organizations/c");
  Done<Organization>("OrganizationService/DeleteOrganization", remove);
  v1::UnmergeOrganizationsRequest unmerge;
  unmerge.set_name(merged.merge().name());
  Done<v1::UnmergeOrganizationsResponse>("OrganizationService/UnmergeOrganizations", unmerge);
  EXPECT_THAT(Ids("riverside library"), ElementsAre("a", "b"));
  EXPECT_EQ(pairs(), 1);
}

TEST_P(OrganizationSearchTest, PagesHaveEachHitOnceInOrder) {
  v1::BatchCreateOrganizationsRequest batch;
  for (int i = 0; i < 45; ++i) {
    v1::CreateOrganizationRequest* one = batch.add_requests();
    one->set_organization_id(absl::StrCat("o", i));
    one->mutable_organization()->set_display_name(
        absl::StrCat("Library ", std::string(static_cast<size_t>(i % 7) + 1, 'x')));
  }
  Done<v1::BatchCreateOrganizationsResponse>("OrganizationService/BatchCreateOrganizations", batch);
  SearchOrganizationsRequest request = Request("library");
  request.set_page_size(100);
  const SearchOrganizationsResponse whole = Search(request);
  ASSERT_EQ(whole.hits_size(), 45);
  EXPECT_EQ(whole.next_page_token(), "");
  for (int i = 1; i < whole.hits_size(); ++i) {
    EXPECT_GE(whole.hits(i - 1).score(), whole.hits(i).score());
  }
  request.set_page_size(7);
  SearchOrganizationsResponse paged;
  do {
    const SearchOrganizationsResponse page = Search(request);
    EXPECT_LE(page.hits_size(), 7);
    paged.mutable_hits()->MergeFrom(page.hits());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(paged.hits_size(), 45);
  for (int i = 0; i < 45; ++i) EXPECT_THAT(paged.hits(i), EqualsProto(whole.hits(i)));
}

TEST_P(OrganizationSearchTest, SaysWhenMoreMatchThanAreLookedAt) {
  v1::BatchCreateOrganizationsRequest batch;
  for (int i = 0; i < 600; ++i) {
    v1::CreateOrganizationRequest* one = batch.add_requests();
    one->set_organization_id(absl::StrCat("o", i));
    one->mutable_organization()->set_display_name(absl::StrCat("Library ", i));
  }
  Done<v1::BatchCreateOrganizationsResponse>("OrganizationService/BatchCreateOrganizations", batch);
  EXPECT_TRUE(Search(Request("library")).truncated());
  EXPECT_FALSE(Search(Request("library 599")).truncated());
  EXPECT_EQ(Ids("library 599")[0], "o599");
}

// Writers and searchers at once: whoever has written finds it.
TEST_P(OrganizationSearchTest, EverybodyFindsTheirOwnWrites) {
  std::vector<std::thread> writers;
  writers.reserve(4);
  std::vector<int> missed(4, 0);
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 15; ++i) {
        const std::string id = absl::StrCat("w", writer, "x", i);
        v1::CreateOrganizationRequest create;
        create.set_organization_id(id);
        create.mutable_organization()->set_display_name(absl::StrCat("Writer ", id));
        Organization made;
        SearchOrganizationsResponse found;
        if (!client()
                 .Call("weft.registry.v1.OrganizationService/CreateOrganization", create, made)
                 .ok() ||
            !client().Call(absl::StrCat("weft.registry.v1.", kSearch), Request(id), found).ok() ||
            found.hits().empty() || found.hits(0).organization().name() != made.name()) {
          ++missed[static_cast<size_t>(writer)];
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(missed, ElementsAre(0, 0, 0, 0));
}

TEST_P(OrganizationSearchTest, AfterARestartAnswersAreWhatTheEngineHasKept) {
  Add("a", "North Library");
  Add("b", "South Libary");
  SearchOrganizationsRequest request = Request("library");
  const SearchOrganizationsResponse before = Search(request);
  ASSERT_EQ(before.hits_size(), 2);
  Restart();
  // The memory engine has kept nothing, and its index must not have either.
  EXPECT_THAT(Search(request),
              EqualsProto(GetParam() == "memory" ? SearchOrganizationsResponse() : before));
}

WEFT_ON_EVERY_ENGINE(OrganizationSearchTest);

}  // namespace
}  // namespace weft::registry
