#include "common/storage/table_core.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/fixed_hash.h"
#include "common/storage/keys.h"
#include "common/storage/random_id.h"
#include "common/storage/table.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "google/rpc/error_details.pb.h"

namespace weft::storage {
namespace {

using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using weft::type::v1::Change;

// What a key of a table is; on disk.
constexpr uint8_t kRow = 1;
constexpr uint8_t kUnique = 2;
constexpr uint8_t kSecondary = 3;
// Table id and the byte above.
constexpr size_t kRowPrefixBytes = 3;

// How many rows one filtered List looks at before it returns what it has.
constexpr size_t kMaxExamined = 20'000;
constexpr size_t kFilteredChunk = 256;

// Room for an etag and its field's header, so that it can be put in without a second allocation.
constexpr size_t kEtagBytes = 32;

std::string TypeUrl(const Message& prototype) {
  return absl::StrCat("type.googleapis.com/", prototype.GetDescriptor()->full_name());
}

size_t TextFieldSize(int number, size_t size) {
  return WireFormatLite::TagSize(number, WireFormatLite::TYPE_BYTES) +
         CodedOutputStream::VarintSize64(size) + size;
}

uint8_t* WriteHeader(int number, size_t size, uint8_t* at) {
  at = WireFormatLite::WriteTagToArray(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, at);
  return CodedOutputStream::WriteVarint64ToArray(size, at);
}

uint8_t* WriteText(int number, absl::string_view text, uint8_t* at) {
  at = WriteHeader(number, text.size(), at);
  return CodedOutputStream::WriteRawToArray(text.data(), static_cast<int>(text.size()), at);
}

// What `change` is with `row` as its resource, serialized. By hand, because rows are large and
// would be copied into a message only to be copied out of it.
std::string SerializeWithResource(const Change& change, absl::string_view type_url,
                                  absl::string_view row) {
  constexpr int kResource = Change::kResourceFieldNumber;
  constexpr int kTypeUrl = google::protobuf::Any::kTypeUrlFieldNumber;
  constexpr int kValue = google::protobuf::Any::kValueFieldNumber;
  const size_t resource =
      TextFieldSize(kTypeUrl, type_url.size()) + TextFieldSize(kValue, row.size());
  const size_t rest = change.ByteSizeLong();
  std::string bytes(rest + TextFieldSize(kResource, resource), '\0');
  uint8_t* at = reinterpret_cast<uint8_t*>(bytes.data());
  at = change.SerializeWithCachedSizesToArray(at);
  at = WriteHeader(kResource, resource, at);
  at = WriteText(kTypeUrl, type_url, at);
  WriteText(kValue, row, at);
  return bytes;
}

// The number of the field `etag`; 0 when there is none.
int EtagField(const Message& prototype) {
  const auto* field = prototype.GetDescriptor()->FindFieldByName("etag");
  return field == nullptr ? 0 : field->number();
}

// Inserts a text field into a serialized message whose fields stand in the order of their numbers
// and do not include it. False when the bytes do not parse.
bool InsertField(int number, absl::string_view text, std::string& message) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()),
                         static_cast<int>(message.size()));
  int place = 0;
  for (uint32_t tag = input.ReadTag(); tag != 0; tag = input.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) > number) break;
    if (!WireFormatLite::SkipField(&input, tag)) return false;
    place = input.CurrentPosition();
  }
  const uint32_t tag = WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  uint8_t header[10];
  uint8_t* end = CodedOutputStream::WriteTagToArray(tag, header);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(text.size()), end);
  const size_t header_size = static_cast<size_t>(end - header);
  const size_t at = static_cast<size_t>(place);
  message.insert(at, header_size + text.size(), '\0');
  std::memcpy(message.data() + at, header, header_size);
  std::memcpy(message.data() + at + header_size, text.data(), text.size());
  return true;
}

absl::Status RowCorrupt(absl::string_view type, absl::string_view key, absl::string_view why) {
  const std::string text = KeyToText(key);
  return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
               absl::StrCat("the stored ", type, " under key \"", text, "\" ", why),
               {{"key", text}, {"type", std::string(type)}});
}

