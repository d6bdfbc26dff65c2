#include "tools/cli/resources.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "tools/cli/terminal.h"

namespace weft::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

// One kind of resource. Method names are made from these: Get{singular}, List{plural}.
struct Resource {
  const char* pattern;
  const char* singular;
  const char* plural;
  const char* service;
};

constexpr Resource kResources[] = {
    {"taxonomies/{}", "Taxonomy", "Taxonomies", "weft.registry.v1.TaxonomyService"},
    {"taxonomies/{}/crosswalks/{}", "Crosswalk", "Crosswalks", "weft.registry.v1.TaxonomyService"},
    {"vocabularies/{}", "Vocabulary", "Vocabularies", "weft.registry.v1.VocabularyService"},
    {"cohorts/{}", "Cohort", "Cohorts", "weft.registry.v1.CohortService"},
    {"cohorts/{}/memberships/{}", "Membership", "Memberships", "weft.registry.v1.CohortService"},
    {"sites/{}", "Site", "Sites", "weft.registry.v1.SiteService"},
    {"organizations/{}", "Organization", "Organizations", "weft.registry.v1.OrganizationService"},
    {"organizationMerges/{}", "OrganizationMerge", "OrganizationMerges",
     "weft.registry.v1.OrganizationService"},
    {"sites/{}/partnerships/{}", "Partnership", "Partnerships",
     "weft.registry.v1.PartnershipService"},
    {"sites/{}/partnerships/{}/assessments/{}", "Assessment", "Assessments",
     "weft.registry.v1.PartnershipService"},
    {"sites/{}/partnershipProposals/{}", "PartnershipProposal", "PartnershipProposals",
     "weft.registry.v1.PartnershipService"},
    {"instruments/{}", "Instrument", "Instruments", "weft.ingestion.v1.InstrumentService"},
    {"waves/{}", "Wave", "Waves", "weft.ingestion.v1.WaveService"},
    {"waves/{}/roster/{}", "RosterEntry", "RosterEntries", "weft.ingestion.v1.WaveService"},
    {"waves/{}/responses/{}", "Response", "Responses", "weft.ingestion.v1.ResponseService"},
    {"waves/{}/responses/{}/revisions/{}", "ResponseRevision", "ResponseRevisions",
     "weft.ingestion.v1.ResponseService"},
    {"waves/{}/responses/{}/openAnswers/{}", "OpenAnswer", "OpenAnswers",
     "weft.ingestion.v1.ResponseService"},
    {"waves/{}/responses/{}/contributors/{}", "Contributor", "Contributors",
     "weft.ingestion.v1.ResponseService"},
    {"waves/{}/erasures/{}", "Erasure", "Erasures", "weft.ingestion.v1.ResponseService"},
    {"waves/{}/codedExcerpts/{}", "CodedExcerpt", "CodedExcerpts",
     "weft.ingestion.v1.OpenAnswerService"},
    {"waves/{}/imports/{}", "Import", "Imports", "weft.ingestion.v1.ImportService"},
    {"waves/{}/siteMetrics/{}", "SiteMetrics", "SiteMetrics", "weft.metrics.v1.MetricsService"},
    {"releases/{}", "Release", "Releases", "weft.metrics.v1.ReleaseService"},
    {"releases/{}/findings/{}", "Finding", "Findings", "weft.metrics.v1.ReleaseService"},
};

std::string KnownPatterns() {
  return absl::StrJoin(kResources, ", ", [](std::string* out, const Resource& resource) {
    absl::StrAppend(out, resource.pattern);
  });
}

// The resource whose pattern `segments` fit; a list's segments lack the last id.
const Resource* FindResource(const std::vector<std::string>& segments) {
  for (const Resource& resource : kResources) {
    const std::vector<std::string> pattern = absl::StrSplit(resource.pattern, '/');
    if (pattern.size() / 2 != (segments.size() + 1) / 2) continue;
    bool fits = true;
    for (size_t i = 0; i < segments.size() && fits; i += 2) fits = segments[i] == pattern[i];
    if (fits) return &resource;
  }
  return nullptr;
}

absl::StatusOr<const Resource*> ResourceOf(const std::string& name, bool collection) {
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  const Resource* resource =
      (segments.size() % 2 == 1) == collection ? FindResource(segments) : nullptr;
  if (resource != nullptr) return resource;
  return Error(absl::StatusCode::kInvalidArgument, "UNKNOWN_RESOURCE",
               absl::StrCat("\"", name, "\" is no ", collection ? "collection" : "resource name",
                            "; names are of the form ", KnownPatterns(),
                            collection ? ", and a collection is one without its last id" : ""));
}

