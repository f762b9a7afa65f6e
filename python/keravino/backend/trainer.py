"""Keras's Trainer on keravino: predict and evaluate as compiled programs."""

import numpy as np
from keras.src import backend, tree
from keras.src import callbacks as callbacks_module
from keras.src.backend.openvino.precision import model_precision
from keras.src.backend.openvino.trace import Function
from keras.src.trainers import trainer as base_trainer
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.epoch_iterator import EpochIterator
from keras.src.utils import traceback_utils
from keras.src.utils.python_utils import pythonify_logs

NO_TRAINING = (
    "`{}` is not implemented on keravino yet: it has no gradients so far. Train with another backend "
    "(KERAS_BACKEND=jax, torch or tensorflow), save the model as .keras and load that here."
)


class OpenVINOTrainer(base_trainer.Trainer):
    """The part of keras.Model that runs it on data."""

    def __init__(self):
        super().__init__()
        self.train_function = None
        self.test_function = None
        self.predict_function = None

    def _forward(self, x):
        return self(x, training=False) if self._call_has_training_arg else self(x)

    def test_step(self, data):
        """Loss and metrics of one batch."""
        x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(data)
        y_pred = self._forward(x)
        loss = self._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        first = next(i for i in tree.flatten(x) if i is not None)
        self._loss_tracker.update_state(loss, sample_weight=backend.core.shape(first)[0])
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data):
        """Outputs for one batch."""
        x, _, _ = data_adapter_utils.unpack_x_y_sample_weight(data)
        return self._forward(x)

    def _step(self, function, state=()):
        """A step on one batch as a compiled program; in Python if that is asked for or a layer is not made of ops."""
        if self.run_eagerly or not base_trainer.model_supports_jit(self):
            return lambda data: tree.map_structure(to_numpy, function(data))
        return Function(function, state, lambda: model_precision(self))

    def make_test_function(self, force=False):
        """Makes the function that evaluates a list of batches."""
        if self.test_function is not None and not force:
            return self.test_function
        step = self._step(self.test_step, self.metrics_variables)

        def test_function(data):
            for batch in data:
                logs = step(batch)
            return logs

        self.test_function = test_function
        return test_function

    def make_predict_function(self, force=False):
        """Makes the function that predicts a list of batches."""
        if self.predict_function is not None and not force:
            return self.predict_function
        step = self._step(self.predict_step)

        def predict_function(data):
            outputs = [step(batch) for batch in data]
            return outputs[0] if len(outputs) == 1 else concatenate(outputs)

        self.predict_function = predict_function
        return predict_function

    def make_train_function(self, force=False):
        """Raises NotImplementedError."""
        raise NotImplementedError(NO_TRAINING.format("fit"))

    def fit(self, *args, **kwargs):
        """Raises NotImplementedError."""
        raise NotImplementedError(NO_TRAINING.format("fit"))

    def train_on_batch(self, *args, **kwargs):
        """Raises NotImplementedError."""
        raise NotImplementedError(NO_TRAINING.format("train_on_batch"))

    def _callbacks(self, callbacks, verbose, steps):
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        if not callbacks and verbose == 0:
            return callbacks_module.Callback()  # does nothing, while a list would hand every batch to a thread
        return callbacks_module.CallbackList(
            callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=steps, model=self
        )

    @traceback_utils.filter_traceback
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """Loss and metrics over all of x and y. Arguments as in Keras."""
        self._assert_compile_called("evaluate")
        use_cached_eval_dataset = kwargs.pop("_use_cached_eval_dataset", False)
        if kwargs:
            raise ValueError(f"Arguments not recognized: {kwargs}")
        if use_cached_eval_dataset:
            epoch_iterator = self._eval_epoch_iterator
        else:
            epoch_iterator = EpochIterator(
                x=x,
                y=y,
                sample_weight=sample_weight,
                batch_size=batch_size,
                steps_per_epoch=steps,
                shuffle=False,
                steps_per_execution=self.steps_per_execution,
            )
        self._symbolic_build(iterator=epoch_iterator)
        epoch_iterator.reset()
        callbacks = self._callbacks(callbacks, verbose, epoch_iterator.num_batches)

        self.make_test_function()
        self.stop_evaluating = False
        callbacks.on_test_begin()
        logs = {}
        self.reset_metrics()
        for begin_step, end_step, data in epoch_iterator:
            callbacks.on_test_batch_begin(begin_step)
            logs = self.test_function(data)
            callbacks.on_test_batch_end(end_step, logs)
            if self.stop_evaluating:
                break
        logs = pythonify_logs(self._get_metrics_result_or_logs(logs))
        callbacks.on_test_end(logs)
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    @traceback_utils.filter_traceback
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """Outputs for all of x, as NumPy arrays. Arguments as in Keras."""
        epoch_iterator = EpochIterator(
            x=x,
            batch_size=batch_size,
            steps_per_epoch=steps,
            shuffle=False,
            steps_per_execution=self.steps_per_execution,
        )
        callbacks = self._callbacks(callbacks, verbose, epoch_iterator.num_batches)

        self.make_predict_function()
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs = []
        for begin_step, end_step, data in epoch_iterator:
            callbacks.on_predict_batch_begin(begin_step)
            outputs.append(self.predict_function(data))
            callbacks.on_predict_batch_end(end_step, {"outputs": outputs[-1]})
            if self.stop_predicting:
                break
        callbacks.on_predict_end()
        return concatenate(outputs)

    @traceback_utils.filter_traceback
    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Loss and metrics of one batch. Arguments as in Keras."""
        self._assert_compile_called("test_on_batch")
        data = (x, y, sample_weight)
        self._symbolic_build(data_batch=data)
        self.make_test_function()
        self.reset_metrics()
        logs = pythonify_logs(self.test_function([data]))
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    @traceback_utils.filter_traceback
    def predict_on_batch(self, x):
        """Outputs for one batch, as NumPy arrays."""
        self.make_predict_function()
        return self.predict_function([(x,)])


def to_numpy(x):
    return backend.convert_to_numpy(x) if backend.is_tensor(x) else x


def concatenate(outputs):
    """One structure of arrays out of those of several batches."""
    return tree.map_structure(lambda *arrays: np.concatenate(arrays), *outputs)