absl::Status ParseAs(absl::string_view type, const Entry& entry, Message& row) {
  if (row.ParseFromString(entry.value)) return absl::OkStatus();
  return RowCorrupt(type, entry.key, "does not parse");
}

// The ids behind a key's first `skip` bytes.
absl::StatusOr<std::vector<std::string>> ReadIds(absl::string_view key, size_t skip) {
  KeyReader reader(key);
  std::vector<std::string> ids;
  reader.Skip(skip);
  while (!reader.AtEnd()) ids.push_back(reader.String());
  WEFT_RETURN_IF_ERROR(reader.Finish());
  return ids;
}

bool Matches(const std::vector<std::string>& ids,
             const std::vector<std::optional<std::string>>& parent) {
  if (ids.size() < parent.size()) return false;
  for (size_t i = 0; i < parent.size(); ++i) {
    if (parent[i].has_value() && *parent[i] != ids[i]) return false;
  }
  return true;
}

}  // namespace

namespace internal {

std::string DefaultType(const google::protobuf::Descriptor& descriptor) {
  std::string type;
  for (const char letter : descriptor.name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(letter)) && !type.empty()) {
      type.push_back('_');
    }
    type.push_back(absl::ascii_tolower(static_cast<unsigned char>(letter)));
  }
  return type;
}

}  // namespace internal

std::string SerializeDeterministically(const Message& message) {
  const size_t size = message.ByteSizeLong();
  std::string bytes;
  bytes.reserve(size + kEtagBytes);
  bytes.resize(size);
  google::protobuf::io::ArrayOutputStream array(bytes.data(), static_cast<int>(size));
  google::protobuf::io::CodedOutputStream output(&array);
  output.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&output);
  return bytes;
}

std::string EtagOf(absl::string_view serialized_without_etag) {
  return absl::StrCat("\"", absl::Hex(FixedHash(serialized_without_etag), absl::kZeroPad16), "\"");
}

TableCore::TableCore(uint16_t id, absl::string_view pattern, std::string type, bool feed,
                     RowAccess access, const Message& prototype, std::vector<Index> indexes)
    : id_(id),
      pattern_(pattern),
      type_(std::move(type)),
      feed_(feed),
      access_(access),
      prototype_(prototype),
      etag_field_(EtagField(prototype)),
      type_url_(TypeUrl(prototype)),
      indexes_(std::move(indexes)) {}

FeedTable TableCore::feed_table() const {
  FeedTable table;
  table.type = type_;
  table.rows = KeyWriter(id_).Byte(kRow).Prefix();
  // Everything by value, so that it does not matter which lives longer.
  table.to_change = [type = type_, access = access_, prototype = &prototype_](
                        const Entry& entry, Change& change) -> absl::Status {
    const std::unique_ptr<Message> row(prototype->New());
    WEFT_RETURN_IF_ERROR(ParseAs(type, entry, *row));
    change.set_kind(Change::KIND_SNAPSHOT);
    change.set_type(type);
    change.set_name(access.name(*row));
    if (access.mutable_etag != nullptr) change.set_etag(*access.mutable_etag(*row));
    change.mutable_resource()->set_type_url(TypeUrl(*prototype));
    change.mutable_resource()->set_value(entry.value);
    return absl::OkStatus();
  };
  return table;
}

absl::StatusOr<std::string> TableCore::RowKey(absl::string_view name) const {
  KeyWriter key(id_);
  key.Byte(kRow);
  WEFT_RETURN_IF_ERROR(pattern_.AppendTo(name, key));
  return std::move(key).Build();
}

absl::StatusOr<KeyRange> TableCore::RowRange(absl::string_view parent) const {
  absl::StatusOr<std::vector<std::optional<std::string>>> ids = pattern_.ParseParent(parent);
  if (!ids.ok()) return ids.status();
  KeyWriter prefix(id_);
  prefix.Byte(kRow);
  for (const std::optional<std::string>& id : *ids) {
    if (!id.has_value()) {
      return Error(absl::StatusCode::kInvalidArgument, "PARENT_INVALID",
                   absl::StrCat("\"", parent, "\" stands for several parents"));
    }
    prefix.String(*id);
  }
  return prefix.Prefix();
}

