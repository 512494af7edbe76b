import { parseDocument } from "yaml";
import { AppError } from "../../../common/errors.ts";
import type { ReadComposeServices } from "../core/compose-model.ts";
import type { Elsewhere } from "../core/elsewhere.ts";
import type { StackContainer } from "../core/stack.ts";

export interface ExistingServicePorts {
    readonly readServices: ReadComposeServices;
    /** Those on this machine. */
    readonly containersOf: (stack: string) => readonly StackContainer[];
}

/**
 * Makes sure that a stack has a service: in its containers, or else in its compose file. Throws AppError `not_found`
 * with those that there are, `invalid` where its files cannot be read.
 */
export async function checkService(
    ports: ExistingServicePorts,
    { stack, service, elsewhere }: { stack: string; service: string; elsewhere: Elsewhere | undefined },
    hasFile: boolean,
): Promise<void> {
    const there = elsewhere?.machines.flatMap(({ containers }) => containers) ?? [];
    const running = new Set([...ports.containersOf(stack), ...there].map((container) => container.service));
    if (running.has(service)) {
        return;
    }
    const written =
        elsewhere?.alsoHere === false ? await liveServices(elsewhere) : await ownServices(ports, stack, hasFile);
    if (!written.includes(service)) {
        const known = [...new Set([...running, ...written])].sort().join(", ");
        throw new AppError("not_found", `service: ${stack} has no ${service}${known && `; it has ${known}`}`);
    }
}

async function ownServices(ports: ExistingServicePorts, stack: string, hasFile: boolean): Promise<readonly string[]> {
    return hasFile ? (await ports.readServices(stack)).map(({ name }) => name) : [];
}

async function liveServices(elsewhere: Elsewhere): Promise<readonly string[]> {
    const file = await elsewhere.composeFile();
    const document: unknown = parseDocument(file?.text ?? "", { logLevel: "silent" }).toJS();
    const services = isMap(document) ? document["services"] : undefined;
    return isMap(services) ? Object.keys(services) : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null;
}
