// EraseSubject: nobody can read the words any more, and no file holds them.
#include <memory>

#include "tests/services/ingestion/open_answer_fixture.h"
#include "tests/testing/file_search.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {
namespace {

using testing::FilesWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::Violates;
using Outcome = v1::ReviewOpenAnswerRequest;

constexpr char kResponse[] = "waves/w1/responses/site-01";
constexpr char kHopes[] = "waves/w1/responses/site-01/openAnswers/hopes";
constexpr char kPerson[] = "waves/w1/responses/site-01/contributors/p1";
constexpr char kWord[] = "Schmetterlingsflieder";
constexpr char kPersonName[] = "Philippa Wagenknecht";

class ErasureServiceTest : public OpenAnswerTest {
 protected:
  static v1::EraseSubjectRequest Erase(const std::string& name) {
    v1::EraseSubjectRequest request;
    request.set_name(name);
    request.set_reason("asked for it, ticket 17");
    return request;
  }
  absl::StatusOr<v1::Erasure> Do(const v1::EraseSubjectRequest& request) {
    return Call<v1::Erasure>("ResponseService/EraseSubject", request);
  }
  v1::Erasure GetErasure(const std::string& name) {
    v1::GetErasureRequest request;
    request.set_name(name);
    return Done<v1::Erasure>("ResponseService/GetErasure", request);
  }
  // The erasure once its bytes have left the disk; ctest's limit is the limit.
  v1::Erasure AwaitPurge(const std::string& name) {
    v1::Erasure erasure = GetErasure(name);
    while (!erasure.has_purge_time() && !HasFailure()) {
      absl::SleepFor(absl::Milliseconds(5));
      erasure = GetErasure(name);
    }
    return erasure;
  }
  void AddPerson(const std::string& name, const std::string& display_name) {
    v1::UpdateContributorRequest request;
    request.mutable_contributor()->set_name(name);
    request.mutable_contributor()->set_display_name(display_name);
    request.mutable_contributor()->set_role("principal");
    request.set_allow_missing(true);
    Done<v1::Contributor>("ResponseService/UpdateContributor", request);
  }
  int PeopleCount() {
    v1::ListContributorsRequest request;
    request.set_parent(kResponse);
    return Done<v1::ListContributorsResponse>("ResponseService/ListContributors", request)
        .contributors_size();
  }
  // A text with a redaction, a note and a clearance, all of which have the word.
  void WriteAndReview(const std::string& name) {
    v1::UpdateOpenAnswerRequest request = Quotable(name, absl::StrCat("Ask ", kWord));
    request.mutable_open_answer()->set_contributor("p1");
    ASSERT_THAT(Write(request), IsOk());
    v1::ReviewOpenAnswerRequest review = ReviewOf(name, Outcome::OUTCOME_CLEAR);
    *review.add_redactions() = Redaction(0, 3, "[to]");
    review.set_note(absl::StrCat("about ", kWord));
    ASSERT_THAT(Review(review), IsOk());
  }
  std::vector<std::string> Traces(const std::string& word) {
    return FilesWith(directory_ / "ingestion", word);
  }
};
WEFT_ON_EVERY_ENGINE(ErasureServiceTest);

// The other engine has no files.
class ErasedFilesTest : public ErasureServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, ErasedFilesTest, ::testing::Values("rocksdb"), EngineName);

TEST_P(ErasureServiceTest, ErasesAResponsesWordsAndNames) {
  WriteAndReview(kName);
  WriteAndReview(kHopes);
  AddPerson(kPerson, kPersonName);
  const v1::Response response = GetResponse("site-01");
  v1::EraseSubjectRequest request = Erase(kResponse);
  request.set_request_id("00000000-0000-4000-8000-000000000001");
  const auto erased = Done<v1::Erasure>("ResponseService/EraseSubject", request);
  EXPECT_EQ(erased.open_answer_count(), 2);
  EXPECT_EQ(erased.contributor_count(), 1);
  EXPECT_EQ(erased.subject(), kResponse);
  EXPECT_EQ(erased.reason(), "asked for it, ticket 17");
  EXPECT_EQ(erased.principal(), "users/anonymous");
  EXPECT_EQ(CountRowsWith(kWord), 0);
  EXPECT_EQ(CountRowsWith(kPersonName), 0);

  const absl::StatusOr<v1::OpenAnswer> mark = Get();
  ASSERT_THAT(mark, IsOk());
  EXPECT_EQ(mark->release(), v1::OpenAnswer::RELEASE_ERASED);
  EXPECT_TRUE(mark->has_erase_time());
  EXPECT_EQ(mark->text(), "");
  EXPECT_THAT(Quotes(), IsEmpty());
  EXPECT_EQ(PeopleCount(), 0);
  EXPECT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)),
              IsError(absl::StatusCode::kFailedPrecondition, "OPEN_ANSWER_ERASED"));
  // What was answered in numbers stays.
  EXPECT_THAT(GetResponse("site-01"), SameAs(response));

  v1::ListErasuresRequest list;
  list.set_parent("waves/w1");
  const v1::Erasure purged = AwaitPurge(erased.name());
  const auto erasures = Done<v1::ListErasuresResponse>("ResponseService/ListErasures", list);
  ASSERT_THAT(erasures.erasures(), SizeIs(1));
  EXPECT_THAT(erasures.erasures(0), SameAs(purged));
  // A repetition is answered and does nothing.
  EXPECT_THAT(Done<v1::Erasure>("ResponseService/EraseSubject", request), SameAs(erased));
  EXPECT_THAT(Done<v1::ListErasuresResponse>("ResponseService/ListErasures", list).erasures(),
              SizeIs(1));
  // Again: there is nothing left, which is also worth a record.
  const absl::StatusOr<v1::Erasure> again = Do(Erase(kResponse));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->open_answer_count(), 0);
  EXPECT_EQ(again->contributor_count(), 0);
}

