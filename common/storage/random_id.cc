#include "common/storage/random_id.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace weft::storage {
namespace {

// Requests of up to 256 bytes are answered whole once the system has booted.
void Fill(void* bytes, size_t size) {
  while (getrandom(bytes, size, 0) != static_cast<ssize_t>(size)) {
    if (errno != EINTR) std::abort();
  }
}

// Random bytes for a number of ids at once: asking the kernel costs more than the rest of one.
void TakeRandom(unsigned char (&bytes)[16]) {
  thread_local unsigned char pool[256];
  thread_local size_t left = 0;
  if (left < sizeof(bytes)) {
    Fill(pool, sizeof(pool));
    left = sizeof(pool);
  }
  left -= sizeof(bytes);
  std::memcpy(bytes, pool + left, sizeof(bytes));
}

}  // namespace

uint64_t RandomNumber() {
  uint64_t number = 0;
  Fill(&number, sizeof(number));
  return number;
}

std::string NewUuid() {
  unsigned char bytes[16];
  TakeRandom(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 0x0f]);
  }
  return text;
}

}  // namespace weft::storage
