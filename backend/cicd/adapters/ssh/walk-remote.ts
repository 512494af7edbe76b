import { isMissing, type Sftp } from "./sftp.ts";

export interface RemoteTree {
    /** Regular files and symlinks, sorted. */
    readonly paths: readonly string[];
    /** The symlinks among them, and what they point to. */
    readonly links: ReadonlyMap<string, string>;
}

/** What lies below a folder there; `.git` left out. */
export async function walkRemote(sftp: Sftp, root: string): Promise<RemoteTree> {
    const paths: string[] = [];
    const links = new Map<string, string>();
    await walk(sftp, { root, folder: "" }, async (path, isLink) => {
        paths.push(path);
        if (isLink) {
            links.set(path, await sftp.readlink(`${root}/${path}`));
        }
    });
    return { paths: paths.sort(), links };
}

async function walk(
    sftp: Sftp,
    { root, folder }: { readonly root: string; readonly folder: string },
    visit: (path: string, isLink: boolean) => Promise<void>,
): Promise<void> {
    for (const { filename, attrs } of await entries(sftp, `${root}/${folder}`)) {
        const path = folder === "" ? filename : `${folder}/${filename}`;
        if (filename === ".git") {
            continue;
        }
        if (attrs.isDirectory()) {
            await walk(sftp, { root, folder: path }, visit);
        } else if (attrs.isFile() || attrs.isSymbolicLink()) {
            await visit(path, attrs.isSymbolicLink());
        }
    }
}

/** A folder may go while it is walked. */
async function entries(sftp: Sftp, directory: string) {
    try {
        return await sftp.readdir(directory);
    } catch (error) {
        if (isMissing(error)) {
            return [];
        }
        throw error;
    }
}
