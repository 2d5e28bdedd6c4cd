"""Order files as tables of cells, and the profiles of known exports. What cells mean is read in `orders`."""
