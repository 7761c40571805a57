"""The made-up businesses behind the sandbox: who they sell to, what happens to each sale, and the true answers."""
