"""What keys mean: numbers, feature codes, PINs, who may call where."""
