// ImportResponses against an engine, without a server: what is kept, and what is refused.
#include "services/ingestion/service/import_handlers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/import/file_hash.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/import_lab.h"
#include "tests/services/ingestion/import/reading.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

using Messages = std::vector<v1::ImportResponsesRequest>;

v1::ImportResponsesRequest Header(const std::string& text = "") {
  auto message = FromText<v1::ImportResponsesRequest>("header { " + text + " }");
  if (message.header().parent().empty()) message.mutable_header()->set_parent("waves/w1");
  return message;
}
v1::ImportResponsesRequest Chunk(std::string bytes) {
  v1::ImportResponsesRequest message;
  message.set_chunk(std::move(bytes));
  return message;
}
v1::ImportResponsesRequest End(int size, const std::string& sha256 = "") {
  v1::ImportResponsesRequest message;
  message.mutable_end()->set_size_bytes(size);
  message.mutable_end()->set_sha256(sha256);
  return message;
}

class ImportHandlersTest : public ::testing::Test {
 protected:
  ImportHandlersTest() {
    lab_.Seed(LenientInstrument(), 5);
    lab_.StartRunner();
  }
  void ExpectNothingKept() {
    EXPECT_THAT(lab_.All(lab_.tables().imports), IsEmpty());
    EXPECT_THAT(lab_.All(lab_.tables().progress, "waves/-/imports/-"), IsEmpty());
    EXPECT_THAT(lab_.All(lab_.tables().spool, "waves/-/imports/-"), IsEmpty());
    EXPECT_THAT(lab_.All(lab_.tables().responses), IsEmpty());
  }

  ImportLab lab_;
};

TEST_F(ImportHandlersTest, AStreamThatIsCutKeepsNothing) {
  // Small enough to be in memory still, and large enough to be stored in part.
  for (const int size : {10, (kLabMaxFileMiB - 1) << 20}) {
    Messages messages = {Header()};
    for (int at = 0; at < size; at += 1 << 20) {
      messages.push_back(Chunk(std::string(static_cast<size_t>(std::min(size, 1 << 20)), 'x')));
    }
    EXPECT_THAT(lab_.SendMessages(messages),
                IsError(absl::StatusCode::kInvalidArgument, "STREAM_CUT"));
    ExpectNothingKept();
    EXPECT_EQ(lab_.SendMessages(messages, absl::CancelledError("gone")).status(),
              absl::CancelledError("gone"));
    ExpectNothingKept();
  }
}

