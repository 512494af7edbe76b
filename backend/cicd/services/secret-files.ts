import { folderOf } from "../compose/find-compose-file.ts";
import { parseCompose } from "../compose/parse-compose.ts";
import { normalizePath } from "../compose/repository-path.ts";
import { entriesOf, textOf, treeAt } from "../compose/tree.ts";
import type { Files } from "../core/files.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import { readShown } from "./shown-diff.ts";

const mostFiles = 20;
const composeLike = /\.ya?ml$/;
const hasSecrets = /^["']?secrets["']?\s*:/m;
const environmentName = /(?:^|\.)env(?:\.|$)/;
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;

export const hiddenNote = "holds values of variables or secrets, which are not shown";

/** The files of a release that its compose files name as secrets (`secrets: … file:`). */
export async function namedSecrets(
    ports: { readonly files: Pick<Files, "readRegular">; readonly releases: Pick<ReleaseStore, "filesDirectory"> },
    release: Release,
): Promise<ReadonlySet<string>> {
    const root = ports.releases.filesDirectory(release.deploymentId);
    const found = new Set<string>();
    for (const { path } of release.files.filter((file) => composeLike.test(file.path)).slice(0, mostFiles)) {
        const text = await readShown(ports.files, root, path);
        if (text !== undefined && hasSecrets.test(text)) {
            secretsIn(path, text).forEach((secret) => found.add(secret));
        }
    }
    return found;
}

function secretsIn(path: string, text: string): readonly string[] {
    const parsed = parseCompose(path, text);
    const secrets = parsed.ok ? entriesOf(treeAt(parsed.file.tree, "secrets")) : [];
    return secrets.flatMap(([, secret]) => {
        const file = textOf(treeAt(secret, "file"));
        const inside = file === undefined ? undefined : normalizePath(folderOf(path), file);
        return inside === undefined ? [] : [inside];
    });
}

/** Whether a file is one whose values are not to be shown, by its name: `.env`, `.env.prod`, `prod.env`. */
export function isEnvironmentFile(path: string): boolean {
    return environmentName.test(path.slice(path.lastIndexOf("/") + 1));
}

export function isPrivateKey(text: string | undefined): boolean {
    return text !== undefined && privateKey.test(text);
}
