"""One module per group of commands; `service.cli` registers them."""
