#include "services/metrics/domain/releases/manifest.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/disclosure.h"
#include "services/metrics/domain/releases/content_hash.h"
#include "tests/services/metrics/releases/release_example.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

using Found = std::vector<std::optional<ingestion::v1::ResponseRevision>>;

class ManifestTest : public ::testing::Test {
 protected:
  ManifestTest() : wave_(2) {
    wave_.Add("4/3 1/1 | 2").Add("3/2 0/0 | 3").Invite().Add("4/1 2/2 | 1", {"cohorts/two"});
    wave_.records().frame.wave.set_state(ingestion::v1::Wave::STATE_OPEN);
    Pin();
  }

  void Pin() {
    release_ = DraftRelease();
    *release_.mutable_manifest() = Manifest();
    pin_ = MakePin(release_.name(), wave_.records());
  }

  v1::Manifest Manifest() {
    return MakeManifest(wave_.records(), v1::REVIEW_FLOOR_SUBMITTED, ReadAt(), {});
  }

  // What ingestion has of the pinned revisions now.
  Found Read() {
    Found found;
    for (const std::string& name : PinnedRevisions(release_.manifest())) {
      found.emplace_back();
      for (const auto& revision : wave_.records().revisions) {
        if (revision.name() == name) found.back() = revision;
      }
    }
    return found;
  }

  std::string Hash(const std::string& salt = "00ff") {
    return HashOfContent(MakeReleaseContent(PinnedView(pin_, release_, Read())), salt);
  }

  WaveBuilder wave_;
  v1::Release release_;
  store::v1::ReleasePin pin_;
};

TEST_F(ManifestTest, HoldsWhatTheNumbersRestOn) {
  const v1::Manifest& manifest = release_.manifest();
  EXPECT_EQ(manifest.roster_count(), 4);
  ASSERT_EQ(manifest.responses_size(), 3);
  EXPECT_EQ(manifest.responses(0).respondent(), "sites/s001");
  EXPECT_EQ(manifest.responses(0).revision(), 1);
  EXPECT_THAT(manifest.responses(0).sha256(), SizeIs(64));
  EXPECT_NE(manifest.responses(0).sha256(), manifest.responses(1).sha256());
  EXPECT_THAT(CountedSites(PinnedView(pin_, release_, Read())),
              ElementsAre("sites/s001", "sites/s002", "sites/s004"));
}

TEST_F(ManifestTest, ThePinnedViewIsThatOfTheRecords) {
  const WaveView pinned = PinnedView(pin_, release_, Read());
  EXPECT_EQ(MakeContent(pinned).SerializeAsString(),
            MakeContent(wave_.View(release_.parameters())).SerializeAsString());
}

TEST_F(ManifestTest, WhatHappensLaterChangesNothing) {
  const std::string before = Hash();
  auto& records = wave_.records();
  // A new revision, another state, an amended roster, another name, a new response.
  records.responses[0].set_submitted_revision(2);
  records.revisions.push_back(records.revisions[0]);
  records.revisions.back().set_name(records.responses[0].name() + "/revisions/2");
  *records.revisions.back().mutable_answers() = MakeAnswers("0/0 0/0 | 1");
  records.responses[1].set_state(ingestion::v1::Response::STATE_WITHDRAWN);
  records.roster[0].set_active(false);
  records.frame.wave.set_display_name("Renamed");
  wave_.Add("1/1 1/1 | 1");
  EXPECT_EQ(Hash(), before);
  EXPECT_NE(HashOfContent(MakeContent(wave_.View(release_.parameters())), "00ff"), before);
}

TEST_F(ManifestTest, OtherAnswersGiveAnotherHash) {
  const std::string before = Hash();
  EXPECT_NE(Hash("11ee"), before) << "the salt counts";
  *wave_.records().revisions[0].mutable_answers() = MakeAnswers("3/3 1/1 | 2");
  EXPECT_NE(Hash(), before);
}

