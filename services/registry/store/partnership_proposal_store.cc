#include "services/registry/store/partnership_proposal_store.h"

#include <vector>

#include "common/base/status_macros.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_proposal.h"
#include "services/registry/store/lists.h"

namespace weft::registry {
namespace {

using storage::Page;
using storage::PageRequest;
using storage::Reader;
using storage::Transaction;
using v1::PartnershipProposal;

constexpr char kOpen[] = "open";
constexpr char kOpenCount[] = "open_count";
constexpr char kOpenTaken[] = "PARTNERSHIP_PROPOSAL_OPEN_TAKEN";

storage::TableOptions<PartnershipProposal> Options() {
  storage::TableOptions<PartnershipProposal> options;
  options.feed = true;
  options.unique = {{kOpen, &OpenProposalKeys}};
  options.secondary = {{kByOrganization,
                        [](const PartnershipProposal& proposal) {
                          return std::vector<std::string>{proposal.organization()};
                        }},
                       {kOpenCount, &OpenProposalCounts}};
  return options;
}

// Whose mark proposals of an organization touch: not the organization's own, which is touched by
// its ties and watched by merges, with which they have nothing to do.
std::string ProposalsOf(const PartnershipProposal& proposal) {
  return absl::StrCat(proposal.organization(), "/partnershipProposals");
}

}  // namespace

PartnershipProposalStore::PartnershipProposalStore(uint16_t table, uint16_t mark_table)
    : table_(table, kPartnershipProposalPattern, Options()), marks_(mark_table) {}

Task<absl::Status> PartnershipProposalStore::Insert(Transaction& txn,
                                                    PartnershipProposal& proposal) const {
  absl::Status inserted = co_await table_.Insert(txn, proposal);
  if (!inserted.ok()) {
    const std::string existing = storage::HolderOf(inserted, kOpenTaken);
    co_return existing.empty() ? inserted : ProposalOpenTaken(proposal, existing);
  }
  absl::Status watched = co_await marks_.Watch(txn, ProposalsOf(proposal));
  WEFT_CO_RETURN_IF_ERROR(std::move(watched));
  // This one is among them.
  absl::StatusOr<int> open =
      co_await CountOpen(txn, CountOfOrganization(proposal), kMaxOpenProposals + 1);
  WEFT_CO_RETURN_IF_ERROR(open.status());
  absl::StatusOr<int> with_site =
      co_await CountOpen(txn, CountWithSite(proposal), kMaxOpenProposalsWithSite + 1);
  WEFT_CO_RETURN_IF_ERROR(with_site.status());
  WEFT_CO_RETURN_IF_ERROR(CheckRoom(proposal, *open - 1, *with_site - 1));
  marks_.Touch(txn, ProposalsOf(proposal));
  marks_.Touch(txn, SiteOf(proposal.name()));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Page<PartnershipProposal>>> PartnershipProposalStore::List(
    Reader& reader, std::string parent, std::string organization, PageRequest page,
    Filter filter) const {
  return ListBetween(table_, reader, std::move(parent), std::move(organization), std::move(page),
                     std::move(filter));
}

Task<absl::StatusOr<int>> PartnershipProposalStore::CountOpen(Reader& reader, std::string key,
                                                              int most) const {
  PageRequest page;
  page.limit = static_cast<size_t>(most);
  absl::StatusOr<Page<PartnershipProposal>> rows =
      co_await table_.ListByIndex(reader, kOpenCount, std::move(key), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  co_return static_cast<int>(rows->rows.size());
}

}  // namespace weft::registry
