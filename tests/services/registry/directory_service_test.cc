// Directories in and out, over a server: what is created and updated, and what never is.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/registry/service/directory_handlers.h"
#include "tests/services/registry/service_fixture.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using v1::DirectoryHeader;
using v1::ExportDirectoryRequest;
using v1::ImportDirectoryRequest;
using v1::ImportDirectoryResponse;

constexpr char kImport[] = "weft.registry.v1.OrganizationService/ImportDirectory";
constexpr char kExport[] = "weft.registry.v1.OrganizationService/ExportDirectory";
constexpr size_t kPiece = 1000;

using Files = std::vector<std::pair<std::string, std::string>>;

std::string Id(int number) {
  return absl::StrCat("00000000-0000-4000-8000-", absl::Dec(number, absl::kZeroPad12));
}
std::string Name(int number) { return absl::StrCat("organizations/", Id(number)); }

// An organization of a JSON file; `rest` are more fields.
std::string Json(int number, const std::string& rest = "") {
  return absl::StrCat(R"({"id":")", Id(number), R"(","name":"Organization )", number,
                      R"(","description":"d")", rest.empty() ? "" : ",", rest, "}");
}
std::string Ein(const std::string& ein) {
  return absl::StrCat(R"("organization_identifiers":[{"identifier_scheme":"US-EIN","identifier":")",
                      ein, "\"}]");
}
std::string Parent(int number) {
  return absl::StrCat(R"("parent_organization_id":")", Id(number), "\"");
}
Files List(const std::vector<std::string>& organizations) {
  return {{"organizations.json", absl::StrCat("[", absl::StrJoin(organizations, ",\n"), "]")}};
}

class DirectoryServiceTest : public RegistryTest {
 protected:
  // How a stream ends that is not as it should be.
  enum class End { kWhole, kCut, kWrongSize, kFarTooLarge, kWrongCount };

  absl::StatusOr<ImportDirectoryResponse> Import(const Files& files, DirectoryHeader header = {},
                                                 End end = End::kWhole,
                                                 const std::string& principal = "") {
    rpc::CallOptions options;
    options.principal = principal;
    rpc::SyncStream stream = client().ClientStream(kImport, options);
    ImportDirectoryRequest message;
    *message.mutable_header() = std::move(header);
    stream.Write(message);
    size_t size = 0;
    for (const auto& [name, content] : files) {
      message.mutable_file()->set_name(name);
      stream.Write(message);
      for (size_t at = 0; at < content.size(); at += kPiece) {
        message.set_chunk(content.substr(at, kPiece));
        stream.Write(message);
      }
      size += content.size();
    }
    int64_t said = static_cast<int64_t>(size) + (end == End::kWrongSize);
    if (end == End::kFarTooLarge) said += int64_t{1} << 32;
    message.mutable_end()->set_size_bytes(said);
    message.mutable_end()->set_file_count(static_cast<int>(files.size()) +
                                          (end == End::kWrongCount));
    if (end != End::kCut) stream.Write(message);
    ImportDirectoryResponse response;
    const absl::Status status = stream.Finish(response);
    if (!status.ok()) return status;
    return response;
  }
  ImportDirectoryResponse Taken(const Files& files, DirectoryHeader header = {}) {
    absl::StatusOr<ImportDirectoryResponse> response = Import(files, std::move(header));
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    EXPECT_EQ(response->state(), ImportDirectoryResponse::STATE_SUCCEEDED)
        << response->DebugString();
    return *std::move(response);
  }
  // The problems of a directory that is not taken, of which nothing is written.
  std::vector<std::string> Refused(const Files& files, DirectoryHeader header = {}) {
    const size_t before = Changes().size();
    absl::StatusOr<ImportDirectoryResponse> response = Import(files, std::move(header));
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> problems;
    if (!response.ok()) return problems;
    EXPECT_EQ(response->state(), ImportDirectoryResponse::STATE_FAILED);
    EXPECT_EQ(response->organizations_created(), 0);
    EXPECT_EQ(response->position(), "");
    EXPECT_EQ(Changes().size(), before);
    for (const v1::DirectoryProblem& problem : response->problems()) {
      problems.push_back(absl::StrCat(problem.reason(), " ", problem.pointer()));
      EXPECT_NE(problem.message(), "");
    }
    return problems;
  }

