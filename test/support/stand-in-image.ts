import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "./docker.ts";

export interface StandInImage {
    /** Removes it again, where it was made here. */
    remove(): Promise<void>;
}

/**
 * An image under a name that no registry can be asked for here: of the base image, with small programs (name → shell script)
 * in the place of the real ones. One that is there already is left as it is.
 */
export async function standInImage(name: string, programs: Readonly<Record<string, string>>): Promise<StandInImage> {
    if ((await docker("images", "-q", name)) !== "") {
        return { remove: () => Promise.resolve() };
    }
    const folder = await mkdtemp(join(tmpdir(), "cicd-image-"));
    try {
        for (const [program, script] of Object.entries(programs)) {
            await writeFile(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
        }
        const names = Object.keys(programs).join(" ");
        await writeFile(join(folder, "Dockerfile"), `FROM cicd/busybox:1\nCOPY ${names} /bin/\n`);
        await docker("build", "-q", "-t", name, folder);
    } finally {
        await rm(folder, { recursive: true });
    }
    return {
        remove: async () => {
            await docker("rmi", "-f", name);
        },
    };
}
