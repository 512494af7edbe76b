import { closest } from "./closest.ts";

/** What other systems call it, and what to write here. */
const elsewhere: ReadonlyMap<string, string> = new Map([
    ["extends", "use an anchor: <<: *template"],
    ["default", "write its keys at the top of the file"],
    ["workflow", "write rules in the jobs"],
    ["only", "write rules, such as rules: [{ branch: main }]"],
    ["except", 'write rules, such as rules: [{ branch: "!main" }]'],
    ["on", "pushes and schedules are set on the stack; write rules in the jobs"],
    ["if", "write branch, tag, path or trigger"],
    ["changes", "write path"],
    ["exists", "write path"],
    ["dependencies", "write needs: [{ job: name, artifacts: true }]"],
    ["depends_on", "write needs"],
    ["parallel", "write matrix"],
    ["strategy", "write matrix"],
    ["tags", "every job runs on the server's engine; leave it out"],
    ["runs-on", "write image"],
    ["container", "write image"],
    ["steps", "write script"],
    ["run", "write script"],
    ["commands", "write script"],
    ["env", "write variables"],
    ["environment", "write variables"],
    ["alias", "write name"],
    ["timeout-minutes", "write timeout, such as 10m"],
    ["continue-on-error", "write allow_failure"],
    ["working-directory", "write working_directory"],
    ["untracked", "list the paths"],
    ["privileged", "jobs have no more rights than others; leave it out"],
    ["policy", "leave it out"],
]);

/** The way out for a key that is not known beside `known`. */
export function unknownKeyHint(key: string, known: readonly string[]): string {
    const said = elsewhere.get(key);
    const like = closest(key, known);
    if (like === undefined || said !== undefined) {
        return said ?? `leave it out; known are ${known.join(", ")}`;
    }
    return `did you mean ${like}?`;
}
