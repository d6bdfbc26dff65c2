// The seed of a test that draws at random: printed, so that a failure can be repeated.
#ifndef WEFT_TESTS_TESTING_SEED_H_
#define WEFT_TESTS_TESTING_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace weft::testing {

// WEFT_SEED repeats a failed run.
inline uint64_t TestSeed() {
  const char* given = std::getenv("WEFT_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()() % 1'000'000'000;
  std::cout << "WEFT_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_SEED_H_