TEST_P(ErasureServiceTest, ErasesOneContributorsWordsAndName) {
  WriteAndReview(kName);
  v1::UpdateOpenAnswerRequest other = Text(kHopes, "Trees.");
  other.mutable_open_answer()->set_contributor("p2");
  ASSERT_THAT(Write(other), IsOk());
  AddPerson(kPerson, kPersonName);
  AddPerson("waves/w1/responses/site-01/contributors/p2", "Ben");
  const absl::StatusOr<v1::Erasure> erased = Do(Erase(kPerson));
  ASSERT_THAT(erased, IsOk());
  EXPECT_EQ(erased->open_answer_count(), 1);
  EXPECT_EQ(erased->contributor_count(), 1);
  EXPECT_EQ(Get()->release(), v1::OpenAnswer::RELEASE_ERASED);
  EXPECT_EQ(Get(kHopes)->text(), "Trees.");
  EXPECT_EQ(PeopleCount(), 1);
}

TEST_P(ErasureServiceTest, SaysBeforehandWhatItWouldErase) {
  WriteAndReview(kName);
  v1::EraseSubjectRequest request = Erase(kResponse);
  request.set_validate_only(true);
  const absl::StatusOr<v1::Erasure> would = Do(request);
  ASSERT_THAT(would, IsOk());
  EXPECT_EQ(would->open_answer_count(), 1);
  EXPECT_EQ(Get()->release(), v1::OpenAnswer::RELEASE_CLEARED);
  EXPECT_THAT(Do(Erase("waves/w1")).status(), Violates("name"));
  EXPECT_THAT(Do(Erase("waves/w1/responses/site-02")),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));
  EXPECT_THAT(Do(Erase("waves/w1/responses/site-02/contributors/p1")),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));
  v1::GetErasureRequest get;
  get.set_name("waves/w1/erasures/e1");
  EXPECT_THAT(Call<v1::Erasure>("ResponseService/GetErasure", get),
              IsError(absl::StatusCode::kNotFound, "ERASURE_NOT_FOUND"));
  v1::ListErasuresRequest list;
  list.set_parent("waves/w9");
  EXPECT_THAT(Call<v1::ListErasuresResponse>("ResponseService/ListErasures", list),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(ErasureServiceTest, TakesANewTextOnlyAsAnyOther) {
  WriteAndReview(kName);
  ASSERT_THAT(Do(Erase(kResponse)), IsOk());
  v1::UpdateOpenAnswerRequest consent;
  consent.mutable_open_answer()->set_name(kName);
  consent.mutable_open_answer()->set_consent(v1::OpenAnswer::CONSENT_QUOTE);
  EXPECT_THAT(Write(consent).status(), Violates("open_answer.text"));
  const absl::StatusOr<v1::OpenAnswer> anew = Write(Text(kName, "New."));
  ASSERT_THAT(anew, IsOk());
  EXPECT_EQ(anew->release(), v1::OpenAnswer::RELEASE_WITHHELD);
  EXPECT_EQ(anew->consent(), v1::OpenAnswer::CONSENT_UNSPECIFIED);
  EXPECT_FALSE(anew->has_erase_time());
  ASSERT_THAT(Do(Erase(kResponse)), IsOk());
  ASSERT_THAT(Withdraw("site-01"), IsOk());
  EXPECT_THAT(Write(Text(kName, "New.")),
              IsError(absl::StatusCode::kFailedPrecondition, "RESPONSE_WITHDRAWN"));
  ASSERT_THAT(Close(), IsOk());
  EXPECT_THAT(Write(Text(kName, "New.")),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  // Erasing is always possible.
  EXPECT_THAT(Do(Erase(kResponse)), IsOk());
}

TEST_P(ErasureServiceTest, IsNoMatterForReadersAndFeeds) {
  WriteAndReview(kName);
  rpc::CallOptions researcher;
  researcher.principal = "researchers/ren";
  EXPECT_THAT(Call<v1::Erasure>("ResponseService/EraseSubject", Erase(kResponse), researcher),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  const size_t commits = Commits().size();
  ASSERT_THAT(Do(Erase(kResponse)), IsOk());
  EXPECT_THAT(Commits(), SizeIs(commits));
  EXPECT_THAT(Log(), HasSubstr("EraseSubject"));
  EXPECT_THAT(Log(), Not(HasSubstr(kWord)));
}

// What was sent under request ids is not remembered with words either.
TEST_P(ErasedFilesTest, LeavesNoWordInAnyFile) {
  CarefulWrite<v1::OpenAnswer>("ResponseService/UpdateOpenAnswer", Quotable(kHopes, kWord));
  WriteAndReview(kName);
  AddPerson(kPerson, kPersonName);
  // Overwritten and deleted words count, too.
  ASSERT_THAT(Write(Text(kName, absl::StrCat("Other ", kWord))), IsOk());
  v1::DeleteOpenAnswerRequest remove;
  remove.set_name(kHopes);
  Done<Empty>("ResponseService/DeleteOpenAnswer", remove);
  EXPECT_THAT(Traces(kWord), Not(IsEmpty()));
  EXPECT_THAT(Traces(kPersonName), Not(IsEmpty()));
  const absl::StatusOr<v1::Erasure> erased = Do(Erase(kResponse));
  ASSERT_THAT(erased, IsOk());
  const v1::Erasure purged = AwaitPurge(erased->name());
  EXPECT_TRUE(purged.has_purge_time());
  EXPECT_THAT(Traces(kWord), IsEmpty());
  EXPECT_THAT(Traces(kPersonName), IsEmpty());
  Restart();
  EXPECT_THAT(Traces(kWord), IsEmpty());
  EXPECT_EQ(Get()->release(), v1::OpenAnswer::RELEASE_ERASED);
}

TEST_P(ErasedFilesTest, LeavesNoWordOfAnImportedFile) {
  v1::ImportResponsesRequest header;
  header.mutable_header()->set_parent("waves/w1");
  const std::string file =
      absl::StrCat("site,setting,cbo.level,barriers\nsite-02,school,Networking,", kWord, "\n");
  v1::ImportResponsesRequest chunk;
  chunk.set_chunk(file);
  v1::ImportResponsesRequest end;
  end.mutable_end()->set_size_bytes(static_cast<int32_t>(file.size()));
  rpc::SyncStream stream = client().Bidi("weft.ingestion.v1.ImportService/ImportResponses");
  for (const v1::ImportResponsesRequest& message : {header, chunk, end}) {
    ASSERT_TRUE(stream.Write(message));
  }
  v1::Import import;
  ASSERT_TRUE(stream.Read(import));
  ASSERT_EQ(import.state(), v1::Import::STATE_SUCCEEDED) << import.DebugString();
  ASSERT_EQ(Get("waves/w1/responses/site-02/openAnswers/barriers")->text(), kWord);
  const absl::StatusOr<v1::Erasure> erased = Do(Erase("waves/w1/responses/site-02"));
  ASSERT_THAT(erased, IsOk());
  AwaitPurge(erased->name());
  EXPECT_THAT(Traces(kWord), IsEmpty());
}

// A reader from before pins the words; a process that stops meanwhile leaves them to the next one.
TEST_P(ErasedFilesTest, GoesOnAtTheNextStart) {
  WriteAndReview(kName);
  std::shared_ptr<storage::Snapshot> before = engine().GetSnapshot();
  const absl::StatusOr<v1::Erasure> erased = Do(Erase(kResponse));
  ASSERT_THAT(erased, IsOk());
  EXPECT_FALSE(GetErasure(erased->name()).has_purge_time());
  EXPECT_THAT(Traces(kWord), Not(IsEmpty()));
  // The directory as a kill would leave it at this moment.
  const std::string data = directory_ / "ingestion";
  const std::string copy = directory_ / "copy";
  std::filesystem::copy(data, copy, std::filesystem::copy_options::recursive);
  before.reset();
  Stop();
  std::filesystem::remove_all(data);
  std::filesystem::rename(copy, data);
  EXPECT_THAT(Traces(kWord), Not(IsEmpty()));
  Start();
  AwaitPurge(erased->name());
  EXPECT_THAT(Traces(kWord), IsEmpty());
}

}  // namespace
}  // namespace weft::ingestion
