"""What was made from what, as thumbnails that can be walked."""