absl::Status TableCore::ParseRow(const Entry& entry, Message& row) const {
  return ParseAs(type_, entry, row);
}

Task<absl::StatusOr<bool>> TableCore::Find(Reader& reader, std::string name, Message& row) const {
  absl::StatusOr<std::string> key = RowKey(name);
  WEFT_CO_RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::optional<Entry>> entry = co_await reader.Get(*std::move(key));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  if (!entry->has_value()) co_return false;
  WEFT_CO_RETURN_IF_ERROR(ParseRow(**entry, row));
  co_return true;
}

Task<absl::Status> TableCore::Get(Reader& reader, std::string name, Message& row) const {
  absl::StatusOr<Entry> entry = co_await GetStored(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  co_return ParseRow(*entry, row);
}

Task<absl::StatusOr<Entry>> TableCore::GetStored(Reader& reader, std::string name) const {
  absl::StatusOr<std::string> key = RowKey(name);
  WEFT_CO_RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::optional<Entry>> entry = co_await reader.Get(*std::move(key));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  if (!entry->has_value()) co_return NotFound(type_, name);
  co_return **std::move(entry);
}

Task<absl::StatusOr<std::vector<std::optional<Entry>>>> TableCore::GetMany(
    Reader& reader, std::vector<std::string> names) const {
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const std::string& name : names) {
    WEFT_CO_ASSIGN_OR_RETURN(keys.emplace_back(), RowKey(name));
  }
  absl::StatusOr<std::vector<std::optional<Entry>>> entries =
      co_await reader.GetMany(std::move(keys));
  co_return entries;
}

// The etag stands in the row, and is computed without itself.
TableCore::Stamped TableCore::Stamp(Message& row) const {
  Stamped stamped;
  if (access_.mutable_etag != nullptr) access_.mutable_etag(row)->clear();
  stamped.value = SerializeDeterministically(row);
  stamped.etag = EtagOf(stamped.value);
  if (access_.mutable_etag == nullptr) return stamped;
  *access_.mutable_etag(row) = stamped.etag;
  // Rows are large and etags small, so it is put in its place instead of serializing all again.
  // That place is known when there are known fields alone.
  if (!row.GetReflection()->GetUnknownFields(row).empty() ||
      !InsertField(etag_field_, stamped.etag, stamped.value)) {
    stamped.value = SerializeDeterministically(row);
  }
  return stamped;
}

absl::Status TableCore::CheckEtag(Message& current, const std::string& expected,
                                  const std::string& name) const {
  if (expected.empty()) return absl::OkStatus();
  const std::string etag = access_.mutable_etag != nullptr
                               ? *access_.mutable_etag(current)
                               : EtagOf(SerializeDeterministically(current));
  return etag == expected ? absl::OkStatus() : StaleEtag(name, expected, etag);
}

void TableCore::RecordChange(Transaction& txn, int kind, const std::string& name,
                             const Stamped& stamped) const {
  if (!feed_) return;
  Change change;
  change.set_name(name);
  change.set_type(type_);
  change.set_kind(static_cast<Change::Kind>(kind));
  *change.mutable_commit_time() = ToProto(txn.now());
  if (kind == Change::KIND_DELETED) {
    txn.AddChange(change.SerializeAsString());
    return;
  }
  change.set_etag(stamped.etag);
  txn.AddChange(SerializeWithResource(change, type_url_, stamped.value));
}

