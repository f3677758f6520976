"""Ops by family: schema, shape rule, public function."""
