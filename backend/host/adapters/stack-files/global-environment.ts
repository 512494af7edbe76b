import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GlobalEnvironment } from "../../core/global-environment.ts";
import { writeFileWhole } from "./write-file.ts";

/** The file `global.env` of the stacks directory. */
export function diskGlobalEnvironment(stacksDirectory: string): GlobalEnvironment {
    const file = join(stacksDirectory, "global.env");
    return {
        async read() {
            try {
                return await readFile(file, "utf8");
            } catch (error) {
                if (error instanceof Error && "code" in error && error.code === "ENOENT") {
                    return "";
                }
                throw error;
            }
        },
        async write(text) {
            if (text.trim() === "") {
                await rm(file, { force: true });
                return;
            }
            await writeFileWhole(file, text);
        },
    };
}
