#include "services/metrics/store/rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/storage/keys.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using storage::Entry;
using store::v1::SiteRecord;

bool Wants(const SiteFilter& filter, const SiteRecord& site) {
  if (!site.invited()) return false;
  if (filter.counted_at != v1::REVIEW_FLOOR_UNSPECIFIED &&
      AnswersAt(site, filter.counted_at) == nullptr) {
    return false;
  }
  return filter.cohort.empty() || std::find(site.cohorts().begin(), site.cohorts().end(),
                                            filter.cohort) != site.cohorts().end();
}

}  // namespace

absl::Status ParseRow(const Entry& entry, google::protobuf::MessageLite& row) {
  if (row.ParseFromString(entry.value)) return absl::OkStatus();
  return Error(
      absl::StatusCode::kDataLoss, "ROW_CORRUPT",
      absl::StrCat("the row at ", storage::KeyToText(entry.key), " is no ", row.GetTypeName(),
                   "; stop the server and delete everything in its data directory but releases/, "
                   "to rebuild it from the feeds"));
}

Task<absl::StatusOr<std::optional<WaveFrame>>> ReadFrame(storage::Reader& reader,
                                                         std::string wave) {
  absl::StatusOr<std::optional<ingestion::v1::Wave>> found =
      co_await FindRow<ingestion::v1::Wave>(reader, WaveKey(wave));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  std::optional<WaveFrame> frame;
  if (!found->has_value()) co_return frame;
  frame.emplace().wave = **std::move(found);

  absl::StatusOr<std::optional<ingestion::v1::Instrument>> instrument =
      co_await FindRow<ingestion::v1::Instrument>(
          reader, InstrumentKey(IdOfName(frame->wave.instrument())));
  WEFT_CO_RETURN_IF_ERROR(instrument.status());
  if (!instrument->has_value()) co_return frame;
  frame->instrument = **std::move(instrument);

  absl::StatusOr<std::optional<registry::v1::Taxonomy>> taxonomy =
      co_await FindRow<registry::v1::Taxonomy>(reader,
                                               TaxonomyKey(IdOfName(frame->instrument.taxonomy())));
  WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
  if (taxonomy->has_value()) frame->taxonomy = **std::move(taxonomy);
  co_return frame;
}

Task<absl::StatusOr<Aggregate>> ReadAggregate(storage::Reader& reader, std::string wave,
                                              std::string cohort, v1::ReviewFloor floor,
                                              std::vector<uint32_t> parts) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::vector<std::string> keys;
  keys.reserve(parts.size());
  for (const uint32_t part : parts) keys.push_back(AggregateKey(wave, cohort, floor, part));
  absl::StatusOr<std::vector<std::optional<Entry>>> entries =
      co_await reader.GetMany(std::move(keys));
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  Aggregate aggregate;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::optional<Entry>& entry = (*entries)[i];
    if (!entry.has_value()) continue;
    absl::StatusOr<Histogram> histogram = DecodeHistogram(entry->value);
    WEFT_CO_RETURN_IF_ERROR(histogram.status());
    aggregate.MutablePart(parts[i]) = *std::move(histogram);
  }
  co_return aggregate;
}

Task<absl::StatusOr<SitePage>> ReadSites(storage::Reader& reader, std::string wave,
                                         SiteFilter filter, std::string after, size_t rows) {
  storage::KeyRange range = SiteRange(wave);
  if (!after.empty()) range.begin = SiteKeyOf(wave, after) + '\0';
  const storage::ScanOptions options{.limit = rows};
  absl::StatusOr<std::vector<Entry>> entries = co_await reader.Scan(std::move(range), options);
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  SitePage page;
  for (const Entry& entry : *entries) {
    store::v1::SiteRow row;
    WEFT_CO_RETURN_IF_ERROR(ParseRow(entry, row));
    page.next_after = std::string(IdOfName(row.record().site()));
    if (Wants(filter, row.record())) page.sites.push_back(std::move(*row.mutable_record()));
  }
  if (entries->size() < options.limit) page.next_after.clear();
  co_return page;
}

}  // namespace weft::metrics
