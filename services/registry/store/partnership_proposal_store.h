// Proposals of ties: by name, by organization, the one open proposal of each kind, and how many of
// an organization are open.
#ifndef WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_PROPOSAL_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_PROPOSAL_STORE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
#include "services/registry/store/marks.h"
#include "weft/registry/v1/partnership_proposal.pb.h"

namespace weft::registry {

class PartnershipProposalStore {
 public:
  using Filter = storage::Table<v1::PartnershipProposal>::Filter;

  PartnershipProposalStore(uint16_t table, uint16_t mark_table);

  Task<absl::StatusOr<v1::PartnershipProposal>> Get(storage::Reader& reader,
                                                    std::string name) const {
    return table_.Get(reader, std::move(name));
  }

  // As Table::Insert. The caller has read the site in `txn`. ALREADY_EXISTS
  // (PARTNERSHIP_PROPOSAL_OPEN_TAKEN) names the open proposal that there is, FAILED_PRECONDITION
  // (PARTNERSHIP_PROPOSALS_TOO_MANY). Touches the site's mark; proposals of one organization that
  // are made at the same time wait for each other by a mark of their own, or they would not
  // count each other.
  Task<absl::Status> Insert(storage::Transaction& txn, v1::PartnershipProposal& proposal) const;
  // As Table::Update.
  Task<absl::Status> Update(storage::Transaction& txn, v1::PartnershipProposal& proposal,
                            std::string expected_etag) const {
    return table_.Update(txn, proposal, std::move(expected_etag));
  }

  // A page of the proposals to `parent` ("sites/s1" or "sites/-"), and only those of
  // `organization` unless that is empty. With a filter a page may be short and still have a
  // next_key.
  Task<absl::StatusOr<storage::Page<v1::PartnershipProposal>>> List(storage::Reader& reader,
                                                                    std::string parent,
                                                                    std::string organization,
                                                                    storage::PageRequest page,
                                                                    Filter filter = nullptr) const;

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  // How many are open under a key of OpenProposalCounts(); no further than `most`.
  Task<absl::StatusOr<int>> CountOpen(storage::Reader& reader, std::string key, int most) const;

  storage::Table<v1::PartnershipProposal> table_;
  Marks marks_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_PROPOSAL_STORE_H_
