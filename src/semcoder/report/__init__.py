"""Stage `report`: tables, figures and numbers from finished runs, and the book that shows them."""
