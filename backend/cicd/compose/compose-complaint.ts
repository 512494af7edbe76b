import { describeMistake, mistakeAt, type Place } from "./mistake.ts";
import { parseCompose } from "./parse-compose.ts";
import { type Tree, treeAt } from "./tree.ts";

/**
 * What `docker compose config` complains about, with the place in the file where its words name one: a path such as
 * `services.web.ports`, or `service "web"`.
 */
export function describeComplaint(words: string, file: { readonly path: string; readonly text: string }): string {
    const reason = words.replace(/^validating [^:]*: /, "");
    const parsed = parseCompose(file.path, file.text);
    const place = parsed.ok ? findPlace(parsed.file.tree, namedPath(reason)) : undefined;
    const message = `docker compose refuses it: ${reason}`;
    return place === undefined ? message : describeMistake(mistakeAt(place, message, "correct it there"));
}

function namedPath(words: string): readonly string[] {
    const path = /\b(?:services|networks|volumes|configs|secrets)(?:\.[\w-]+)+/.exec(words)?.[0].split(".");
    const service = /\bservice \\?"([\w.-]+)\\?"/.exec(words)?.[1];
    const extra = /Additional property (\S+) is not allowed/.exec(words)?.[1];
    const named = path ?? (service === undefined ? [] : ["services", service]);
    return extra === undefined ? named : [...named, extra];
}

/** The place of the innermost value on the way that is there; undefined where not even the first is. */
function findPlace(tree: Tree, path: readonly string[]): Place | undefined {
    let found: Tree | undefined;
    for (let length = 1; length <= path.length; length += 1) {
        found = treeAt(tree, ...path.slice(0, length)) ?? found;
    }
    return found?.place;
}
