#include "services/ingestion/domain/instrument_index.h"
#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

constexpr char kName[] = "instruments/lab-survey-2024";

class InstrumentServiceTest : public IngestionTest {
 protected:
  absl::StatusOr<v1::Instrument> Get(const std::string& name = kName) {
    v1::GetInstrumentRequest request;
    request.set_name(name);
    return Call<v1::Instrument>("InstrumentService/GetInstrument", request);
  }
  absl::StatusOr<v1::Instrument> Publish(const std::string& etag = "") {
    v1::PublishInstrumentRequest request;
    request.set_name(kName);
    request.set_etag(etag);
    return Call<v1::Instrument>("InstrumentService/PublishInstrument", request);
  }
  static v1::CreateInstrumentRequest CreateRequest(const std::string& id, int version = 1) {
    v1::CreateInstrumentRequest request;
    request.set_instrument_id(id);
    *request.mutable_instrument() = ExampleDraft();
    request.mutable_instrument()->set_version(version);
    return request;
  }
  static v1::UpdateInstrumentRequest Rename(const std::string& display_name) {
    v1::UpdateInstrumentRequest request;
    request.mutable_instrument()->set_name(kName);
    request.mutable_instrument()->set_display_name(display_name);
    return request;
  }
};
WEFT_ON_EVERY_ENGINE(InstrumentServiceTest);

TEST_P(InstrumentServiceTest, CreatesADraft) {
  v1::CreateInstrumentRequest request = CreateRequest("lab-survey-2024");
  request.mutable_instrument()->set_name("instruments/ignored");
  request.mutable_instrument()->set_state(v1::Instrument::STATE_PUBLISHED);
  request.mutable_instrument()->add_partner_types("ignored");
  const auto created = CarefulWrite<v1::Instrument>("InstrumentService/CreateInstrument", request);
  EXPECT_EQ(created.name(), kName);
  EXPECT_EQ(created.state(), v1::Instrument::STATE_DRAFT);
  EXPECT_TRUE(created.partner_types().empty());
  EXPECT_FALSE(created.uid().empty());
  EXPECT_THAT(*Get(), SameAs(created));
}

TEST_P(InstrumentServiceTest, RefusesWhatIsNoDraft) {
  v1::CreateInstrumentRequest request = CreateRequest("Lab Survey");
  request.mutable_instrument()->clear_family();
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/CreateInstrument", request).status(),
              Violates("instrument_id", "instrument.family"));
}

TEST_P(InstrumentServiceTest, KeepsIdsAndVersionsApart) {
  CreateInstrument();
  const auto create = [&](const std::string& id, int version) {
    return Call<v1::Instrument>("InstrumentService/CreateInstrument", CreateRequest(id, version));
  };
  EXPECT_THAT(create("lab-survey-2024", 2),
              IsError(absl::StatusCode::kAlreadyExists, "INSTRUMENT_EXISTS"));
  EXPECT_THAT(create("lab-survey-2025", 1),
              IsError(absl::StatusCode::kAlreadyExists, "INSTRUMENT_FAMILY_VERSION_TAKEN"));
  EXPECT_THAT(create("lab-survey-2025", 2), IsOk());
}

