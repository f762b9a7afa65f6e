"""Who is measured: one record per column of the table."""

from dataclasses import dataclass, field

ONE_THREAD = {
    "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}


@dataclass(frozen=True)
class Column:
    """A backend: `door` names the class in doors.py that runs its cases.

    `tolerance` bounds the relative difference from the reference; None reports it only. `by_name`: runs only the cases
    that name it.
    """

    name: str
    title: str
    door: str
    backend: str = ""
    tolerance: float | None = 1e-4
    by_name: bool = False
    options: dict = field(default_factory=dict)

    def runs(self, case):
        """Whether a case is for this column."""
        return self.name in case.columns if case.columns else not self.by_name

    def environment(self, threads):
        """The variables its worker starts with: as many threads as cores, however a library asks for them."""
        names = ("BENCH", "OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "TF_NUM_INTRAOP")
        count = {f"{name}_THREADS": str(threads) for name in names} | (ONE_THREAD if threads == 1 else {})
        return count | QUIET | ({"KERAS_BACKEND": self.backend} if self.backend else {})


COLUMNS = {
    column.name: column
    for column in (
        Column("keravino", "keravino", "keras", "openvino", options={"keravino": True}),
        Column("command", "keravino, C++", "command"),
        Column(
            "command_bf16",
            "keravino, C++, bf16",
            "command",
            tolerance=None,
            by_name=True,
            options={"precision": "bf16"},
        ),
        Column("keras_openvino_f32", "Keras's OpenVINO backend set to f32", "keras", "openvino", options={"f32": True}),
        Column("keras_openvino", "Keras's OpenVINO backend as is", "keras", "openvino", tolerance=None),
        Column("torch", "torch", "keras", "torch"),
        Column("jax", "jax", "keras", "jax"),
        Column("tensorflow", "tensorflow", "keras", "tensorflow"),
        Column("savedmodel", "SavedModel -> OpenVINO", "openvino", options={"file": "{target}.tf.xml"}),
        Column("onnxruntime", "ONNX Runtime", "onnx", options={"file": "{target}.onnx"}),
        Column("frugally_deep", "frugally-deep", "frugally_deep", by_name=True),
        Column(
            "channels_first",
            "channels-first on OpenVINO",
            "openvino",
            options={"file": "{target}-b{batch}.nchw.xml", "channels_first": True},
        ),
    )
}
