#include "services/metrics/domain/catalogue.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/metrics/v1/association.pb.h"
#include "weft/metrics/v1/comparison.pb.h"
#include "weft/metrics/v1/disclosure.pb.h"
#include "weft/metrics/v1/group_comparison.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/network.pb.h"
#include "weft/metrics/v1/turnover.pb.h"

namespace weft::metrics {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

TEST(CatalogueTest, EveryMetricSaysWhatItIsAndWhatItCannotTell) {
  const std::vector<v1::MetricDefinition> catalogue = ReadCatalogue();
  ASSERT_THAT(catalogue, Not(IsEmpty()));
  std::set<std::string> ids;
  for (const v1::MetricDefinition& metric : catalogue) {
    SCOPED_TRACE(metric.id());
    EXPECT_TRUE(ids.insert(metric.id()).second);
    for (const std::string* text : {&metric.id(), &metric.display_name(), &metric.description(),
                                    &metric.formula(), &metric.base(), &metric.unit(),
                                    &metric.missing(), &metric.source(), &metric.cannot_tell()}) {
      EXPECT_THAT(*text, Not(IsEmpty()));
    }
    EXPECT_THAT(metric.fields(), Not(IsEmpty()));
    EXPECT_GE(metric.version(), 1);
  }
}

TEST(CatalogueTest, FieldsAreThere) {
  const google::protobuf::DescriptorPool& pool =
      *google::protobuf::DescriptorPool::generated_pool();
  // So that their files are in the pool.
  v1::WaveSummary::descriptor();
  v1::AssociationDetail::descriptor();
  v1::WaveComparison::descriptor();
  v1::BetweenSiteTurnover::descriptor();
  v1::GroupComparison::descriptor();
  v1::WaveContent::descriptor();
  v1::NetworkMetrics::descriptor();
  ingestion::v1::CodingSummary::descriptor();
  for (const v1::MetricDefinition& metric : ReadCatalogue()) {
    for (const std::string& field : metric.fields()) {
      // Of another service, the whole name.
      const size_t dot = field.rfind('.');
      ASSERT_NE(dot, std::string::npos) << field;
      const std::string name = field.substr(0, dot);
      const auto* message = pool.FindMessageTypeByName(
          name.find('.') == std::string::npos ? "weft.metrics.v1." + name : name);
      ASSERT_NE(message, nullptr) << field;
      EXPECT_NE(message->FindFieldByName(field.substr(dot + 1)), nullptr) << field;
    }
  }
}

}  // namespace
}  // namespace weft::metrics
