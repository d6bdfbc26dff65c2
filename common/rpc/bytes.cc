#include "common/rpc/bytes.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <cstdint>
#include <utility>

#include "common/rpc/hand_over.h"

namespace weft::rpc {

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::Slice whole;
  if (bytes.TrySingleSlice(&whole).ok()) {
    return message.ParseFromArray(whole.begin(), static_cast<int>(whole.size()));
  }
  grpc::ByteBuffer copy(bytes);  // of references: the reader wants a buffer that it may change
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer Share(std::shared_ptr<const std::string> bytes) {
  auto* const keep = new std::shared_ptr<const std::string>(std::move(bytes));
  grpc::Slice slice(
      const_cast<char*>((*keep)->data()), (*keep)->size(),
      [](void* kept) {
        TakeBack(kept);
        delete static_cast<std::shared_ptr<const std::string>*>(kept);
      },
      keep);
  HandOver(keep);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace weft::rpc
