"""What benchmarks read: papers, pictures and releases invented by number, so that equal numbers give equal bytes."""
