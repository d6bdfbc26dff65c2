// What makes a partnership valid, how both sides' words change it, and how it was at another time.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::registry {

// "sites/s1", "p1": the name of that partnership.
std::string PartnershipName(absl::string_view site, absl::string_view id);
// "sites/s1" of a partnership, or of anything below it.
std::string SiteOf(absl::string_view name);
// "sites/s1/partnerships/p1" of anything below it.
std::string PartnershipOf(absl::string_view name);

// Everything that is wrong with the request by itself, in one answer.
absl::Status ValidateCreate(const v1::CreatePartnershipRequest& request);
absl::Status ValidateBatch(const v1::BatchCreatePartnershipsRequest& request);
absl::Status ValidateBatch(const v1::BatchGetPartnershipsRequest& request);
// NOT_FOUND (PARTNERSHIP_NOT_FOUND): what a batch asked for in vain.
absl::Status PartnershipsMissing(const std::vector<std::string>& missing);
absl::Status ValidateGet(const v1::GetPartnershipRequest& request);
absl::Status ValidateList(const v1::ListPartnershipsRequest& request);
absl::Status ValidateAgreement(const v1::GetPartnershipAgreementRequest& request);

// The partnership that a valid request asks for, under the id that was chosen for it.
v1::Partnership NewPartnership(const v1::CreatePartnershipRequest& request, absl::string_view id);
// Whether `partnership` may be stored as it is.
absl::Status ValidatePartnership(const v1::Partnership& partnership);

// What an open tie of a site is unique by.
std::string OpenTieKey(absl::string_view site, absl::string_view organization,
                       absl::string_view partner_type);
// Under which an open tie is unique; none once it has ended or is deleted.
std::vector<std::string> OpenTieKeys(const v1::Partnership& partnership);
// ALREADY_EXISTS (PARTNERSHIP_OPEN_TIE_TAKEN): `existing` is the name of the open tie that there
// is.
absl::Status OpenTieTaken(const v1::Partnership& partnership, absl::string_view existing);

// FAILED_PRECONDITION (SITE_HAS_PARTNERSHIPS) while a site that is to be deleted has partnerships,
// of which `some` are given; OK when there are none.
absl::Status CheckNoPartnerships(const v1::Site& site, const std::vector<v1::Partnership>& some);

// What is wrong with a rating that is to be recorded at `now`, whichever side's. `field` is where
// it is, in the request: "assessment".
void CheckRating(FieldViolations& violations, const std::string& field,
                 const v1::Assessment& assessment, const v1::Partnership& partnership,
                 absl::Time now);
// The assessment that is to be recorded at `now`, as the next one of the partnership, or everything
// that is wrong with it: it is in the field `assessment` of a request.
absl::Status ValidateAssessment(const v1::Assessment& assessment, v1::Assessment::Side side,
                                const v1::Partnership& partnership, absl::Time now);
v1::Assessment NewAssessment(const v1::Assessment& given, v1::Assessment::Side side,
                             const v1::Partnership& partnership, absl::string_view principal,
                             absl::Time now);
// Counts the assessment, which is the newest, and takes over its level where it is the latest.
void ApplyAssessment(const v1::Assessment& assessment, v1::Partnership& partnership);

// Makes the levels those of `day`, by the assessments in the order of their numbers; what was
// recorded after `recorded_by` does not count.
void SetLevelsOn(const google::type::Date& day,
                 const std::optional<google::protobuf::Timestamp>& recorded_by,
                 const std::vector<v1::Assessment>& assessments, v1::Partnership& partnership);
// NOT_FOUND (PARTNERSHIP_NOT_IN_FORCE, PARTNERSHIP_NOT_RECORDED).
absl::Status NotInForce(absl::string_view name, const google::type::Date& day);
absl::Status NotRecorded(absl::string_view name);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_H_