TEST_F(ImportHandlersTest, TheEndMustSayWhatCame) {
  const std::string file = LabFile(1);
  const int size = static_cast<int>(file.size());
  EXPECT_THAT(lab_.SendMessages({Header(), Chunk(file), End(size + 1)}),
              IsError(absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH"));
  EXPECT_THAT(lab_.SendMessages({Header(), Chunk(file), End(size, std::string(64, '0'))}),
              IsError(absl::StatusCode::kInvalidArgument, "HASH_MISMATCH"));
  ExpectNothingKept();
  FileHash hash;
  hash.Update(file);
  const std::string sha256 = hash.Hex();
  const absl::StatusOr<v1::Import> import =
      lab_.SendMessages({Header(), Chunk(file.substr(0, 3)), Chunk(""), Chunk(file.substr(3)),
                         End(size, absl::AsciiStrToUpper(sha256))});
  ASSERT_THAT(import, IsOk());
  EXPECT_EQ(import->sha256(), sha256);
  EXPECT_EQ(import->size_bytes(), size);
}

TEST_F(ImportHandlersTest, MalformedStreamsAreToldWhatIsExpected) {
  EXPECT_THAT(lab_.SendMessages({}), IsError(absl::StatusCode::kInvalidArgument, "STREAM_CUT"));
  EXPECT_THAT(lab_.SendMessages({Chunk("x")}),
              IsError(absl::StatusCode::kInvalidArgument, "HEADER_MISSING"));
  EXPECT_THAT(lab_.SendMessages({v1::ImportResponsesRequest()}),
              IsError(absl::StatusCode::kInvalidArgument, "HEADER_MISSING"));
  EXPECT_THAT(lab_.SendMessages({Header(), Header()}),
              IsError(absl::StatusCode::kInvalidArgument, "MESSAGE_UNEXPECTED"));
  EXPECT_THAT(lab_.SendMessages({Header(), Chunk(std::string((1 << 20) + 1, 'x'))}),
              IsError(absl::StatusCode::kInvalidArgument, "CHUNK_TOO_LARGE"));
  EXPECT_THAT(lab_.SendMessages({Header("parent: 'x' import_id: 'Not an id' format: 99")}).status(),
              testing::Violates("header.parent", "header.import_id", "header.format"));
  EXPECT_THAT(lab_.SendMessages({Header("display_name: '" + std::string(201, 'x') + "'")}).status(),
              testing::Violates("header.display_name"));
  EXPECT_THAT(lab_.SendMessages({Header("parent: 'waves/w2'")}),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  ExpectNothingKept();
}

TEST_F(ImportHandlersTest, TooLargeAFileIsRefusedWhileItComes) {
  Messages messages = {Header()};
  for (int i = 0; i <= kLabMaxFileMiB; ++i) messages.push_back(Chunk(std::string(1 << 20, 'x')));
  EXPECT_THAT(lab_.SendMessages(std::move(messages)),
              IsError(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE"));
  ExpectNothingKept();
}

TEST(ImportChunksTest, AFileOfSeveralChunksIsReadAsOne) {
  // Rows cross the borders of messages and chunk rows.
  constexpr int kSites = 150;
  const std::string file = LabFile(kSites, 0, 9000);
  ASSERT_GT(file.size(), size_t{5} * kChunkBytes);
  for (const size_t step : {size_t{9999}, size_t{1} << 20}) {
    ImportLab lab;
    lab.Seed(LenientInstrument(), kSites);
    lab.StartRunner();
    const absl::StatusOr<v1::Import> import = lab.Send(file, {}, step);
    ASSERT_THAT(import, IsOk());
    EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->DebugString();
    EXPECT_EQ(import->sites_applied(), kSites);
    for (const v1::OpenAnswer& answer :
         lab.All(lab.tables().open_answers, "waves/w1/responses/-")) {
      EXPECT_EQ(answer.text(), std::string(9000, 'x'));
    }
    EXPECT_THAT(lab.All(lab.tables().spool, "waves/-/imports/-"), IsEmpty());
  }
}

TEST_F(ImportHandlersTest, IdsAreMadeFromFileAndOptions) {
  const std::string file = LabFile(1);
  const auto id = [&](const std::string& header) {
    const absl::StatusOr<v1::Import> import =
        lab_.SendMessages({Header(header), Chunk(file), End(static_cast<int>(file.size()))});
    EXPECT_THAT(import, IsOk());
    return import.ok() ? import->name() : "";
  };
  const std::string plain = id("");
  EXPECT_EQ(plain.size(), std::string("waves/w1/imports/").size() + 32);
  EXPECT_EQ(id("display_name: 'again'"), plain);
  EXPECT_EQ(id("dry_run: true"), plain + "-check");
  EXPECT_EQ(id("partial: true"), plain + "-partial");
  EXPECT_EQ(id("format: FILE_FORMAT_WIDE dry_run: true partial: true"),
            plain + "-wide-check-partial");
  EXPECT_EQ(id("import_id: 'mine'"), "waves/w1/imports/mine");
  EXPECT_EQ(id("import_id: 'mine' format: FILE_FORMAT_WIDE"), "waves/w1/imports/mine");
}

TEST_F(ImportHandlersTest, AnIdBelongsToOneFileWithItsOptions) {
  v1::ImportHeader header;
  header.set_import_id("mine");
  ASSERT_THAT(lab_.Send(LabFile(1), header), IsOk());
  EXPECT_THAT(lab_.Send(LabFile(2), header),
              IsError(absl::StatusCode::kAlreadyExists, "IMPORT_EXISTS"));
  header.set_partial(true);
  EXPECT_THAT(lab_.Send(LabFile(1), header),
              IsError(absl::StatusCode::kAlreadyExists, "IMPORT_EXISTS"));
  EXPECT_THAT(lab_.All(lab_.tables().spool, "waves/-/imports/-"), IsEmpty());
}

TEST_F(ImportHandlersTest, TheSameFileTwiceWritesNothing) {
  ASSERT_THAT(lab_.Send(LabFile(5)), IsOk());
  const storage::Position head = lab_.engine().head();
  const absl::StatusOr<v1::Import> again = lab_.Send(LabFile(5));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->sites_applied(), 5);
  EXPECT_EQ(again->sites_unchanged(), 0);
  EXPECT_EQ(lab_.engine().head(), head);
  // Under another name it is another import, and changes nothing but that.
  v1::ImportHeader header;
  header.set_import_id("other");
  const absl::StatusOr<v1::Import> other = lab_.Send(LabFile(5), header);
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(other->sites_applied(), 5);
  EXPECT_EQ(other->sites_unchanged(), 5);
  EXPECT_THAT(lab_.All(lab_.tables().revisions, "waves/w1/responses/-"), SizeIs(5));
}

TEST_F(ImportHandlersTest, WhatAppliedNothingIsCheckedAnew) {
  const std::string file = LabFile(6);
  const absl::StatusOr<v1::Import> failed = lab_.Send(file);
  ASSERT_THAT(failed, IsOk());
  EXPECT_EQ(failed->state(), v1::Import::STATE_FAILED);
  EXPECT_EQ(failed->error_count(), 1);
  EXPECT_EQ(failed->position(), "");
  v1::ImportHeader check;
  check.set_dry_run(true);
  const absl::StatusOr<v1::Import> checked = lab_.Send(file, check);
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->state(), v1::Import::STATE_FAILED);
  EXPECT_THAT(lab_.All(lab_.tables().responses), IsEmpty());

  lab_.AddRosterEntry(LabSite(6), "Place 6");
  const absl::StatusOr<v1::Import> rechecked = lab_.Send(file, check);
  ASSERT_THAT(rechecked, IsOk());
  EXPECT_EQ(rechecked->name(), checked->name());
  EXPECT_EQ(rechecked->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(rechecked->sites_accepted(), 6);
  EXPECT_EQ(rechecked->sites_applied(), 0);
  EXPECT_THAT(lab_.All(lab_.tables().responses), IsEmpty());

  const absl::StatusOr<v1::Import> applied = lab_.Send(file);
  ASSERT_THAT(applied, IsOk());
  EXPECT_EQ(applied->name(), failed->name());
  EXPECT_EQ(applied->uid(), failed->uid());
  EXPECT_EQ(applied->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(applied->error_count(), 0);
  EXPECT_THAT(applied->problems(), IsEmpty());
  EXPECT_THAT(lab_.All(lab_.tables().responses), SizeIs(6));
}

TEST_F(ImportHandlersTest, PartialImportsTakeWhatIsRight) {
  std::string file = LabFile(6);
  v1::ImportHeader header;
  header.set_partial(true);
  const absl::StatusOr<v1::Import> import = lab_.Send(file, header);
  ASSERT_THAT(import, IsOk());
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(import->sites_accepted(), 5);
  EXPECT_EQ(import->sites_rejected(), 1);
  EXPECT_EQ(import->sites_applied(), 5);
  EXPECT_EQ(import->error_count(), 1);
  // Not when the whole file is in doubt, and not when nothing is right.
  for (const std::string& bad :
       {LabFile(3) + "site-0004,\"school\n", std::string("site,setting,x\nsite-0001,school,\n"),
        std::string("site,setting\nnowhere,school\n")}) {
    const absl::StatusOr<v1::Import> failed = lab_.Send(bad, header);
    ASSERT_THAT(failed, IsOk());
    EXPECT_EQ(failed->state(), v1::Import::STATE_FAILED) << bad;
    EXPECT_EQ(failed->sites_applied(), 0);
  }
}

TEST_F(ImportHandlersTest, ReportsTheFormatAndWhatWasRead) {
  v1::ImportHeader header;
  header.set_display_name("answers.csv");
  const absl::StatusOr<v1::Import> import = lab_.Send(
      "site,item,partner_type,value\nsite-0001,setting,,school\nsite-0002,setting,,NA\n"
      "site-0002,students,,3\nsite-0003,students,,\n",
      header);
  ASSERT_THAT(import, IsOk());
  EXPECT_EQ(import->display_name(), "answers.csv");
  EXPECT_EQ(import->format(), v1::FILE_FORMAT_TIDY);
  EXPECT_EQ(import->rows_read(), 4);
  EXPECT_EQ(import->sites_applied(), 2);
  EXPECT_EQ(import->warning_count(), 2);
  EXPECT_THAT(import->columns(), SizeIs(4));
  EXPECT_THAT(lab_.All(lab_.tables().responses), SizeIs(2));
}

TEST_F(ImportHandlersTest, AnEmptyFileIsAnImportThatFailed) {
  const absl::StatusOr<v1::Import> import = lab_.Send("");
  ASSERT_THAT(import, IsOk());
  EXPECT_EQ(import->state(), v1::Import::STATE_FAILED);
  ASSERT_THAT(import->problems(), SizeIs(1));
  EXPECT_EQ(import->problems(0).reason(), "EMPTY_FILE");
  EXPECT_THAT(lab_.All(lab_.tables().spool, "waves/-/imports/-"), IsEmpty());
}

TEST(ImportTextsTest, RequiredTextsMayBeThereAlready) {
  v1::Instrument instrument = ExampleDraft();
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) {
      question.set_required(question.id() == "hopes");
    }
  }
  ASSERT_THAT(Publish(ExampleTaxonomy(), instrument), IsOk());
  ImportLab lab;
  lab.Seed(instrument, 2);
  lab.StartRunner();
  const absl::StatusOr<v1::Import> first = lab.Send("site,setting,hopes\nsite-0001,school,more\n");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->state(), v1::Import::STATE_SUCCEEDED) << first->DebugString();
  // An exported file has no texts, and can be imported all the same; not so for another site.
  v1::ExportResponsesRequest request;
  request.set_parent("waves/w1");
  request.set_floor(v1::ExportResponsesRequest::REVIEW_FLOOR_SUBMITTED);
  const absl::StatusOr<v1::Import> again = lab.Send(lab.Export(request));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->sites_unchanged(), 1) << again->DebugString();
  const absl::StatusOr<v1::Import> other = lab.Send("site,setting\nsite-0002,school\n");
  ASSERT_THAT(other, IsOk());
  ASSERT_THAT(other->problems(), SizeIs(1));
  EXPECT_EQ(other->problems(0).reason(), "NOT_ANSWERED");
}

}  // namespace
}  // namespace weft::ingestion
