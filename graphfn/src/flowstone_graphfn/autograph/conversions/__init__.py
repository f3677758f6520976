"""The rewrites of a function's syntax tree, one a file; ``flowstone_graphfn.autograph.convert`` puts them in order."""
