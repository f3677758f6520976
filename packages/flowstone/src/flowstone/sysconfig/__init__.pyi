"""``tf.sysconfig``; written by ``nox -s api``."""

from flowstone_core.sysconfig import CXX11_ABI_FLAG as CXX11_ABI_FLAG
from flowstone_core.sysconfig import CXX_VERSION as CXX_VERSION
from flowstone_core.sysconfig import MONOLITHIC_BUILD as MONOLITHIC_BUILD
from flowstone_core.sysconfig import get_build_info as get_build_info
from flowstone_core.sysconfig import get_compile_flags as get_compile_flags
from flowstone_core.sysconfig import get_include as get_include
from flowstone_core.sysconfig import get_lib as get_lib
from flowstone_core.sysconfig import get_link_flags as get_link_flags
