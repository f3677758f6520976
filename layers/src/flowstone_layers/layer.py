"""The base of all layers: variables, building on first call, the training flag, losses, masks, configuration."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.interpreter import building_graph
from flowstone_core.ops.cast import cast
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.trackable import AutoTrackable
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable as CoreVariable
from flowstone_graphfn.autograph import api as autograph
from flowstone_graphfn.function import function

from flowstone_layers import constraints, dtype_policy, initializers, regularizers
from flowstone_layers.call_context import CallContext, autocast_to, current, scope
from flowstone_layers.infer_outputs import infer_outputs, outside
from flowstone_layers.input_spec import check_inputs
from flowstone_layers.keras_tensor import CallNode, KerasTensor, any_symbolic
from flowstone_layers.operation import Operation, flatten_tensors
from flowstone_layers.variable import Variable


class Layer(AutoTrackable, Operation):
    """A function with variables.

    A subclass stores its settings in ``__init__``, makes its variables in ``build`` (called with the shapes of
    the first inputs) and computes in ``call``. Variables and layers assigned to attributes are tracked, also in
    lists and dictionaries.

    >>> class Scale(tf.keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> Scale()(tf.ones([1, 2])).numpy()
    array([[1., 1.]], dtype=float32)

    Args:
        activity_regularizer: A regularizer of the output; its value is added to ``losses``.
        trainable: Whether the variables should be trained.
        dtype: The type or policy to compute in.
        autocast: Whether float inputs are cast to the compute type.
        name: The name.
    """

    _trainable_variables: list[Any]
    _non_trainable_variables: list[Any]
    _layers: list[Any]
    _metrics: list[Any]
    _seed_generators: list[Any]
    _losses: list[Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - as for every class
        instance = super().__new__(cls)
        object.__setattr__(instance, "_init_arguments", (args, kwargs))
        return instance

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        input_shape = kwargs.pop("input_shape", None)
        batch_input_shape = kwargs.pop("batch_input_shape", None)
        batch_size = kwargs.pop("batch_size", None)
        input_dim = kwargs.pop("input_dim", None)
        kwargs.pop("weights", None)
        kwargs.pop("dynamic", None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}")
        for key, kind in _TRACKED:
            object.__setattr__(self, key, kind())
        object.__setattr__(self, "_tracker_ready", True)
        Operation.__init__(self, name=name)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._dtype_policy = dtype_policy.get(dtype)
        self.autocast = autocast
        self._input_spec: Any = None
        self._trainable = bool(trainable)
        self.built = False
        self.supports_masking = False
        self._convert_input_args = True
        self._allow_non_tensor_positional_args = False
        if input_dim is not None:
            input_shape = (input_dim,)
        if batch_input_shape is None and input_shape is not None:
            batch_input_shape = (batch_size, *input_shape)
        self._batch_input_shape = batch_input_shape

    # -- tracking ------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if "_tracker_ready" not in self.__dict__ and _holds_state(value):
            raise AttributeError(
                f"In layer {type(self).__name__}, you forgot to call `super().__init__()` as the first statement in "
                f"the `__init__()` method, before assigning {name!r}."
            )
        if self.__dict__.get("_tracker_ready"):
            self._track(value)
        AutoTrackable.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._untrack(self.__dict__.get(name))
        object.__delattr__(self, name)

    def _track(self, value: Any) -> None:
        """Note the variables, layers and metrics in ``value``."""
        if isinstance(value, CoreVariable):
            found = self._trainable_variables if value.trainable else self._non_trainable_variables
            _append_once(found, value)
        elif isinstance(value, Layer):
            _append_once(self._layers, value)
        elif hasattr(value, "update_state") and hasattr(value, "result"):
            _append_once(self._metrics, value)
        elif type(value).__name__ == "SeedGenerator":
            _append_once(self._seed_generators, value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                self._track(item)
        elif isinstance(value, dict):
            for item in value.values():
                self._track(item)

    def _untrack(self, value: Any) -> None:
        for key, _ in _TRACKED[:5]:
            found = self.__dict__[key]
            found[:] = [item for item in found if item is not value]

    def _own_layers(self) -> list[Layer]:
        """The layers directly inside, also those put into a tracked list after it was assigned."""
        for name, value in list(self.__dict__.items()):
            if isinstance(value, (list, dict, tuple)) and name not in _TRACKED_NAMES and not name.startswith("_init_"):
                self._track(value)
        return self._layers

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list[Layer]:
        found: list[Layer] = [self] if include_self else []
        seen = {id(self)}
        pending = list(self._own_layers())
        while pending:
            layer = pending.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            found.append(layer)
            if recursive:
                pending = [*layer._own_layers(), *pending]
        return found

    # -- variables -----------------------------------------------------------------------------------------

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of this layer.

        Args:
            *args: The shape, and then the initializer and the type; or the name before them, as in Keras 2.
            shape: The shape; a scalar if None.
            initializer: A function, its name, or None for zeros (Glorot uniform for float matrices).
            dtype: The element type; the policy's variable type if None.
            trainable: Whether it should be trained.
            autocast: Whether it is read in the compute type.
            regularizer: A regularizer, whose value is added to ``losses``.
            constraint: A function that optimizers apply after updates.
            aggregation: How distributed copies are aggregated.
            overwrite_with_gradient: Whether optimizers put the gradient in its place.
            name: The name.
        """
        if args and isinstance(args[0], str):
            name, args = args[0], args[1:]
        if args:
            shape, initializer, dtype = (*args, *(shape, initializer, dtype)[len(args) :])
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(size is None for size in shape):
            raise ValueError(f"The shape of a weight must be fully known, got {shape} for {name!r} in {self.name!r}.")
        dtype = as_dtype(self.variable_dtype if dtype is None else dtype).name
        if initializer is None:
            initializer = "glorot_uniform" if "float" in dtype else "zeros"
        with scope(self.name, self):
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track(variable)
        return variable

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of this layer: ``add_weight`` under another name."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def _unique(self, variables: list[Any]) -> list[Any]:
        return list({id(variable): variable for variable in variables}.values())

    @property
    def variables(self) -> list[Any]:
        """All variables: weights, and states such as seeds and metrics."""
        found = [*self._trainable_variables, *self._non_trainable_variables]
        found += [generator.state for generator in self._seed_generators]
        for metric in self._metrics:
            found += metric.variables
        for layer in self._own_layers():
            found += layer.variables
        return self._unique(found)

    @property
    def weights(self) -> list[Any]:
        """The variables of this layer and those inside it, without metrics and seeds."""
        found = [*self._trainable_variables, *self._non_trainable_variables]
        for layer in self._own_layers():
            found += layer.weights
        return self._unique(found)

    @property
    def trainable_variables(self) -> list[Any]:
        """The variables that training changes."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The variables that training leaves alone."""
        return [v for v in self.variables if not v.trainable] if self.trainable else self.variables

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that training changes."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self.trainable else self.weights

    @property
    def metrics(self) -> list[Any]:
        """The metrics of this layer and those inside it."""
        found = list(self._metrics)
        for layer in self._own_layers():
            found += layer.metrics
        return self._unique(found)

    @property
    def metrics_variables(self) -> list[Any]:
        """The variables of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def get_weights(self) -> list[Any]:
        """The weights' values as numpy arrays."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Set the weights from numpy arrays.

        Raises:
            ValueError: If their number or shapes differ.
        """
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of length "
                f"{len(weights)}, but the layer was expecting {len(own)} weights."
            )
        for variable, value in zip(own, weights, strict=True):
            if tuple(variable.shape) != tuple(np.shape(value)):
                raise ValueError(
                    f"Layer {self.name} weight shape {tuple(variable.shape)} is not compatible with provided weight "
                    f"shape {np.shape(value)}."
                )
            variable.assign(value)

    def count_params(self) -> int:
        """The number of elements of all weights.

        Raises:
            ValueError: If the layer has not been built.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built. You can build "
                "it manually via: `layer.build(input_shape)`."
            )
        return sum(int(np.prod(variable.shape.as_list())) for variable in self.weights)

    @property
    def trainable(self) -> bool:
        """Whether training changes this layer's variables; setting it reaches the layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._trainable_variables:
            if isinstance(variable, Variable):
                variable.trainable = bool(value)
        for layer in self._own_layers():
            layer.trainable = bool(value)

    # -- types -----------------------------------------------------------------------------------------------

    @property
    def dtype_policy(self) -> Any:
        """The type policy."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = dtype_policy.get(value)

    @property
    def dtype(self) -> str:
        """The type of the variables."""
        return str(self._dtype_policy.variable_dtype)

    @property
    def variable_dtype(self) -> str:
        """The type of the variables."""
        return str(self._dtype_policy.variable_dtype)

    @property
    def compute_dtype(self) -> str:
        """The type of the computation."""
        return str(self._dtype_policy.compute_dtype)

    @property
    def input_dtype(self) -> str:
        """The type that float inputs are cast to."""
        return self.compute_dtype

    @property
    def path(self) -> str:
        """The name with those of the scopes it was built in."""
        return self.__dict__.get("_path") or self.name

    @property
    def input_spec(self) -> Any:
        """What is expected of inputs: an ``InputSpec`` or a structure of them."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec = value

    # -- building --------------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the variables for inputs of ``input_shape``; called before the first call."""
        self.built = True

    _builds_in_call = False
    """Whether ``build`` needs not be called before a call: the call itself makes everything."""

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Call ``build`` with the shapes of the call's tensors, if that has not happened yet."""
        method = self.build
        parameters = list(inspect.signature(method).parameters.values())
        self.__dict__["_path"] = "/".join(current.scopes) or self.name
        shapes = self._shapes_by_argument(args, kwargs)
        named = {f"{name}_shape": shape for name, shape in shapes.items()}
        accepted = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        wanted = [p.name for p in accepted if p.default is p.empty or p.name in named]
        with outside():
            if self._builds_in_call:
                pass
            elif len(wanted) > 1 and all(name in named for name in wanted):
                method(**{name: named[name] for name in wanted})
            elif accepted:
                method(next(iter(shapes.values()), None))
            else:
                method()  # type: ignore[call-arg]
        self.built = True
        self.__dict__.setdefault("_build_shape", next(iter(shapes.values()), None))
        if len(shapes) == 1 and args:
            self.__dict__.setdefault("_save_spec", nest.map_structure(_batch_spec, args[0]))

    def _shapes_by_argument(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The shapes of the arguments that hold tensors, by the name of ``call``'s parameter."""
        bound = self._call_signature.bind(*args, **kwargs).arguments
        found = {}
        for name, value in bound.items():
            if name in ("kwargs", "args") or name == self._call_var_keyword:
                continue
            if flatten_tensors(value):
                found[name] = nest.map_structure(_shape_tuple, value)
        return found

    @functools.cached_property
    def _call_signature(self) -> inspect.Signature:
        return inspect.signature(self.call)

    @functools.cached_property
    def _call_var_keyword(self) -> str | None:
        for parameter in self._call_signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                return parameter.name
        return None

    @functools.cached_property
    def _call_names(self) -> frozenset[str]:
        return frozenset(self._call_signature.parameters)

    @functools.cached_property
    def _takes_training(self) -> bool:
        """Whether ``call`` wants the training flag, itself or for what it calls."""
        return "training" in self._call_names

    @functools.cached_property
    def _default_training(self) -> Any:
        parameter = self._call_signature.parameters.get("training")
        return None if parameter is None or parameter.default is parameter.empty else parameter.default

    def get_build_config(self) -> dict[str, Any] | None:
        """What ``build`` was called with."""
        shape = self.__dict__.get("_build_shape")
        return None if shape is None else {"input_shape": shape}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build from ``get_build_config``'s answer."""
        if config and "input_shape" in config:
            self._build_with_shape(_tupled(config["input_shape"]))

    def _build_with_shape(self, shape: Any) -> None:
        self.build(shape)
        self.built = True

    # -- calling -----------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Convert the inputs, build if needed, and run ``call``; with symbolic inputs, record the call."""
        if "_tracker_ready" not in self.__dict__:
            raise RuntimeError(f"Layer {type(self).__name__} was called before `super().__init__()`.")
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self._run(args, kwargs)

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._convert_input_args:
            args, kwargs = self._convert_inputs(args, kwargs)
        if self._input_spec is not None and args:
            check_inputs(self._input_spec, args[0], self.name)
        context = current.call
        outermost = context is None
        if context is None:
            context = current.call = CallContext(self)
            self._clear_losses()
        saved_training = context.training
        try:
            kwargs = self._resolve_training(kwargs, context)
            kwargs = self._resolve_masks(args, kwargs)
            with scope(self.name, self):
                if not self.built:
                    self._build_for(args, kwargs)
                policy = self._dtype_policy
                mixed = self.autocast and policy.compute_dtype != policy.variable_dtype
                with autocast_to(policy.compute_dtype if mixed else None):
                    outputs = self._traceable_call(*args, **kwargs)
        finally:
            context.training = saved_training
            if outermost:
                current.call = None
        if self.activity_regularizer is not None:
            for output in nest.flatten(outputs):
                if isinstance(output, Tensor):
                    batch = tf.shape(output)[0] if output.shape.rank else 1
                    self.add_loss(self.activity_regularizer(output) / tf.cast(batch, output.dtype))
        self._set_output_masks(args, outputs)
        return outputs

    def _traceable_call(self, *args: Any, **kwargs: Any) -> Any:
        """``call``, converted by AutoGraph when a graph is being built."""
        if building_graph() and not type(self).__module__.startswith("flowstone_layers."):
            return autograph.convert_callback(self.call)(*args, **kwargs)
        return self.call(*args, **kwargs)

    def _convert_inputs(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if len(args) == 1 and not kwargs and isinstance(args[0], Tensor):
            return (self._convert_one(args[0]),), kwargs
        args = tuple(nest.map_structure(self._convert_one, arg) for arg in args)
        kwargs = {
            key: value if key in ("training", "mask") else nest.map_structure(self._convert_one, value)
            for key, value in kwargs.items()
        }
        return args, kwargs

    def _convert_one(self, value: Any) -> Any:
        """Numpy arrays and lists of numbers as tensors; floats in the compute type."""
        if isinstance(value, Tensor):
            tensor = value
        elif isinstance(value, (np.ndarray, np.generic)):
            tensor = convert_to_tensor(value)
        else:
            return value
        if self.autocast and tensor.dtype.is_floating and tensor.dtype.name != self.compute_dtype:
            mask = getattr(value, "_keras_mask", None)
            tensor = cast(tensor, self.compute_dtype)
            if mask is not None:
                tensor._keras_mask = mask
        return tensor

    def _resolve_training(self, kwargs: dict[str, Any], context: CallContext) -> dict[str, Any]:
        """The explicit flag, else the outer layer's, else ``call``'s default; remembered for inner layers."""
        training = kwargs.get("training")
        if training is None:
            training = context.training
        if training is None:
            training = self._default_training
        context.training = training
        if "training" in self._call_names:
            return kwargs if training is None else {**kwargs, "training": training}
        if "training" in kwargs and self._call_var_keyword is None:
            kwargs = {key: value for key, value in kwargs.items() if key != "training"}
        return kwargs

    def _resolve_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if self._masked_names:
            kwargs = self._resolve_named_masks(args, kwargs)
        if "mask" in self._call_names and kwargs.get("mask") is None and args:
            leaves = nest.flatten(args[0])
            masks = [getattr(leaf, "_keras_mask", None) for leaf in leaves]
            if any(mask is not None for mask in masks):
                mask = nest.pack_sequence_as(args[0], masks) if nest.is_nested(args[0]) else masks[0]
                return {**kwargs, "mask": mask}
        return kwargs

    @functools.cached_property
    def _masked_names(self) -> tuple[str, ...]:
        """The arguments of ``call`` that have one for their mask: ``query`` and ``query_mask``."""
        return tuple(name for name in self._call_names if f"{name}_mask" in self._call_names)

    def _resolve_named_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        given = self._call_signature.bind_partial(*args, **kwargs).arguments
        for name in self._masked_names:
            mask = getattr(given.get(name), "_keras_mask", None)
            if mask is not None and given.get(f"{name}_mask") is None:
                kwargs = {**kwargs, f"{name}_mask": mask}
        return kwargs

    def _set_output_masks(self, args: tuple[Any, ...], outputs: Any) -> None:
        if not args or not (self.supports_masking or self._makes_masks):
            return
        leaves = [args[0]] if isinstance(args[0], Tensor) else nest.flatten(args[0])
        masks = [getattr(leaf, "_keras_mask", None) for leaf in leaves]
        if not self._makes_masks and masks.count(None) == len(masks):
            return
        previous = nest.pack_sequence_as(args[0], masks) if nest.is_nested(args[0]) else masks[0]
        computed = self.compute_mask(args[0], previous)
        if computed is None:
            return
        flat = nest.flatten(computed)
        for output, mask in zip(nest.flatten(outputs), flat, strict=False):
            if mask is not None and hasattr(output, "__dict__"):
                output._keras_mask = mask

    _makes_masks = False

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs: that of the inputs unless a layer says otherwise."""
        return previous_mask

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented. Override `call`."
        )

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call with symbolic tensors and return its symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        CallNode(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, found by tracing a call."""
        return infer_outputs(lambda *a, **k: self._run(a, k), args, kwargs)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the outputs for inputs of the given shapes."""
        specs = [symbolic_inputs(shape, self.compute_dtype) for shape in args]
        named = {
            key.removesuffix("_shape"): symbolic_inputs(value, self.compute_dtype) for key, value in kwargs.items()
        }
        outputs = self.compute_output_spec(*specs, **named)
        return nest.map_structure(lambda tensor: tensor.shape, outputs)

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call with given values of the variables, and return the outputs and the new non-trainable values."""
        own = [*self.trainable_variables, *self.non_trainable_variables]
        given = [*trainable_variables, *non_trainable_variables]
        if len(own) != len(given):
            raise ValueError(f"stateless_call got {len(given)} values for the {len(own)} variables of {self.name}.")
        saved = [variable.read_value() for variable in own]
        try:
            for variable, value in zip(own, given, strict=True):
                variable.assign(value)
            outputs = self(*args, **kwargs)
            updated = [variable.read_value() for variable in self.non_trainable_variables]
            losses = self.losses
        finally:
            for variable, value in zip(own, saved, strict=True):
                variable.assign(value)
        return (outputs, updated, losses) if return_losses else (outputs, updated)

    # -- losses ----------------------------------------------------------------------------------------------

    def add_loss(self, loss: Any) -> None:
        """Add a scalar tensor (or several) to ``losses``, for the present call."""
        for value in nest.flatten(loss):
            self._losses.append(value)

    @property
    def losses(self) -> list[Any]:
        """The losses of the last call, and the regularizers' values of all weights."""
        found = []
        for layer in self._flatten_layers():
            found += layer._losses
        for variable in self.trainable_weights:
            if isinstance(variable, Variable) and variable.regularizer is not None:
                found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Keras 3 has no ``add_metric``.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "Layer `add_metric()` is deprecated. Add your metric in `Model.compile(metrics=[...])`, or create metric "
            "trackers in init() or build() when subclassing the layer or model."
        )

    # -- saving ------------------------------------------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        """Put this layer's own variables into ``store``, numbered."""
        for index, variable in enumerate([*self._trainable_variables, *self._non_trainable_variables]):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take this layer's own variables from ``store``.

        Raises:
            ValueError: If their number differs.
        """
        own = [*self._trainable_variables, *self._non_trainable_variables]
        if len(store.keys()) != len(own):
            built = "" if self.built else " The layer has not been built yet."
            raise ValueError(
                f"Layer '{self.name}' expected {len(own)} variables, but received {len(store.keys())} variables during "
                f"loading. Expected: {[variable.name for variable in own]}.{built}"
            )
        for index, variable in enumerate(own):
            variable.assign(store[str(index)])

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor.

        Layers whose constructor takes more than ``Layer``'s must override it, unless all arguments can be taken
        from the call that made the layer.
        """
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": {
                "module": "keras",
                "class_name": "DTypePolicy",
                "config": self._dtype_policy.get_config(),
                "registered_name": None,
            },
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if type(self).get_config is Layer.get_config:
            config |= self._recorded_arguments(config)
        return config

    def _recorded_arguments(self, config: dict[str, Any]) -> dict[str, Any]:
        """What the constructor was called with, where it is plain data."""
        args, kwargs = self._init_arguments  # type: ignore[attr-defined]
        parameters = inspect.signature(type(self).__init__).parameters
        bound = inspect.signature(type(self).__init__).bind_partial(self, *args, **kwargs).arguments
        own = next(iter(parameters))
        found = {}
        for name, value in bound.items():
            kind = parameters[name].kind
            if (
                name == own
                or name in config
                or kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
            ):
                continue
            if not _plain(value):
                raise NotImplementedError(
                    f"Object {type(self).__name__} was created by passing non-serializable argument values in "
                    f"`__init__()`, and therefore the object must override `get_config()` in order to be serializable. "
                    f"Please implement `get_config()`. The argument is {name}={value!r}."
                )
            found[name] = value
        return found

    def _trackable_children(self) -> dict[str, Any]:
        return {name: child for name, child in super()._trackable_children().items() if name not in _NOT_SAVED}

    def _serving_spec(self) -> Any:
        """The spec of the input, with any batch size, or None if it is not known or not single."""
        return self.__dict__.get("_save_spec")

    def _saved_model_functions(self) -> dict[str, Any]:
        """What a SavedModel of this layer can call: the layer itself, for inference."""
        spec = self._serving_spec()
        if spec is None:
            return {}
        settings = {"training": False} if self._takes_training else {}

        def call(inputs: Any) -> Any:
            return self(inputs, **settings)

        serve = function(call, input_signature=[spec])
        return {"__call__": serve, "_default_save_signature": serve}

    @property
    def quantization_mode(self) -> None:
        """None: layers are not quantized."""
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


