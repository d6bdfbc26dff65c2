// A wave's records as they change at random, and the changes that a feed would send of it.
#ifndef WEFT_TESTS_SERVICES_METRICS_HISTORY_H_
#define WEFT_TESTS_SERVICES_METRICS_HISTORY_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "services/metrics/domain/view_builder.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

// A change with the resource as it is now.
type::v1::Change ChangeOf(const std::string& name, const google::protobuf::Message& resource);

class History {
 public:
  // A wave `waves/{wave}` of two cohorts, with some sites on its roster.
  History(const std::string& wave, uint64_t seed);

  // Instrument, wave and roster, as they were at the opening.
  std::vector<type::v1::Change> Opening() const;
  // Something happens: to one site answers, a submission, a review, a withdrawal, an amendment of
  // the roster, the erasure of all it said; or a crosswalk changes or goes. The changes of one
  // commit.
  std::vector<type::v1::Change> Step();
  // Everything as it is now, in the order of a snapshot.
  std::vector<type::v1::Change> Snapshot() const;
  // The same for BuildWaveView().
  WaveRecords Records() const;

  std::mt19937_64& random() { return random_; }
  // From 0 to below - 1.
  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }

 private:
  struct Site {
    ingestion::v1::RosterEntry entry;
    // Without a name until there is one.
    ingestion::v1::Response response;
    std::map<int, ingestion::v1::ResponseRevision> revisions;
  };

  std::vector<type::v1::Change> Answer(Site& site, bool submit);
  type::v1::Change Review(Site& site);
  std::vector<type::v1::Change> Erase(Site& site);
  type::v1::Change ChangeCrosswalk();
  // What the site was at the opening.
  void Describe(ingestion::v1::RosterEntry& entry);

  const std::string wave_;
  std::mt19937_64 random_;
  WaveFrame frame_;
  std::vector<Site> sites_;
  std::map<std::string, registry::v1::Crosswalk> crosswalks_;
};

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_HISTORY_H_
