// Coded excerpts: files in, counts out, and where their words must never be.
#include <utility>

#include "tests/services/ingestion/open_answer_fixture.h"
#include "tests/testing/file_search.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/ingestion/v1/erasure.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::Violates;

constexpr char kWord[] = "Schmetterlingsflieder";
constexpr char kColumns[] = "code,coder,excerpt,site,question\n";

class CodingServiceTest : public OpenAnswerTest {
 protected:
  using Message = v1::ImportCodedExcerptsRequest;

  static Message Header(const std::string& wave = "waves/w1") {
    Message message;
    message.mutable_header()->set_parent(wave);
    return message;
  }
  static Message Chunk(std::string bytes) {
    Message message;
    message.set_chunk(std::move(bytes));
    return message;
  }
  static Message End(size_t size) {
    Message message;
    message.mutable_end()->set_size_bytes(static_cast<int32_t>(size));
    return message;
  }
  absl::StatusOr<v1::ImportCodedExcerptsResponse> Send(const std::vector<Message>& messages) {
    rpc::SyncStream stream =
        client().ClientStream("weft.ingestion.v1.OpenAnswerService/ImportCodedExcerpts");
    for (const Message& message : messages) {
      if (!stream.Write(message)) break;
    }
    v1::ImportCodedExcerptsResponse response;
    const absl::Status status = stream.Finish(response);
    if (!status.ok()) {
      ExpectDocumented(status);
      return status;
    }
    return response;
  }
  absl::StatusOr<v1::ImportCodedExcerptsResponse> Import(const std::string& file,
                                                         Message header = Header()) {
    // In pieces, as files come.
    const size_t half = file.size() / 2;
    return Send({header, Chunk(file.substr(0, half)), Chunk(file.substr(half)), End(file.size())});
  }
  v1::ImportCodedExcerptsResponse Imported(const std::string& file) {
    v1::ImportCodedExcerptsResponse response = Must(Import(file), "import");
    EXPECT_THAT(response.problems(), IsEmpty()) << response.DebugString();
    return response;
  }
  std::vector<v1::CodedExcerpt> Excerpts(const std::string& code = "",
                                         const std::string& site = "") {
    v1::ListCodedExcerptsRequest request;
    request.set_parent("waves/w1");
    request.set_code(code);
    request.set_site(site);
    const auto page =
        Done<v1::ListCodedExcerptsResponse>("OpenAnswerService/ListCodedExcerpts", request);
    EXPECT_EQ(page.next_page_token(), "");
    return {page.coded_excerpts().begin(), page.coded_excerpts().end()};
  }
  v1::CodingSummary Summary() {
    v1::GetCodingSummaryRequest request;
    request.set_parent("waves/w1");
    return Done<v1::CodingSummary>("OpenAnswerService/GetCodingSummary", request);
  }
  static v1::EraseSubjectRequest Erase(const std::string& name) {
    v1::EraseSubjectRequest request;
    request.set_name(name);
    request.set_reason("asked for it");
    return request;
  }
};
WEFT_ON_EVERY_ENGINE(CodingServiceTest);

TEST_P(CodingServiceTest, TakesAFileAndCounts) {
  const std::string file = absl::StrCat(kColumns,
                                        "transport,ann,No buses.,site-01,barriers\n"
                                        "transport,bob,No buses.,site-01,barriers\n"
                                        "money,bob,No buses.,site-01,barriers\n"
                                        "hope,ann,Trees.,site-02,\n"
                                        "hope,bob,Trees.,site-02,\n");
  const v1::ImportCodedExcerptsResponse imported = Imported(file);
  EXPECT_EQ(imported.rows_read(), 5);
  EXPECT_EQ(imported.excerpt_count(), 5);
  EXPECT_EQ(imported.created_count(), 5);
  EXPECT_EQ(imported.deleted_count(), 0);
  EXPECT_THAT(imported.coders(), ElementsAre("ann", "bob"));
  EXPECT_THAT(Excerpts(), SizeIs(5));
  EXPECT_THAT(Excerpts("hope"), SizeIs(2));
  EXPECT_THAT(Excerpts("", "sites/site-01"), SizeIs(3));
  EXPECT_NE(Excerpts("money")[0].uid(), "");

  const v1::CodingSummary summary = Summary();
  EXPECT_EQ(summary.passage_count(), 2);
  EXPECT_EQ(summary.site_count(), 2);
  EXPECT_THAT(summary.codes(), SizeIs(3));
  EXPECT_THAT(summary.co_occurrences(), SizeIs(1));
  ASSERT_THAT(summary.agreements(), SizeIs(1));
  EXPECT_EQ(summary.agreements(0).passage_count(), 2);
  EXPECT_DOUBLE_EQ(summary.agreements(0).codes(0).kappa().value(), 1);
  EXPECT_THAT(summary.DebugString(), Not(HasSubstr("buses")));
}

