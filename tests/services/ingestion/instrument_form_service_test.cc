// Forms and differences over gRPC.
#include "tests/services/ingestion/service_fixture.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::Violates;

constexpr char kName[] = "instruments/lab-survey-2024";
constexpr char kExport[] = "InstrumentFormService/ExportInstrumentForm";
constexpr char kImport[] = "InstrumentFormService/ImportInstrumentForm";
constexpr char kDiff[] = "InstrumentFormService/DiffInstruments";

class InstrumentFormServiceTest : public IngestionTest {
 protected:
  void SetUp() override {
    AddLab();
    CreateInstrument();
  }

  v1::ExportInstrumentFormResponse Export() {
    v1::ExportInstrumentFormRequest request;
    request.set_name(kName);
    return Done<v1::ExportInstrumentFormResponse>(kExport, request);
  }

  // Of the exported form, as the second version.
  v1::ImportInstrumentFormRequest ImportRequest() {
    v1::ImportInstrumentFormRequest request;
    request.set_instrument_id("lab-survey-2025");
    v1::Instrument& instrument = *request.mutable_instrument();
    instrument.set_family("lab-survey");
    instrument.set_version(2);
    instrument.set_taxonomy("taxonomies/lab-2025");
    *request.mutable_sheets() = Export().sheets();
    return request;
  }

  v1::DiffInstrumentsResponse Diff(const std::string& name, const std::string& compare_to) {
    v1::DiffInstrumentsRequest request;
    request.set_name(name);
    request.set_compare_to(compare_to);
    return Done<v1::DiffInstrumentsResponse>(kDiff, request);
  }
};
WEFT_ON_EVERY_ENGINE(InstrumentFormServiceTest);

TEST_P(InstrumentFormServiceTest, AFormBecomesTheNextVersion) {
  const auto imported = CarefulWrite<v1::ImportInstrumentFormResponse>(kImport, ImportRequest());
  EXPECT_EQ(imported.instrument().name(), "instruments/lab-survey-2025");
  EXPECT_EQ(imported.instrument().state(), v1::Instrument::STATE_DRAFT);
  v1::GetInstrumentRequest get;
  get.set_name("instruments/lab-survey-2025");
  EXPECT_THAT(Done<v1::Instrument>("InstrumentService/GetInstrument", get),
              SameAs(imported.instrument()));
  const v1::DiffInstrumentsResponse diff = Diff(imported.instrument().name(), kName);
  // All that a form does not keep.
  ASSERT_EQ(diff.changes_size(), 3) << diff.DebugString();
  for (const v1::InstrumentChange& change : diff.changes()) {
    EXPECT_THAT(change.path(), HasSubstr("column_aliases"));
  }
}

TEST_P(InstrumentFormServiceTest, ARepetitionNeedsNoRegistry) {
  v1::ImportInstrumentFormRequest request = ImportRequest();
  request.set_request_id("00000000-0000-4000-8000-000000000002");
  const auto imported = Done<v1::ImportInstrumentFormResponse>(kImport, request);
  StopRegistry();
  EXPECT_THAT(Done<v1::ImportInstrumentFormResponse>(kImport, request), SameAs(imported));
  request.set_request_id("00000000-0000-4000-8000-000000000003");
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              IsError(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE"));
}

TEST_P(InstrumentFormServiceTest, OneFileIsTheSameForm) {
  v1::ImportInstrumentFormRequest request = ImportRequest();
  request.clear_sheets();
  request.add_sheets()->set_csv(Export().csv());
  const auto imported = Done<v1::ImportInstrumentFormResponse>(kImport, request);
  EXPECT_EQ(Diff(imported.instrument().name(), kName).changes_size(), 3);
}

TEST_P(InstrumentFormServiceTest, NotesComeWithTheDraft) {
  v1::ImportInstrumentFormRequest request = ImportRequest();
  request.clear_sheets();
  request.add_sheets()->set_csv(
      "survey\n,type,name,label,relevant\n,text,hopes,What do you hope for?,${x}=1\n"
      "settings\n,form_title\n,Hopes\n");
  const auto imported = Done<v1::ImportInstrumentFormResponse>(kImport, request);
  ASSERT_EQ(imported.notes_size(), 1);
  EXPECT_EQ(imported.notes(0).sheet(), "survey");
  EXPECT_EQ(imported.notes(0).line(), 3);
  EXPECT_EQ(imported.notes(0).column(), "relevant");
}

TEST_P(InstrumentFormServiceTest, BadFormsStoreNothing) {
  v1::ImportInstrumentFormRequest request = ImportRequest();
  request.mutable_sheets(0)->set_csv("type,name,label\nbarcode,a,A\n");
  const storage::Position before = engine().head();
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              IsError(absl::StatusCode::kInvalidArgument, "FORM_INVALID"));
  request = ImportRequest();
  request.mutable_instrument()->add_sections()->set_id("more");
  request.clear_sheets();
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              Violates("instrument.sections", "sheets"));
  request = ImportRequest();
  request.mutable_instrument()->clear_family();
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              Violates("instrument.family"));
  request = ImportRequest();
  request.mutable_instrument()->set_taxonomy("taxonomies/none");
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  request = ImportRequest();
  request.set_instrument_id("lab-survey-2024");
  request.mutable_instrument()->set_version(9);
  EXPECT_THAT(Call<v1::ImportInstrumentFormResponse>(kImport, request).status(),
              IsError(absl::StatusCode::kAlreadyExists, "INSTRUMENT_EXISTS"));
  EXPECT_EQ(engine().head(), before);
}

TEST_P(InstrumentFormServiceTest, ComparesWithWhatItSupersedes) {
  const v1::DiffInstrumentsResponse first = Diff(kName, "");
  EXPECT_EQ(first.compare_to(), "");
  EXPECT_FALSE(first.changes().empty());
  v1::PublishInstrumentRequest publish;
  publish.set_name(kName);
  Done<v1::Instrument>("InstrumentService/PublishInstrument", publish);
  v1::ImportInstrumentFormRequest request = ImportRequest();
  request.mutable_instrument()->set_supersedes(kName);
  request.mutable_instrument()->set_display_name("Lab survey 2025");
  Done<v1::ImportInstrumentFormResponse>(kImport, request);
  const v1::DiffInstrumentsResponse second = Diff("instruments/lab-survey-2025", "");
  EXPECT_EQ(second.compare_to(), kName);
  EXPECT_EQ(second.changes_size(), 4) << second.DebugString();
}

TEST_P(InstrumentFormServiceTest, WhatIsNotThere) {
  v1::ExportInstrumentFormRequest request;
  request.set_name("instruments/none");
  EXPECT_THAT(Call<v1::ExportInstrumentFormResponse>(kExport, request).status(),
              IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  v1::DiffInstrumentsRequest diff;
  diff.set_name(kName);
  diff.set_compare_to("instrument/x");
  EXPECT_THAT(Call<v1::DiffInstrumentsResponse>(kDiff, diff).status(), Violates("compare_to"));
  diff.set_compare_to("instruments/none");
  EXPECT_THAT(Call<v1::DiffInstrumentsResponse>(kDiff, diff).status(),
              IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
}

}  // namespace
}  // namespace weft::ingestion
