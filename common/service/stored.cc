#include "common/service/stored.h"

#include <cstdint>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace weft::service {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

void RowsWriter::Add(absl::string_view serialized_row) {
  // A tag and a length have at most five bytes each.
  uint8_t head[10];
  uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(field_, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), head);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(serialized_row.size()), end);
  bytes_.append(reinterpret_cast<const char*>(head), static_cast<size_t>(end - head));
  bytes_.append(serialized_row.data(), serialized_row.size());
}

std::string RowsWriter::Build(const google::protobuf::Message& rest) && {
  rest.AppendToString(&bytes_);
  return std::move(bytes_);
}

}  // namespace weft::service
