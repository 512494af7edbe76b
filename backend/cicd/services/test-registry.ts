import { randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import type { RegistryTestInput } from "../../../common/schema/registry.ts";
import type { Engine } from "../core/engine.ts";
import { imageLogin, type RegistryAccess, type RegistryStore } from "../core/registry.ts";
import { storedAddress } from "../core/registry-address.ts";
import { readTrouble, registryError } from "../core/registry-trouble.ts";
import { requireRegistry } from "./registries.ts";
import { registryAccess } from "./registry-access.ts";
import { type RegistryLoginPorts, withRegistryLogin } from "./registry-login.ts";

export interface TestRegistryPorts extends RegistryLoginPorts {
    readonly engine: Pick<Engine, "describe" | "pullImage">;
    readonly imageRegistries: Pick<RegistryStore, "find">;
    /** Where private configurations may be made; what is left there after a crash is removed at the next start. */
    readonly workspacesDirectory: string;
}

export type RegistryTest =
    | { readonly id: string; readonly signal: AbortSignal }
    | { readonly input: RegistryTestInput; readonly signal: AbortSignal };

/**
 * Lets the engine log in to a registry, stored or only given: the engine is who pushes and pulls there, with its own
 * trust and network. Throws AppError telling a wrong password, an untrusted certificate, a host that cannot be reached
 * and one that is no registry apart.
 */
export async function testRegistry(ports: TestRegistryPorts, test: RegistryTest): Promise<void> {
    const registry = await findAccess(ports, test);
    const directory = `${ports.workspacesDirectory}/registry-test-${randomBytes(8).toString("hex")}`;
    const options = { signal: test.signal };
    await withRegistryLogin(ports, { registry, directory, options }, () => askForNothing(ports.engine, registry, test));
}

async function findAccess(ports: TestRegistryPorts, test: RegistryTest): Promise<RegistryAccess> {
    if ("id" in test) {
        return requireRegistry(ports, test.id);
    }
    const { input } = test;
    return registryAccess(input, input.id === undefined ? undefined : await requireRegistry(ports, input.id));
}

/** Asks for an image that is not there: a page that answers everything would pass for a registry until then. */
async function askForNothing(
    engine: Pick<Engine, "pullImage">,
    registry: RegistryAccess,
    { signal }: RegistryTest,
): Promise<void> {
    const login = imageLogin(registry);
    try {
        await engine.pullImage(`${registry.url}/cicd-connection-test:none`, { signal, login, onLine: () => undefined });
    } catch (error) {
        const words = refusalIn(error);
        if (words === undefined) {
            throw error;
        }
        judge(storedAddress(registry.url).host, words, login !== undefined);
    }
}

/** The registry's words in an image that cannot be pulled; undefined for other errors. */
function refusalIn(error: unknown): string | undefined {
    return error instanceof AppError && error.code === "invalid"
        ? (/it cannot be pulled \((.*)\);/s.exec(error.message)?.[1] ?? error.message)
        : undefined;
}

/** Whoever is logged in may be denied to look for what is not there. */
function judge(host: string, words: string, isLoggedIn: boolean): void {
    const { kind } = readTrouble(words);
    const isRefusal = kind === "unauthorized" || kind === "denied";
    if (/manifest unknown|name unknown|not known to registry|manifest for .* not found/i.test(words)) {
        return;
    }
    if (isRefusal && !isLoggedIn) {
        throw new AppError("invalid", `username: ${host} wants a login; give username and password`);
    }
    if (!isRefusal) {
        throw registryError(`registry ${host}`, words);
    }
}