  absl::StatusOr<Files> Export(ExportDirectoryRequest::Format format,
                               const std::string& filter = "", const std::string& taxonomy = "",
                               const std::string& principal = "") {
    ExportDirectoryRequest request;
    request.set_format(format);
    request.set_filter(filter);
    request.set_taxonomy(taxonomy);
    rpc::CallOptions options;
    options.principal = principal;
    rpc::SyncStream stream = client().ServerStream(kExport, request, options);
    Files files;
    v1::ExportDirectoryResponse response;
    v1::ExportDirectoryEnd end;
    int64_t size = 0;
    while (stream.Read(response)) {
      if (response.has_file()) files.emplace_back(response.file().name(), "");
      if (response.has_chunk()) {
        files.back().second += response.chunk();
        size += static_cast<int64_t>(response.chunk().size());
      }
      end = response.end();
    }
    const absl::Status status = stream.Finish();
    if (!status.ok()) return status;
    EXPECT_EQ(end.file_count(), static_cast<int>(files.size()));
    EXPECT_EQ(end.size_bytes(), size);
    exported_ = end.organization_count();
    return files;
  }
  Files Exported(ExportDirectoryRequest::Format format, const std::string& filter = "",
                 const std::string& taxonomy = "", const std::string& principal = "") {
    absl::StatusOr<Files> files = Export(format, filter, taxonomy, principal);
    EXPECT_THAT(files, IsOk());
    return files.ok() ? *std::move(files) : Files();
  }

  // Organizations with all there is, one a part of the other.
  void AddExamples() {
    v1::CreateOrganizationRequest request;
    request.set_organization_id("system");
    *request.mutable_organization() = ExampleOrganization();
    request.mutable_organization()->set_display_name("Library System");
    request.mutable_organization()->clear_identifiers();
    Done<v1::Organization>("OrganizationService/CreateOrganization", request);
    request.set_organization_id("library");
    *request.mutable_organization() = ExampleOrganization();
    request.mutable_organization()->set_parent_organization("organizations/system");
    Done<v1::Organization>("OrganizationService/CreateOrganization", request);
    AddOrganization("zoo");
  }

  int exported_ = 0;
};
WEFT_ON_EVERY_ENGINE(DirectoryServiceTest);

TEST_P(DirectoryServiceTest, CreatesWhatIsNew) {
  // The child comes before its parent.
  const ImportDirectoryResponse response =
      Taken(List({Json(1, Parent(2)), Json(2, Ein("53-0196605"))}));
  EXPECT_EQ(response.organizations_read(), 2);
  EXPECT_EQ(response.organizations_created(), 2);
  EXPECT_NE(response.position(), "");
  EXPECT_EQ(response.not_kept_size(), 1);
  const auto child = GetOrganization(Name(1));
  ASSERT_THAT(child, IsOk());
  EXPECT_EQ(child->display_name(), "Organization 1");
  EXPECT_EQ(child->parent_organization(), Name(2));
  const auto parent = GetOrganization(Name(2));
  ASSERT_THAT(parent, IsOk());
  EXPECT_EQ(parent->identifiers(0).value(), "53-0196605");
}

