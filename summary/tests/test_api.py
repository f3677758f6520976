from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from typing import Any

import flowstone_summary as summary
import pytest
from flowstone_summary._api import PUBLIC

# TensorFlow 2.21's, by inspect.signature.
SIGNATURES = {
    "profiler.experimental.Profile": "(logdir, options=None)",
    "profiler.experimental.ProfilerOptions": "(host_tracer_level=2, python_tracer_level=0, device_tracer_level=1, "
    "delay_ms=None)",
    "profiler.experimental.Trace": "(name, **kwargs)",
    "profiler.experimental.start": "(logdir, options=None)",
    "profiler.experimental.stop": "(save=True)",
    "summary.audio": "(name, data, sample_rate, step=None, max_outputs=3, encoding=None, description=None)",
    "summary.create_file_writer": "(logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None, "
    "experimental_trackable=False, experimental_mesh=None)",
    "summary.create_noop_writer": "()",
    "summary.flush": "(writer=None, name=None)",
    "summary.graph": "(graph_data)",
    "summary.histogram": "(name, data, step=None, buckets=None, description=None)",
    "summary.image": "(name, data, step=None, max_outputs=3, description=None)",
    "summary.record_if": "(condition)",
    "summary.scalar": "(name, data, step=None, description=None)",
    "summary.should_record_summaries": "()",
    "summary.text": "(name, data, step=None, description=None)",
    "summary.trace_export": "(name, step=None, profiler_outdir=None)",
    "summary.trace_off": "()",
    "summary.trace_on": "(graph=True, profiler=False, profiler_outdir=None)",
    "summary.write": "(tag, tensor, step=None, metadata=None, name=None)",
    "summary.experimental.get_step": "()",
    "summary.experimental.set_step": "(step)",
    "summary.experimental.summary_scope": "(name, default_name='summary', values=None)",
    "summary.experimental.write_raw_pb": "(tensor, step=None, name=None)",
}


def resolve(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def test_the_public_names_are_tensorflows() -> None:
    assert set(PUBLIC) == {*SIGNATURES, "summary.SummaryWriter"}


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_signatures_are_tensorflows(name: str) -> None:
    signature = inspect.signature(resolve(PUBLIC[name]))
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_the_package_has_them_too(name: str) -> None:
    value: Any = summary
    for part in name.replace("profiler.experimental", "summary.profiler").split(".")[1:]:
        value = getattr(value, part)
    assert value is resolve(PUBLIC[name])
    assert value.__doc__


def test_what_it_has_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        summary.missing  # noqa: B018
    assert {"scalar", "experimental", "import_event"} <= set(dir(summary))


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, flowstone_summary; print([m for m in ('numpy', 'google.protobuf') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
