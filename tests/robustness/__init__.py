"""Long runs that damage, stop, fuzz and overfeed what is built: `make robustness`."""
