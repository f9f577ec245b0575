"""Commands that define: macros and environments, names spelled out, copies, patches, switches."""
