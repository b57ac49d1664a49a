"""Who may do what with which source, and for how long its rows are kept."""
