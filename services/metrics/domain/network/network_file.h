// A network as a file of other tools, in pieces: GraphML, GEXF, CSV, Kumu's blueprint. The same
// network gives the same bytes.
//
//   NetworkFile file(network, computation, format);
//   std::string piece;
//   while (file.Next(piece)) { ... send it ... }
//   send(file.End());
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_FILE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"
#include "weft/metrics/v1/network.pb.h"

namespace weft::metrics {

// The largest piece of a file.
inline constexpr size_t kMaxPiece = 64 * 1024;

// What an export computes: degree, and what was asked for.
NetworkOptions OptionsOf(const v1::ExportNetworkRequest& request);

// How one format writes the parts of a file.
class NetworkWriter {
 public:
  virtual ~NetworkWriter() = default;
  virtual void Begin(std::string& out) = 0;
  virtual void WriteNode(size_t node, std::string& out) = 0;
  virtual void BetweenNodesAndTies(std::string& out) = 0;
  virtual void WriteTie(size_t tie, std::string& out) = 0;
  virtual void End(std::string& out) = 0;
};

class NetworkFile {
 public:
  // Network and computation, which has come to its end, outlive it. The format is one that is
  // known.
  NetworkFile(const Network& network, const NetworkComputation& computation,
              v1::ExportNetworkRequest::Format format);

  // The next piece, at most kMaxPiece bytes; false, and nothing, at the end.
  bool Next(std::string& piece);
  // Once Next() has returned false: all but Provenance.computed_through.
  v1::ExportNetworkEnd End() const;

 private:
  // The next part of the file; false when all is written.
  bool WriteNext();

  const Network& network_;
  const NetworkComputation& computation_;
  std::unique_ptr<NetworkWriter> writer_;
  size_t part_ = 0;
  std::string pending_;
  int64_t size_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_FILE_H_
