"""The cosines of a question's word pieces with all those of a small corpus, by onnxruntime.

It keeps the corpus unpacked and laid out for the processor, takes two thirds of NumPy's time, and lets other Python
threads run meanwhile.
"""

import numpy as np
import onnxruntime

from index.encoders import onnx_session as runtime
from index.retrieval.quantizer import Codes, Quantizer
from index.types import Vectors

_OPSET, _IR = 17, 10
_BASIS, _PIECES = "basis", "pieces"


def model(quantizer: Quantizer, count: int) -> bytes:
    """A graph that projects vectors on the axes of `quantizer`, scales them to length 1 and multiplies them by `count`
    vectors.

    `Product` supplies the axes and the vectors when it loads the graph.
    """
    from onnx import TensorProto, helper

    dimensions, axes = quantizer.basis.shape
    given = []
    for name, shape in ((_BASIS, (dimensions, axes)), (_PIECES, (axes, count))):
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=name)
        given.append(tensor)
    asked = helper.make_tensor_value_info("asked", TensorProto.FLOAT, ["asked", dimensions])
    cosines = helper.make_tensor_value_info("cosines", TensorProto.FLOAT, ["asked", count])
    nodes = [
        helper.make_node("MatMul", ["asked", _BASIS], ["projected"]),
        helper.make_node("LpNormalization", ["projected"], ["unit"], axis=-1, p=2),
        helper.make_node("MatMul", ["unit", _PIECES], ["cosines"]),
    ]
    graph = helper.make_graph(nodes, "product", [asked], [cosines], given)
    opset = helper.make_opsetid("", _OPSET)
    return bytes(helper.make_model(graph, opset_imports=[opset], ir_version=_IR).SerializeToString())


class Product:
    """A session of `model` on one thread; several threads may call it."""

    def __init__(self, model: bytes, quantizer: Quantizer, codes: Codes) -> None:
        """Unpacks all codes, and keeps no reference to them. Raises where the model is for other shapes."""
        options = runtime.options()
        given = map(np.ascontiguousarray, (quantizer.basis, quantizer.decode(codes).T))
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in given]
        options.add_external_initializers([_BASIS, _PIECES], values)
        self._session = runtime.session(model, options)

    def of(self, asked: Vectors) -> Vectors:
        """Of shape (asked, count), for vectors of shape (asked, dimensions)."""
        cosines: Vectors = self._session.run(None, {"asked": asked})[0]
        return cosines
