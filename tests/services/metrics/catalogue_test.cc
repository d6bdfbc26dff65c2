#include "services/metrics/domain/catalogue.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "weft/metrics/v1/association.pb.h"
#include "weft/metrics/v1/comparison.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

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
  for (const v1::MetricDefinition& metric : ReadCatalogue()) {
    for (const std::string& field : metric.fields()) {
      const std::vector<std::string> parts = absl::StrSplit(field, '.');
      ASSERT_EQ(parts.size(), 2u) << field;
      const auto* message = pool.FindMessageTypeByName("weft.metrics.v1." + parts[0]);
      ASSERT_NE(message, nullptr) << field;
      EXPECT_NE(message->FindFieldByName(parts[1]), nullptr) << field;
    }
  }
}

}  // namespace
}  // namespace weft::metrics
