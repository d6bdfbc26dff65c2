"""The API's messages and methods, from the .proto files, without generated code."""

import functools
import inspect
import os
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
GOOGLEAPIS = pathlib.Path(
    os.environ.get("WEFT_GOOGLEAPIS", "/usr/share/gocode/src/github.com/gogo/googleapis")
)
# How this version of protobuf calls the option that prints unset fields.
_DEFAULTS_OPTION = next(
    name for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(json_format.MessageToDict).parameters
)


class Api:
    """Every message and method under protos/weft/*/v1."""

    def __init__(self):
        files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("weft/*/v1/*.proto"))
        standard = ["google/rpc/error_details.proto", "google/rpc/status.proto"]
        with tempfile.TemporaryDirectory() as scratch:
            output = pathlib.Path(scratch) / "api.binpb"
            subprocess.run(
                ["protoc", f"-I{PROTOS}", f"-I{GOOGLEAPIS}", "--include_imports",
                 f"--descriptor_set_out={output}", *files, *standard],
                check=True,
            )
            described = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in described.file:
            self.pool.Add(file)
        self._factory = message_factory.MessageFactory(self.pool)

    def message(self, full_name):
        """The class of a message, e.g. "weft.registry.v1.Site"."""
        return self._class(self.pool.FindMessageTypeByName(full_name))

    def method(self, path):
        """The descriptor of "weft.registry.v1.SiteService/GetSite"."""
        service, name = path.split("/")
        return self.pool.FindServiceByName(service).methods_by_name[name]

    def request_class(self, path):
        return self._class(self.method(path).input_type)

    def response_class(self, path):
        return self._class(self.method(path).output_type)

    def from_json(self, message, value):
        """Fills `message` from a dict in proto JSON. Unknown fields are errors."""
        return json_format.ParseDict(value, message, descriptor_pool=self.pool)

    def to_json(self, message):
        """A dict in proto JSON, with every unset scalar and list at its default."""
        return json_format.MessageToDict(
            message, descriptor_pool=self.pool, **{_DEFAULTS_OPTION: True}
        )

    def _class(self, descriptor):
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return self._factory.GetPrototype(descriptor)


@functools.lru_cache(maxsize=None)
def api():
    """The one Api of this process; protoc runs once."""
    return Api()
