import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { ENGINE_PACKAGES, ensurePackages } from "../../extra/testbed/packages.ts";
import { testbedPaths } from "../../extra/testbed/paths.ts";
import { docker } from "./docker.ts";

const run = promisify(execFile);
const checkout = join(import.meta.dirname, "../..");
const gitFolder = "/usr/lib/git-core";

/**
 * Builds the project's own Dockerfile without a registry: what its stage `runtime` would install comes from this
 * machine and the test bed, and what its stage `build` would build is what lies built in the checkout.
 */
export async function buildOwnImage(name: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-image-"));
    const runtime = `${name}-runtime`;
    try {
        await fillRuntime(join(folder, "runtime"));
        await docker("build", "-q", "-t", runtime, join(folder, "runtime"));
        await fillBuilt(join(folder, "build", "app"));
        const contexts = [`runtime=docker-image://${runtime}`, `build=${join(folder, "build")}`];
        await docker(
            "build",
            "-q",
            "-t",
            name,
            ...contexts.flatMap((context) => ["--build-context", context]),
            checkout,
        );
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

export async function removeOwnImage(name: string): Promise<void> {
    await docker("rmi", "-f", name, `${name}-runtime`).catch(() => undefined);
}

/** Node and a shell, and beside them git, ssh, tini, and docker with its plugins; no engine. */
async function fillRuntime(folder: string): Promise<void> {
    const root = join(folder, "root");
    const bed = await ensurePackages(testbedPaths(), ENGINE_PACKAGES, () => undefined);
    const plugins = "usr/libexec/docker/cli-plugins";
    const files = new Map([
        [join(bed, "usr/bin/docker"), "bin/docker"],
        [join(bed, "usr/bin/tini"), "bin/tini"],
        [join(bed, plugins, "docker-compose"), join(plugins, "docker-compose")],
        [join(bed, plugins, "docker-buildx"), join(plugins, "docker-buildx")],
    ]);
    for (const program of ["git", "ssh", "ssh-agent", "ssh-add", "ssh-keygen"]) {
        files.set(await findProgram(program), `bin/${program}`);
    }
    const others = [join(gitFolder, "git-remote-http"), ...(await nativeModules())];
    for (const library of await librariesOf([...files.keys(), ...others])) {
        files.set(library, library);
    }
    for (const [file, place] of files) {
        await mkdir(dirname(join(root, place)), { recursive: true });
        await copyFile(file, join(root, place));
    }
    await cp(gitFolder, join(root, gitFolder), { recursive: true, verbatimSymlinks: true });
    await writeFile(join(folder, "Dockerfile"), "FROM cicd/node:20\nCOPY root/ /\n");
}

async function findProgram(name: string): Promise<string> {
    for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
        const found = await access(join(folder, name), constants.X_OK).then(
            () => true,
            () => false,
        );
        if (found) {
            return join(folder, name);
        }
    }
    throw new Error(`${name} is not installed here.`);
}

async function nativeModules(): Promise<readonly string[]> {
    const packages = ["better-sqlite3/build/Release", `@lydell/node-pty-${process.platform}-${process.arch}`];
    const folders = packages.map((name) => join(checkout, "node_modules", name));
    const files = await Promise.all(
        folders.map(async (folder) => (await readdir(folder, { recursive: true })).map((name) => join(folder, name))),
    );
    return files.flat().filter((file) => file.endsWith(".node"));
}

async function librariesOf(programs: readonly string[]): Promise<ReadonlySet<string>> {
    const { stdout } = await run("ldd", [...programs]);
    return new Set([...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, file = ""]) => file));
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** The checkout as the stage `build` leaves it. */
async function fillBuilt(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const { packages } = Lock.parse(JSON.parse(await readFile(join(checkout, "package-lock.json"), "utf8")));
    const needed = Object.keys(packages).filter((path) => path !== "" && packages[path]?.dev !== true);
    const present = await Promise.all(needed.map((path) => isThere(join(checkout, path))));
    const archive = join(folder, "packages.tar");
    const sources = ["deps", "src"].map((name) => `--exclude=node_modules/better-sqlite3/${name}`);
    const outermost = needed.filter((path, index) => present[index] && !/.\/node_modules\//.test(path));
    const parts = ["package.json", "dist", "frontend-dist", ...outermost];
    await run("tar", ["-C", checkout, "-cf", archive, ...sources, ...parts]);
    await run("tar", ["-C", folder, "-xf", archive]);
    await rm(archive);
}

async function isThere(path: string): Promise<boolean> {
    return access(path).then(
        () => true,
        () => false,
    );
}
