"""Which result was made from which, as thumbnails to walk through."""
