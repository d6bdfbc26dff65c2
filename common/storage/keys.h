// Keys as closed tuples: their byte order is the order of their parts, and no tuple's key is a
// prefix of another part's text ("acme" never covers "acme0"). docs/storage-keys.md describes the
// layout.
//
//   std::string key = KeyWriter(kSites).String("site-01").Uint64(7).Build();
//   KeyRange all_of_site = KeyWriter(kSites).String("site-01").Prefix();
//
//   KeyReader reader(key);
//   uint16_t table = reader.Table(); std::string site = reader.String(); uint64_t n =
//   reader.Uint64(); WEFT_RETURN_IF_ERROR(reader.Finish());   // DATA_LOSS for anything but a whole
//   key of this shape
#ifndef WEFT_COMMON_STORAGE_KEYS_H_
#define WEFT_COMMON_STORAGE_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/storage/engine.h"

namespace weft::storage {

// Appends parts. Every key starts with a table id, which is on disk: never reuse or renumber one.
class KeyWriter {
 public:
  explicit KeyWriter(uint16_t table);

  // Any bytes: 0x00 is written as 0x00 0xff, and 0x00 0x01 ends the part.
  KeyWriter& String(absl::string_view part);
  // Eight bytes, big-endian.
  KeyWriter& Uint64(uint64_t part);
  // One byte, for discriminators inside a table.
  KeyWriter& Byte(uint8_t part);

  std::string Build() const& { return key_; }
  std::string Build() && { return std::move(key_); }
  // Every key that starts with the parts so far.
  KeyRange Prefix() const;

 private:
  std::string key_;
};

// Reads parts back. Errors are sticky: after one, parts are empty and Finish() says what was wrong.
// `key` must outlive the reader.
class KeyReader {
 public:
  explicit KeyReader(absl::string_view key) : key_(key), rest_(key) {}

  uint16_t Table() { return static_cast<uint16_t>(Fixed(2)); }
  std::string String();
  uint64_t Uint64() { return Fixed(8); }
  uint8_t Byte() { return static_cast<uint8_t>(Fixed(1)); }
  // Passes over parts that are known.
  void Skip(size_t bytes);
  // True when every byte has been read.
  bool AtEnd() const { return rest_.empty(); }
  // OK when every part was whole and nothing is left; else DATA_LOSS (KEY_CORRUPT) with the key.
  absl::Status Finish() const;

 private:
  uint64_t Fixed(size_t bytes);
  void Fail() {
    failed_ = true;
    rest_ = absl::string_view();
  }

  absl::string_view key_;
  absl::string_view rest_;
  bool failed_ = false;
};

// The least string that is greater than every string with this prefix; "" when there is none.
std::string PrefixEnd(absl::string_view prefix);
// Bytes for people: printable ASCII as it is, the rest as \xNN; long keys are cut.
std::string KeyToText(absl::string_view key);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_KEYS_H_
