import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One stanza of a deb822 sources file: field names as written, values with their continuation lines. */
export type SourceStanza = ReadonlyMap<string, string>;

/** Release names that an apt source of Debian's own archive may have beside the release itself. */
const SUITE_SUFFIXES = ["", "-updates", "-security"];

const ONE_LINE_OPTIONS: Readonly<Record<string, string>> = {
    "signed-by": "Signed-By",
    trusted: "Trusted",
    arch: "Architectures",
    "check-valid-until": "Check-Valid-Until",
};

/** Reads a deb822 file (`*.sources`). */
export function parseDeb822(text: string): SourceStanza[] {
    const withoutComments = text
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n");
    return withoutComments
        .split(/\n\s*\n/)
        .map(parseStanza)
        .filter((stanza) => stanza.size > 0);
}

function parseStanza(text: string): SourceStanza {
    const fields = new Map<string, string>();
    for (const [, name, value] of text.matchAll(/^([A-Za-z-]+):(.*(?:\n[ \t].*)*)/gm)) {
        fields.set(name ?? "", (value ?? "").trimEnd().replace(/^[ \t]+/, ""));
    }
    return fields;
}

/** Reads a one-line-style file (`sources.list`, `*.list`). */
export function parseOneLine(text: string): SourceStanza[] {
    const lines = text.matchAll(/^[ \t]*(deb)[ \t]+(?:\[([^\]]*)\][ \t]+)?(\S+)[ \t]+(\S+)([^#\n]*)/gm);
    return [...lines].map(([, type = "", options = "", uri = "", suite = "", components = ""]) => {
        const fields = new Map([
            ["Types", type],
            ["URIs", uri],
            ["Suites", suite],
            ["Components", components.trim()],
        ]);
        for (const [key = "", value = ""] of options
            .trim()
            .split(/\s+/)
            .map((option) => option.split("="))) {
            const field = ONE_LINE_OPTIONS[key];
            if (field !== undefined) {
                fields.set(field, value.replaceAll(",", " "));
            }
        }
        return fields;
    });
}

/** The sources from which this machine gets packages of a Debian release; third parties' are left out. */
export async function machineSources(codename: string, aptFolder = "/etc/apt"): Promise<SourceStanza[]> {
    const parts = join(aptFolder, "sources.list.d");
    const names = (await readdir(parts).catch(() => [])).sort();
    const stanzas = parseOneLine(await textOf(join(aptFolder, "sources.list")));
    for (const name of names.filter((file) => /\.(list|sources)$/.test(file))) {
        const parse = name.endsWith(".list") ? parseOneLine : parseDeb822;
        stanzas.push(...parse(await textOf(join(parts, name))));
    }
    return stanzas.map((stanza) => onlyDebian(stanza, codename)).filter((stanza) => stanza !== undefined);
}

/** The stanza with nothing but the release's main archive, or nothing where it has none of it. */
function onlyDebian(stanza: SourceStanza, codename: string): SourceStanza | undefined {
    const suites = words(stanza, "Suites").filter((suite) =>
        SUITE_SUFFIXES.some((suffix) => suite === codename + suffix),
    );
    const usable =
        suites.length > 0 &&
        words(stanza, "Types").includes("deb") &&
        words(stanza, "Components").includes("main") &&
        stanza.get("Enabled") !== "no" &&
        !words(stanza, "URIs").some((uri) => uri.startsWith("cdrom:"));
    return usable ? narrowed(stanza, suites) : undefined;
}

function narrowed(stanza: SourceStanza, suites: readonly string[]): SourceStanza {
    return new Map([
        ...stanza,
        ["Types", "deb"],
        ["Suites", suites.join(" ")],
        ["Components", "main"],
        ["Targets", "Packages"],
    ]);
}

/** The same archive, another release of it: only the source of the release itself can serve it. */
export function otherRelease(sources: readonly SourceStanza[], codename: string, other: string): SourceStanza[] {
    const main = sources.find((stanza) => words(stanza, "Suites").includes(codename));
    return main === undefined ? [] : [narrowed(main, [other])];
}

/** A deb822 file's text. */
export function renderSources(stanzas: readonly SourceStanza[]): string {
    return stanzas.map((stanza) => [...stanza].map(([name, value]) => `${name}: ${value}\n`).join("")).join("\n");
}

function words(stanza: SourceStanza, field: string): string[] {
    return (stanza.get(field) ?? "").split(/\s+/).filter((word) => word !== "");
}

async function textOf(file: string): Promise<string> {
    return readFile(file, "utf8").catch(() => "");
}
