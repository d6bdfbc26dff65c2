#include "services/metrics/domain/histogram.h"

#include <algorithm>
#include <bit>

#include "common/base/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "weft/metrics/store/v1/read_model.pb.h"

namespace weft::metrics {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
using Message = store::v1::Histogram;

absl::Status Corrupt(absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT", what);
}

// How many times every key can be halved. Numbers as keys end with many zeros, which are not
// stored.
int CommonShift(const Histogram& histogram) {
  uint64_t bits = 0;
  for (const auto& [key, count] : histogram) bits |= key;
  return bits == 0 ? 0 : std::countr_zero(bits);
}

uint8_t* WriteHead(int field, size_t size, uint8_t* at) {
  at = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), at);
  return CodedOutputStream::WriteVarint64ToArray(size, at);
}

}  // namespace

Histogram::Histogram(std::initializer_list<value_type> entries) : entries_(entries) {
  std::sort(entries_.begin(), entries_.end());
}

uint64_t Histogram::Count(uint64_t key) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), value_type(key, 0));
  return found == entries_.end() || found->first != key ? 0 : found->second;
}

absl::Status Histogram::Add(absl::Span<const KeyChange> changes) {
  std::vector<value_type> merged;
  merged.reserve(entries_.size() + changes.size());
  auto next = entries_.begin();
  for (const KeyChange& change : changes) {
    const auto place = std::lower_bound(next, entries_.end(), value_type(change.key, 0));
    merged.insert(merged.end(), next, place);
    next = place;
    int64_t count = change.count;
    if (next != entries_.end() && next->first == change.key) {
      count += static_cast<int64_t>(next->second);
      ++next;
    }
    if (count < 0) return Corrupt("more was taken off an aggregate than was in it");
    if (count > 0) merged.emplace_back(change.key, static_cast<uint64_t>(count));
  }
  merged.insert(merged.end(), next, entries_.end());
  entries_.swap(merged);
  return absl::OkStatus();
}

// By hand, because each step of the feed writes tens of thousands of entries anew.
std::string EncodeHistogram(const Histogram& histogram) {
  std::string bytes;
  if (histogram.empty()) return bytes;
  const int shift = CommonShift(histogram);
  size_t steps_size = 0;
  size_t counts_size = 0;
  uint64_t previous = 0;
  for (const auto& [key, count] : histogram) {
    steps_size += CodedOutputStream::VarintSize64((key - previous) >> shift);
    counts_size += CodedOutputStream::VarintSize64(count);
    previous = key;
  }
  // Three tags of one byte, two lengths and the shift.
  constexpr size_t kMostHeads = 3 + 2 * 10 + 1;
  bytes.resize(kMostHeads + steps_size + counts_size);
  auto* const begin = reinterpret_cast<uint8_t*>(bytes.data());
  uint8_t* at = WriteHead(Message::kKeyStepsFieldNumber, steps_size, begin);
  previous = 0;
  for (const auto& [key, count] : histogram) {
    at = CodedOutputStream::WriteVarint64ToArray((key - previous) >> shift, at);
    previous = key;
  }
  at = WriteHead(Message::kCountsFieldNumber, counts_size, at);
  for (const auto& [key, count] : histogram) {
    at = CodedOutputStream::WriteVarint64ToArray(count, at);
  }
  if (shift > 0) {
    at = WireFormatLite::WriteUInt32ToArray(Message::kKeyShiftFieldNumber,
                                            static_cast<uint32_t>(shift), at);
  }
  bytes.resize(static_cast<size_t>(at - begin));
  return bytes;
}

absl::StatusOr<Histogram> DecodeHistogram(absl::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      message.key_steps_size() != message.counts_size() || message.key_shift() > 63) {
    return Corrupt("a stored histogram cannot be read");
  }
  Histogram histogram;
  histogram.entries_.reserve(static_cast<size_t>(message.counts_size()));
  uint64_t key = 0;
  for (int i = 0; i < message.counts_size(); ++i) {
    if (message.counts(i) == 0 || (i > 0 && message.key_steps(i) == 0)) {
      return Corrupt("a stored histogram is not in its one form");
    }
    key += message.key_steps(i) << message.key_shift();
    histogram.entries_.emplace_back(key, message.counts(i));
  }
  if (CommonShift(histogram) != static_cast<int>(message.key_shift())) {
    return Corrupt("a stored histogram is not in its one form");
  }
  return histogram;
}

}  // namespace weft::metrics
