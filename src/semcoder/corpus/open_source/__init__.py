"""Real functions out of installed, permissively licensed packages."""
