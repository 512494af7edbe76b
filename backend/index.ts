#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// A small server shares its machine with the stacks: this saves about 25 MB, and must be set before anything is loaded.
setFlagsFromString("--optimize-for-size");

const { exitCode } = await import("./program.ts");
// What a started server allocates is short-lived: under load a small heap would cost a third of the processor's time.
setFlagsFromString("--no-optimize-for-size");
process.exitCode = exitCode;
