"""How this page is put on Hugging Face as a Space."""
