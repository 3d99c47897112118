"""Reading datasets: tables, what their columns are, and what a user should know of them."""