_NOT_SAVED = frozenset({"_init_arguments", "_loss_tracker", "_compile_metrics"})
"""Attributes that checkpoints leave out, as Keras's do."""


def _append_once(found: list[Any], value: Any) -> None:
    if not any(item is value for item in found):
        found.append(value)


def _holds_state(value: Any) -> bool:
    return isinstance(value, (CoreVariable, Layer))


def _shape_tuple(value: Any) -> Any:
    shape = getattr(value, "shape", None)
    return shape.as_tuple() if isinstance(shape, TensorShape) else shape


def _tupled(shape: Any) -> Any:
    """A shape read from JSON: lists become tuples."""
    if isinstance(shape, dict):
        return {key: _tupled(value) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)):
        inner = [_tupled(item) if isinstance(item, (list, dict)) else item for item in shape]
        return inner if any(isinstance(item, (tuple, dict, list)) for item in inner) else tuple(inner)
    return shape


def _batch_spec(value: Any) -> Any:
    """The spec of a tensor, with any size of the first axis."""
    shape = TensorShape(value.shape)
    return TensorSpec([None, *shape[1:]] if shape.rank else shape, value.dtype)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        item is None or isinstance(item, (int, np.integer)) for item in value
    )


def symbolic_inputs(shapes: Any, dtype: str) -> Any:
    """A ``KerasTensor`` for each shape in a structure of shapes."""
    if hasattr(shapes, "as_tuple"):
        shapes = shapes.as_tuple()
    if shapes is None or _is_shape(shapes):
        return KerasTensor(shapes, dtype=dtype)
    if isinstance(shapes, dict):
        return {key: symbolic_inputs(value, dtype) for key, value in shapes.items()}
    return type(shapes)(symbolic_inputs(value, dtype) for value in shapes)


def _plain(value: Any) -> bool:
    """Whether JSON can hold ``value``."""
    if isinstance(value, (list, tuple)):
        return all(map(_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(item) for key, item in value.items())
    return value is None or isinstance(value, (str, int, float, bool))


_NOT_SAVED = frozenset({"_init_arguments", "_loss_tracker", "_compile_metrics"})
"""Attributes that checkpoints leave out, as Keras's do."""

_TRACKED: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("_trainable_variables", list),
    ("_non_trainable_variables", list),
    ("_layers", list),
    ("_metrics", list),
    ("_seed_generators", list),
    ("_losses", list),
)
_TRACKED_NAMES = frozenset(key for key, _ in _TRACKED) | {"_inbound_nodes"}
