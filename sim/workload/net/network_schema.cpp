// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/network.hpp"

namespace aie4::workload {

std::string_view network_schema() {
  return R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "A network for aie4sim net",
  "type": "object",
  "required": ["layers"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "about": {"type": "string"},
    "layers": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/layer"}}
  },
  "definitions": {
    "positive": {"type": "integer", "minimum": 1, "maximum": 1073741824},
    "dtype": {"enum": ["i4", "i8", "i16", "i32", "bf16", "fp32", "bfp16"]},
    "layer": {
      "type": "object",
      "required": ["op"],
      "properties": {
        "op": {"enum": ["gemm", "conv", "eltwise", "softmax", "norm", "pool", "attention", "mlp", "repeat"]},
        "name": {"type": "string", "minLength": 1, "maxLength": 64},
        "count": {"type": "integer", "minimum": 1, "maximum": 1000000},
        "inputs": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "minLength": 1}}
      },
      "allOf": [
        {"if": {"properties": {"op": {"const": "gemm"}}}, "then": {"$ref": "#/definitions/gemm"}},
        {"if": {"properties": {"op": {"const": "conv"}}}, "then": {"$ref": "#/definitions/conv"}},
        {"if": {"properties": {"op": {"const": "eltwise"}}}, "then": {"$ref": "#/definitions/eltwise"}},
        {"if": {"properties": {"op": {"const": "softmax"}}}, "then": {"$ref": "#/definitions/softmax"}},
        {"if": {"properties": {"op": {"const": "norm"}}}, "then": {"$ref": "#/definitions/norm"}},
        {"if": {"properties": {"op": {"const": "pool"}}}, "then": {"$ref": "#/definitions/pool"}},
        {"if": {"properties": {"op": {"const": "attention"}}}, "then": {"$ref": "#/definitions/attention"}},
        {"if": {"properties": {"op": {"const": "mlp"}}}, "then": {"$ref": "#/definitions/mlp"}},
        {"if": {"properties": {"op": {"const": "repeat"}}}, "then": {"$ref": "#/definitions/repeat"}}
      ]
    },
    "gemm": {
      "required": ["m", "k", "n"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "m": {"$ref": "#/definitions/positive"}, "k": {"$ref": "#/definitions/positive"},
        "n": {"$ref": "#/definitions/positive"},
        "dtype": {"$ref": "#/definitions/dtype"}, "dtype_b": {"$ref": "#/definitions/dtype"},
        "dtype_c": {"$ref": "#/definitions/dtype"},
        "b_layout": {"enum": ["nk", "kn"]}, "relu": {"type": "boolean"},
        "shift": {"type": "integer", "minimum": 0, "maximum": 62},
        "group": {"type": "integer", "minimum": 0, "maximum": 63},
        "outputs": {"type": "integer", "minimum": 0, "maximum": 2},
        "stay": {"enum": ["any", "a", "b", "none"]},
        "tile": {"type": "array", "minItems": 3, "maxItems": 3,
                 "items": {"type": "integer", "minimum": 0, "maximum": 65536}}
      }
    },
    "conv": {
      "required": ["height", "width", "channels", "out_channels"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "height": {"$ref": "#/definitions/positive"}, "width": {"$ref": "#/definitions/positive"},
        "channels": {"$ref": "#/definitions/positive"}, "out_channels": {"$ref": "#/definitions/positive"},
        "window": {"$ref": "#/definitions/positive"}, "stride": {"$ref": "#/definitions/positive"},
        "padding": {"type": "integer", "minimum": 0, "maximum": 62},
        "dtype": {"$ref": "#/definitions/dtype"}, "dtype_c": {"$ref": "#/definitions/dtype"},
        "shift": {"type": "integer", "minimum": 0, "maximum": 62}, "relu": {"type": "boolean"}
      }
    },
    "eltwise": {
      "required": ["elements"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "kind": {"enum": ["add", "mul", "relu", "gelu", "silu", "sigmoid", "tanh"]},
        "elements": {"$ref": "#/definitions/positive"}, "dtype": {"$ref": "#/definitions/dtype"},
        "shift": {"type": "integer", "minimum": 0, "maximum": 62}, "relu": {"type": "boolean"}
      }
    },
    "softmax": {
      "required": ["rows", "width"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "rows": {"$ref": "#/definitions/positive"}, "width": {"$ref": "#/definitions/positive"},
        "dtype": {"$ref": "#/definitions/dtype"}
      }
    },
    "norm": {
      "required": ["rows", "width"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "kind": {"enum": ["layer", "rms"]},
        "rows": {"$ref": "#/definitions/positive"}, "width": {"$ref": "#/definitions/positive"},
        "dtype": {"$ref": "#/definitions/dtype"}
      }
    },
    "pool": {
      "required": ["height", "width", "channels", "window"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "kind": {"enum": ["max", "mean"]},
        "height": {"$ref": "#/definitions/positive"}, "width": {"$ref": "#/definitions/positive"},
        "channels": {"$ref": "#/definitions/positive"}, "window": {"$ref": "#/definitions/positive"},
        "stride": {"$ref": "#/definitions/positive"}, "padding": {"type": "integer", "minimum": 0, "maximum": 254},
        "dtype": {"$ref": "#/definitions/dtype"}
      }
    },
    "attention": {
      "required": ["heads", "queries", "head_dim"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "heads": {"$ref": "#/definitions/positive"}, "queries": {"$ref": "#/definitions/positive"},
        "keys": {"$ref": "#/definitions/positive"}, "kv_heads": {"$ref": "#/definitions/positive"},
        "head_dim": {"$ref": "#/definitions/positive"},
        "dtype": {"$ref": "#/definitions/dtype"}
      }
    },
    "mlp": {
      "required": ["rows", "width", "hidden"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "rows": {"$ref": "#/definitions/positive"}, "width": {"$ref": "#/definitions/positive"},
        "hidden": {"$ref": "#/definitions/positive"}, "gated": {"type": "boolean"},
        "activation": {"enum": ["relu", "gelu", "silu", "sigmoid", "tanh"]},
        "dtype": {"$ref": "#/definitions/dtype"}
      }
    },
    "repeat": {
      "required": ["times", "layers"], "additionalProperties": false,
      "properties": {
        "op": {}, "name": {}, "count": {}, "inputs": {},
        "times": {"type": "integer", "minimum": 1, "maximum": 1024},
        "layers": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/layer"}}
      }
    }
  }
})json";
}

}  // namespace aie4::workload
