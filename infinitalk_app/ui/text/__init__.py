"""The texts of the page: a file a language, and the catalogue that reads them."""
