"""A fabric for other systems, and back: cut sheet, NetBox, InfraGraph, ASTRA-sim and Graphviz."""
