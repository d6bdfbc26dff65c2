// weft.registry.v1.PartnershipService: what the two sides say of a partnership. Each side has
// methods of its own, with permissions of their own. An organization's account sees and writes what
// is about itself alone, and nothing of the site's.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_VIEW_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_VIEW_HANDLERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/service/field_mask.h"
#include "common/storage/database.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

class PartnershipViewHandlers {
 public:
  PartnershipViewHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> GetSiteView(rpc::CallContext& context, const v1::GetSiteViewRequest& request,
                                 v1::SiteView& response);
  Task<absl::Status> UpdateSiteView(rpc::CallContext& context,
                                    const v1::UpdateSiteViewRequest& request,
                                    v1::SiteView& response);
  Task<absl::Status> GetOrganizationView(rpc::CallContext& context,
                                         const v1::GetOrganizationViewRequest& request,
                                         v1::OrganizationView& response);
  Task<absl::Status> UpdateOrganizationView(rpc::CallContext& context,
                                            const v1::UpdateOrganizationViewRequest& request,
                                            v1::OrganizationView& response);
  Task<absl::Status> ConfirmPartnership(rpc::CallContext& context,
                                        const v1::ConfirmPartnershipRequest& request,
                                        v1::Partnership& response);
  Task<absl::Status> DisputePartnership(rpc::CallContext& context,
                                        const v1::DisputePartnershipRequest& request,
                                        v1::Partnership& response);
  Task<absl::Status> AssessPartnership(rpc::CallContext& context,
                                       const v1::AssessPartnershipRequest& request,
                                       v1::Assessment& response);
  Task<absl::Status> AssessPartnershipAsOrganization(
      rpc::CallContext& context, const v1::AssessPartnershipAsOrganizationRequest& request,
      v1::Assessment& response);
  Task<absl::Status> ListAssessments(rpc::CallContext& context,
                                     const v1::ListAssessmentsRequest& request,
                                     v1::ListAssessmentsResponse& response);

 private:
  // A partnership that this caller may see.
  Task<absl::StatusOr<v1::Partnership>> Visible(const rpc::CallContext& context,
                                                storage::Reader& reader, std::string name);
  // The same, to write what is said of it: it is not deleted.
  Task<absl::StatusOr<v1::Partnership>> Writable(const rpc::CallContext& context,
                                                 storage::Reader& reader, std::string name);
  template <class View, class Request>
  Task<absl::Status> GetView(const rpc::CallContext& context, absl::string_view pattern,
                             const storage::Table<View>& table, const Request& request,
                             View& response);
  // `asked` is the request's view.
  template <class View, class Request>
  Task<absl::Status> UpdateView(rpc::CallContext& context, const storage::Table<View>& table,
                                const Request& request, const View& asked,
                                const service::MaskRules& rules, View& response);
  template <class Request>
  Task<absl::Status> Decide(rpc::CallContext& context, const Request& request,
                            v1::Partnership::Confirmation confirmation, v1::Partnership& response);
  template <class Request>
  Task<absl::Status> Assess(rpc::CallContext& context, const Request& request,
                            v1::Assessment::Side side, v1::Assessment& response);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_VIEW_HANDLERS_H_
