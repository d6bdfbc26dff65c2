#include "services/metrics/domain/network/network_file.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/validation/dates.h"
#include "services/metrics/domain/network/network_attributes.h"
#include "services/metrics/domain/network/network_text.h"

namespace weft::metrics {
namespace {

bool IsNothing(const AttributeValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

const std::string& KeyOf(const Network& network, const NetworkTie& tie, bool site) {
  return site ? network.sites[tie.site].key : network.organizations[tie.organization].key;
}

// --- GraphML -------------------------------------------------------------------------------------

absl::string_view GraphmlType(AttributeType type) {
  switch (type) {
    case AttributeType::kInt:
      return "long";
    case AttributeType::kDouble:
      return "double";
    case AttributeType::kBool:
      return "boolean";
    case AttributeType::kText:
    case AttributeType::kTexts:
      break;
  }
  return "string";
}

// http://graphml.graphdrawing.org/specification.html. Beside the common attributes, nodes have what
// NetworkX and igraph know a two-mode graph by: "bipartite", 0 for sites and 1 for organizations,
// and "type", the same as a truth value.
class GraphmlWriter : public NetworkWriter {
 public:
  GraphmlWriter(const Network& network, const NetworkComputation& computation)
      : network_(network), nodes_(network, computation) {}

  void Begin(std::string& out) override {
    out +=
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
        "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n";
    DeclareKey("key", "node", "string", out);
    DeclareKey("label", "node", "string", out);
    DeclareKey("bipartite", "node", "int", out);
    DeclareKey("type", "node", "boolean", out);
    for (const FileAttribute& attribute : nodes_.attributes()) {
      DeclareKey(attribute.name, "node", GraphmlType(attribute.type), out);
    }
    DeclareKey("weight", "edge", "double", out);
    for (const FileAttribute& attribute : TieAttributes()) {
      DeclareKey(attribute.name, "edge", GraphmlType(attribute.type), out);
    }
    absl::StrAppend(&out, "<graph id=\"network-", FormatDate(network_.query.as_of()),
                    "\" edgedefault=\"undirected\">\n");
  }

  void WriteNode(size_t node, std::string& out) override {
    const NetworkNode& from = network_.node(node);
    const bool organization = node >= network_.sites.size();
    absl::StrAppend(&out, "<node id=\"", XmlText(Id(from.key)), "\">");
    Data("node", "key", from.key, out);
    Data("node", "label", from.label, out);
    Data("node", "bipartite", organization ? "1" : "0", out);
    Data("node", "type", organization ? "true" : "false", out);
    const std::vector<AttributeValue> values = nodes_.Of(node);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!IsNothing(values[i])) Data("node", nodes_.attributes()[i].name, TextOf(values[i]), out);
    }
    out += "</node>\n";
  }

  void BetweenNodesAndTies(std::string& out) override {}

  void WriteTie(size_t index, std::string& out) override {
    const NetworkTie& tie = network_.ties[index];
    absl::StrAppend(&out, "<edge id=\"", XmlText(Id(TieId(network_, tie))), "\" source=\"",
                    XmlText(Id(KeyOf(network_, tie, true))), "\" target=\"",
                    XmlText(Id(KeyOf(network_, tie, false))), "\">");
    if (const std::optional<int> depth = DepthOf(tie.level)) {
      Data("edge", "weight", absl::StrCat(*depth), out);
    }
    const std::vector<AttributeValue> values = AttributesOf(tie);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!IsNothing(values[i])) Data("edge", TieAttributes()[i].name, TextOf(values[i]), out);
    }
    out += "</edge>\n";
  }

  void End(std::string& out) override { out += "</graph>\n</graphml>\n"; }

 private:
  // Ids are XML name tokens, which have no slash.
  static std::string Id(absl::string_view key) { return absl::StrReplaceAll(key, {{"/", ":"}}); }

  static void DeclareKey(absl::string_view name, absl::string_view of, absl::string_view type,
                         std::string& out) {
    absl::StrAppend(&out, "<key id=\"", of, "-", name, "\" for=\"", of, "\" attr.name=\"", name,
                    "\" attr.type=\"", type, "\"/>\n");
  }

  static void Data(absl::string_view of, absl::string_view name, absl::string_view value,
                   std::string& out) {
    absl::StrAppend(&out, "<data key=\"", of, "-", name, "\">", XmlText(value), "</data>");
  }

  const Network& network_;
  const NodeAttributes nodes_;
};

