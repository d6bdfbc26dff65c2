#include "common/auth/policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::auth {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;

bool May(const char* principal, const char* permission) {
  return Policy::Loopback().Check({principal}, permission).ok();
}

TEST(LoopbackPolicy, UsersAreOperators) {
  for (const char* user : {"users/anonymous", "users/amara"}) {
    EXPECT_TRUE(May(user, "registry.sites.write"));
    EXPECT_TRUE(May(user, "ingestion.openAnswers.read"));
    EXPECT_TRUE(May(user, "ingestion.responses.review"));
  }
}

TEST(LoopbackPolicy, ServicesReadAndFollowFeeds) {
  EXPECT_TRUE(May("services/metrics", "ingestion.responses.read"));
  EXPECT_TRUE(May("services/metrics", "ingestion.changes.read"));
  EXPECT_FALSE(May("services/metrics", "ingestion.responses.write"));
  EXPECT_FALSE(May("services/metrics", "ingestion.openAnswers.read"));
  EXPECT_FALSE(May("services/metrics", "ingestion.codedExcerpts.read"));
  EXPECT_FALSE(May("services/metrics", "ingestion.contributors.read"));
}

TEST(LoopbackPolicy, ResearchersReadAllButFreeTextAndFeeds) {
  EXPECT_TRUE(May("researchers/r", "metrics.summaries.read"));
  EXPECT_TRUE(May("researchers/r", "ingestion.responses.read"));
  EXPECT_TRUE(May("researchers/r", "ingestion.quotes.read"));
  EXPECT_FALSE(May("researchers/r", "ingestion.openAnswers.read"));
  EXPECT_FALSE(May("researchers/r", "ingestion.codedExcerpts.read"));
  EXPECT_FALSE(May("researchers/r", "ingestion.contributors.read"));
  EXPECT_FALSE(May("researchers/r", "registry.changes.read"));
  EXPECT_FALSE(May("researchers/r", "registry.sites.write"));
}

TEST(LoopbackPolicy, OrganizationsWriteTheirOwnSideAlone) {
  for (const char* permission :
       {"registry.organizations.read", "registry.partnerships.read", "registry.siteViews.read",
        "registry.organizationViews.read", "registry.organizationViews.write",
        "registry.partnershipProposals.read", "registry.partnershipProposals.write",
        "registry.vocabularies.read"}) {
    EXPECT_TRUE(May("organizations/sparknc", permission)) << permission;
  }
  for (const char* permission :
       {"registry.organizations.write", "registry.partnerships.write", "registry.siteViews.write",
        "registry.sites.write", "registry.vocabularies.write", "registry.changes.read",
        "ingestion.responses.read", "metrics.summaries.read"}) {
    EXPECT_FALSE(May("organizations/sparknc", permission)) << permission;
  }
}

TEST(LoopbackPolicy, ThePublicReadsWhatIsPublished) {
  EXPECT_TRUE(May("public/anyone", "metrics.publications.read"));
  EXPECT_TRUE(May("public/anyone", "metrics.definitions.read"));
  for (const char* permission :
       {"metrics.summaries.read", "metrics.siteMetrics.read", "metrics.figures.read",
        "metrics.releases.read", "metrics.releases.review", "metrics.publications.write",
        "ingestion.responses.read", "ingestion.quotes.read", "registry.sites.read"}) {
    EXPECT_FALSE(May("public/anyone", permission)) << permission;
  }
}

TEST(Policy, UnknownKindsMayNothing) {
  EXPECT_FALSE(May("robots/r", "registry.sites.read"));
  EXPECT_FALSE(Policy({}).Check({"users/amara"}, "registry.sites.read").ok());
}

TEST(Policy, PatternsMatchPartByPart) {
  const Policy policy({{.kind = "users", .allowed = {"a.*.read", "b.c.d"}, .denied = {"a.x.*"}}});
  const auto may = [&](const char* permission) {
    return policy.Check({"users/u"}, permission).ok();
  };
  EXPECT_TRUE(may("a.b.read"));
  EXPECT_TRUE(may("b.c.d"));
  EXPECT_FALSE(may("a.x.read"));
  EXPECT_FALSE(may("a.b.write"));
  EXPECT_FALSE(may("b.c"));
  EXPECT_FALSE(may("b.c.d.e"));
  EXPECT_FALSE(may("a.b"));
}

TEST(Policy, TheErrorNamesThePermission) {
  const absl::Status status = Policy::Loopback().Check({"researchers/r"}, "registry.sites.write");
  EXPECT_THAT(status, IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("researchers/r"), HasSubstr("registry.sites.write")));
}

}  // namespace
}  // namespace weft::auth
