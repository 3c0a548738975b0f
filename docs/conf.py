"""How Sphinx builds the documentation: ``make docs``."""

from importlib.metadata import version as installed_version

project = "gigaloop"
author = "The gigaloop contributors"
copyright = f"2026, {author}"
version = release = installed_version("gigaloop")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "alabaster"
html_title = f"gigaloop {release}"
html_theme_options = {
    "description": "The open planning engine for AI data-centre hardware programmes",
    "fixed_sidebar": True,
    "page_width": "1100px",
}
html_show_sourcelink = False