TEST_P(CodingServiceTest, HoldsWhatACodersLastFileHeld) {
  const std::string ann = absl::StrCat(kColumns, "x,ann,One.,site-01,\ny,ann,Two.,site-01,\n");
  Imported(ann);
  Imported(absl::StrCat(kColumns, "x,bob,One.,site-01,\n"));
  const storage::Position before = engine().head();
  const v1::ImportCodedExcerptsResponse again = Imported(ann);
  EXPECT_EQ(again.created_count(), 0);
  EXPECT_EQ(again.deleted_count(), 0);
  EXPECT_EQ(engine().head(), before);
  const std::string other = absl::StrCat(kColumns, "x,ann,One.,site-01,\nz,ann,Three.,site-01,\n");
  Message header = Header();
  header.mutable_header()->set_validate_only(true);
  const absl::StatusOr<v1::ImportCodedExcerptsResponse> would = Import(other, header);
  ASSERT_THAT(would, IsOk());
  EXPECT_EQ(would->created_count(), 1);
  EXPECT_EQ(would->deleted_count(), 1);
  EXPECT_EQ(engine().head(), before);
  const v1::ImportCodedExcerptsResponse changed = Imported(other);
  EXPECT_EQ(changed.created_count(), 1);
  EXPECT_EQ(changed.deleted_count(), 1);
  EXPECT_THAT(Excerpts("x"), SizeIs(2));
  EXPECT_THAT(Excerpts("y"), IsEmpty());
}

TEST_P(CodingServiceTest, AppliesNothingOfAFileWithErrors) {
  Imported(absl::StrCat(kColumns, "x,ann,One.,site-01,\n"));
  const absl::StatusOr<v1::ImportCodedExcerptsResponse> refused =
      Import(absl::StrCat(kColumns, "y,ann,", kWord, ",site-01,\nz,ann,", kWord, ",site-99,\n"));
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->error_count(), 1);
  ASSERT_THAT(refused->problems(), SizeIs(1));
  EXPECT_EQ(refused->problems(0).reason(), "UNKNOWN_SITE");
  EXPECT_EQ(refused->problems(0).row(), 3);
  EXPECT_EQ(refused->problems(0).column(), 4);
  EXPECT_EQ(refused->created_count(), 0);
  EXPECT_THAT(refused->DebugString(), Not(HasSubstr(kWord)));
  EXPECT_THAT(Excerpts(), SizeIs(1));
  // Who coded may stand in the request.
  Message header = Header();
  header.mutable_header()->set_coder("cem");
  const absl::StatusOr<v1::ImportCodedExcerptsResponse> taguette =
      Import("id,document,tag,content\n1,site-01,x,One.\n", header);
  ASSERT_THAT(taguette, IsOk());
  EXPECT_THAT(taguette->coders(), ElementsAre("cem"));
  EXPECT_THAT(taguette->ignored_columns(), ElementsAre("id"));
}

