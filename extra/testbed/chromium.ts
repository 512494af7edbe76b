import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { privateApt } from "./apt.ts";
import type { PrivateApt } from "./apt.ts";
import { lastLine, run } from "./command.ts";
import { withLock } from "./lock.ts";
import { isComplete, libraryFolders, markComplete, unpack } from "./packages.ts";
import { testbedPaths } from "./paths.ts";
import type { TestbedPaths } from "./paths.ts";
import type { Chromium } from "./state.ts";
import { TestbedUnavailable } from "./unavailable.ts";

const SYSTEM_PROGRAMS = ["/usr/bin/chromium", "/usr/bin/google-chrome-stable"];

/** Text looks the same on every machine because the fonts are the bed's own. */
const FONTS = ["fonts-dejavu-core", "fonts-liberation"];
const FONT_ALIASES = [
    ["sans-serif", "Liberation Sans"],
    ["system-ui", "Liberation Sans"],
    ["Arial", "Liberation Sans"],
    ["serif", "Liberation Serif"],
    ["Times New Roman", "Liberation Serif"],
    ["monospace", "DejaVu Sans Mono"],
];
const WANTED = ["chromium", ...FONTS].join(" ");

/** No sandbox, because root may not have one; no traffic but the tests' own. */
const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** The machine's browser, else Debian's one unpacked in the bed, which is fetched where it is not there yet. */
export async function ensureChromium(
    say: (text: string) => void = () => undefined,
    paths: TestbedPaths = testbedPaths(),
): Promise<Chromium> {
    const present = await installedChromium(paths);
    return present ?? (await withLock(`${paths.lock}.browser`, () => fetchChromium(say, paths)));
}

/** The browser, if nothing needs to be fetched for it. */
export async function installedChromium(paths: TestbedPaths = testbedPaths()): Promise<Chromium | undefined> {
    const program = SYSTEM_PROGRAMS.find((file) => existsSync(file));
    if (program !== undefined) {
        return { executablePath: program, env: {}, args: FLAGS };
    }
    return (await isComplete(paths.browser, WANTED)) ? unpackedChromium(paths) : undefined;
}

async function fetchChromium(say: (text: string) => void, paths: TestbedPaths): Promise<Chromium> {
    const archives = join(paths.cache, "browser");
    if (!(await isComplete(paths.browser, WANTED))) {
        if (!(await isComplete(archives, WANTED))) {
            say("Fetching a browser (about 130 MB) …");
            await download(await privateApt(paths), archives);
        }
        say("Unpacking it …");
        await unpack(archives, paths.browser, WANTED);
        await writeFile(fontsFile(paths), fontConfiguration(paths));
    }
    const chromium = await unpackedChromium(paths);
    const { ok, stderr } = await run(chromium.executablePath, ["--version"], { env: chromium.env });
    if (!ok) {
        await rm(paths.browser, { recursive: true, force: true });
        throw new TestbedUnavailable("browser_failed", `The browser does not run here: ${lastLine(stderr)}.`);
    }
    return chromium;
}

/** The browser with those of its libraries that the machine lacks, and the fonts whether it has them or not. */
async function download(apt: PrivateApt, archives: string): Promise<void> {
    await rm(archives, { recursive: true, force: true });
    await mkdir(join(archives, "partial"), { recursive: true });
    const place = ["-o", `Dir::Cache::archives=${archives}`];
    await apt.run([...place, "install", "--download-only", "--no-install-recommends", "--yes", "chromium"]);
    await apt.run(["download", ...FONTS], archives);
    await markComplete(archives, WANTED);
}

async function unpackedChromium(paths: TestbedPaths): Promise<Chromium> {
    const folders = await libraryFolders(paths.browser);
    const libraries = folders.flatMap((folder) => [folder, join(folder, "pulseaudio")]).join(":");
    return {
        executablePath: join(paths.browser, "usr/lib/chromium/chromium"),
        env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fontsFile(paths) },
        args: FLAGS,
    };
}

function fontsFile(paths: TestbedPaths): string {
    return join(paths.cache, "fonts.conf");
}

function fontConfiguration(paths: TestbedPaths): string {
    const aliases = FONT_ALIASES.map(
        ([family, font]) => `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`,
    );
    return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${join(paths.browser, "usr/share/fonts")}</dir>
<cachedir>${join(paths.cache, "fontconfig")}</cachedir>
${aliases.join("\n")}
</fontconfig>
`;
}
