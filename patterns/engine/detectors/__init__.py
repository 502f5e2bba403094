"""One file, one contribution: the registry walks this folder and reads `DETECTORS` of each file without a leading underscore."""