TEST_P(CodingServiceTest, RefusesStreamsThatAreNone) {
  const auto refused = [&](const std::vector<Message>& messages) {
    return ReasonOf(Send(messages).status());
  };
  EXPECT_EQ(refused({Chunk("x")}), "HEADER_MISSING");
  EXPECT_EQ(refused({}), "STREAM_CUT");
  EXPECT_EQ(refused({Header(), Chunk("x")}), "STREAM_CUT");
  EXPECT_EQ(refused({Header(), Header()}), "MESSAGE_UNEXPECTED");
  EXPECT_EQ(refused({Header(), Chunk("x"), End(2)}), "SIZE_MISMATCH");
  EXPECT_EQ(refused({Header(), Chunk(std::string((1 << 20) + 1, 'x'))}), "CHUNK_TOO_LARGE");
  std::vector<Message> large = {Header()};
  for (int i = 0; i < 9; ++i) large.push_back(Chunk(std::string(1 << 20, 'x')));
  EXPECT_EQ(refused(large), "FILE_TOO_LARGE");
  EXPECT_THAT(Import("x", Header("waves/w9")),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  EXPECT_THAT(Import("x", Header("waves/-")).status(), Violates("header.parent"));
  CreateWave("w2");
  EXPECT_THAT(Import("x", Header("waves/w2")),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  std::string coders = kColumns;
  for (int i = 0; i < 13; ++i) absl::StrAppend(&coders, "x,coder ", i, ",One.,site-01,\n");
  EXPECT_THAT(Import(coders), IsError(absl::StatusCode::kFailedPrecondition, "CODING_TOO_LARGE"));
  EXPECT_THAT(Excerpts(), IsEmpty());
  // Coding goes on when the field work is over.
  ASSERT_THAT(Close(), IsOk());
  Imported(absl::StrCat(kColumns, "x,ann,One.,site-01,\n"));
}

TEST_P(CodingServiceTest, ListsInPages) {
  Imported(absl::StrCat(kColumns, "x,ann,One.,site-01,\nx,ann,Two.,site-01,\nx,ann,3.,site-01,\n"));
  v1::ListCodedExcerptsRequest request;
  request.set_parent("waves/w1");
  request.set_page_size(2);
  auto page = Done<v1::ListCodedExcerptsResponse>("OpenAnswerService/ListCodedExcerpts", request);
  EXPECT_THAT(page.coded_excerpts(), SizeIs(2));
  request.set_page_token(page.next_page_token());
  page = Done<v1::ListCodedExcerptsResponse>("OpenAnswerService/ListCodedExcerpts", request);
  EXPECT_THAT(page.coded_excerpts(), SizeIs(1));
  EXPECT_EQ(page.next_page_token(), "");
  v1::ListCodedExcerptsRequest none;
  none.set_parent("waves/w9");
  EXPECT_THAT(Call<v1::ListCodedExcerptsResponse>("OpenAnswerService/ListCodedExcerpts", none),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  v1::GetCodingSummaryRequest summary;
  summary.set_parent("waves/w9");
  EXPECT_THAT(Call<v1::CodingSummary>("OpenAnswerService/GetCodingSummary", summary),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(CodingServiceTest, ShowsResearchersCountsAndNotPassages) {
  rpc::CallOptions researcher;
  researcher.principal = "researchers/ren";
  v1::ListCodedExcerptsRequest list;
  list.set_parent("waves/w1");
  EXPECT_THAT(
      Call<v1::ListCodedExcerptsResponse>("OpenAnswerService/ListCodedExcerpts", list, researcher),
      IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  v1::GetCodingSummaryRequest summary;
  summary.set_parent("waves/w1");
  EXPECT_THAT(Call<v1::CodingSummary>("OpenAnswerService/GetCodingSummary", summary, researcher),
              IsOk());
}

TEST_P(CodingServiceTest, KeepsWordsInOneTableAlone) {
  Imported(absl::StrCat(kColumns, "x,ann,", kWord, ",site-01,\n"));
  EXPECT_EQ(CountRowsWith(kWord), 1);
  for (const weft::type::v1::ChangeBatch& commit : Commits()) {
    EXPECT_THAT(commit.SerializeAsString(), Not(HasSubstr(kWord)));
  }
  EXPECT_THAT(Log(), HasSubstr("ImportCodedExcerpts"));
  EXPECT_THAT(Log(), Not(HasSubstr(kWord)));
}

TEST_P(CodingServiceTest, LosesExcerptsOfWhoIsErased) {
  v1::UpdateOpenAnswerRequest text = Text(kName, "No buses at all.");
  text.mutable_open_answer()->set_contributor("p1");
  ASSERT_THAT(Write(text), IsOk());
  ASSERT_THAT(Create("site-02", AnswersWith(2)), IsOk());
  Imported(absl::StrCat(kColumns, "x,ann,no BUSES,site-01,\n", "x,ann,", kWord,
                        ",site-01,barriers\n", "x,ann,Trees.,site-01,hopes\n", "x,ann,", kWord,
                        ",site-02,\n"));
  const absl::StatusOr<v1::Erasure> one = Call<v1::Erasure>(
      "ResponseService/EraseSubject", Erase("waves/w1/responses/site-01/contributors/p1"));
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(one->coded_excerpt_count(), 2);
  EXPECT_THAT(Excerpts("", "sites/site-01"), SizeIs(1));
  for (const char* response : {"waves/w1/responses/site-01", "waves/w1/responses/site-02"}) {
    const absl::StatusOr<v1::Erasure> all =
        Call<v1::Erasure>("ResponseService/EraseSubject", Erase(response));
    ASSERT_THAT(all, IsOk());
    EXPECT_EQ(all->coded_excerpt_count(), 1);
    v1::GetErasureRequest get;
    get.set_name(all->name());
    while (!HasFailure() &&
           !Done<v1::Erasure>("ResponseService/GetErasure", get).has_purge_time()) {
      absl::SleepFor(absl::Milliseconds(5));
    }
  }
  EXPECT_THAT(Excerpts(), IsEmpty());
  EXPECT_EQ(CountRowsWith(kWord), 0);
  EXPECT_THAT(testing::FilesWith(directory_.path(), kWord), IsEmpty());
}

}  // namespace
}  // namespace weft::ingestion
