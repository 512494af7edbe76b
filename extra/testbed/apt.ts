import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { lastLine, run } from "./command.ts";
import type { CommandResult } from "./command.ts";
import { withLock } from "./lock.ts";
import type { TestbedPaths } from "./paths.ts";
import { machineSources, otherRelease, renderSources } from "./sources.ts";
import { TestbedUnavailable } from "./unavailable.ts";

/** The release whose engine and compose are new enough; on an older machine they come from here. */
export const ENGINE_RELEASE = "trixie";

const SUPPORTED_RELEASES = ["bookworm", ENGINE_RELEASE];

/** An `apt-get` with lists, cache and sources of its own: it reads the system's package state and changes none. */
export interface PrivateApt {
    /** The machine's own Debian release. */
    readonly codename: string;
    /** Runs apt-get; where it fails, the lists are fetched anew and it runs once more. */
    run(args: readonly string[], cwd?: string): Promise<string>;
}

/** Makes the private apt of a bed, from the machine's own sources. */
export async function privateApt(paths: TestbedPaths): Promise<PrivateApt> {
    const codename = await releaseName();
    if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg")) {
        throw new TestbedUnavailable("no_apt", "The test bed needs apt-get and dpkg, and this machine has none.");
    }
    if (!SUPPORTED_RELEASES.includes(codename)) {
        const name = codename === "" ? "this machine is something else" : `this machine runs ${codename}`;
        throw new TestbedUnavailable("unsupported_system", `The test bed needs Debian 12 or 13; ${name}.`);
    }
    const folder = join(paths.cache, "apt");
    await writeConfiguration(folder, codename);
    const apt = (args: readonly string[], cwd?: string): Promise<CommandResult> =>
        run("apt-get", ["-c", join(folder, "apt.conf"), "-q", ...args], cwd === undefined ? {} : { cwd });
    return {
        codename,
        run: (args, cwd) =>
            withLock(join(folder, "lock"), async () => {
                const first = existsSync(join(folder, "updated")) ? await apt(args, cwd) : undefined;
                if (first?.ok === true) {
                    return first.stdout;
                }
                const update = await apt(["update"]);
                const second = await apt(args, cwd);
                if (!second.ok) {
                    throw aptFailure(update, second);
                }
                await writeFile(join(folder, "updated"), "");
                return second.stdout;
            }),
    };
}

function aptFailure(update: CommandResult, command: CommandResult): TestbedUnavailable {
    const unreached = /Failed to fetch \S+ +(.*)/.exec(update.stderr)?.[1];
    return unreached === undefined
        ? new TestbedUnavailable("no_apt", `apt-get could not get the packages (${lastLine(command.stderr)}).`)
        : new TestbedUnavailable("no_network", `Debian's packages cannot be reached from here (${unreached.trim()}).`);
}

async function releaseName(): Promise<string> {
    const text = await readFile("/etc/os-release", "utf8").catch(() => "");
    return /^ID="?debian"?$/m.test(text) ? (/^VERSION_CODENAME="?(\w+)"?$/m.exec(text)?.[1] ?? "") : "";
}

async function writeConfiguration(folder: string, codename: string): Promise<void> {
    const sources = await machineSources(codename);
    if (sources.length === 0) {
        throw new TestbedUnavailable("no_apt", `This machine's apt sources name no archive of Debian ${codename}.`);
    }
    const newer = codename === ENGINE_RELEASE ? [] : otherRelease(sources, codename, ENGINE_RELEASE);
    await mkdir(join(folder, "lists", "partial"), { recursive: true });
    await mkdir(join(folder, "archives", "partial"), { recursive: true });
    await writeFile(join(folder, "bed.sources"), renderSources([...sources, ...newer]));
    await writeFile(join(folder, "preferences"), pinTo(newer.length === 0 ? undefined : ENGINE_RELEASE));
    await writeFile(join(folder, "apt.conf"), configuration(folder));
}

/** A newer release is taken only where a package asks for it by name. */
function pinTo(release: string | undefined): string {
    return release === undefined ? "" : `Package: *\nPin: release n=${release}\nPin-Priority: 100\n`;
}

/** Hooks are cleared because some clean the system's own cache; the machine's proxies stay in force. */
function configuration(folder: string): string {
    return `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::Etc::sourcelist "${folder}/bed.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "${folder}/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::Lists "${folder}/lists";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::Retries "2";
APT::Sandbox::User "root";
Debug::NoLocking "true";
`;
}
