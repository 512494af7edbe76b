import { parseCompose } from "../compose/parse-compose.ts";
import { entriesOf, treeAt } from "../compose/tree.ts";

/** What a look into a compose file tells. */
export interface ServicesFound {
    readonly services: string[];
    /** Why there are none, or not all. */
    readonly problem?: string | undefined;
}

export type ReadServices = (path: string) => Promise<ServicesFound>;

/** Files that are larger are left to the deployment: nothing else runs while one is parsed, and hostile ones take long. */
const largestFile = 64 * 1024;
/** What is parsed, and what is read, over all files of one look. */
const mostParsed = 1024 * 1024;
const mostRead = 64 * 1024 * 1024;
const mostServices = 100;
/** Compose itself takes no longer one for a container's name. */
const longestService = 255;

/** Reads the names of services, until the files together have become too large; those after are not looked into. */
export function createServiceReader(readFile: (path: string) => Promise<string | undefined>): ReadServices {
    const left = { parsed: mostParsed, read: mostRead };

    return async (path) => {
        if (left.parsed <= 0 || left.read <= 0) {
            return { services: [], problem: "not looked into: the files before it were too large" };
        }
        const text = await readFile(path);
        if (text === undefined) {
            return { services: [], problem: "it cannot be read: it is no file, or a link that leads out" };
        }
        left.read -= text.length;
        if (text.length > largestFile) {
            return { services: [], problem: "not looked into: it is larger than 64 KB" };
        }
        left.parsed -= text.length;
        return servicesOf(path, text);
    };
}

function servicesOf(path: string, text: string): ServicesFound {
    const parsed = parseCompose(path, text);
    if (!parsed.ok) {
        const [mistake] = parsed.mistakes;
        return { services: [], problem: `line ${mistake?.line ?? 1}: ${mistake?.message ?? "it cannot be read"}` };
    }
    const names = entriesOf(treeAt(parsed.file.tree, "services")).map(([name]) => name.slice(0, longestService));
    return {
        services: names.slice(0, mostServices),
        problem: names.length > mostServices ? `it has ${names.length} services; not all are shown` : undefined,
    };
}
