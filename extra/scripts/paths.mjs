import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this file lies in. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export const nodeModules = join(root, "node_modules");
export const serverFolder = join(root, "dist");
export const serverFile = join(serverFolder, "dockge-cicd.js");
export const pageFile = join(root, "frontend-dist", "index.html");

/** Held while a process installs or builds in this checkout. */
export const setupLock = join(root, ".setup.lock");
