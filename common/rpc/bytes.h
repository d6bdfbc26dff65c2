// Messages to and from gRPC's byte buffers. Internal to common/rpc.
#ifndef WEFT_COMMON_RPC_BYTES_H_
#define WEFT_COMMON_RPC_BYTES_H_

#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "google/protobuf/message_lite.h"

namespace weft::rpc {

// False when `bytes` are not a message of this type.
bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

// One slice, filled in one pass.
grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

// A buffer that shares `bytes`.
grpc::ByteBuffer Share(std::shared_ptr<const std::string> bytes);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_BYTES_H_
