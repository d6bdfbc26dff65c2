// Every method of the ingestion service, called with nothing.
#include "tests/services/ingestion/service_fixture.h"
#include "tests/testing/empty_request_sweep.h"

namespace weft::ingestion {
namespace {

class EmptyRequestsTest : public IngestionTest {};
INSTANTIATE_TEST_SUITE_P(Engines, EmptyRequestsTest, ::testing::Values("memory"), EngineName);

TEST_P(EmptyRequestsTest, AreRefusedWithAReason) {
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.InstrumentService",
                                  {"ListInstruments"});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.InstrumentFormService", {});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.WaveService", {"ListWaves"});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.ResponseService", {});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.OpenAnswerService", {});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.ImportService", {});
  testing::SweepWithEmptyRequests(client(), "weft.ingestion.v1.ChangeService",
                                  {"Watch", "ListChanges"});
}

}  // namespace
}  // namespace weft::ingestion