TEST_P(DirectoryServiceTest, TheSameTwiceChangesNothing) {
  const Files files = List({Json(1, R"("website":"https://a.example")"), Json(2, Parent(1))});
  Taken(files);
  const auto first = GetOrganization(Name(1));
  const size_t changes = Changes().size();
  clock_.Advance(absl::Hours(1));
  const ImportDirectoryResponse again = Taken(files);
  EXPECT_EQ(again.organizations_unchanged(), 2);
  EXPECT_EQ(again.organizations_created() + again.organizations_updated(), 0);
  EXPECT_EQ(again.position(), "");
  EXPECT_EQ(Changes().size(), changes);
  EXPECT_THAT(*GetOrganization(Name(1)), EqualsProto(*first));
}

TEST_P(DirectoryServiceTest, UpdatesWhatTheFileStates) {
  Taken(List({Json(1, R"("website":"https://a.example","attributes":[
      {"taxonomy_term":{"name":"cbo","taxonomy":"lcel-partner-type/x"}}])")}));
  const ImportDirectoryResponse response =
      Taken(List({absl::StrCat(R"({"id":")", Id(1), R"(","name":"New name","description":"d"})")}));
  EXPECT_EQ(response.organizations_updated(), 1);
  const auto after = GetOrganization(Name(1));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->display_name(), "New name");
  EXPECT_EQ(after->website(), "https://a.example");
  EXPECT_THAT(after->partner_types(), ElementsAre("cbo"));
}

TEST_P(DirectoryServiceTest, CreateModeLeavesOthersAlone) {
  Taken(List({Json(1)}));
  const auto before = GetOrganization(Name(1));
  DirectoryHeader header;
  header.set_mode(DirectoryHeader::MODE_CREATE);
  const ImportDirectoryResponse response =
      Taken(List({Json(1, R"("website":"https://a.example")"), Json(2)}), header);
  EXPECT_EQ(response.organizations_created(), 1);
  EXPECT_EQ(response.organizations_left_alone(), 1);
  EXPECT_THAT(*GetOrganization(Name(1)), EqualsProto(*before));
}

TEST_P(DirectoryServiceTest, FindsOrganizationsByIdThenByIdentifier) {
  AddExamples();
  const auto library = GetOrganization("organizations/library");
  // By its uid, which is what an export calls it; and by its EIN.
  const std::string by_uid =
      absl::StrCat(R"({"id":")", library->uid(), R"(","name":"By uid","description":"d"})");
  EXPECT_EQ(Taken(List({by_uid})).organizations_updated(), 1);
  EXPECT_EQ(GetOrganization("organizations/library")->display_name(), "By uid");
  EXPECT_EQ(Taken(List({Json(5, Ein("530196605"))})).organizations_updated(), 1);
  EXPECT_EQ(GetOrganization("organizations/library")->display_name(), "Organization 5");
  EXPECT_THAT(GetOrganization(Name(5)), Not(IsOk()));
  // Both at once are one too many.
  EXPECT_THAT(Refused(List({by_uid, Json(5, Ein("530196605"))})),
              ElementsAre("SAME_ORGANIZATION /1"));
}

TEST_P(DirectoryServiceTest, DryRunSaysWhatWouldBeDone) {
  Taken(List({Json(1), Json(2)}));
  const size_t changes = Changes().size();
  DirectoryHeader header;
  header.set_dry_run(true);
  const ImportDirectoryResponse response =
      Taken(List({Json(1), Json(2, R"("website":"https://a.example")"), Json(3)}), header);
  EXPECT_TRUE(response.dry_run());
  EXPECT_EQ(response.organizations_unchanged(), 1);
  EXPECT_EQ(response.organizations_updated(), 1);
  EXPECT_EQ(response.organizations_created(), 1);
  EXPECT_EQ(response.position(), "");
  EXPECT_EQ(Changes().size(), changes);
  EXPECT_THAT(Refused(List({Json(4), "{}"}), header), ElementsAre("MISSING_ID /1"));
}

TEST_P(DirectoryServiceTest, ABadFileChangesNothing) {
  EXPECT_THAT(Refused(List({Json(1), "{}"})), ElementsAre("MISSING_ID /1"));
  EXPECT_THAT(GetOrganization(Name(1)), Not(IsOk()));
}

TEST_P(DirectoryServiceTest, WhatTheRegistryRefusesChangesNothing) {
  AddExamples();
  v1::DeleteOrganizationRequest remove;
  remove.set_name("organizations/zoo");
  const auto zoo = Done<v1::Organization>("OrganizationService/DeleteOrganization", remove);
  const std::string deleted =
      absl::StrCat(R"({"id":")", zoo.uid(), R"(","name":"Zoo","description":"d"})");
  EXPECT_THAT(Refused(List({Json(1), deleted})), ElementsAre("ORGANIZATION_DELETED /1"));
  EXPECT_THAT(
      Refused(List({Json(1, absl::StrCat(R"("parent_organization_id":")", zoo.uid(), "\""))})),
      ElementsAre("ORGANIZATION_DELETED /0"));
  // In the file, and with what is there.
  EXPECT_THAT(Refused(List({Json(1, Ein("53-0196606")), Json(2, Ein("53-0196606"))})),
              ElementsAre("IDENTIFIER_TAKEN /1"));
  Taken(List({Json(3), Json(4, Parent(3))}));
  EXPECT_THAT(Refused(List({Json(3, Ein("53-0196605"))})), ElementsAre("IDENTIFIER_TAKEN /0"));
  // A circle in the file, and one with what is there.
  EXPECT_THAT(Refused(List({Json(1, Parent(2)), Json(2, Parent(1))})),
              ElementsAre("PARENT_CYCLE /1/parent_organization_id"));
  EXPECT_THAT(Refused(List({Json(3, Parent(4))})), ElementsAre("PARENT_CYCLE /0"));
  std::vector<std::string> tower = {Json(100)};
  for (int i = 101; i <= 122; ++i) tower.push_back(Json(i, Parent(i - 1)));
  EXPECT_THAT(Refused(List(tower)), ElementsAre("PARENTS_TOO_DEEP /21"));
}

TEST_P(DirectoryServiceTest, IdentifiersOfTwoOrganizationsDisagree) {
  AddExamples();
  Taken(List({Json(1, R"("organization_identifiers":[
      {"identifier_type":"LEI","identifier":"506700GE1G29325QX363"}])")}));
  EXPECT_THAT(Refused(List({Json(2, R"("organization_identifiers":[
      {"identifier_type":"LEI","identifier":"506700GE1G29325QX363"},
      {"identifier_type":"EIN","identifier":"53-0196605"}])")})),
              ElementsAre("IDENTIFIERS_DISAGREE /0"));
}

TEST_P(DirectoryServiceTest, AParentThatIsNowhereIsTold) {
  const ImportDirectoryResponse response = Taken(List({Json(1, Parent(9))}));
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_EQ(response.problems(0).reason(), "UNKNOWN_PARENT");
  EXPECT_EQ(response.problems(0).pointer(), "/0/parent_organization_id");
  EXPECT_EQ(GetOrganization(Name(1))->parent_organization(), "");
}

TEST_P(DirectoryServiceTest, ACutStreamChangesNothing) {
  const Files files = List({Json(1), Json(2)});
  EXPECT_THAT(Import(files, {}, End::kCut),
              IsError(absl::StatusCode::kInvalidArgument, "STREAM_CUT"));
  EXPECT_THAT(Import(files, {}, End::kWrongSize),
              IsError(absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH"));
  EXPECT_THAT(Import(files, {}, End::kFarTooLarge),
              IsError(absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH"));
  EXPECT_THAT(Import(files, {}, End::kWrongCount),
              IsError(absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH"));
  rpc::SyncStream stream = client().ClientStream(kImport);
  ImportDirectoryRequest message;
  message.mutable_header();
  stream.Write(message);
  message.mutable_file()->set_name("o.json");
  stream.Write(message);
  message.set_chunk(files[0].second);
  stream.Write(message);
  stream.Cancel();
  EXPECT_THAT(stream.Finish(), Not(IsOk()));
  EXPECT_THAT(Changes(), IsEmpty());
  // The next one is served.
  Taken(files);
}

TEST_P(DirectoryServiceTest, StreamsOfAnotherShapeAreRefused) {
  const auto sent = [&](const std::vector<ImportDirectoryRequest>& messages) {
    rpc::SyncStream stream = client().ClientStream(kImport);
    for (const ImportDirectoryRequest& message : messages) stream.Write(message);
    ImportDirectoryResponse response;
    return stream.Finish(response);
  };
  ImportDirectoryRequest header;
  header.mutable_header();
  ImportDirectoryRequest file;
  file.mutable_file()->set_name("o.json");
  ImportDirectoryRequest chunk;
  chunk.set_chunk("[]");
  ImportDirectoryRequest large;
  large.set_chunk(std::string((1 << 20) + 1, ' '));
  ImportDirectoryRequest nameless;
  nameless.mutable_file();
  ImportDirectoryRequest path;
  path.mutable_file()->set_name("a/o.json");
  ImportDirectoryRequest mode;
  mode.mutable_header()->set_mode(static_cast<DirectoryHeader::Mode>(7));
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(sent({}), IsError(kInvalid, "STREAM_CUT"));
  EXPECT_THAT(sent({file}), IsError(kInvalid, "HEADER_MISSING"));
  EXPECT_THAT(sent({header, chunk}), IsError(kInvalid, "MESSAGE_UNEXPECTED"));
  EXPECT_THAT(sent({header, header}), IsError(kInvalid, "MESSAGE_UNEXPECTED"));
  EXPECT_THAT(sent({header, file, large}), IsError(kInvalid, "CHUNK_TOO_LARGE"));
  EXPECT_THAT(sent({header, nameless}), testing::Violates("file.name"));
  EXPECT_THAT(sent({header, path}), testing::Violates("file.name"));
  EXPECT_THAT(sent({mode}), testing::Violates("header.mode"));
  std::vector<ImportDirectoryRequest> many(102, file);
  many.front() = header;
  EXPECT_THAT(sent(many), testing::Violates("file"));
  large.set_chunk(std::string(1 << 20, ' '));
  std::vector<ImportDirectoryRequest> huge(67, large);
  huge[0] = header;
  huge[1] = file;
  EXPECT_THAT(sent(huge), IsError(kInvalid, "DIRECTORY_TOO_LARGE"));
}

TEST_P(DirectoryServiceTest, OneImportAtATime) {
  rpc::SyncStream stream = client().ClientStream(kImport);
  ImportDirectoryRequest message;
  message.mutable_header();
  stream.Write(message);
  // Once the first one holds its place, a second one is refused.
  absl::StatusOr<ImportDirectoryResponse> second = Import(List({Json(1)}));
  while (second.ok()) second = Import(List({Json(1)}));
  EXPECT_THAT(second, IsError(absl::StatusCode::kResourceExhausted, "DIRECTORY_IMPORT_RUNNING"));
  stream.Cancel();
  EXPECT_THAT(stream.Finish(), Not(IsOk()));
}

TEST_P(DirectoryServiceTest, ASilentUploadLosesItsPlace) {
  rpc::SyncStream stream = client().ClientStream(kImport);
  ImportDirectoryRequest message;
  message.mutable_header();
  stream.Write(message);
  const Files files = List({Json(1)});
  absl::StatusOr<ImportDirectoryResponse> second = Import(files);
  while (second.ok()) second = Import(files);
  EXPECT_THAT(second, IsError(absl::StatusCode::kResourceExhausted, "DIRECTORY_IMPORT_RUNNING"));
  clock_.Advance(DirectoryHandlers::kMaxSilence);
  Taken(files);
  // The silent one is told when it goes on, and takes nobody's place.
  message.mutable_file()->set_name("o.json");
  stream.Write(message);
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kAborted, "DIRECTORY_UPLOAD_SILENT"));
  Taken(files);
}

TEST_P(DirectoryServiceTest, ManyAreWrittenInBatches) {
  std::vector<std::string> organizations;
  organizations.reserve(1203);
  for (int i = 0; i < 1203; ++i) organizations.push_back(Json(i, i == 0 ? "" : Parent(i / 20)));
  // Parent 0 of the first twenty is the first itself.
  const ImportDirectoryResponse response = Taken(List(organizations));
  EXPECT_EQ(response.organizations_created(), 1203);
  EXPECT_EQ(GetOrganization(Name(1202))->parent_organization(), Name(60));
  EXPECT_EQ(Taken(List(organizations)).organizations_unchanged(), 1203);
}

TEST_P(DirectoryServiceTest, WhatGoesOutComesBackTheSame) {
  AddExamples();
  AddTaxonomy("lab-2025", 1, {"library"});
  for (const auto format :
       {ExportDirectoryRequest::FORMAT_JSON, ExportDirectoryRequest::FORMAT_PACKAGE}) {
    const Files files = Exported(format);
    EXPECT_EQ(exported_, 3);
    // Where it came from, nothing changes.
    EXPECT_EQ(Taken(files).organizations_unchanged(), 3);
    const Files labelled = Exported(format, "", "taxonomies/lab-2025");
    EXPECT_NE(labelled, files);
    EXPECT_EQ(Taken(labelled).organizations_unchanged(), 3);
  }
}

// A second registry, which is empty.
class TwoRegistriesTest : public DirectoryServiceTest {
 protected:
  TwoRegistriesTest() {
    storage::EngineOptions options;
    options.kind = GetParam();
    options.directory = directory_ / "other";
    other_ = std::make_unique<testing::InProcessServer>(
        options, clock_, [](rpc::Server& server, const storage::Database& db) {
          return std::make_unique<RegistryService>(server, db);
        });
  }
  rpc::SyncClient& client() override {
    return at_other_ ? other_->client() : RegistryTest::client();
  }

  bool at_other_ = false;

 private:
  std::unique_ptr<testing::InProcessServer> other_;
};
WEFT_ON_EVERY_ENGINE(TwoRegistriesTest);

TEST_P(TwoRegistriesTest, AnExportOfAnImportIsTheSameBytes) {
  AddExamples();
  for (int i = 0; i < 60; ++i) AddOrganization(absl::StrCat("more-", i), "organizations/system");
  for (const auto format :
       {ExportDirectoryRequest::FORMAT_JSON, ExportDirectoryRequest::FORMAT_PACKAGE}) {
    at_other_ = false;
    const Files files = Exported(format);
    at_other_ = true;
    const ImportDirectoryResponse response = Taken(files);
    EXPECT_EQ(response.problems_size(), 0) << response.DebugString();
    EXPECT_EQ(response.not_kept_size(), 0) << response.DebugString();
    EXPECT_EQ(Exported(format), files);
  }
}

TEST_P(DirectoryServiceTest, MergedOnesAreNeitherExportedNorChanged) {
  AddExamples();
  const Files before = Exported(ExportDirectoryRequest::FORMAT_JSON);
  EXPECT_EQ(exported_, 3);
  v1::MergeOrganizationsRequest merge;
  merge.set_survivor("organizations/system");
  merge.add_duplicates("organizations/zoo");
  Done<v1::MergeOrganizationsResponse>("OrganizationService/MergeOrganizations", merge);
  Exported(ExportDirectoryRequest::FORMAT_JSON);
  EXPECT_EQ(exported_, 2);
  // A directory of before states it still; it stays as it is, and the rest is taken.
  v1::GetOrganizationRequest get;
  get.set_name("organizations/zoo");
  get.set_show_merged(true);
  const auto merged = Done<v1::Organization>("OrganizationService/GetOrganization", get);
  const ImportDirectoryResponse taken = Taken(before);
  EXPECT_EQ(taken.organizations_left_alone(), 1);
  ASSERT_EQ(taken.problems_size(), 1);
  EXPECT_EQ(taken.problems(0).reason(), "ORGANIZATION_MERGED");
  EXPECT_THAT(Done<v1::Organization>("OrganizationService/GetOrganization", get),
              EqualsProto(merged));
}

TEST_P(DirectoryServiceTest, ExportsWhatTheFilterDescribes) {
  AddExamples();
  v1::DeleteOrganizationRequest remove;
  remove.set_name("organizations/zoo");
  Done<v1::Organization>("OrganizationService/DeleteOrganization", remove);
  Exported(ExportDirectoryRequest::FORMAT_JSON);
  EXPECT_EQ(exported_, 2);
  const Files files = Exported(ExportDirectoryRequest::FORMAT_JSON, "identifier_scheme = ein");
  EXPECT_EQ(exported_, 1);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].first, "organizations.json");
  // The parent's id is there although the parent is not.
  EXPECT_THAT(files[0].second,
              HasSubstr(absl::StrCat(R"("parent_organization_id":")",
                                     GetOrganization("organizations/system")->uid(), "\"")));
  Exported(ExportDirectoryRequest::FORMAT_JSON, "tag = nothing");
  EXPECT_EQ(exported_, 0);
  EXPECT_THAT(Export(ExportDirectoryRequest::FORMAT_JSON, "size > 3"),
              IsError(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_THAT(Export(ExportDirectoryRequest::FORMAT_JSON, "", "taxonomies/none"),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  EXPECT_THAT(Export(ExportDirectoryRequest::FORMAT_JSON, "", "none").status(),
              testing::Violates("taxonomy"));
  EXPECT_THAT(Export(static_cast<ExportDirectoryRequest::Format>(9)).status(),
              testing::Violates("format"));
}

TEST_P(DirectoryServiceTest, ContactsAreForThoseWhoSeeThem) {
  AddExamples();
  for (const auto format :
       {ExportDirectoryRequest::FORMAT_JSON, ExportDirectoryRequest::FORMAT_PACKAGE,
        ExportDirectoryRequest::FORMAT_CSV}) {
    const auto mentions = [&](const std::string& principal) {
      int count = 0;
      for (const auto& [name, content] : Exported(format, "", "", principal)) {
        for (size_t at = content.find("Rosa Diaz"); at != std::string::npos;
             at = content.find("Rosa Diaz", at + 1)) {
          ++count;
        }
      }
      return count;
    };
    EXPECT_EQ(mentions("users/amara"), 3);
    EXPECT_EQ(mentions("researchers/ann"), 0);
    EXPECT_EQ(mentions("organizations/library"), 1);
  }
  EXPECT_THAT(Import(List({Json(1)}), {}, End::kWhole, "researchers/ann"),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_P(DirectoryServiceTest, SheetsHaveARowForEach) {
  AddExamples();
  const Files files = Exported(ExportDirectoryRequest::FORMAT_CSV);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(std::count(files[0].second.begin(), files[0].second.end(), '\n'), 4);
  // In the order of names.
  const size_t library = files[0].second.find("\norganizations/library,");
  const size_t system = files[0].second.find("\norganizations/system,");
  ASSERT_NE(library, std::string::npos);
  EXPECT_LT(library, system);
  EXPECT_LT(system, files[0].second.find("\norganizations/zoo,"));
}

}  // namespace
}  // namespace weft::registry
