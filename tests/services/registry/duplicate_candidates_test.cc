// ListDuplicateCandidates, and how many duplicates it finds that are known.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_format.h"
#include "services/registry/domain/organization_duplicates.h"
#include "tests/services/registry/duplicate_corpus.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::Violates;
using v1::DuplicateCandidate;
using v1::DuplicateReason;
using v1::ListDuplicateCandidatesRequest;
using v1::ListDuplicateCandidatesResponse;
using v1::Organization;

constexpr char kList[] = "OrganizationService/ListDuplicateCandidates";

using Pair = std::pair<std::string, std::string>;

class DuplicateCandidatesTest : public RegistryTest {
 protected:
  void Create(const std::vector<Organization>& organizations) {
    v1::BatchCreateOrganizationsRequest batch;
    for (const Organization& organization : organizations) {
      v1::CreateOrganizationRequest* request = batch.add_requests();
      request->set_organization_id(
          organization.name().substr(std::string("organizations/").size()));
      *request->mutable_organization() = organization;
      if (batch.requests_size() < 1000) continue;
      Done<v1::BatchCreateOrganizationsResponse>("OrganizationService/BatchCreateOrganizations",
                                                 batch);
      batch.Clear();
    }
    if (batch.requests().empty()) return;
    Done<v1::BatchCreateOrganizationsResponse>("OrganizationService/BatchCreateOrganizations",
                                               batch);
  }
  static Organization Named(const std::string& id, const std::string& display_name,
                            const std::string& town = "Springfield") {
    Organization organization;
    organization.set_name("organizations/" + id);
    organization.set_display_name(display_name);
    if (!town.empty()) organization.add_locations()->set_locality(town);
    return organization;
  }
  // Every page.
  std::vector<DuplicateCandidate> List(ListDuplicateCandidatesRequest request,
                                       const std::string& principal = "users/test") {
    std::vector<DuplicateCandidate> all;
    rpc::CallOptions options;
    options.principal = principal;
    do {
      const auto page = Call<ListDuplicateCandidatesResponse>(kList, request, options);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return all;
      if (request.page_size() > 0) {
        EXPECT_LE(page->candidates_size(), request.page_size());
      }
      all.insert(all.end(), page->candidates().begin(), page->candidates().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static std::vector<Pair> PairsOf(const std::vector<DuplicateCandidate>& candidates) {
    std::vector<Pair> pairs;
    pairs.reserve(candidates.size());
    for (const DuplicateCandidate& each : candidates) {
      pairs.emplace_back(each.first().name(), each.second().name());
    }
    return pairs;
  }
  static std::vector<DuplicateReason::Kind> Kinds(const DuplicateCandidate& pair) {
    std::vector<DuplicateReason::Kind> kinds;
    for (const DuplicateReason& reason : pair.reasons()) kinds.push_back(reason.kind());
    return kinds;
  }

  struct Measured {
    double precision;
    double recall;
  };
  // Lists the pairs of a corpus and compares them with what is known of it.
  Measured Measure(const std::string& file, uint64_t seed) {
    std::ifstream stream(absl::StrCat(WEFT_SOURCE_DIR, "/tests/data/organizations/", file));
    std::stringstream words;
    words << stream.rdbuf();
    const DuplicateCorpus corpus = MakeCorpus(words.str(), seed, 500);
    Create(corpus.organizations);
    std::map<std::string, const Organization*> by_name;
    for (const Organization& each : corpus.organizations) by_name[each.name()] = &each;

    std::set<Pair> listed;
    ListDuplicateCandidatesRequest request;
    request.set_page_size(500);
    for (const Pair& pair : PairsOf(List(request))) {
      EXPECT_TRUE(listed.insert(pair).second) << pair.first << ", " << pair.second << " twice";
    }
    std::map<std::string, std::pair<int, int>> found_by_way;
    int found = 0;
    for (const auto& [pair, way] : corpus.duplicates) {
      const bool hit = listed.contains(pair);
      found += hit ? 1 : 0;
      found_by_way[way].first += hit ? 1 : 0;
      ++found_by_way[way].second;
      if (!hit && Verbose()) {
        std::cout << "  missed (" << way << "): " << by_name[pair.first]->display_name() << " | "
                  << by_name[pair.second]->display_name() << std::endl;
      }
    }
    std::map<std::string, int> wrong_by_way;
    for (const Pair& pair : listed) {
      if (corpus.duplicates.contains(pair)) continue;
      const auto look_alike = corpus.look_alikes.find(pair);
      const std::string way =
          look_alike == corpus.look_alikes.end() ? "by chance" : look_alike->second;
      ++wrong_by_way[way];
      if (Verbose()) {
        std::cout << "  wrong (" << way << "): " << by_name[pair.first]->display_name() << " | "
                  << by_name[pair.second]->display_name() << std::endl;
      }
    }
    const double precision = listed.empty() ? 0 : found / static_cast<double>(listed.size());
    const double recall = found / static_cast<double>(corpus.duplicates.size());
    std::cout << absl::StrFormat(
                     "%s, seed %d: %d organizations, %d duplicates, %d look-alikes; %d pairs "
                     "listed, precision %.3f, recall %.3f",
                     file, seed, corpus.organizations.size(), corpus.duplicates.size(),
                     corpus.look_alikes.size(), listed.size(), precision, recall)
              << std::endl;
    for (const auto& [way, count] : found_by_way) {
      std::cout << absl::StrFormat("  %-30s %d of %d found", way, count.first, count.second)
                << std::endl;
    }
    for (const auto& [way, count] : wrong_by_way) {
      std::cout << absl::StrFormat("  %-30s %d wrong", way, count) << std::endl;
    }
    return {precision, recall};
  }
  // Of the words that rules are chosen on alone.
  static bool Verbose() { return std::getenv("WEFT_SHOW_PAIRS") != nullptr; }
};

TEST_P(DuplicateCandidatesTest, FindsMostDuplicatesOfTheWordsItWasTunedOn) {
  const Measured measured = Measure("tune.txt", 1);
  EXPECT_GE(measured.precision, 0.9);
  EXPECT_GE(measured.recall, 0.85);
}

// With words and a seed that no rule or weight was chosen by.
TEST_P(DuplicateCandidatesTest, FindsMostDuplicatesOfWordsItHasNotSeen) {
  const Measured measured = Measure("holdout.txt", 20260101);
  EXPECT_GE(measured.precision, 0.9);
  EXPECT_GE(measured.recall, 0.85);
}

TEST_P(DuplicateCandidatesTest, SaysWhyAndHidesWhatIsPersonal) {
  Organization first = Named("a", "Riverside Public Library");
  Organization second = Named("b", "Riverside Pub. Libary, Inc.");
  first.set_website("https://www.library.example.org/home");
  second.set_website("http://library.example.org");
  first.add_contacts()->set_email("rosa@books.example.org");
  second.add_contacts()->set_email("tom@Books.Example.org");
  Create({first, second, Named("c", "Harbor Transit"), Named("d", "Maple Clinic")});
  const std::vector<DuplicateCandidate> all = List({});
  ASSERT_EQ(all.size(), 1);
  EXPECT_THAT(PairsOf(all), ElementsAre(Pair("organizations/a", "organizations/b")));
  EXPECT_THAT(
      Kinds(all[0]),
      ElementsAre(DuplicateReason::KIND_SIMILAR_NAME, DuplicateReason::KIND_SAME_WEBSITE_HOST,
                  DuplicateReason::KIND_SAME_EMAIL_DOMAIN, DuplicateReason::KIND_SAME_PLACE));
  EXPECT_GT(all[0].score(), 0.99);
  EXPECT_EQ(all[0].ShortDebugString().find("books"), std::string::npos);

  // A researcher does not see contacts: neither their reason nor its weight.
  const std::vector<DuplicateCandidate> hidden = List({}, "researchers/r");
  ASSERT_EQ(hidden.size(), 1);
  EXPECT_THAT(Kinds(hidden[0]), ElementsAre(DuplicateReason::KIND_SIMILAR_NAME,
                                            DuplicateReason::KIND_SAME_WEBSITE_HOST,
                                            DuplicateReason::KIND_SAME_PLACE));
  EXPECT_LT(hidden[0].score(), all[0].score());

  rpc::CallOptions options;
  options.principal = "organizations/a";
  EXPECT_THAT(
      Call<ListDuplicateCandidatesResponse>(kList, ListDuplicateCandidatesRequest(), options),
      IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_P(DuplicateCandidatesTest, OfOneOrganizationTheLikeliestComeFirst) {
  Create({Named("a", "Riverside Public Library"), Named("b", "Riverside Public Library", ""),
          Named("c", "Riverside Public Library"), Named("d", "Riverside Public Libary"),
          Named("e", "Riverside Public Library", "Salem"), Named("f", "Harbor Transit")});
  ListDuplicateCandidatesRequest request;
  request.set_organization("organizations/a");
  request.set_min_score(0);
  const std::vector<DuplicateCandidate> all = List(request);
  EXPECT_THAT(PairsOf(all), ElementsAre(Pair("organizations/a", "organizations/c"),
                                        Pair("organizations/a", "organizations/d"),
                                        Pair("organizations/a", "organizations/b"),
                                        Pair("organizations/a", "organizations/e")));
  // The same in pages.
  request.set_page_size(1);
  EXPECT_EQ(PairsOf(List(request)), PairsOf(all));
  request.set_page_size(0);
  request.set_min_score(0.9);
  EXPECT_EQ(List(request).size(), 2);
}

TEST_P(DuplicateCandidatesTest, PagesOfAllListEachPairOnceHoweverLongTheyAre) {
  std::vector<Organization> organizations;
  organizations.reserve(30);
  for (int i = 0; i < 30; ++i) {
    organizations.push_back(Named(absl::StrCat("o", i), absl::StrCat("Stem", i / 5, " Library")));
  }
  Create(organizations);
  ListDuplicateCandidatesRequest request;
  const std::vector<Pair> whole = PairsOf(List(request));
  EXPECT_EQ(whole.size(), 6 * 10);
  for (const int size : {1, 3, 7}) {
    request.set_page_size(size);
    EXPECT_EQ(PairsOf(List(request)), whole);
  }
}

TEST_P(DuplicateCandidatesTest, FiltersByTypeAndLeavesOutDeletedOnes) {
  std::vector<Organization> organizations = {
      Named("a", "Riverside Library"), Named("b", "Riverside Library"),
      Named("c", "Harbor Transit"), Named("d", "Harbor Transit")};
  organizations[0].add_partner_types("library");
  organizations[3].add_partner_types("transport");
  Create(organizations);
  ListDuplicateCandidatesRequest request;
  EXPECT_EQ(List(request).size(), 2);
  request.set_partner_type("transport");
  EXPECT_THAT(PairsOf(List(request)), ElementsAre(Pair("organizations/c", "organizations/d")));
  v1::DeleteOrganizationRequest remove;
  remove.set_name("organizations/d");
  Done<Organization>("OrganizationService/DeleteOrganization", remove);
  EXPECT_THAT(List(request), IsEmpty());
  ListDuplicateCandidatesRequest of;
  of.set_organization("organizations/d");
  EXPECT_THAT(Call<ListDuplicateCandidatesResponse>(kList, of),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
  of.set_organization("organizations/none");
  EXPECT_THAT(Call<ListDuplicateCandidatesResponse>(kList, of),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
}

TEST_P(DuplicateCandidatesTest, RefusesWhatIsNoRequest) {
  ListDuplicateCandidatesRequest request;
  request.set_organization("sites/s1");
  request.set_min_score(1.5);
  EXPECT_THAT(Call<ListDuplicateCandidatesResponse>(kList, request).status(),
              Violates("organization", "min_score"));
  request.clear_organization();
  request.set_min_score(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Call<ListDuplicateCandidatesResponse>(kList, request).status(),
              Violates("min_score"));
}

WEFT_ON_EVERY_ENGINE(DuplicateCandidatesTest);

}  // namespace
}  // namespace weft::registry
