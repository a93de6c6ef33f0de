"""How a complaint comes in: fields, contact check, completeness, inquiries."""
