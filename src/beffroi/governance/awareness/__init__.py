"""The agent's training: course, exam, attestation. The guard judges; these pages show and send."""
