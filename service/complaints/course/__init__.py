"""How a case moves: machine, programmes, clocks, outcomes."""
