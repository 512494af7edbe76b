import type { Elsewhere, ElsewhereOutput, OtherMachine } from "../../backend/host/core/elsewhere.ts";
import type { StackContainer } from "../../backend/host/core/stack.ts";

interface Given {
    /** Of the containers of the stack `web`, one for each service. */
    readonly states?: readonly string[];
    readonly away?: string;
    /** What its commands end with. */
    readonly exitCode?: number;
    /** What its commands throw. */
    readonly failure?: Error;
}

/** Another machine, as the host sees it; what it was asked to run is written down. */
export function otherMachine(name: string, { states = [], away, exitCode = 0, failure }: Given = {}) {
    const commands: string[] = [];
    const followers: ElsewhereOutput[] = [];
    let ended = 0;
    const containers: readonly StackContainer[] = states.map((state, index) => ({
        project: "web",
        service: `service${index}`,
        state,
        oneOff: false,
    }));
    return {
        name,
        hostname: `${name}.lan`,
        away,
        containers,
        commands,
        say: (line: string) => followers.forEach(({ onLine }) => onLine(line)),
        followed: () => ({ begun: followers.length, ended }),
        async compose(words, { onLine }) {
            commands.push(words.join(" "));
            onLine(`done by ${name}`);
            if (failure !== undefined) {
                throw failure;
            }
            return exitCode;
        },
        follow(output) {
            followers.push(output);
            return new Promise((resolve) => {
                output.signal.addEventListener("abort", () => {
                    ended += 1;
                    resolve();
                });
            });
        },
    } satisfies OtherMachine & Record<string, unknown>;
}

/** A stack on other machines; with a compose file in its live release. */
export function elsewhereOn(
    machines: readonly OtherMachine[],
    { alsoHere = false }: { readonly alsoHere?: boolean } = {},
): Elsewhere {
    return { machines, alsoHere, composeFile: async () => ({ name: "compose.yaml", text: "services: {}\n" }) };
}
