"""What profit rests on: the uncertain numbers of a shop that move its contribution most."""
