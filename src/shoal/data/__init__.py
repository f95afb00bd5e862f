"""Reading tables, preparing matrices, bundled samples."""