struct Method {
  std::string path;
  std::unique_ptr<Message> request;
  std::unique_ptr<Message> response;
};

std::unique_ptr<Message> NewMessage(const Descriptor* descriptor) {
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

absl::StatusOr<Method> FindMethod(absl::string_view service, absl::string_view name) {
  const MethodDescriptor* method =
      DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(service, ".", name));
  if (method == nullptr) {
    std::string others;
    if (const auto* descriptor =
            DescriptorPool::generated_pool()->FindServiceByName(std::string(service))) {
      for (int i = 0; i < descriptor->method_count(); ++i) {
        absl::StrAppend(&others, i == 0 ? "; it has " : ", ", descriptor->method(i)->name());
      }
    }
    return Error(absl::StatusCode::kInvalidArgument, "UNKNOWN_METHOD",
                 absl::StrCat(service, " has no method ", name, others));
  }
  return Method{absl::StrCat(service, "/", name), NewMessage(method->input_type()),
                NewMessage(method->output_type())};
}

const FieldDescriptor* Field(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

void SetIfPresent(Message& message, const std::string& field, const std::string& value) {
  if (const FieldDescriptor* descriptor = Field(message, field)) {
    message.GetReflection()->SetString(&message, descriptor, value);
  }
}

void SetFlag(Message& message, const std::string& field, bool value) {
  if (const FieldDescriptor* descriptor = Field(message, field)) {
    message.GetReflection()->SetBool(&message, descriptor, value);
  }
}

std::string StringOf(const Message& message, const std::string& name) {
  const FieldDescriptor* field = Field(message, name);
  if (field == nullptr) return "";
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return message.GetReflection()->GetEnum(message, field)->name();
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) return "";
  return message.GetReflection()->GetString(message, field);
}

// The field of a request that holds the resource itself.
Message* ResourceField(Message& request) {
  const Descriptor* descriptor = request.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated() &&
        field->message_type()->FindFieldByName("name") != nullptr &&
        !absl::StartsWith(field->message_type()->full_name(), "google.")) {
      return request.GetReflection()->MutableMessage(&request, field);
    }
  }
  return nullptr;
}

std::string ParentOf(const std::string& name) {
  const std::vector<std::string> segments = absl::StrSplit(name, '/');
  if (segments.size() < 4) return "";
  return absl::StrJoin(segments.begin(), segments.end() - 2, "/");
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// The id field is named after the resource, "site_id": the one that ends so and is not request_id.
void SetId(Message& request, const std::string& id) {
  const Descriptor* descriptor = request.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string& field = descriptor->field(i)->name();
    if (absl::EndsWith(field, "_id") && field != "request_id") SetIfPresent(request, field, id);
  }
}

absl::StatusOr<std::string> NameInJson(const std::string& json) {
  const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (document.is_object() && document.contains("name") && document["name"].is_string()) {
    return document["name"].get<std::string>();
  }
  return Error(absl::StatusCode::kInvalidArgument, "NAME_MISSING",
               "the document is no JSON object with a \"name\" such as \"sites/site-01\"");
}

absl::Status Get(Session& session, const std::string& name) {
  WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(name, false));
  WEFT_ASSIGN_OR_RETURN(Method method,
                        FindMethod(resource->service, absl::StrCat("Get", resource->singular)));
  SetIfPresent(*method.request, "name", name);
  WEFT_RETURN_IF_ERROR(session.Call(method.path, *method.request, *method.response));
  PrintJson(*method.response);
  return absl::OkStatus();
}

// The repeated message field of a List response.
const FieldDescriptor* RowsField(const Message& response) {
  const Descriptor* descriptor = response.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->is_repeated()) return descriptor->field(i);
  }
  return nullptr;
}

struct ListOptions {
  std::string collection;
  int page_size = 0;
  std::string page_token;
  bool all = false;
};

