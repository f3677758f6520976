"""The optimizer: named rewrites of graphs, one a file, each with a picture of before and after.

``pipeline.optimize`` runs them on a copy of a graph before it is compiled; the traced graph stays as it is. In tests,
and with ``FLOWSTONE_VERIFY=1``, the graph is checked (``flowstone_graphfn.spec``) after every pass.
"""
