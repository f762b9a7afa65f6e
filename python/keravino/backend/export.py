"""Keras's ExportArchive, which writes TensorFlow SavedModels."""


class OpenvinoExportArchive:
    """SavedModels are TensorFlow's own format; OpenVINO IR is written by `model.export(path, format="openvino")`."""

    def track(self, resource):
        """Raises NotImplementedError."""
        raise NotImplementedError(self._reason())

    def add_endpoint(self, name, fn, input_signature=None, **kwargs):
        """Raises NotImplementedError."""
        raise NotImplementedError(self._reason())

    def _reason(self):
        return 'keravino writes no SavedModel. Use model.export("model.xml", format="openvino"), or save as .keras.'
