"""The public names that flowstone-summary gives to ``tf.*``; nothing is imported here."""

PUBLIC: dict[str, str] = {
    "summary.SummaryWriter": "flowstone_summary.writer:SummaryWriter",
    "summary.create_file_writer": "flowstone_summary.writer:create_file_writer",
    "summary.create_noop_writer": "flowstone_summary.writer:create_noop_writer",
    "summary.flush": "flowstone_summary.writer:flush",
    "summary.audio": "flowstone_summary.sounds:audio",
    "summary.graph": "flowstone_summary.graphs:graph",
    "summary.histogram": "flowstone_summary.histograms:histogram",
    "summary.image": "flowstone_summary.images:image",
    "summary.scalar": "flowstone_summary.scalars:scalar",
    "summary.text": "flowstone_summary.texts:text",
    "summary.write": "flowstone_summary.writing:write",
    "summary.record_if": "flowstone_summary.context:record_if",
    "summary.should_record_summaries": "flowstone_summary.context:should_record_summaries",
    "summary.trace_export": "flowstone_summary.traces:trace_export",
    "summary.trace_off": "flowstone_summary.traces:trace_off",
    "summary.trace_on": "flowstone_summary.traces:trace_on",
    "summary.experimental.get_step": "flowstone_summary.context:get_step",
    "summary.experimental.set_step": "flowstone_summary.context:set_step",
    "summary.experimental.summary_scope": "flowstone_summary.writing:summary_scope",
    "summary.experimental.write_raw_pb": "flowstone_summary.writing:write_raw_pb",
}