Task<absl::Status> TableCore::Insert(Transaction& txn, Message& row) const {
  const std::string name = access_.name(row);
  absl::StatusOr<std::string> key = RowKey(name);
  WEFT_CO_RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::optional<Entry>> existing = co_await txn.Get(*key);
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (existing->has_value()) co_return AlreadyExists(type_, name);

  if (access_.mutable_uid != nullptr) *access_.mutable_uid(row) = NewUuid();
  const google::protobuf::Timestamp now = ToProto(txn.now());
  if (access_.mutable_create_time != nullptr) *access_.mutable_create_time(row) = now;
  if (access_.mutable_update_time != nullptr) *access_.mutable_update_time(row) = now;
  Stamped stamped = Stamp(row);
  absl::Status indexed = co_await MoveIndexEntries(txn, name, nullptr, &row);
  WEFT_CO_RETURN_IF_ERROR(std::move(indexed));
  RecordChange(txn, Change::KIND_CREATED, name, stamped);
  txn.Put(*std::move(key), std::move(stamped.value));
  co_return absl::OkStatus();
}

Task<absl::Status> TableCore::Update(Transaction& txn, Message& row, std::string expected_etag,
                                     Touch touch) const {
  const std::string name = access_.name(row);
  absl::StatusOr<std::string> key = RowKey(name);
  WEFT_CO_RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::optional<Entry>> existing = co_await txn.Get(*key);
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (!existing->has_value()) co_return NotFound(type_, name);
  const Entry& stored = **existing;
  const std::unique_ptr<Message> current(prototype_.New());
  WEFT_CO_RETURN_IF_ERROR(ParseRow(stored, *current));
  WEFT_CO_RETURN_IF_ERROR(CheckEtag(*current, expected_etag, name));

  CopyStamps(*current, row);
  if (touch == Touch::kIfChanged && SerializeDeterministically(row) == stored.value) {
    co_return absl::OkStatus();
  }
  if (access_.mutable_update_time != nullptr) {
    // Never before that of the state it replaces, whatever the clock says.
    google::protobuf::Timestamp& time = *access_.mutable_update_time(row);
    time = ToProto(std::max(txn.now(), FromProto(time)));
  }
  Stamped stamped = Stamp(row);
  absl::Status indexed = co_await MoveIndexEntries(txn, name, current.get(), &row);
  WEFT_CO_RETURN_IF_ERROR(std::move(indexed));
  RecordChange(txn, Change::KIND_UPDATED, name, stamped);
  txn.Put(*std::move(key), std::move(stamped.value));
  co_return absl::OkStatus();
}

void TableCore::CopyStamps(Message& from, Message& to) const {
  if (access_.mutable_uid != nullptr) *access_.mutable_uid(to) = *access_.mutable_uid(from);
  if (access_.mutable_etag != nullptr) *access_.mutable_etag(to) = *access_.mutable_etag(from);
  if (access_.mutable_create_time != nullptr) {
    *access_.mutable_create_time(to) = *access_.mutable_create_time(from);
  }
  if (access_.mutable_update_time != nullptr) {
    *access_.mutable_update_time(to) = *access_.mutable_update_time(from);
  }
}

Task<absl::Status> TableCore::Delete(Transaction& txn, std::string name,
                                     std::string expected_etag) const {
  const std::unique_ptr<Message> current(prototype_.New());
  absl::Status found = co_await Get(txn, name, *current);
  WEFT_CO_RETURN_IF_ERROR(std::move(found));
  WEFT_CO_RETURN_IF_ERROR(CheckEtag(*current, expected_etag, name));
  absl::Status indexed = co_await MoveIndexEntries(txn, name, current.get(), nullptr);
  WEFT_CO_RETURN_IF_ERROR(std::move(indexed));
  RecordChange(txn, Change::KIND_DELETED, name, Stamped());
  absl::StatusOr<std::string> key = RowKey(name);
  WEFT_CO_RETURN_IF_ERROR(key.status());
  txn.Delete(*std::move(key));
  co_return absl::OkStatus();
}

std::string TableCore::IndexPrefix(const Index& index, absl::string_view key) const {
  return KeyWriter(id_)
      .Byte(index.unique ? kUnique : kSecondary)
      .String(index.name)
      .String(key)
      .Build();
}

