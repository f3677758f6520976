"""``tf.io.gfile``; written by ``nox -s api``."""

from flowstone_core.gfile_file import GFile as GFile
from flowstone_core.gfile import copy as copy
from flowstone_core.gfile import exists as exists
from flowstone_core.gfile import get_registered_schemes as get_registered_schemes
from flowstone_core.gfile import glob as glob
from flowstone_core.gfile import isdir as isdir
from flowstone_core.gfile import join as join
from flowstone_core.gfile import listdir as listdir
from flowstone_core.gfile import makedirs as makedirs
from flowstone_core.gfile import mkdir as mkdir
from flowstone_core.gfile import remove as remove
from flowstone_core.gfile import rename as rename
from flowstone_core.gfile import rmtree as rmtree
from flowstone_core.gfile import stat as stat
from flowstone_core.gfile import walk as walk
