import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ENGINE_RELEASE, privateApt } from "./apt.ts";
import { mustRun } from "./command.ts";
import type { TestbedPaths } from "./paths.ts";

/**
 * What the engine is made of. Those of the newer release need no library newer than the machine's own; its `runc`
 * and `containerd` would, so these two come from the machine's release. `busybox-static` is the newer one because
 * the older one's `wget -T` crashes.
 */
const FROM_ENGINE_RELEASE = ["docker.io", "docker-cli", "docker-compose", "docker-buildx", "busybox-static"];
const FROM_OWN_RELEASE = [
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
];

/** Sees that the engine's programs lie unpacked in the bed; asks the network only where they do not. */
export async function ensureEnginePackages(paths: TestbedPaths, say: (text: string) => void): Promise<void> {
    const wanted = [...FROM_ENGINE_RELEASE, ...FROM_OWN_RELEASE].join(" ");
    if (await isUnpacked(paths.root, wanted)) {
        return;
    }
    const apt = await privateApt(paths);
    const archives = join(paths.cache, "engine");
    await mkdir(archives, { recursive: true });
    say("Fetching the engine's packages (about 90 MB the first time) …");
    const newer = apt.codename === ENGINE_RELEASE ? "" : `/${ENGINE_RELEASE}`;
    const names = [...FROM_ENGINE_RELEASE.map((name) => name + newer), ...FROM_OWN_RELEASE];
    await apt.run(["download", ...names], archives);
    say("Unpacking them …");
    await unpack(archives, paths.root, wanted);
}

/** Whether a folder holds exactly the wanted packages. */
export async function isUnpacked(target: string, wanted: string): Promise<boolean> {
    return (await readFile(manifestOf(target), "utf8").catch(() => "")) === wanted;
}

/** Unpacks every package of a folder into another one, which appears whole or not at all. */
export async function unpack(archives: string, target: string, wanted: string): Promise<void> {
    const fresh = `${target}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    const packages = (await readdir(archives)).filter((name) => name.endsWith(".deb"));
    for (const name of packages) {
        await mustRun("dpkg", ["-x", join(archives, name), fresh]);
    }
    await rm(join(fresh, "usr/share/man"), { recursive: true, force: true });
    await writeFile(manifestOf(fresh), wanted);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
}

/** The folder of a package tree that holds its shared libraries. */
export async function libraryFolder(root: string): Promise<string> {
    const folders = await readdir(join(root, "usr/lib"));
    return join(root, "usr/lib", folders.find((name) => name.includes("-linux-gnu")) ?? "");
}

/** The static busybox: it is in one place in Debian 12, in another in Debian 13. */
export function busyboxProgram(root: string): string {
    const places = [join(root, "usr/bin/busybox"), join(root, "bin/busybox")];
    return places.find((place) => existsSync(place)) ?? "busybox";
}

function manifestOf(target: string): string {
    return join(target, ".packages");
}
