"""``tf`` made of the packages that flowstone-layers needs: the facade is not one of them."""

from importlib import import_module

from flowstone_autodiff._api import PUBLIC as AUTODIFF
from flowstone_core._api import PUBLIC as CORE
from flowstone_core.api import Namespace
from flowstone_graphfn._api import PUBLIC as GRAPHFN
from flowstone_layers._api import PUBLIC as LAYERS

TABLE = {**CORE, **AUTODIFF, **GRAPHFN, **LAYERS}


class _Public(Namespace):
    def __getattr__(self, name):
        public = self._prefix + name
        if public in TABLE:
            module, _, attribute = TABLE[public].partition(":")
            value = getattr(import_module(module), attribute)
        elif any(known.startswith(public + ".") for known in TABLE):
            value = _Public(public + ".")
        else:
            raise AttributeError(public)
        self.__dict__[name] = value
        return value


tf = _Public("")
