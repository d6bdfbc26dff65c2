// ImportService over gRPC, on each engine: files in, files out, and what becomes of responses.
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/import/file_hash.h"
#include "tests/services/ingestion/service_fixture.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kImportMethod[] = "weft.ingestion.v1.ImportService/ImportResponses";
constexpr char kExportMethod[] = "weft.ingestion.v1.ImportService/ExportResponses";

// waves/w1 is open with site-01 to site-04; cbo.* and setting are required.
class ImportServiceTest : public IngestionTest {
 protected:
  ImportServiceTest() { OpenLab(); }

  absl::StatusOr<v1::Import> Import(const std::string& file, const std::string& header = "",
                                    rpc::ResponseMetadata* metadata = nullptr) {
    rpc::CallOptions options;
    options.response_metadata = metadata;
    rpc::SyncStream stream = client().ClientStream(kImportMethod, options);
    v1::ImportResponsesRequest message;
    *message.mutable_header() = FromText<v1::ImportHeader>(header);
    message.mutable_header()->set_parent("waves/w1");
    stream.Write(message);
    for (size_t at = 0; at < file.size(); at += 1000) {
      message.set_chunk(file.substr(at, 1000));
      stream.Write(message);
    }
    FileHash hash;
    hash.Update(file);
    message.mutable_end()->set_size_bytes(static_cast<int32_t>(file.size()));
    message.mutable_end()->set_sha256(hash.Hex());
    stream.Write(message);
    v1::Import import;
    const absl::Status status = stream.Finish(import);
    if (!status.ok()) return status;
    return import;
  }
  // An import that succeeds with all of its sites applied.
  v1::Import Applied(const std::string& file) {
    v1::Import import = Must(Import(file), "ImportResponses");
    EXPECT_EQ(import.state(), v1::Import::STATE_SUCCEEDED) << import.DebugString();
    EXPECT_EQ(import.sites_applied(), import.sites_accepted());
    return import;
  }
  absl::StatusOr<std::string> Export(const std::string& request, v1::ExportEnd* end = nullptr) {
    auto message = FromText<v1::ExportResponsesRequest>(request);
    if (message.parent().empty()) message.set_parent("waves/w1");
    rpc::SyncStream stream = client().ServerStream(kExportMethod, message);
    std::string file;
    v1::ExportResponsesResponse part;
    while (stream.Read(part)) {
      file += part.chunk();
      if (part.has_end() && end != nullptr) *end = part.end();
    }
    const absl::Status status = stream.Finish();
    if (!status.ok()) return status;
    return file;
  }
  std::vector<std::string> ListImports(const std::string& parent) {
    std::vector<std::string> names;
    v1::ListImportsRequest request;
    request.set_parent(parent);
    request.set_page_size(2);
    do {
      const auto page = Done<v1::ListImportsResponse>("ImportService/ListImports", request);
      for (const v1::Import& import : page.imports()) names.push_back(import.name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
};
WEFT_ON_EVERY_ENGINE(ImportServiceTest);

constexpr char kFile[] =
    "site,setting,cbo.count,cbo.level,students\n"
    "site-01,A school,3,Cooperation,100\n"
    "site-02,A district,~4,DONT_KNOW,200\n";

TEST_P(ImportServiceTest, AFileBecomesSubmittedResponses) {
  rpc::ResponseMetadata metadata;
  const v1::Import import =
      Must(Import(kFile, "display_name: 'answers.csv'", &metadata), "ImportResponses");
  EXPECT_EQ(import.state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(import.format(), v1::FILE_FORMAT_WIDE);
  EXPECT_EQ(import.display_name(), "answers.csv");
  EXPECT_EQ(import.rows_read(), 2);
  EXPECT_EQ(import.sites_accepted(), 2);
  EXPECT_EQ(import.sites_applied(), 2);
  EXPECT_EQ(import.sites_unchanged(), 0);
  EXPECT_EQ(import.error_count(), 0);
  EXPECT_NE(import.uid(), "");
  EXPECT_NE(import.position(), "");
  EXPECT_EQ(metadata.position(), engine().head().ToString());

  const v1::Response response = GetResponse("site-01");
  EXPECT_EQ(response.state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(response.submitted_revision(), 1);
  EXPECT_EQ(response.source(), import.name());
  EXPECT_EQ(response.answers().partner_cells(0).partners().min(), 3);
  EXPECT_EQ(GetResponse("site-02").answers().partner_cells(0).level_missing(),
            type::v1::MISSING_REASON_DONT_KNOW);
  v1::GetImportRequest request;
  request.set_name(import.name());
  EXPECT_THAT(Done<v1::Import>("ImportService/GetImport", request), SameAs(import));
}

TEST_P(ImportServiceTest, TheFeedTellsEachStep) {
  const size_t before = Commits().size();
  const v1::Import import = Applied(kFile);
  std::vector<weft::type::v1::ChangeBatch> commits = Commits();
  commits.erase(commits.begin(), commits.begin() + static_cast<std::ptrdiff_t>(before));
  ASSERT_THAT(commits, SizeIs(4));
  EXPECT_THAT(Summaries(commits[0]), ElementsAre("CREATED import " + import.name()));
  EXPECT_THAT(Summaries(commits[1]), ElementsAre("UPDATED import " + import.name()));
  EXPECT_THAT(Summaries(commits[2]),
              ElementsAre("CREATED response_revision waves/w1/responses/site-01/revisions/1",
                          "CREATED response waves/w1/responses/site-01",
                          "CREATED response_revision waves/w1/responses/site-02/revisions/1",
                          "CREATED response waves/w1/responses/site-02"));
  EXPECT_THAT(Summaries(commits[3]), ElementsAre("UPDATED import " + import.name()));
  // Its position holds every answer, so all that comes after it is the import's own end.
  weft::type::v1::ListChangesRequest request;
  request.set_resume_position(import.position());
  const auto rest = Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request);
  ASSERT_THAT(rest.batches(), SizeIs(1));
  EXPECT_THAT(Summaries(rest.batches(0)), ElementsAre("UPDATED import " + import.name()));
}

TEST_P(ImportServiceTest, FreeTextGoesToItsOwnTableAndNowhereElse) {
  // In a text that is taken, and in one that is refused.
  const std::string word = "Xylophone";
  const std::string columns = "site,setting,cbo.level,barriers\n";
  const v1::Import applied =
      Applied(columns + "site-01,school,Networking,\"" + word + ",\nmostly\"\n");
  const v1::Import failed =
      Must(Import(columns + "site-02,school,Networking," + word + std::string(60, 'x') + "\n"),
           "import");
  EXPECT_EQ(failed.state(), v1::Import::STATE_FAILED);
  ASSERT_THAT(failed.problems(), SizeIs(1));
  EXPECT_EQ(failed.problems(0).reason(), "TEXT_TOO_LONG");

  v1::GetOpenAnswerRequest request;
  request.set_name("waves/w1/responses/site-01/openAnswers/barriers");
  EXPECT_EQ(Done<v1::OpenAnswer>("ResponseService/GetOpenAnswer", request).text(),
            word + ",\nmostly");
  for (const v1::Import& import : {applied, failed}) {
    EXPECT_THAT(import.SerializeAsString(), Not(HasSubstr(word)));
  }
  for (const weft::type::v1::ChangeBatch& commit : Commits()) {
    EXPECT_THAT(commit.SerializeAsString(), Not(HasSubstr(word)));
  }
  for (const v1::ResponseRevision& revision : Revisions("site-01")) {
    EXPECT_THAT(revision.SerializeAsString(), Not(HasSubstr(word)));
  }
  EXPECT_THAT(*Export("floor: REVIEW_FLOOR_SUBMITTED"), Not(HasSubstr(word)));
  EXPECT_THAT(Log(), Not(HasSubstr(word)));
}

TEST_P(ImportServiceTest, AnswersThatChangedMakeARevision) {
  Applied(kFile);
  const v1::Import import = Applied(
      "site,setting,cbo.count,cbo.level,students\n"
      "site-01,A school,3,Cooperation,100\n"
      "site-02,A district,~4,Collaboration,200\n"
      "site-03,A school,,REFUSED,\n");
  EXPECT_EQ(import.sites_applied(), 3);
  EXPECT_EQ(import.sites_unchanged(), 1);
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
  EXPECT_THAT(Revisions("site-02"), SizeIs(2));
  EXPECT_EQ(GetResponse("site-02").submitted_revision(), 2);
  EXPECT_EQ(GetResponse("site-02").source(), import.name());
}

TEST_P(ImportServiceTest, ApprovedAndWithdrawnResponsesAreNotReplaced) {
  Applied(kFile);
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_THAT(Withdraw("site-02"), IsOk());
  const std::string changed =
      "site,setting,cbo.count,cbo.level,students\n"
      "site-01,A school,3,Cooperation,101\n"
      "site-02,A district,~4,DONT_KNOW,200\n"
      "site-03,A school,1,Networking,\n";
  const v1::Import failed = Must(Import(changed), "ImportResponses");
  EXPECT_EQ(failed.state(), v1::Import::STATE_FAILED);
  ASSERT_THAT(failed.problems(), SizeIs(2));
  for (const v1::ImportProblem& problem : failed.problems()) {
    EXPECT_EQ(problem.reason(), "RESPONSE_REFUSED");
    EXPECT_EQ(problem.column(), 1);
  }
  EXPECT_EQ(failed.problems(0).row(), 2);
  EXPECT_EQ(failed.problems(0).site(), "sites/site-01");
  EXPECT_THAT(failed.problems(0).message(), HasSubstr("approved"));
  EXPECT_THAT(failed.problems(1).message(), HasSubstr("withdrawn"));
  EXPECT_THAT(
      Call<v1::Response>("ResponseService/GetResponse",
                         FromText<v1::GetResponseRequest>("name: 'waves/w1/responses/site-03'")),
      IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));

  const v1::Import partial = Must(Import(changed, "partial: true"), "ImportResponses");
  EXPECT_EQ(partial.state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(partial.sites_applied(), 1);
  EXPECT_EQ(GetResponse("site-01").approved_revision(), 1);
  EXPECT_EQ(GetResponse("site-01").revision(), 1);

  // The same answers as the approved ones are none of this.
  const v1::Import same =
      Applied("site,setting,cbo.count,cbo.level,students\nsite-01,school,3,cooperation,100\n");
  EXPECT_EQ(same.sites_unchanged(), 1);
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_APPROVED);

  // Returned, it takes them; what was approved goes on counting as approved.
  EXPECT_THAT(Return("site-01"), IsOk());
  Applied("site,setting,cbo.count,cbo.level,students\nsite-01,school,3,cooperation,101\n");
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(GetResponse("site-01").submitted_revision(), 2);
  EXPECT_EQ(GetResponse("site-01").approved_revision(), 1);
}

TEST_P(ImportServiceTest, DryRunsChangeNoResponse) {
  const v1::Import import = Must(Import(kFile, "dry_run: true"), "ImportResponses");
  EXPECT_EQ(import.state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_TRUE(import.dry_run());
  EXPECT_EQ(import.sites_accepted(), 2);
  EXPECT_EQ(import.sites_applied(), 0);
  EXPECT_EQ(import.position(), "");
  const auto responses = Done<v1::ListResponsesResponse>(
      "ResponseService/ListResponses", FromText<v1::ListResponsesRequest>("parent: 'waves/w1'"));
  EXPECT_THAT(responses.responses(), IsEmpty());
}

TEST_P(ImportServiceTest, OnlyOpenWavesTakeFiles) {
  CreateWave("draft");
  rpc::SyncStream stream = client().ClientStream(kImportMethod);
  v1::ImportResponsesRequest message;
  message.mutable_header()->set_parent("waves/draft");
  stream.Write(message);
  v1::Import import;
  // Without waiting for the file.
  EXPECT_THAT(stream.Finish(import),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  EXPECT_THAT(Close(), IsOk());
  EXPECT_THAT(Import(kFile), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
}

TEST_P(ImportServiceTest, ACancelledStreamKeepsNothing) {
  rpc::SyncStream stream = client().ClientStream(kImportMethod);
  v1::ImportResponsesRequest message;
  message.mutable_header()->set_parent("waves/w1");
  stream.Write(message);
  for (int i = 0; i < 3; ++i) {
    message.set_chunk(std::string(1 << 20, 'x'));
    stream.Write(message);
  }
  stream.Cancel();
  v1::Import import;
  EXPECT_EQ(stream.Finish(import).code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(ListImports("waves/w1"), IsEmpty());
}

TEST_P(ImportServiceTest, ImportsAreListedAndSurviveARestart) {
  for (const char* id : {"b", "c", "a"}) {
    EXPECT_THAT(Import(kFile, absl::StrCat("import_id: '", id, "'")), IsOk());
  }
  const auto all = ElementsAre("waves/w1/imports/a", "waves/w1/imports/b", "waves/w1/imports/c");
  EXPECT_THAT(ListImports("waves/w1"), all);
  EXPECT_THAT(ListImports("waves/-"), all);
  if (GetParam() == "rocksdb") {
    Restart();
    EXPECT_THAT(ListImports("waves/w1"), all);
  }
  v1::ListImportsRequest list;
  list.set_parent("waves/w2");
  EXPECT_THAT(Call<v1::ListImportsResponse>("ImportService/ListImports", list),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  v1::GetImportRequest get;
  get.set_name("waves/w1/imports/x");
  EXPECT_THAT(Call<v1::Import>("ImportService/GetImport", get),
              IsError(absl::StatusCode::kNotFound, "IMPORT_NOT_FOUND"));
  get.set_name("waves/w1");
  EXPECT_THAT(Call<v1::Import>("ImportService/GetImport", get),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(ImportServiceTest, TheSameFileFromTwoCallersAtOnceIsOneImport) {
  std::vector<std::thread> callers;
  callers.reserve(4);
  std::vector<absl::StatusOr<v1::Import>> imports(4, absl::UnknownError("not called"));
  for (absl::StatusOr<v1::Import>& import : imports) {
    callers.emplace_back([&] { import = Import(kFile); });
  }
  for (std::thread& caller : callers) caller.join();
  for (const absl::StatusOr<v1::Import>& import : imports) {
    ASSERT_THAT(import, IsOk());
    EXPECT_THAT(*import, SameAs(*imports[0]));
  }
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
}

TEST_P(ImportServiceTest, AColumnMappingIsSavedAndAppliesToLaterFiles) {
  const std::string grid =
      "Timestamp,Community,How deeply? [cbo],Remarks,What are you?\n"
      "2024/03/05 2:22:10 PM GMT+1,";
  const std::string header =
      "overrides { header: 'How deeply?' item: 'interaction_level' } "
      "overrides { header: 'Remarks' item: '-' } save_mapping: true";
  const std::string first = grid + "site-01,Networking,hm,A school\n";
  const absl::StatusOr<v1::Import> saved = Import(first, header);
  ASSERT_THAT(saved, IsOk());
  EXPECT_EQ(saved->state(), v1::Import::STATE_SUCCEEDED) << saved->DebugString();
  EXPECT_EQ(saved->format(), v1::FILE_FORMAT_GOOGLE_FORMS);
  EXPECT_EQ(saved->warning_count(), 0) << saved->DebugString();
  // Said again, it is the same import.
  EXPECT_EQ(Import(first, header)->name(), saved->name());
  const absl::StatusOr<v1::Import> later = Import(grid + "site-02,Cooperation,hm,A school\n");
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->sites_applied(), 1) << later->DebugString();
  EXPECT_EQ(later->columns(2).item(), "cbo.level");
  EXPECT_EQ(later->columns(2).match(), v1::ColumnMapping::MATCH_SAVED);
  EXPECT_EQ(later->columns(3).note(), "passed over, as was said");
  v1::ListImportMappingsRequest request;
  request.set_parent("instruments/lab-survey-2024");
  const auto mappings =
      Done<v1::ListImportMappingsResponse>("ImportService/ListImportMappings", request);
  ASSERT_EQ(mappings.import_mappings_size(), 1);
  EXPECT_EQ(mappings.import_mappings(0).name(),
            "instruments/lab-survey-2024/importMappings/google-forms");
  EXPECT_EQ(mappings.import_mappings(0).overrides_size(), 2);
  // Forgotten again.
  const std::string both =
      "Timestamp,Community,cbo.level,How deeply? [k12_school],What are you?\n"
      "2024/03/05 2:22:10 PM GMT+1,site-03,Networking,Cooperation,A school\n";
  EXPECT_EQ(Import(both, "dry_run: true")->columns(3).item(), "k12_school.level");
  const absl::StatusOr<v1::Import> after =
      Import(both, "overrides { header: 'how deeply?' } save_mapping: true");
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->state(), v1::Import::STATE_SUCCEEDED) << after->DebugString();
  EXPECT_EQ(after->columns(3).item(), "");
  EXPECT_EQ(Done<v1::ListImportMappingsResponse>("ImportService/ListImportMappings", request)
                .import_mappings(0)
                .overrides_size(),
            1);
}

TEST_P(ImportServiceTest, RefusesOverridesThatCannotBeMeant) {
  EXPECT_THAT(
      Import("site\n",
             "on_duplicate: 9 overrides { item: 'site' } overrides { header: 'A' item: 'site' } "
             "overrides { header: ' a ' item: '-' }")
          .status(),
      testing::Violates("header.on_duplicate", "header.overrides[0].header",
                        "header.overrides[2].header"));
}

// --- Export --------------------------------------------------------------------------------------

// The cell behind the site's in a private export.
std::string PseudonymIn(const std::string& file, absl::string_view site) {
  const size_t at = file.find(absl::StrCat("\n", site, ",")) + site.size() + 2;
  return file.substr(at, file.find(',', at) - at);
}

TEST_P(ImportServiceTest, ExportsBothFormatsAtBothFloors) {
  Applied(
      "site,setting,cbo.count,cbo.level,cbo.includes_self,functions,students,shared_"
      "responsibility\n"
      "site-01,school,3,2,no,\"host;convene\",100,moderate\n"
      "site-02,district,10 - 15,DONT_KNOW,,;,REFUSED,\n");
  EXPECT_THAT(Approve("site-02"), IsOk());
  const std::string columns =
      "site,weft.pseudonym,weft.instrument,weft.instrument_version,weft.state,cbo.count,cbo.level,"
      "cbo.includes_self,school_district.count,school_district.level,school_district.includes_self,"
      "k12_school.count,k12_school.level,k12_school.includes_self,shared_responsibility,functions,"
      "setting,students\n";
  v1::ExportEnd end;
  const std::string submitted = *Export("floor: REVIEW_FLOOR_SUBMITTED", &end);
  EXPECT_EQ(end.response_count(), 2);
  EXPECT_EQ(end.size_bytes(), static_cast<int>(submitted.size()));
  const std::string site_01 = absl::StrCat(
      "site-01,", PseudonymIn(submitted, "site-01"),
      ",instruments/lab-survey-2024,1,SUBMITTED,3,Cooperation,false,,,,,,,Moderately evident,"
      "\"Convene;Host learners, all year\",A school,100\n");
  const std::string about_02 = absl::StrCat("site-02,", PseudonymIn(submitted, "site-02"),
                                            ",instruments/lab-survey-2024,1,APPROVED,");
  const std::string site_02 =
      absl::StrCat(about_02, "10-15,DONT_KNOW,,,,,,,,,\";\",A district,REFUSED\n");
  EXPECT_EQ(submitted, columns + site_01 + site_02);
  // Approved is what is exported when nothing is said.
  EXPECT_EQ(*Export("", &end), columns + site_02);
  EXPECT_EQ(end.response_count(), 1);
  EXPECT_EQ(
      *Export("floor: REVIEW_FLOOR_APPROVED format: FILE_FORMAT_TIDY"),
      absl::StrCat("site,weft.pseudonym,weft.instrument,weft.instrument_version,weft.state,item,"
                   "partner_type,value\n",
                   about_02, "partner_count,cbo,10-15\n", about_02,
                   "interaction_level,cbo,DONT_KNOW\n", about_02, "functions,,\";\"\n", about_02,
                   "setting,,A district\n", about_02, "students,,REFUSED\n"));
}

TEST_P(ImportServiceTest, APublicExportHasTheSamePseudonymsAndNoSites) {
  Applied("site,setting,cbo.level\nsite-01,school,1\nsite-02,district,2\nsite-03,school,0\n");
  const std::string known = *Export("floor: REVIEW_FLOOR_SUBMITTED");
  const std::string file = *Export("floor: REVIEW_FLOOR_SUBMITTED audience: AUDIENCE_PUBLIC");
  EXPECT_THAT(file, Not(HasSubstr("site-0")));
  EXPECT_THAT(file, Not(HasSubstr("Community")));
  std::vector<std::string> order;
  for (const absl::string_view line : absl::StrSplit(file, '\n', absl::SkipEmpty())) {
    order.emplace_back(line.substr(0, line.find(',')));
  }
  ASSERT_EQ(order.size(), 4u);
  EXPECT_TRUE(std::is_sorted(order.begin() + 1, order.end()));
  for (const char* site : {"site-01", "site-02", "site-03"}) {
    EXPECT_THAT(order, Contains(PseudonymIn(known, site)));
  }
  // They are names of the sites where they were made.
  const v1::Import import = Applied(file);
  EXPECT_EQ(import.sites_unchanged(), 3) << import.DebugString();
}

TEST_P(ImportServiceTest, ExportTakesTheRevisionThatCounts) {
  Applied("site,setting,cbo.level,students\nsite-01,school,1,1\nsite-02,school,1,1\n");
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_THAT(Return("site-01"), IsOk());
  Applied("site,setting,cbo.level,students\nsite-01,school,1,2\n");
  EXPECT_THAT(Withdraw("site-02"), IsOk());
  EXPECT_THAT(Decline("site-03"), IsOk());
  EXPECT_THAT(Create("site-04", AnswersWith(4)), IsOk());
  const auto students = [&](const std::string& request) {
    const std::string file = *Export(request + " format: FILE_FORMAT_TIDY");
    const size_t at = file.find(",students,,");
    EXPECT_THAT(file, Not(HasSubstr("site-02")));
    EXPECT_THAT(file, Not(HasSubstr("site-04")));
    return file.substr(at + 11, 1);
  };
  EXPECT_EQ(students("floor: REVIEW_FLOOR_SUBMITTED"), "2");
  EXPECT_EQ(students("floor: REVIEW_FLOOR_APPROVED"), "1");
}

TEST_P(ImportServiceTest, AnExportedFileImportsAsUnchanged) {
  Applied(
      "site,setting,cbo.count,cbo.level,cbo.includes_self,k12_school.count,functions,students,"
      "shared_responsibility,barriers\n"
      "site-01,school,20+,Collaboration,yes,NOT_ASKED,\"fund;convene\",100,NOT_APPLICABLE,money\n"
      "site-02,district,~4,DONT_KNOW,,0,;,REFUSED,Not evident,\n"
      "site-03,REFUSED,,No interaction,,7-9,,,,time\n");
  // One that was stated through the API with the reason that files write as an empty cell.
  v1::Answers answers = AnswersWith(4);
  answers.mutable_partner_cells(0)->set_level_missing(type::v1::MISSING_REASON_NOT_ANSWERED);
  EXPECT_THAT(Create("site-04", answers), IsOk());
  EXPECT_THAT(Submit("site-04"), IsOk());
  for (const char* options :
       {"format: FILE_FORMAT_WIDE", "format: FILE_FORMAT_TIDY",
        "multi_select: MULTI_SELECT_MANY values: VALUES_CODES",
        "multi_select: MULTI_SELECT_BOTH audience: AUDIENCE_PUBLIC",
        "format: FILE_FORMAT_TIDY values: VALUES_CODES audience: AUDIENCE_PUBLIC"}) {
    const std::string file = *Export(absl::StrCat("floor: REVIEW_FLOOR_SUBMITTED ", options));
    const v1::Import import = Applied(file);
    EXPECT_EQ(import.sites_applied(), 4) << file;
    EXPECT_EQ(import.sites_unchanged(), 4) << file;
    EXPECT_EQ(import.warning_count(), 0) << file;
  }
  v1::GetOpenAnswerRequest request;
  request.set_name("waves/w1/responses/site-03/openAnswers/barriers");
  EXPECT_EQ(Done<v1::OpenAnswer>("ResponseService/GetOpenAnswer", request).text(), "time");
}

TEST_P(ImportServiceTest, ExportRefusesWhatItCannotGive) {
  CreateWave("draft");
  EXPECT_THAT(Export("parent: 'waves/draft'"),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  EXPECT_THAT(Export("parent: 'waves/none'"),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  EXPECT_THAT(Export("parent: 'w1' format: FILE_FORMAT_KOBO floor: 9 values: 9 multi_select: 9 "
                     "audience: 9")
                  .status(),
              testing::Violates("parent", "format", "floor", "values", "multi_select", "audience"));
  // A closed wave is there to be exported.
  EXPECT_THAT(Close(), IsOk());
  EXPECT_THAT(Export(""), IsOk());
}

// Another list of partner types, and how it maps to the instrument's.
class CrosswalkImportTest : public ImportServiceTest {
 protected:
  CrosswalkImportTest() {
    registry::v1::CreateTaxonomyRequest create;
    create.set_taxonomy_id("lab-2024");
    *create.mutable_taxonomy() = FromText<registry::v1::Taxonomy>(R"pb(
      display_name: "Lab 2024"
      family: "earlier"
      version: 1
      types { code: "community" display_name: "Communities" provenance: PROVENANCE_SOURCED }
      types { code: "schools" display_name: "Schools" provenance: PROVENANCE_SOURCED }
    )pb");
    InRegistry<registry::v1::Taxonomy>("TaxonomyService/CreateTaxonomy", create);
    registry::v1::PublishTaxonomyRequest publish;
    publish.set_name("taxonomies/lab-2024");
    InRegistry<registry::v1::Taxonomy>("TaxonomyService/PublishTaxonomy", publish);
    auto crosswalk = FromText<registry::v1::CreateCrosswalkRequest>(R"pb(
      parent: "taxonomies/lab-2024"
      crosswalk_id: "lab-2025"
      crosswalk {
        mappings { from_code: "community" to_codes: "cbo" relation: RELATION_EXACT }
        mappings {
          from_code: "schools"
          to_codes: "school_district"
          to_codes: "k12_school"
          relation: RELATION_SPLIT
        }
      }
    )pb");
    crosswalk_ = InRegistry<registry::v1::Crosswalk>("TaxonomyService/CreateCrosswalk", crosswalk);
  }

  static constexpr char kHeader[] = "crosswalk: 'taxonomies/lab-2024/crosswalks/lab-2025'";
  static constexpr char kOldFile[] =
      "site,setting,community.count,community.level,schools.level\n"
      "site-01,A school,3,Cooperation,Networking\n";

  registry::v1::Crosswalk crosswalk_;
};
WEFT_ON_EVERY_ENGINE(CrosswalkImportTest);

TEST_P(CrosswalkImportTest, AFileWithAnotherListIsReadByTheRegistrysCrosswalk) {
  const v1::Import import = Must(Import(kOldFile, kHeader), "ImportResponses");
  EXPECT_EQ(import.state(), v1::Import::STATE_SUCCEEDED) << import.DebugString();
  EXPECT_EQ(import.crosswalk(), crosswalk_.name());
  ASSERT_THAT(import.problems(), SizeIs(1));
  EXPECT_EQ(import.problems(0).reason(), "TYPE_NOT_CARRIED_OVER");
  const v1::Response response = GetResponse("site-01");
  ASSERT_THAT(response.answers().partner_cells(), SizeIs(1));
  EXPECT_EQ(response.answers().partner_cells(0).partner_type(), "cbo");
  EXPECT_EQ(response.answers().partner_cells(0).partners().min(), 3);

  // The same file by the same crosswalk is the same import, by a changed one it is another.
  EXPECT_EQ(Must(Import(kOldFile, kHeader), "ImportResponses").name(), import.name());
  registry::v1::UpdateCrosswalkRequest update;
  *update.mutable_crosswalk() = crosswalk_;
  registry::v1::CrosswalkMapping& mapping = *update.mutable_crosswalk()->mutable_mappings(1);
  mapping.set_relation(registry::v1::CrosswalkMapping::RELATION_NARROWER);
  mapping.mutable_to_codes()->RemoveLast();
  InRegistry<registry::v1::Crosswalk>("TaxonomyService/UpdateCrosswalk", update);
  const v1::Import other = Must(Import(kOldFile, kHeader), "ImportResponses");
  EXPECT_NE(other.name(), import.name());
  EXPECT_THAT(other.problems(), IsEmpty());
  EXPECT_THAT(GetResponse("site-01").answers().partner_cells(), SizeIs(2));
}

TEST_P(CrosswalkImportTest, ItMustExistAndLeadToTheInstrumentsTypes) {
  EXPECT_THAT(Import(kOldFile, "crosswalk: 'taxonomies/lab-2024'"),
              IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(Import(kOldFile, "crosswalk: 'taxonomies/lab-2025/crosswalks/lab-2024'"),
              IsError(absl::StatusCode::kFailedPrecondition, "CROSSWALK_OF_OTHER_TAXONOMY"));
  EXPECT_THAT(Import(kOldFile, "crosswalk: 'taxonomies/lab-2023/crosswalks/lab-2025'"),
              IsError(absl::StatusCode::kNotFound, "CROSSWALK_NOT_FOUND"));
  StopRegistry();
  EXPECT_THAT(Import(kOldFile, kHeader),
              IsError(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE"));
  EXPECT_THAT(ListImports("waves/w1"), IsEmpty());
}

}  // namespace
}  // namespace weft::ingestion
