// SiteDirectory: which site of a wave's roster a file means.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_SITE_DIRECTORY_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_SITE_DIRECTORY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// A file may name a site by its id ("site-01"), its resource name ("sites/site-01"), or, when only
// one site of the roster is called so, by its display name or neutral label. Ids win over names.
// Texts are compared as FoldText() leaves them.
class SiteDirectory {
 public:
  enum class Outcome { kFound, kUnknown, kAmbiguous, kOffRoster };
  struct Match {
    Outcome outcome = Outcome::kUnknown;
    // For kFound and kOffRoster: the site's place in the directory.
    size_t index = 0;
  };

  // Entries that an amendment has taken off the roster, too. `pseudonym` is another name for the
  // site, or empty.
  void Add(const v1::RosterEntry& entry, absl::string_view pseudonym = "");

  Match Find(absl::string_view text) const;
  size_t size() const { return sites_.size(); }
  // `sites/{site}`.
  const std::string& site(size_t index) const { return sites_[index].name; }
  // What an unknown text was probably meant to be, or "". Looks at every name: not for each row.
  std::string Suggest(absl::string_view text) const;

 private:
  struct Site {
    std::string name;
    bool active = true;
  };
  static constexpr size_t kSeveral = static_cast<size_t>(-1);

  std::vector<Site> sites_;
  absl::flat_hash_map<std::string, size_t> by_id_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_SITE_DIRECTORY_H_
