"""Running programs: the sandbox, what happens inside its children, and the two ways to watch an execution."""
