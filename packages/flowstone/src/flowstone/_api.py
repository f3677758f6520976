"""The public names that the facade itself gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

PUBLIC: dict[str, str] = {
    "__compiler_version__": "flowstone._versions:COMPILER_VERSION",
    "__git_version__": "flowstone._versions:GIT_VERSION",
    "__version__": "flowstone._versions:VERSION",
    "flowstone_version": "flowstone._versions:FLOWSTONE_VERSION",
    "installed": "flowstone._compose:installed",
    "keras.version": "flowstone._versions:keras_version",
    "keras.__version__": "flowstone._versions:KERAS_VERSION",
    "version.COMPILER_VERSION": "flowstone._versions:COMPILER_VERSION",
    "version.GIT_VERSION": "flowstone._versions:GIT_VERSION",
    "version.GRAPH_DEF_VERSION": "flowstone._versions:GRAPH_DEF_VERSION",
    "version.GRAPH_DEF_VERSION_MIN_CONSUMER": "flowstone._versions:GRAPH_DEF_VERSION_MIN_CONSUMER",
    "version.GRAPH_DEF_VERSION_MIN_PRODUCER": "flowstone._versions:GRAPH_DEF_VERSION_MIN_PRODUCER",
    "version.VERSION": "flowstone._versions:VERSION",
}