// --- GEXF ----------------------------------------------------------------------------------------

absl::string_view GexfType(AttributeType type) {
  switch (type) {
    case AttributeType::kInt:
      return "long";
    case AttributeType::kDouble:
      return "double";
    case AttributeType::kBool:
      return "boolean";
    case AttributeType::kText:
    case AttributeType::kTexts:
      break;
  }
  return "string";
}

// https://gexf.net/1.2/primer.html. A tie has the days between which it lasts, as far as they are
// known.
class GexfWriter : public NetworkWriter {
 public:
  GexfWriter(const Network& network, const NetworkComputation& computation)
      : network_(network), nodes_(network, computation) {}

  void Begin(std::string& out) override {
    const bool dynamic = std::any_of(
        network_.ties.begin(), network_.ties.end(),
        [](const NetworkTie& tie) { return tie.start.has_value() || tie.end.has_value(); });
    absl::StrAppend(&out,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<gexf xmlns=\"http://www.gexf.net/1.2draft\" version=\"1.2\">\n"
                    "<meta><creator>Weft</creator><description>Sites and organizations on ",
                    FormatDate(network_.query.as_of()),
                    "</description></meta>\n"
                    "<graph defaultedgetype=\"undirected\" ",
                    dynamic ? "mode=\"dynamic\" timeformat=\"date\"" : "mode=\"static\"", ">\n");
    Declare("node", nodes_.attributes(), out);
    Declare("edge", TieAttributes(), out);
    out += "<nodes>\n";
  }

  void WriteNode(size_t node, std::string& out) override {
    const NetworkNode& from = network_.node(node);
    absl::StrAppend(&out, "<node id=\"", XmlText(from.key), "\" label=\"", XmlText(from.label),
                    "\">");
    Values(nodes_.Of(node), out);
    out += "</node>\n";
  }

  void BetweenNodesAndTies(std::string& out) override { out += "</nodes>\n<edges>\n"; }

  void WriteTie(size_t index, std::string& out) override {
    const NetworkTie& tie = network_.ties[index];
    absl::StrAppend(&out, "<edge id=\"", XmlText(TieId(network_, tie)), "\" source=\"",
                    XmlText(KeyOf(network_, tie, true)), "\" target=\"",
                    XmlText(KeyOf(network_, tie, false)), "\"");
    if (const std::optional<int> depth = DepthOf(tie.level)) {
      absl::StrAppend(&out, " weight=\"", *depth, "\"");
    }
    if (tie.start.has_value()) absl::StrAppend(&out, " start=\"", FormatDate(*tie.start), "\"");
    if (tie.end.has_value()) absl::StrAppend(&out, " end=\"", FormatDate(*tie.end), "\"");
    out += ">";
    Values(AttributesOf(tie), out);
    out += "</edge>\n";
  }

  void End(std::string& out) override { out += "</edges>\n</graph>\n</gexf>\n"; }

 private:
  static void Declare(absl::string_view of, const std::vector<FileAttribute>& attributes,
                      std::string& out) {
    absl::StrAppend(&out, "<attributes class=\"", of, "\" mode=\"static\">\n");
    for (size_t i = 0; i < attributes.size(); ++i) {
      absl::StrAppend(&out, "<attribute id=\"", i, "\" title=\"", attributes[i].name, "\" type=\"",
                      GexfType(attributes[i].type), "\"/>\n");
    }
    out += "</attributes>\n";
  }

  static void Values(const std::vector<AttributeValue>& values, std::string& out) {
    out += "<attvalues>";
    for (size_t i = 0; i < values.size(); ++i) {
      if (IsNothing(values[i])) continue;
      absl::StrAppend(&out, "<attvalue for=\"", i, "\" value=\"", XmlText(TextOf(values[i])),
                      "\"/>");
    }
    out += "</attvalues>";
  }

