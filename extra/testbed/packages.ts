import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ENGINE_RELEASE, privateApt } from "./apt.ts";
import { mustRun } from "./command.ts";
import { withLock } from "./lock.ts";
import type { TestbedPaths } from "./paths.ts";

/** Packages that are unpacked together into a folder of the bed. */
export interface PackageSet {
    /** The folder's name, both in the bed (unpacked) and in its cache (as downloaded). */
    readonly folder: string;
    /** What is fetched, in words for people. */
    readonly title: string;
    /** Packages from Debian 13, also on Debian 12: they need no library newer than it has. */
    readonly newer: readonly string[];
    /** Packages from the machine's own release. */
    readonly own: readonly string[];
}

/** A shell for images; the newer one, because the older one's `wget -T` crashes. */
export const BUSYBOX_PACKAGES: PackageSet = {
    folder: "busybox",
    title: "a busybox (1 MB)",
    newer: ["busybox-static"],
    own: [],
};

/** The engine: its newer `runc` and `containerd` would need a newer C library, so these are the machine's own. */
export const ENGINE_PACKAGES: PackageSet = {
    folder: "root",
    title: "the engine's packages (about 90 MB)",
    newer: ["docker.io", "docker-cli", "docker-compose", "docker-buildx", ...BUSYBOX_PACKAGES.newer],
    own: [
        "runc",
        "containerd",
        "tini",
        "libseccomp2",
        "iptables",
        "libip4tc2",
        "libip6tc2",
        "libxtables12",
        "libnftnl11",
        "libmnl0",
        "libnetfilter-conntrack3",
        "libnfnetlink0",
    ],
};

/** Git's large file storage, for the journey that deploys such a file. */
export const GIT_LFS_PACKAGES: PackageSet = {
    folder: "git-lfs",
    title: "git-lfs (4 MB)",
    newer: [],
    own: ["git-lfs"],
};

/** A registry of images, for the journey in which images are pushed to one. */
export const REGISTRY_PACKAGES: PackageSet = {
    folder: "registry",
    title: "a registry of images (6 MB)",
    newer: [],
    own: ["docker-registry"],
};

/** Sees that a set lies unpacked in the bed and answers where; asks the network only where it never did before. */
export async function ensurePackages(
    paths: TestbedPaths,
    set: PackageSet,
    say: (text: string) => void,
): Promise<string> {
    const target = join(paths.bed, set.folder);
    const wanted = namesOf(set);
    if (!(await isComplete(target, wanted))) {
        await withLock(`${paths.lock}.${set.folder}`, () => fetchPackages(paths, set, target, say));
    }
    return target;
}

async function fetchPackages(
    paths: TestbedPaths,
    set: PackageSet,
    target: string,
    say: (text: string) => void,
): Promise<void> {
    const archives = join(paths.cache, set.folder);
    const wanted = namesOf(set);
    if (!(await isComplete(archives, wanted))) {
        const apt = await privateApt(paths);
        const newer = apt.codename === ENGINE_RELEASE ? "" : `/${ENGINE_RELEASE}`;
        await rm(archives, { recursive: true, force: true });
        await mkdir(archives, { recursive: true });
        say(`Fetching ${set.title} …`);
        await apt.run(["download", ...set.newer.map((name) => name + newer), ...set.own], archives);
        await markComplete(archives, wanted);
    }
    if (!(await isComplete(target, wanted))) {
        say(`Unpacking ${set.title} …`);
        await unpack(archives, target, wanted);
    }
}

function namesOf(set: PackageSet): string {
    return [...set.newer, ...set.own].join(" ");
}

/** Whether a folder was filled with exactly the wanted packages. */
export async function isComplete(folder: string, wanted: string): Promise<boolean> {
    return (await readFile(join(folder, ".packages"), "utf8").catch(() => "")) === wanted;
}

/** Notes that a folder holds all of the wanted packages. */
export async function markComplete(folder: string, wanted: string): Promise<void> {
    await writeFile(join(folder, ".packages"), wanted);
}

/** Unpacks every package of a folder into another one, which appears whole or not at all. */
export async function unpack(archives: string, target: string, wanted: string): Promise<void> {
    const fresh = `${target}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    for (const name of await readdir(archives)) {
        if (name.endsWith(".deb")) {
            await mustRun("dpkg", ["-x", join(archives, name), fresh]);
        }
    }
    await rm(join(fresh, "usr/share/man"), { recursive: true, force: true });
    await markComplete(fresh, wanted);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
}

/** The folders of a package tree that hold its shared libraries: Debian 12 still has them in two places. */
export async function libraryFolders(root: string): Promise<string[]> {
    const folders: string[] = [];
    for (const parent of [join(root, "usr/lib"), join(root, "lib")]) {
        const names = await readdir(parent).catch(() => []);
        folders.push(...names.filter((name) => name.includes("-linux-gnu")).map((name) => join(parent, name)));
    }
    return folders;
}

/** The static busybox of a package tree: Debian 12 has it in another place than Debian 13. */
export function busyboxProgram(root: string): string {
    const older = join(root, "bin/busybox");
    return existsSync(older) ? older : join(root, "usr/bin/busybox");
}
