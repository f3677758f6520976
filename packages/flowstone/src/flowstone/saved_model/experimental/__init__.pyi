"""``tf.saved_model.experimental``; written by ``nox -s api``."""

from flowstone_savedmodel.fingerprint import Fingerprint as Fingerprint
from flowstone_core.trackable_resource import TrackableResource as TrackableResource
from flowstone_savedmodel.options import VariablePolicy as VariablePolicy
from flowstone_savedmodel.fingerprint import read_fingerprint as read_fingerprint
