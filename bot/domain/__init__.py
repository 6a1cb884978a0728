"""Pure rules: phases, states, moves, risk, launch weeks, rights, dates and the records that are passed around."""
