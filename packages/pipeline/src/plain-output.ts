// Nx forces colours on what it starts, and keeps the output in its cache. Only a terminal can show them, so a log file
// or a pipe gets plain text. Import this before anything that looks at the environment.
if (!process.stdout.isTTY) delete process.env.FORCE_COLOR;
