// Letters as search compares them: without accents, in small letters.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_FOLDED_LETTERS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_FOLDED_LETTERS_H_

#include <cstddef>
#include <cstdint>

namespace weft::registry {

struct FoldedLetter {
  uint32_t letter;
  // UTF-8: one or several letters or digits.
  const char* folded;
};

// In the order of their letters; those that are not listed, and are beyond ASCII, stay as they are.
extern const FoldedLetter kFoldedLetters[];
extern const size_t kFoldedLetterCount;

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_FOLDED_LETTERS_H_
