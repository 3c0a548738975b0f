"""The typed programme: schema, loader with places, references, scenarios and differences."""