  const Network& network_;
  const NodeAttributes nodes_;
};

// --- CSV -----------------------------------------------------------------------------------------

// Only what is text can be taken for a formula.
std::string CellOf(const AttributeValue& value) {
  const bool number = std::holds_alternative<int64_t>(value) ||
                      std::holds_alternative<double>(value) || std::holds_alternative<bool>(value);
  return number ? TextOf(value) : CsvText(TextOf(value));
}

// Gephi's columns: https://gephi.org/users/supported-graph-formats/csv-format.
class CsvNodesWriter : public NetworkWriter {
 public:
  CsvNodesWriter(const Network& network, const NetworkComputation& computation)
      : network_(network), nodes_(network, computation) {}

  void Begin(std::string& out) override {
    out += "Id,Label";
    for (const FileAttribute& attribute : nodes_.attributes()) {
      absl::StrAppend(&out, ",", attribute.name);
    }
    out += "\n";
  }

  void WriteNode(size_t node, std::string& out) override {
    const NetworkNode& from = network_.node(node);
    absl::StrAppend(&out, CsvText(from.key), ",", CsvText(from.label));
    for (const AttributeValue& value : nodes_.Of(node)) absl::StrAppend(&out, ",", CellOf(value));
    out += "\n";
  }

  void BetweenNodesAndTies(std::string& out) override {}
  void WriteTie(size_t tie, std::string& out) override {}
  void End(std::string& out) override {}

 private:
  const Network& network_;
  const NodeAttributes nodes_;
};

class CsvEdgesWriter : public NetworkWriter {
 public:
  explicit CsvEdgesWriter(const Network& network) : network_(network) {}

  void Begin(std::string& out) override {
    out += "Source,Target,Type,Id,Weight";
    for (const FileAttribute& attribute : TieAttributes()) {
      absl::StrAppend(&out, ",", attribute.name);
    }
    out += "\n";
  }

  void WriteNode(size_t node, std::string& out) override {}
  void BetweenNodesAndTies(std::string& out) override {}

  void WriteTie(size_t index, std::string& out) override {
    const NetworkTie& tie = network_.ties[index];
    const std::optional<int> depth = DepthOf(tie.level);
    absl::StrAppend(&out, CsvText(KeyOf(network_, tie, true)), ",",
                    CsvText(KeyOf(network_, tie, false)), ",Undirected,",
                    CsvText(TieId(network_, tie)), ",",
                    depth.has_value() ? absl::StrCat(*depth) : "");
    for (const AttributeValue& value : AttributesOf(tie)) absl::StrAppend(&out, ",", CellOf(value));
    out += "\n";
  }

  void End(std::string& out) override {}

 private:
  const Network& network_;
};

// --- Kumu ----------------------------------------------------------------------------------------

// https://docs.kumu.io/guides/import/blueprints. Connections name elements by id, as labels may
// repeat.
class KumuWriter : public NetworkWriter {
 public:
  KumuWriter(const Network& network, const NetworkComputation& computation)
      : network_(network), nodes_(network, computation) {}

  void Begin(std::string& out) override { out += "{\"elements\":["; }

  void WriteNode(size_t node, std::string& out) override {
    const NetworkNode& from = network_.node(node);
    absl::StrAppend(&out, node == 0 ? "\n" : ",\n", "{\"id\":", JsonText(from.key),
                    ",\"label\":", JsonText(from.label),
                    ",\"type\":", node < network_.sites.size() ? "\"Site\"" : "\"Organization\"");
    Members(nodes_.attributes(), nodes_.Of(node), out);
    out += "}";
  }

  void BetweenNodesAndTies(std::string& out) override { out += "],\n\"connections\":["; }