absl::Status List(Session& session, const ListOptions& options) {
  WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(options.collection, true));
  WEFT_ASSIGN_OR_RETURN(Method method,
                        FindMethod(resource->service, absl::StrCat("List", resource->plural)));
  Message& request = *method.request;
  const size_t slash = options.collection.rfind('/');
  if (slash != std::string::npos)
    SetIfPresent(request, "parent", options.collection.substr(0, slash));
  if (const FieldDescriptor* size = Field(request, "page_size")) {
    request.GetReflection()->SetInt32(&request, size, options.page_size);
  }
  std::string token = options.page_token;
  Table table({"NAME", "DISPLAY NAME", "STATE"});
  bool more = true;
  while (more) {
    SetIfPresent(request, "page_token", token);
    WEFT_RETURN_IF_ERROR(session.Call(method.path, request, *method.response));
    token = StringOf(*method.response, "next_page_token");
    if (session.json()) PrintJson(*method.response);
    if (const FieldDescriptor* rows = RowsField(*method.response)) {
      const auto* reflection = method.response->GetReflection();
      for (int i = 0; i < reflection->FieldSize(*method.response, rows); ++i) {
        const Message& row = reflection->GetRepeatedMessage(*method.response, rows, i);
        const std::string label = StringOf(row, "display_name");
        table.Add({StringOf(row, "name"), label.empty() ? StringOf(row, "label") : label,
                   StringOf(row, "state")});
      }
    }
    more = options.all && !token.empty();
  }
  if (!session.json()) {
    std::fputs(table.ToString().c_str(), stdout);
    if (!token.empty()) std::printf("more: --page-token %s (or --all)\n", token.c_str());
  }
  return absl::OkStatus();
}

absl::Status CreateOne(Session& session, const std::string& json, bool validate_only,
                       std::unique_ptr<Message>& created) {
  WEFT_ASSIGN_OR_RETURN(const std::string name, NameInJson(json));
  WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(name, false));
  WEFT_ASSIGN_OR_RETURN(Method method,
                        FindMethod(resource->service, absl::StrCat("Create", resource->singular)));
  SetIfPresent(*method.request, "parent", ParentOf(name));
  SetId(*method.request, IdOf(name));
  SetIfPresent(*method.request, "request_id", NewRequestId());
  SetFlag(*method.request, "validate_only", validate_only);
  Message* body = ResourceField(*method.request);
  WEFT_RETURN_IF_ERROR(FromJson(json, name, *body));
  WEFT_RETURN_IF_ERROR(session.Call(method.path, *method.request, *method.response));
  created = std::move(method.response);
  return absl::OkStatus();
}

struct WriteOptions {
  std::string name;
  std::string data;
  std::string file;
  std::string mask;
  bool validate_only = false;
  bool allow_missing = false;
};

// Whether it is a list such as {"sites": [{"name": "sites/site-01", …}]}.
bool IsListOfNamed(const nlohmann::json& document) {
  if (!document.is_object() || document.size() != 1 || !document.begin()->is_array()) return false;
  const nlohmann::json& items = *document.begin();
  return std::any_of(items.begin(), items.end(), [](const nlohmann::json& item) {
    return item.is_object() && item.contains("name");
  });
}

absl::StatusOr<std::vector<std::string>> Documents(const WriteOptions& options) {
  if (options.data.empty() == options.file.empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 "say what to write: either --data '{…}' or --file FILE (- for standard input)");
  }
  std::string text = options.data;
  if (!options.file.empty()) {
    WEFT_ASSIGN_OR_RETURN(text, ReadFile(options.file));
  }
  if (!options.name.empty()) {
    nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (IsListOfNamed(document)) {
      return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                   "a name on the command line goes with one document only");
    }
    // With a name it is one, whatever lists it has.
    if (document.is_object()) {
      document["name"] = options.name;
      text = document.dump();
    }
  }
  return SplitDocuments(text, options.file.empty() ? "--data" : options.file);
}

void Report(Session& session, const Message& message, absl::string_view done) {
  if (session.json()) {
    PrintJson(message);
  } else {
    std::printf("%s %s\n", std::string(done).c_str(), StringOf(message, "name").c_str());
  }
}

absl::Status Create(Session& session, const WriteOptions& options) {
  WEFT_ASSIGN_OR_RETURN(std::vector<std::string> documents, Documents(options));
  for (const std::string& document : documents) {
    std::unique_ptr<Message> created;
    WEFT_RETURN_IF_ERROR(CreateOne(session, document, options.validate_only, created));
    Report(session, *created, options.validate_only ? "valid" : "created");
  }
  return absl::OkStatus();
}

