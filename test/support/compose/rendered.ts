import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { composeConfig } from "../../../backend/cicd/commands/compose.ts";

const run = promisify(execFile);

const Model = z.looseObject({ services: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) });
/** A project as `docker compose config` prints it; its own directory is told as `/stack`. */
export type Model = z.infer<typeof Model>;

export async function writeProject(root: string, files: Readonly<Record<string, string>>): Promise<string> {
    const directory = await mkdtemp(join(root, "p"));
    for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), text);
    }
    return directory;
}

/** Throws with Compose's own words where it refuses the project. */
export async function renderModel(
    directory: string,
    environment: Readonly<Record<string, string>>,
    files: readonly string[] = [],
): Promise<Model> {
    const [program, ...args] = composeConfig({ stack: "shop", directory, files, environment }).argv;
    const { stdout } = await run(program, args, {
        cwd: directory,
        env: {
            PATH: process.env["PATH"],
            HOME: directory,
            DOCKER_CONFIG: process.env["DOCKER_CONFIG"],
            PWD: directory,
            ...environment,
        },
    });
    return Model.parse(JSON.parse(stdout.replaceAll(directory, "/stack")));
}
