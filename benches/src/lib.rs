//! Benchmarks, with rivals measured side by side in the same run.
