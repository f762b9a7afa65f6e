"""Every optimizer of Keras, and what each of them can do besides."""

STEPS = 10


def by_kind(for_kernels, for_others):
    return lambda variable: for_kernels if "kernel" in variable.path else for_others


def optimizer_cases(optimizers):
    """Name: optimizer."""
    schedule = optimizers.schedules.ExponentialDecay(0.05, 3, 0.5)
    average = {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4}
    return {
        "sgd": optimizers.SGD(0.1),
        "momentum": optimizers.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
        "rmsprop": optimizers.RMSprop(0.01, momentum=0.9, centered=True),
        "adam": optimizers.Adam(0.01),
        "amsgrad": optimizers.Adam(0.01, amsgrad=True, clipnorm=0.5),
        "adamw": optimizers.AdamW(0.01, global_clipnorm=0.5),
        "adadelta": optimizers.Adadelta(1.0),
        "adagrad": optimizers.Adagrad(0.1, clipvalue=0.1),
        "adamax": optimizers.Adamax(0.01),
        "adafactor": optimizers.Adafactor(0.05),
        "nadam": optimizers.Nadam(0.01),
        "ftrl": optimizers.Ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.01),
        "lion": optimizers.Lion(0.01),
        "lamb": optimizers.Lamb(0.01),
        "muon": optimizers.Muon(0.01),
        "schedule": optimizers.Adam(schedule),
        "loss_scale": optimizers.LossScaleOptimizer(optimizers.SGD(0.1), dynamic_growth_steps=3),
        "fixed_scale": optimizers.SGD(0.1, loss_scale_factor=64.0),
        "multi": optimizers.MultiOptimizer(by_kind(optimizers.Adam(0.01), optimizers.SGD(0.1))),
        "accumulation": optimizers.Adam(0.01, gradient_accumulation_steps=3),
        "average": optimizers.SGD(0.1, **average),
        "both": optimizers.SGD(0.1, gradient_accumulation_steps=2, **average),
    }


def steps(keras, np, optimizer):
    """The losses of ten steps, and the weights after them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS, 16, 8)).astype("float32")
    y = np.tanh(x @ rng.normal(size=(8, 4))).astype("float32")
    layers = keras.layers
    model = keras.Sequential([keras.Input((8,)), layers.Dense(12, activation="tanh"), layers.Dense(4)])
    shapes = [w.shape for w in model.weights]
    model.set_weights([rng.normal(0, 0.3, shape) for shape in shapes])
    model.compile(optimizer, "mse")
    losses = [model.train_on_batch(a, b) for a, b in zip(x, y, strict=True)]
    return [np.array(losses, "float32"), *model.get_weights()]