TEST_P(InstrumentServiceTest, SupersedesOnlyAPublishedOlderVersionOfItsFamily) {
  AddLab();
  CreateInstrument();
  v1::CreateInstrumentRequest request = CreateRequest("lab-survey-2025", 2);
  request.mutable_instrument()->set_supersedes("instruments/nothing");
  const auto create = [&] {
    return Call<v1::Instrument>("InstrumentService/CreateInstrument", request);
  };
  EXPECT_THAT(create(), IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  request.mutable_instrument()->set_supersedes(kName);
  EXPECT_THAT(create(), IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_NOT_PUBLISHED"));
  ASSERT_THAT(Publish(), IsOk());
  request.mutable_instrument()->set_family("other");
  EXPECT_THAT(create().status(), Violates("instrument.supersedes"));
  request.mutable_instrument()->set_family("lab-survey");
  EXPECT_THAT(create(), IsOk());
}

TEST_P(InstrumentServiceTest, ListsByNameInPages) {
  CreateInstrument();
  Done<v1::Instrument>("InstrumentService/CreateInstrument", CreateRequest("a-survey", 2));
  v1::ListInstrumentsRequest request;
  request.set_page_size(1);
  auto page = Done<v1::ListInstrumentsResponse>("InstrumentService/ListInstruments", request);
  ASSERT_EQ(page.instruments_size(), 1);
  EXPECT_EQ(page.instruments(0).name(), "instruments/a-survey");
  request.set_page_token(page.next_page_token());
  page = Done<v1::ListInstrumentsResponse>("InstrumentService/ListInstruments", request);
  EXPECT_EQ(page.instruments(0).name(), kName);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_P(InstrumentServiceTest, ChangesADraft) {
  const v1::Instrument created = CreateInstrument();
  const auto changed =
      CarefulWrite<v1::Instrument>("InstrumentService/UpdateInstrument", Rename("Renamed"));
  EXPECT_EQ(changed.display_name(), "Renamed");
  EXPECT_EQ(changed.sections_size(), 2);
  EXPECT_NE(changed.etag(), created.etag());

  v1::UpdateInstrumentRequest stale = Rename("Again");
  stale.mutable_instrument()->set_etag(created.etag());
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/UpdateInstrument", stale),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::UpdateInstrumentRequest immutable = Rename("Again");
  immutable.mutable_instrument()->set_version(7);
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/UpdateInstrument", immutable).status(),
              Violates("version"));
  v1::UpdateInstrumentRequest broken = Rename(std::string(64, 'x'));
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/UpdateInstrument", broken).status(),
              Violates("instrument.display_name"));
  v1::UpdateInstrumentRequest missing = Rename("x");
  missing.mutable_instrument()->set_name("instruments/nothing");
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/UpdateInstrument", missing),
              IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
}

TEST_P(InstrumentServiceTest, DeletesADraft) {
  CreateInstrument();
  v1::DeleteInstrumentRequest request;
  request.set_name(kName);
  CarefulWrite<Empty>("InstrumentService/DeleteInstrument", request);
  EXPECT_THAT(Get(), IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
}

TEST_P(InstrumentServiceTest, PublishesWithTheTaxonomysTypes) {
  AddLab();
  const v1::Instrument draft = CreateInstrument();
  v1::PublishInstrumentRequest request;
  request.set_name(kName);
  request.set_etag(draft.etag());
  const auto published =
      CarefulWrite<v1::Instrument>("InstrumentService/PublishInstrument", request);
  EXPECT_EQ(published.state(), v1::Instrument::STATE_PUBLISHED);
  EXPECT_THAT(published.partner_types(), ElementsAre("cbo", "school_district", "k12_school"));

  // Again, with the draft's etag: nothing to do, and no registry needed.
  StopRegistry();
  EXPECT_THAT(*Publish(draft.etag()), SameAs(published));
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/UpdateInstrument", Rename("x")),
              IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_PUBLISHED"));
  v1::DeleteInstrumentRequest remove;
  remove.set_name(kName);
  EXPECT_THAT(Call<Empty>("InstrumentService/DeleteInstrument", remove),
              IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_PUBLISHED"));
}

TEST_P(InstrumentServiceTest, PublishesOnlyWithAPublishedTaxonomyAndWhenComplete) {
  const v1::Instrument draft = CreateInstrument();
  EXPECT_THAT(Publish(), IsError(absl::StatusCode::kNotFound, "TAXONOMY_NOT_FOUND"));
  registry::v1::CreateTaxonomyRequest create;
  create.set_taxonomy_id("lab-2025");
  *create.mutable_taxonomy() = ExampleTaxonomy();
  InRegistry<registry::v1::Taxonomy>("TaxonomyService/CreateTaxonomy", create);
  EXPECT_THAT(Publish(), IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
  registry::v1::PublishTaxonomyRequest publish;
  publish.set_name("taxonomies/lab-2025");
  InRegistry<registry::v1::Taxonomy>("TaxonomyService/PublishTaxonomy", publish);

  EXPECT_THAT(Publish("\"0000000000000000\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::UpdateInstrumentRequest update;
  update.mutable_instrument()->set_name(kName);
  update.mutable_update_mask()->add_paths("levels");
  Done<v1::Instrument>("InstrumentService/UpdateInstrument", update);
  EXPECT_THAT(Publish(), IsError(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INCOMPLETE"));
  *update.mutable_instrument()->mutable_levels() = draft.levels();
  Done<v1::Instrument>("InstrumentService/UpdateInstrument", update);
  EXPECT_THAT(Publish(), IsOk());
}

TEST_P(InstrumentServiceTest, SaysWhichRegistryDoesNotAnswer) {
  CreateInstrument();
  StopRegistry();
  const absl::Status status = Publish().status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("the registry at 127.0.0.1:"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(status, retry));
  EXPECT_EQ(Get()->state(), v1::Instrument::STATE_DRAFT);
}

}  // namespace
}  // namespace weft::ingestion
