#include "common/service/feed_wire.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/storage/position.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using weft::type::v1::Change;
using weft::type::v1::ChangeBatch;
using weft::type::v1::ChangeBatches;
using weft::type::v1::WatchResponse;

constexpr uint32_t LengthDelimited(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}
constexpr uint32_t kName = LengthDelimited(Change::kNameFieldNumber);
constexpr uint32_t kType = LengthDelimited(Change::kTypeFieldNumber);
constexpr uint32_t kChange = LengthDelimited(ChangeBatch::kChangesFieldNumber);
constexpr uint32_t kBatch = LengthDelimited(ChangeBatches::kBatchesFieldNumber);
constexpr uint32_t kBatches = LengthDelimited(WatchResponse::kChangesFieldNumber);
constexpr uint32_t kResumePosition = LengthDelimited(WatchResponse::kResumePositionFieldNumber);

bool ReadText(CodedInputStream& input, absl::string_view& text) {
  uint32_t size = 0;
  const void* data = nullptr;
  int left = 0;
  if (!input.ReadVarint32(&size)) return false;
  if (size == 0) {
    text = absl::string_view();
    return true;
  }
  if (!input.GetDirectBufferPointer(&data, &left) || static_cast<uint32_t>(left) < size) {
    return false;
  }
  text = absl::string_view(static_cast<const char*>(data), size);
  return input.Skip(static_cast<int>(size));
}

// Bytes of a field whose content has `size` bytes.
size_t FieldSize(uint32_t tag, size_t size) {
  return CodedOutputStream::VarintSize32(tag) + CodedOutputStream::VarintSize64(size) + size;
}
uint8_t* WriteHeader(uint32_t tag, size_t size, uint8_t* to) {
  to = CodedOutputStream::WriteTagToArray(tag, to);
  return CodedOutputStream::WriteVarint64ToArray(size, to);
}
uint8_t* WriteField(uint32_t tag, absl::string_view content, uint8_t* to) {
  to = WriteHeader(tag, content.size(), to);
  return CodedOutputStream::WriteRawToArray(content.data(), static_cast<int>(content.size()), to);
}

// The wanted records of one commit.
struct Wanted {
  std::vector<absl::string_view> records;
  size_t bytes = 0;  // of the ChangeBatch
};

}  // namespace

std::optional<RecordKey> PeekRecord(absl::string_view record) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(record.data()),
                         static_cast<int>(record.size()));
  RecordKey key;
  for (uint32_t tag = input.ReadTag(); tag != 0; tag = input.ReadTag()) {
    bool read = false;
    if (tag == kName) {
      read = ReadText(input, key.name);
    } else if (tag == kType) {
      read = ReadText(input, key.type);
    } else {
      read = WireFormatLite::SkipField(&input, tag);
    }
    if (!read) return std::nullopt;
  }
  if (!input.ConsumedEntireMessage()) return std::nullopt;
  return key;
}

absl::StatusOr<std::string> SerializeWanted(const storage::FeedPage& page,
                                            const FeedFilter& filter) {
  std::vector<Wanted> batches;
  size_t bytes = 0;
  for (const auto& commit : page.commits) {
    Wanted wanted;
    for (const std::string& record : commit->changes) {
      const std::optional<RecordKey> key = PeekRecord(record);
      if (!key.has_value()) return FeedCorrupt(commit->position);
      if (!filter.Wants(key->type, key->name)) continue;
      wanted.records.push_back(record);
      wanted.bytes += FieldSize(kChange, record.size());
    }
    if (wanted.records.empty()) continue;
    bytes += FieldSize(kBatch, wanted.bytes);
    batches.push_back(std::move(wanted));
  }
  std::string message;
  if (batches.empty()) return message;
  const std::string resume_position = page.end.ToString();
  message.resize(FieldSize(kBatches, bytes) + FieldSize(kResumePosition, resume_position.size()));
  uint8_t* to = WriteHeader(kBatches, bytes, reinterpret_cast<uint8_t*>(message.data()));
  for (const Wanted& batch : batches) {
    to = WriteHeader(kBatch, batch.bytes, to);
    for (const absl::string_view record : batch.records) to = WriteField(kChange, record, to);
  }
  WriteField(kResumePosition, resume_position, to);
  return message;
}

}  // namespace weft::service
