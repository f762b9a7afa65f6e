"""Keras's Trainer on keravino: fit, predict and evaluate as compiled programs."""

import warnings

import numpy as np
from keras.src import backend, tree
from keras.src import callbacks as callbacks_module
from keras.src import optimizers as optimizers_module
from keras.src.backend import config
from keras.src.backend.openvino.precision import model_precision
from keras.src.backend.openvino.tape import GradientTape
from keras.src.backend.openvino.trace import Function
from keras.src.trainers import trainer as base_trainer
from keras.src.trainers.data_adapters import array_slicing, data_adapter_utils
from keras.src.trainers.epoch_iterator import EpochIterator
from keras.src.utils import traceback_utils
from keras.src.utils.python_utils import pythonify_logs


class OpenVINOTrainer(base_trainer.Trainer):
    """The part of keras.Model that runs it on data."""

    def __init__(self):
        super().__init__()
        self.train_function = None
        self.test_function = None
        self.predict_function = None

    def _forward(self, x):
        return self(x, training=False) if self._call_has_training_arg else self(x)

    def train_step(self, data):
        """Loss, gradients and an update of the weights for one batch. To be overridden for another way to train."""
        x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True) if self._call_has_training_arg else self(x)
            loss = self._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
            scaled = loss if self.optimizer is None else self.optimizer.scale_loss(loss)
        self._track_loss(loss, x)
        weights = self.trainable_weights
        if weights:
            self.optimizer.apply(tape.gradient(scaled, weights), weights)
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def _track_loss(self, loss, x):
        first = next(i for i in tree.flatten(x) if i is not None)
        self._loss_tracker.update_state(loss, sample_weight=backend.core.shape(first)[0])

    def test_step(self, data):
        """Loss and metrics of one batch."""
        x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(data)
        y_pred = self._forward(x)
        loss = self._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data):
        """Outputs for one batch."""
        x, _, _ = data_adapter_utils.unpack_x_y_sample_weight(data)
        return self._forward(x)

    def _step(self, function, state=(), training=False):
        """A step on one batch as a compiled program; in Python if that is asked for or a layer is not made of ops.

        As on jax and torch, `jit_compile=False` asks for it: what a step does besides ops is then done at each step.
        """
        if self.run_eagerly or not self.jit_compile:
            return lambda data: tree.map_structure(to_numpy, function(data))
        # The plugin convolves with weights that are inputs only where shapes are static. A step of training computes in
        # the dtypes of its graph: at a lower precision the plugin would round the weights and their state as well.
        precision = (lambda: "typed") if training else (lambda: model_precision(self))
        return Function(function, state, precision, exact=training)

    def make_train_function(self, force=False):
        """Makes the function that trains on a list of batches."""
        if self.train_function is not None and not force:
            return self.train_function
        state = [*self.trainable_variables, *self.non_trainable_variables, *self.metrics_variables]
        if self.optimizer is not None:
            state += self.optimizer.variables
        self.train_function = on_batches(self._step(self.train_step, state, training=True))
        return self.train_function

    def make_test_function(self, force=False):
        """Makes the function that evaluates a list of batches."""
        if self.test_function is not None and not force:
            return self.test_function
        self.test_function = on_batches(self._step(self.test_step, self.metrics_variables))
        return self.test_function

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

    def _callbacks(self, callbacks, verbose, steps, epochs=1, history=False):
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        if not callbacks and verbose == 0 and not history:
            return callbacks_module.Callback()  # a tenth of a small predict is spared
        callbacks = callbacks_module.CallbackList(
            callbacks,
            add_history=history,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
            model=self,
        )
        # Logs are numbers already: to hand every batch to a thread would gain nothing and cost as much as a small step.
        callbacks._async_train = callbacks._async_test = callbacks._async_predict = False
        return callbacks

    @traceback_utils.filter_traceback
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Trains for some epochs; the History of losses and metrics. Arguments as in Keras."""
        self._assert_compile_called("fit")
        if (most := config.max_epochs()) and most < epochs:
            warnings.warn(f"Limiting epochs to {most}", stacklevel=2)
            epochs = most
        self._eval_epoch_iterator = None
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = array_slicing.train_validation_split(
                (x, y, sample_weight), validation_split=validation_split
            )
        epoch_iterator = EpochIterator(
            x=x,
            y=y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            steps_per_epoch=steps_per_epoch,
            shuffle=shuffle,
            class_weight=class_weight,
            steps_per_execution=self.steps_per_execution,
        )
        self._symbolic_build(iterator=epoch_iterator)
        epoch_iterator.reset()
        callbacks = self._callbacks(callbacks, verbose, epoch_iterator.num_batches, epochs, history=True)

        self.make_train_function()
        self.stop_training = False
        logs = {}
        callbacks.on_train_begin()
        for epoch in range(self._initial_epoch or initial_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = self._train_epoch(epoch_iterator, callbacks)
            if validation_data is not None and self._should_eval(epoch, validation_freq):
                logs |= self._validate(
                    validation_data, validation_batch_size or batch_size, validation_steps, callbacks
                )
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if isinstance(self.optimizer, optimizers_module.Optimizer) and epochs > 0:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        self._eval_epoch_iterator = None
        callbacks.on_train_end(logs=logs)
        return self.history

    def _train_epoch(self, epoch_iterator, callbacks):
        """Loss and metrics of one epoch."""
        logs = {}
        for begin_step, end_step, data in epoch_iterator:
            callbacks.on_train_batch_begin(begin_step)
            logs = pythonify_logs(self.train_function(data))
            callbacks.on_train_batch_end(end_step, logs)
            if self.stop_training:
                break
        return dict(pythonify_logs(self._get_metrics_result_or_logs(logs)))

    def _validate(self, data, batch_size, steps, callbacks):
        """Loss and metrics of the validation data, as `val_...`."""
        x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(data)
        if self._eval_epoch_iterator is None:
            self._eval_epoch_iterator = EpochIterator(
                x=x,
                y=y,
                sample_weight=sample_weight,
                batch_size=batch_size,
                steps_per_epoch=steps,
                shuffle=False,
                steps_per_execution=self.steps_per_execution,
            )
        logs = self.evaluate(
            x,
            y,
            batch_size=batch_size,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            return_dict=True,
            _use_cached_eval_dataset=True,
        )
        return {f"val_{name}": value for name, value in logs.items()}

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
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Trains on one batch; its loss and metrics. Arguments as in Keras."""
        self._assert_compile_called("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "Arguments `sample_weight` and `class_weight` cannot be specified at the same time. "
                    f"Received: sample_weight={sample_weight}, class_weight={class_weight}"
                )
            sample_weight = data_adapter_utils.class_weight_to_sample_weights(y, class_weight)
        data = (x, y, sample_weight)
        self._symbolic_build(data_batch=data)
        self.make_train_function()
        self.reset_metrics()
        logs = pythonify_logs(self.train_function([data]))
        return logs if return_dict else self._flatten_metrics_in_order(logs)

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


def on_batches(step):
    """A function that takes a step on each batch of a list and returns what the last one returns."""

    def function(data):
        for batch in data:
            logs = step(batch)
        return logs

    return function


def to_numpy(x):
    return backend.convert_to_numpy(x) if backend.is_tensor(x) else x


def concatenate(outputs):
    """One structure of arrays out of those of several batches."""
    return tree.map_structure(lambda *arrays: np.concatenate(arrays), *outputs)