// Sorted and without repetition.
std::vector<std::string> TableCore::IndexKeys(const Index& index, const std::string& name,
                                              const Message* row) const {
  std::vector<std::string> keys;
  if (row == nullptr) return keys;
  for (const std::string& key : index.keys(*row)) {
    keys.push_back(IndexPrefix(index, key));
    // The name has been parsed before.
    if (!index.unique) keys.back().append(RowKey(name).value(), kRowPrefixBytes);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

Task<absl::Status> TableCore::MoveIndexEntries(Transaction& txn, const std::string& name,
                                               const Message* before, const Message* after) const {
  for (const Index& index : indexes_) {
    const std::vector<std::string> old_keys = IndexKeys(index, name, before);
    const std::vector<std::string> new_keys = IndexKeys(index, name, after);
    std::vector<std::string> removed;
    std::vector<std::string> added;
    std::set_difference(old_keys.begin(), old_keys.end(), new_keys.begin(), new_keys.end(),
                        std::back_inserter(removed));
    std::set_difference(new_keys.begin(), new_keys.end(), old_keys.begin(), old_keys.end(),
                        std::back_inserter(added));
    for (std::string& key : removed) txn.Delete(std::move(key));
    for (std::string& key : added) {
      if (index.unique) {
        absl::StatusOr<std::optional<Entry>> taken = co_await txn.Get(key);
        WEFT_CO_RETURN_IF_ERROR(taken.status());
        if (taken->has_value()) co_return Taken(index, name, (*taken)->value);
      }
      txn.Put(std::move(key), index.unique ? name : std::string());
    }
  }
  co_return absl::OkStatus();
}

absl::Status TableCore::Taken(const Index& index, const std::string& name,
                              const std::string& owner) const {
  return Error(absl::StatusCode::kAlreadyExists,
               absl::AsciiStrToUpper(absl::StrCat(type_, "_", index.name, "_TAKEN")),
               absl::StrCat("\"", owner, "\" has the same ", index.name, " as \"", name,
                            "\" would have; it must be unique"),
               {{"name", name}, {"existing", owner}, {"index", index.name}});
}

std::string HolderOf(const absl::Status& status, absl::string_view reason) {
  google::rpc::ErrorInfo info;
  if (ReasonOf(status) != reason || !GetDetail(status, info)) return "";
  const auto existing = info.metadata().find("existing");
  return existing == info.metadata().end() ? "" : existing->second;
}

Task<absl::StatusOr<StoredPage>> TableCore::List(Reader& reader, std::string parent,
                                                 PageRequest page, Keep keep) const {
  absl::StatusOr<std::vector<std::optional<std::string>>> ids = pattern_.ParseParent(parent);
  WEFT_CO_RETURN_IF_ERROR(ids.status());
  KeyWriter prefix(id_);
  prefix.Byte(kRow);
  size_t fixed = 0;
  for (; fixed < ids->size() && (*ids)[fixed].has_value(); ++fixed) prefix.String(*(*ids)[fixed]);
  // Trailing wildcards ask nothing.
  while (ids->size() > fixed && !ids->back().has_value()) ids->pop_back();
  const bool by_ids = ids->size() > fixed;

  KeyRange range = prefix.Prefix();
  if (!page.after.empty()) {
    const std::string after = KeyWriter(id_).Byte(kRow).Build() + page.after + '\0';
    range.begin = std::max(range.begin, after);
  }
  const size_t limit = std::max<size_t>(page.limit, 1);
  const bool selective = by_ids || keep != nullptr;
  const size_t chunk = selective ? std::max(kFilteredChunk, limit + 1) : limit + 1;

  const ScanOptions scan{.limit = chunk};
  StoredPage rows;
  for (size_t examined = 0;;) {
    absl::StatusOr<std::vector<Entry>> entries = co_await reader.Scan(range, scan);
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    if (entries->empty()) co_return rows;
    const bool last = entries->size() < chunk;
    std::string position = entries->back().key;
    for (Entry& entry : *entries) {
      ++examined;
      if (by_ids) {
        absl::StatusOr<std::vector<std::string>> row_ids = ReadIds(entry.key, kRowPrefixBytes);
        WEFT_CO_RETURN_IF_ERROR(row_ids.status());
        if (!Matches(*row_ids, *ids)) continue;
      }
      if (keep != nullptr) {
        absl::StatusOr<bool> kept = keep(entry);
        WEFT_CO_RETURN_IF_ERROR(kept.status());
        if (!*kept) continue;
      }
      if (rows.entries.size() == limit) {
        rows.next_key = rows.entries.back().key.substr(kRowPrefixBytes);
        co_return rows;
      }
      rows.entries.push_back(std::move(entry));
    }
    if (last) co_return rows;
    if (examined >= kMaxExamined) {
      rows.next_key = position.substr(kRowPrefixBytes);
      co_return rows;
    }
    position.push_back('\0');
    range.begin = std::move(position);
  }
}

const TableCore::Index& TableCore::IndexNamed(absl::string_view name, bool unique) const {
  for (const Index& index : indexes_) {
    if (index.name == name && index.unique == unique) return index;
  }
  // A name in the program text that the table does not declare.
  std::abort();
}

Task<absl::StatusOr<bool>> TableCore::FindUnique(Reader& reader, std::string index, std::string key,
                                                 Message& row) const {
  const std::string entry_key = IndexPrefix(IndexNamed(index, true), key);
  absl::StatusOr<std::optional<Entry>> entry = co_await reader.Get(entry_key);
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  if (!entry->has_value()) co_return false;
  absl::StatusOr<bool> found = co_await Find(reader, (*entry)->value, row);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  if (!*found) co_return RowCorrupt(type_, entry_key, "is an index entry without its row");
  co_return true;
}

Task<absl::StatusOr<StoredPage>> TableCore::ListByIndex(Reader& reader, std::string index,
                                                        std::string key, PageRequest page,
                                                        Keep keep) const {
  const std::string prefix = IndexPrefix(IndexNamed(index, false), key);
  const std::string row_prefix = KeyWriter(id_).Byte(kRow).Build();
  KeyRange range{prefix, PrefixEnd(prefix)};
  if (!page.after.empty()) range.begin = prefix + page.after + '\0';
  const size_t limit = std::max<size_t>(page.limit, 1);
  const size_t chunk = keep == nullptr ? limit + 1 : std::max(kFilteredChunk, limit + 1);
  const ScanOptions scan{.limit = chunk};
  StoredPage rows;
  for (size_t examined = 0;;) {
    absl::StatusOr<std::vector<Entry>> found = co_await reader.Scan(range, scan);
    WEFT_CO_RETURN_IF_ERROR(found.status());
    if (found->empty()) co_return rows;
    std::vector<std::string> keys;
    keys.reserve(found->size());
    for (const Entry& entry : *found) keys.push_back(row_prefix + entry.key.substr(prefix.size()));
    absl::StatusOr<std::vector<std::optional<Entry>>> entries =
        co_await reader.GetMany(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    for (size_t i = 0; i < entries->size(); ++i) {
      std::optional<Entry>& entry = (*entries)[i];
      if (!entry.has_value()) {
        co_return RowCorrupt(type_, (*found)[i].key, "is an index entry without its row");
      }
      if (keep != nullptr) {
        absl::StatusOr<bool> kept = keep(*entry);
        WEFT_CO_RETURN_IF_ERROR(kept.status());
        if (!*kept) continue;
      }
      if (rows.entries.size() == limit) {
        rows.next_key = rows.entries.back().key.substr(kRowPrefixBytes);
        co_return rows;
      }
      rows.entries.push_back(*std::move(entry));
    }
    if (found->size() < chunk) co_return rows;
    examined += found->size();
    std::string& position = found->back().key;
    if (examined >= kMaxExamined) {
      rows.next_key = position.substr(prefix.size());
      co_return rows;
    }
    range.begin = std::move(position);
    range.begin.push_back('\0');
  }
}

}  // namespace weft::storage