TEST_F(ManifestTest, WordsLayoutAndPositionsDoNotCount) {
  v1::WaveContent content = MakeContent(PinnedView(pin_, release_, Read()));
  const std::string before = HashOfContent(content, "");
  for (v1::Figure& figure : *content.mutable_figures()) {
    figure.set_note("Said otherwise.");
    figure.mutable_provenance()->mutable_computed_through()->set_ingestion("p1");
    if (figure.has_networks()) {
      figure.mutable_networks()->mutable_sites(0)->mutable_nodes(0)->set_x(0.5);
    }
  }
  content.mutable_summary()->mutable_provenance()->mutable_computed_through()->set_registry("p2");
  EXPECT_EQ(HashOfContent(content, ""), before);
  content.mutable_summary()->set_counted(7);
  EXPECT_NE(HashOfContent(content, ""), before);
}

TEST_F(ManifestTest, DifferencesSayWhichRevisionAndHow) {
  EXPECT_THAT(FindDifferences(release_.manifest(), Read(), {}), IsEmpty());
  *wave_.records().revisions[0].mutable_answers() = MakeAnswers("3/3 1/1 | 2");
  Found found = Read();
  found[1].reset();
  found[2].reset();
  const auto differences =
      FindDifferences(release_.manifest(), found, {release_.manifest().responses(2).name()});
  ASSERT_THAT(differences, SizeIs(3));
  EXPECT_EQ(differences[0].kind(), v1::PinDifference::KIND_CHANGED);
  EXPECT_THAT(differences[0].found_sha256(), SizeIs(64));
  EXPECT_EQ(differences[1].kind(), v1::PinDifference::KIND_MISSING);
  EXPECT_EQ(differences[2].kind(), v1::PinDifference::KIND_ERASED);
  EXPECT_EQ(differences[2].name(), release_.manifest().responses(2).name() + "/revisions/1");
}

TEST_F(ManifestTest, ChangesBetweenTwoAreListed) {
  const v1::Manifest before = Manifest();
  EXPECT_THAT(CompareManifests(before, before), IsEmpty());
  auto& records = wave_.records();
  records.responses[0].set_submitted_revision(2);
  records.responses.erase(records.responses.begin() + 1);
  records.roster[2].set_active(false);
  records.frame.wave.set_display_name("Renamed");
  wave_.Add("1/1 1/1 | 1");
  std::vector<std::string> told;
  for (const v1::ManifestChange& change : CompareManifests(before, Manifest())) {
    told.push_back(v1::ManifestChange::Kind_Name(change.kind()) + " " + change.name());
    if (change.name() == before.responses(0).name()) {
      EXPECT_EQ(change.earlier_revision(), 1);
      EXPECT_EQ(change.later_revision(), 2);
    }
  }
  const std::string& wave = before.wave();
  EXPECT_THAT(told, ElementsAre("KIND_CHANGED " + wave, "KIND_CHANGED " + before.roster(2).name(),
                                "KIND_ADDED " + wave + "/roster/s005",
                                "KIND_CHANGED " + before.responses(0).name(),
                                "KIND_REMOVED " + before.responses(1).name(),
                                "KIND_ADDED " + wave + "/responses/s005"));
}

TEST_F(ManifestTest, DraftsAndHugeWavesAreRefused) {
  EXPECT_THAT(CheckReleasable(wave_.records()), IsOk());
  wave_.records().roster.resize(kMostReleaseSites + 1);
  EXPECT_THAT(CheckReleasable(wave_.records()),
              IsError(absl::StatusCode::kFailedPrecondition, "RELEASE_TOO_LARGE"));
  wave_.records().frame.wave.set_state(ingestion::v1::Wave::STATE_DRAFT);
  EXPECT_THAT(CheckReleasable(wave_.records()),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
}

TEST(ContentHash, IsSha256) {
  EXPECT_EQ(HashOf(v1::WaveContent(), "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace weft::metrics
