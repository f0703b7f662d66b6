"""The expiry board: what is not saved, and until when it surely can be."""
