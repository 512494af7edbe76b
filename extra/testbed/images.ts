import { chmod, copyFile, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { mustRun, run } from "./command.ts";

/** How to reach the engine that gets the images. */
export interface ImageTarget {
    readonly docker: string;
    readonly env: Readonly<Record<string, string>>;
    /** Also under the names that they would have in a registry; never on a user's own engine. */
    readonly plainNames: boolean;
}

/** What an image is made from. */
interface ImageRecipe {
    readonly name: string;
    readonly plainNames: readonly string[];
    readonly command: string;
    fill(folder: string, busybox: string): Promise<void>;
}

const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";

/** No registry can be reached, so the bed's images are made from the machine's own parts. */
const RECIPES: readonly ImageRecipe[] = [
    {
        name: "cicd/busybox:1",
        plainNames: ["busybox:1", "busybox:latest"],
        command: '["sh"]',
        fill: fillBusybox,
    },
    {
        name: "cicd/node:20",
        plainNames: ["node:20"],
        command: '["node"]',
        async fill(folder, busybox) {
            await fillBusybox(folder, busybox);
            await fillNode(folder);
        },
    },
];

/** Makes the images that are missing, and answers the names of all. */
export async function ensureImages(target: ImageTarget, busybox: string, workFolder: string): Promise<string[]> {
    const names: string[] = [];
    for (const recipe of RECIPES) {
        const wanted = [recipe.name, ...(target.plainNames ? recipe.plainNames : [])];
        if (!(await hasImages(target, wanted))) {
            await makeImage(target, recipe, busybox, join(workFolder, recipe.name.replace(/\W/g, "-")));
            await tagImage(target, wanted);
        }
        names.push(...wanted);
    }
    return names;
}

async function hasImages(target: ImageTarget, names: readonly string[]): Promise<boolean> {
    return (await run(target.docker, ["image", "inspect", ...names], { env: target.env })).ok;
}

async function makeImage(target: ImageTarget, recipe: ImageRecipe, busybox: string, folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    await recipe.fill(folder, busybox);
    const changes = [`CMD ${recipe.command}`, `ENV PATH=${SEARCH_PATH}`].flatMap((change) => ["--change", change]);
    const archive = `${folder}.tar`;
    await mustRun("tar", ["-C", folder, "--owner=0", "--group=0", "--numeric-owner", "-cf", archive, "."]);
    await mustRun(target.docker, ["import", ...changes, archive, recipe.name], { env: target.env });
    await rm(archive);
    await rm(folder, { recursive: true, force: true });
}

async function tagImage(target: ImageTarget, [name = "", ...others]: readonly string[]): Promise<void> {
    for (const other of others) {
        await mustRun(target.docker, ["tag", name, other], { env: target.env });
    }
}

async function fillBusybox(folder: string, busybox: string): Promise<void> {
    const programs = join(folder, "bin");
    for (const name of ["bin", "dev", "etc", "proc", "root", "sys", "tmp", "usr/local/bin", "var/tmp"]) {
        await mkdir(join(folder, name), { recursive: true });
    }
    await copyFile(busybox, join(programs, "busybox"));
    const applets = (await mustRun(busybox, ["--list"])).split("\n").filter((name) => name !== "busybox");
    await Promise.all(applets.map((name) => symlink("busybox", join(programs, name))));
    await symlink("../bin", join(folder, "usr/bin"));
    await symlink("bin", join(folder, "sbin"));
    await chmod(join(folder, "tmp"), 0o1777);
    await chmod(join(folder, "var/tmp"), 0o1777);
    await writeFile(join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n");
    await writeFile(join(folder, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
}

/** The node program that runs this, and the shared libraries that it names. */
async function fillNode(folder: string): Promise<void> {
    const node = await realpath(process.execPath);
    await copyFile(node, join(folder, "usr/local/bin/node"));
    for (const library of await librariesOf(node)) {
        const place = join(folder, library);
        await mkdir(dirname(place), { recursive: true });
        await copyFile(library, place);
    }
}

async function librariesOf(program: string): Promise<string[]> {
    const output = await mustRun("ldd", [program]);
    return [...output.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, file = ""]) => file);
}
