"""Times of collective operations over a scale-up domain and a scale-out fabric, with calibration."""