absl::Status Update(Session& session, const WriteOptions& options) {
  WEFT_ASSIGN_OR_RETURN(std::vector<std::string> documents, Documents(options));
  for (const std::string& document : documents) {
    WEFT_ASSIGN_OR_RETURN(const std::string name, NameInJson(document));
    WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(name, false));
    WEFT_ASSIGN_OR_RETURN(
        Method method, FindMethod(resource->service, absl::StrCat("Update", resource->singular)));
    WEFT_RETURN_IF_ERROR(FromJson(document, name, *ResourceField(*method.request)));
    if (!options.mask.empty()) {
      const FieldDescriptor* field = Field(*method.request, "update_mask");
      google::protobuf::FieldMask mask;
      for (absl::string_view path : absl::StrSplit(options.mask, ',')) {
        mask.add_paths(std::string(absl::StripAsciiWhitespace(path)));
      }
      method.request->GetReflection()->MutableMessage(method.request.get(), field)->CopyFrom(mask);
    }
    SetIfPresent(*method.request, "request_id", NewRequestId());
    SetFlag(*method.request, "validate_only", options.validate_only);
    SetFlag(*method.request, "allow_missing", options.allow_missing);
    WEFT_RETURN_IF_ERROR(session.Call(method.path, *method.request, *method.response));
    Report(session, *method.response, options.validate_only ? "valid" : "updated");
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const std::string& name, const std::string& etag) {
  WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(name, false));
  WEFT_ASSIGN_OR_RETURN(Method method,
                        FindMethod(resource->service, absl::StrCat("Delete", resource->singular)));
  SetIfPresent(*method.request, "name", name);
  SetIfPresent(*method.request, "etag", etag);
  SetIfPresent(*method.request, "request_id", NewRequestId());
  WEFT_RETURN_IF_ERROR(session.Call(method.path, *method.request, *method.response));
  std::printf("deleted %s\n", name.c_str());
  return absl::OkStatus();
}

absl::Status RawCall(Session& session, const std::string& path, const std::string& data) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  if (parts.size() != 2) {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 "say which method: weft.registry.v1.SiteService/GetSite");
  }
  WEFT_ASSIGN_OR_RETURN(Method method, FindMethod(parts[0], parts[1]));
  WEFT_RETURN_IF_ERROR(FromJson(data.empty() ? "{}" : data, "--data", *method.request));
  const MethodDescriptor* descriptor =
      DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(parts[0], ".", parts[1]));
  if (descriptor->client_streaming()) {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 "this method takes a stream of requests; use weft import, or another client");
  }
  if (!descriptor->server_streaming()) {
    WEFT_RETURN_IF_ERROR(session.Call(path, *method.request, *method.response));
    PrintJson(*method.response);
    return absl::OkStatus();
  }
  rpc::SyncStream stream =
      session.ClientFor(path).ServerStream(path, *method.request, session.MakeOptions());
  while (stream.Read(*method.response)) PrintJson(*method.response);
  return stream.Finish();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitDocuments(const std::string& text,
                                                        const std::string& path) {
  nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_JSON",
                 absl::StrCat(path,
                              " holds no JSON object; it takes one resource, or a list such as "
                              "{\"sites\": [{\"name\": \"sites/site-01\", …}]}"));
  }
  std::vector<std::string> documents;
  for (const auto& [key, value] : document.items()) {
    if (document.contains("name") || !value.is_array()) continue;
    for (const nlohmann::json& item : value) documents.push_back(item.dump());
  }
  if (documents.empty()) documents.push_back(document.dump());
  return documents;
}

absl::StatusOr<bool> CreateFromJson(Session& session, const std::string& json) {
  std::unique_ptr<Message> created;
  const absl::Status status = CreateOne(session, json, false, created);
  if (absl::IsAlreadyExists(status)) return false;
  if (!status.ok()) return status;
  return true;
}

absl::Status CallVerb(Session& session, const std::string& verb, const std::string& name,
                      const std::string& comment) {
  WEFT_ASSIGN_OR_RETURN(const Resource* resource, ResourceOf(name, false));
  WEFT_ASSIGN_OR_RETURN(Method method,
                        FindMethod(resource->service, absl::StrCat(verb, resource->singular)));
  SetIfPresent(*method.request, "name", name);
  SetIfPresent(*method.request, "comment", comment);
  SetIfPresent(*method.request, "request_id", NewRequestId());
  WEFT_RETURN_IF_ERROR(session.Call(method.path, *method.request, *method.response));
  if (session.json()) {
    PrintJson(*method.response);
  } else {
    std::printf("%s %s\n", name.c_str(), StringOf(*method.response, "state").c_str());
  }
  return absl::OkStatus();
}

void AddResourceCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto name = std::make_shared<std::string>();
  CLI::App* get = app.add_subcommand("get", "Prints a resource as JSON");
  get->add_option("NAME", *name, "e.g. sites/site-01, waves/2025-winter/responses/site-01")
      ->required();
  get->callback([&session, &result, name] { result = Get(*session, *name); });

  auto list = std::make_shared<ListOptions>();
  CLI::App* list_command = app.add_subcommand("list", "Lists a collection");
  list_command
      ->add_option("COLLECTION", list->collection,
                   "e.g. sites, waves/2025-winter/responses, cohorts/-/memberships")
      ->required();
  list_command->add_option("--page-size", list->page_size, "rows in a page (default 50)");
  list_command->add_option("--page-token", list->page_token, "go on from an earlier page");
  list_command->add_flag("--all", list->all, "fetch every page");
  list_command->callback([&session, &result, list] { result = List(*session, *list); });

  auto create = std::make_shared<WriteOptions>();
  CLI::App* create_command = app.add_subcommand(
      "create", "Creates resources from JSON: one, or a list such as {\"sites\": [...]}");
  create_command->add_option("NAME", create->name, "its name, when the JSON has none");
  create_command->add_option("-d,--data", create->data, "the JSON");
  create_command->add_option("-f,--file", create->file,
                             "a file with the JSON; - is standard input");
  create_command->add_flag("--validate-only", create->validate_only, "check and change nothing");
  create_command->callback([&session, &result, create] { result = Create(*session, *create); });

  auto update = std::make_shared<WriteOptions>();
  CLI::App* update_command =
      app.add_subcommand("update", "Changes resources; fields that the JSON leaves out stay");
  update_command->add_option("NAME", update->name, "its name, when the JSON has none");
  update_command->add_option("-d,--data", update->data,
                             "the JSON; with its \"etag\" a change made meanwhile is noticed");
  update_command->add_option("-f,--file", update->file,
                             "a file with the JSON; - is standard input");
  update_command->add_option("--mask", update->mask,
                             "fields to write, also to clear: display_name,places; * for all");
  update_command->add_flag("--validate-only", update->validate_only, "check and change nothing");
  update_command->add_flag("--allow-missing", update->allow_missing,
                           "create what is not there (open answers and contributors)");
  update_command->callback([&session, &result, update] { result = Update(*session, *update); });

  auto etag = std::make_shared<std::string>();
  CLI::App* remove = app.add_subcommand("delete", "Deletes a resource");
  remove->add_option("NAME", *name, "e.g. sites/site-13")->required();
  remove->add_option("--etag", *etag, "only if it is still this version");
  remove->callback([&session, &result, name, etag] { result = Delete(*session, *name, *etag); });

  struct Verb {
    const char* command;
    const char* method;
    const char* help;
    const char* example;
    bool comment;
  };
  static constexpr Verb kVerbs[] = {
      {"publish", "Publish", "Fixes a taxonomy, a vocabulary or an instrument for good",
       "taxonomies/lab-2025, vocabularies/lab-roles-1, instruments/lab-survey-2024", false},
      {"open", "Open", "Opens a wave: freezes its roster and takes responses", "waves/2025-winter",
       false},
      {"close", "Close", "Closes a wave", "waves/2025-winter", false},
      {"withdraw", "Withdraw", "Takes a response back: it counts nowhere any more",
       "waves/2025-winter/responses/site-01", true},
  };
  auto comment = std::make_shared<std::string>();
  for (const Verb& verb : kVerbs) {
    CLI::App* command = app.add_subcommand(verb.command, verb.help);
    command->add_option("NAME", *name, std::string("e.g. ") + verb.example)->required();
    if (verb.comment) command->add_option("-m,--comment", *comment, "why");
    command->callback([&session, &result, &verb, name, comment] {
      result = CallVerb(*session, verb.method, *name, *comment);
    });
  }

  auto data = std::make_shared<std::string>();
  CLI::App* call = app.add_subcommand("call", "Calls any method with a JSON request");
  call->add_option("METHOD", *name, "e.g. weft.ingestion.v1.WaveService/AmendRoster")->required();
  call->add_option("-d,--data", *data, "the request (default {})");
  call->callback([&session, &result, name, data] { result = RawCall(*session, *name, *data); });
}

}  // namespace weft::cli
