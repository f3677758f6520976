"""What a function's code does to its variables: scopes, effects, liveness, definite assignment."""
