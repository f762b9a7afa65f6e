"""Keras's ExportArchive, which writes TensorFlow SavedModels."""


class OpenvinoExportArchive:
    """SavedModels are TensorFlow's own format, so there is none to write here."""

    def __init__(self):
        raise NotImplementedError(
            'keravino writes no SavedModel. Use model.export("model.xml", format="openvino"), or save as .keras.'
        )