  void WriteTie(size_t index, std::string& out) override {
    const NetworkTie& tie = network_.ties[index];
    absl::StrAppend(&out, index == 0 ? "\n" : ",\n", "{\"id\":", JsonText(TieId(network_, tie)),
                    ",\"from\":", JsonText(KeyOf(network_, tie, true)),
                    ",\"to\":", JsonText(KeyOf(network_, tie, false)),
                    ",\"direction\":\"undirected\"");
    if (const std::optional<int> depth = DepthOf(tie.level)) {
      absl::StrAppend(&out, ",\"strength\":", *depth);
    }
    Members(TieAttributes(), AttributesOf(tie), out);
    out += "}";
  }

  void End(std::string& out) override { out += "]}\n"; }

 private:
  static void Members(const std::vector<FileAttribute>& attributes,
                      const std::vector<AttributeValue>& values, std::string& out) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (IsNothing(values[i])) continue;
      absl::StrAppend(&out, ",", JsonText(attributes[i].name), ":");
      if (const auto* texts = std::get_if<std::vector<std::string>>(&values[i])) {
        out += "[";
        for (size_t j = 0; j < texts->size(); ++j) {
          absl::StrAppend(&out, j == 0 ? "" : ",", JsonText((*texts)[j]));
        }
        out += "]";
      } else if (const auto* text = std::get_if<std::string>(&values[i])) {
        out += JsonText(*text);
      } else {
        out += TextOf(values[i]);
      }
    }
  }

  const Network& network_;
  const NodeAttributes nodes_;
};

std::unique_ptr<NetworkWriter> MakeWriter(const Network& network,
                                          const NetworkComputation& computation,
                                          v1::ExportNetworkRequest::Format format) {
  switch (format) {
    case v1::ExportNetworkRequest::FORMAT_GEXF:
      return std::make_unique<GexfWriter>(network, computation);
    case v1::ExportNetworkRequest::FORMAT_CSV_NODES:
      return std::make_unique<CsvNodesWriter>(network, computation);
    case v1::ExportNetworkRequest::FORMAT_CSV_EDGES:
      return std::make_unique<CsvEdgesWriter>(network);
    case v1::ExportNetworkRequest::FORMAT_KUMU:
      return std::make_unique<KumuWriter>(network, computation);
    default:
      return std::make_unique<GraphmlWriter>(network, computation);
  }
}

}  // namespace

NetworkOptions OptionsOf(const v1::ExportNetworkRequest& request) {
  NetworkOptions options = OptionsOf(request.measures(), request.seed());
  options.measures.push_back(v1::NETWORK_MEASURE_DEGREE);
  return options;
}

NetworkFile::NetworkFile(const Network& network, const NetworkComputation& computation,
                         v1::ExportNetworkRequest::Format format)
    : network_(network),
      computation_(computation),
      writer_(MakeWriter(network, computation, format)) {}

bool NetworkFile::WriteNext() {
  const size_t nodes = network_.size();
  const size_t ties = network_.ties.size();
  if (part_ == 0) {
    writer_->Begin(pending_);
  } else if (part_ <= nodes) {
    writer_->WriteNode(part_ - 1, pending_);
  } else if (part_ == nodes + 1) {
    writer_->BetweenNodesAndTies(pending_);
  } else if (part_ <= nodes + 1 + ties) {
    writer_->WriteTie(part_ - nodes - 2, pending_);
  } else if (part_ == nodes + ties + 2) {
    writer_->End(pending_);
  } else {
    return false;
  }
  ++part_;
  return true;
}

bool NetworkFile::Next(std::string& piece) {
  while (pending_.size() < kMaxPiece && WriteNext()) {
  }
  const size_t size = std::min(pending_.size(), kMaxPiece);
  piece.assign(pending_, 0, size);
  pending_.erase(0, size);
  size_ += static_cast<int64_t>(size);
  return size > 0;
}

v1::ExportNetworkEnd NetworkFile::End() const {
  v1::ExportNetworkEnd end;
  end.set_node_count(static_cast<int32_t>(network_.size()));
  end.set_tie_count(static_cast<int32_t>(network_.ties.size()));
  end.set_size_bytes(static_cast<int32_t>(size_));
  *end.mutable_facts() = computation_.Facts();
  *end.mutable_provenance() = computation_.Provenance();
  return end;
}

}  // namespace weft::metrics
