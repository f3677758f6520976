"""The batching rules of core's ops: one module a family, of the same name as in ``flowstone_core.ops``."""
