import type { ServiceAction } from "../core/compose-command.ts";
import { checkService, type ExistingServicePorts } from "./existing-service.ts";
import { existingStack } from "./existing-stack.ts";
import { runEverywhere, type RunEverywherePorts } from "./run-everywhere.ts";
import { runProject, type ProjectVerb } from "./run-project.ts";
import { untroubled, type StackTurnPorts } from "./stack-turn.ts";

export interface ServiceOperationsPorts extends RunEverywherePorts, StackTurnPorts, ExistingServicePorts {
    /** Whether it is a project that runs without a folder here. */
    readonly isUnmanaged: (stack: string) => Promise<boolean>;
    /** Whether nothing of the stack runs any more, asked anew. */
    readonly hasStopped: (stack: string) => Promise<boolean>;
    /** Tells those who care about the user's wish before the operation is answered. */
    readonly notify: (stack: string, action: "started" | "stopped") => Promise<void>;
}

/** The buttons of a single service: as those of its stack, and `not_found` for a service that the stack does not have. */
export interface ServiceOperations {
    start(stack: string, service: string): Promise<void>;
    stop(stack: string, service: string): Promise<void>;
    restart(stack: string, service: string): Promise<void>;
}

const projectVerbs = { up: "start", stop: "stop", restart: "restart" } as const satisfies Record<
    ServiceAction["verb"],
    ProjectVerb
>;

export function createServiceOperations(ports: ServiceOperationsPorts): ServiceOperations {
    async function run(stack: string, action: ServiceAction): Promise<void> {
        const { verb, service } = action;
        if (await ports.isUnmanaged(stack)) {
            await checkService(ports, { stack, service, elsewhere: undefined }, false);
            await runProject(ports, stack, projectVerbs[verb], service);
            return;
        }
        const folder = await existingStack(ports.files, stack);
        const elsewhere = ports.extension().elsewhere().get(stack);
        await checkService(ports, { stack, service, elsewhere }, folder.composeFileName !== undefined);
        ports.terminals.open("progress", stack).clear();
        await runEverywhere(ports, folder, [action]);
        await tell(stack, verb);
    }

    /** A stack counts as stopped by its user when its last service is. */
    async function tell(stack: string, verb: ServiceAction["verb"]): Promise<void> {
        if (verb !== "stop") {
            await ports.notify(stack, "started");
        } else if (await ports.hasStopped(stack)) {
            await ports.notify(stack, "stopped");
        }
    }

    function button(what: string, verb: ServiceAction["verb"]) {
        return (stack: string, service: string): Promise<void> =>
            untroubled(ports, stack, `${service} ${what}`, () => run(stack, { verb, service }));
    }

    return {
        start: button("is being started", "up"),
        stop: button("is being stopped", "stop"),
        restart: button("is being restarted", "restart"),
    };
}
