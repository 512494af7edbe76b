import { AppError, errorMessage } from "../../../common/errors.ts";
import { composeWords, type ComposeAction, type ServiceAction } from "../core/compose-command.ts";
import type { OtherMachine } from "../core/elsewhere.ts";
import type { StackContainer, StackFolder } from "../core/stack.ts";
import { composePatience, failedMessage, runCompose, type ComposePorts } from "./run-compose.ts";

export interface RunEverywherePorts extends ComposePorts {
    /** Those on this machine. */
    readonly containersOf: (stack: string) => readonly StackContainer[];
}

/** What is fine for containers that should not be here any more. */
const endings: readonly unknown[] = ["stop", "down", "remove", "removeWithVolumes"];

export type Action = ComposeAction | ServiceAction;

/**
 * Runs compose actions in the progress terminal on every machine that a stack runs on, this one first. One that fails
 * does not keep the others from their turn; then the first failure is thrown: `conflict` or `unavailable`.
 */
export async function runEverywhere(
    ports: RunEverywherePorts,
    folder: StackFolder,
    actions: readonly Action[],
): Promise<void> {
    const stack = folder.name;
    const elsewhere = ports.extension().elsewhere().get(stack);
    const turns = (elsewhere?.machines ?? []).map((machine) => () => runThere(ports, stack, machine, actions));
    if (elsewhere?.alsoHere !== false || isLeft(ports, folder, actions)) {
        turns.unshift(() => runHere(ports, folder, actions));
    }
    const failures: unknown[] = [];
    for (const turn of turns) {
        await turn().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) {
        throw failures[0];
    }
}

/** Whether containers are to end that were left when the stack moved to another machine. */
function isLeft(
    ports: RunEverywherePorts,
    { name, composeFileName }: StackFolder,
    actions: readonly Action[],
): boolean {
    const isEnding = actions.every((action) => endings.includes(action));
    return isEnding && composeFileName !== undefined && ports.containersOf(name).length > 0;
}

async function runHere(
    ports: ComposePorts,
    { name, composeFileName }: StackFolder,
    actions: readonly Action[],
): Promise<void> {
    if (composeFileName === undefined) {
        throw new AppError("not_found", `${name}: there is no compose file in its folder; save or deploy one first`);
    }
    for (const action of actions) {
        await runCompose(ports, name, action);
    }
}

async function runThere(
    ports: ComposePorts,
    stack: string,
    machine: OtherMachine,
    actions: readonly Action[],
): Promise<void> {
    const terminal = ports.terminals.open("progress", stack);
    const onLine = (line: string): void => terminal.write(`${line}\r\n`);
    const signal = AbortSignal.any([ports.stopping, AbortSignal.timeout(composePatience)]);
    for (const action of actions) {
        const words = composeWords(action);
        onLine(`$ docker compose ${words.join(" ")} (on ${machine.name})`);
        const exitCode = await machine.compose(words, { signal, onLine }).catch((error: unknown) => {
            onLine(errorMessage(error));
            throw error;
        });
        if (exitCode !== 0) {
            throw new AppError("conflict", failedMessage, { details: { exitCode, machine: machine.name } });
        }
    }
}
