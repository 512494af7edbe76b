import { AppError } from "../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";
import { dockerLogin } from "../commands/registry.ts";
import type { Clock } from "../core/clock.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { RegistryAccess } from "../core/registry.ts";
import { isOwnMachine, storedAddress, whyRegistryHostRefused } from "../core/registry-address.ts";
import type { DockerConfigs, LookUpHost } from "../core/registry-login.ts";
import { registryError } from "../core/registry-trouble.ts";
import type { RunOptions, TargetHost } from "../core/target-host.ts";
import { retryPassing } from "./retry-passing.ts";

export interface RegistryLoginPorts {
    readonly engine: Pick<Engine, "describe">;
    readonly target: TargetHost;
    readonly files: Pick<Files, "removeTree">;
    readonly dockerConfigs: DockerConfigs;
    readonly lookUpHost: LookUpHost;
    readonly clock: Clock;
}

export interface LoginInput {
    readonly registry: RegistryAccess;
    /** Where the private configuration is made for as long as the work takes; nothing lies there. */
    readonly directory: string;
    readonly errorCode?: DeploymentErrorCode;
    readonly options: Pick<RunOptions, "signal" | "deploymentId">;
    /** Told before a login is tried again; without it, it is tried once. */
    readonly onRetry?: ((line: string) => void) | undefined;
}

const timeoutSeconds = 30;

/**
 * Logs in to a registry in a configuration of its own, and lets work be done with it; nothing of the login stays,
 * whatever happens. `environment` leads docker programs there. Throws AppError `invalid` and `unavailable` with the
 * registry's own words.
 */
export async function withRegistryLogin<T>(
    ports: RegistryLoginPorts,
    input: LoginInput,
    work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
    const { registry, directory } = input;
    const { host } = storedAddress(registry.url);
    await checkHost(ports, registry, host);
    await ports.files.removeTree(directory);
    try {
        const environment = await ports.dockerConfigs.make(directory, host);
        const attempt = () => logIn(ports, input, host, environment);
        const { onRetry } = input;
        await (onRetry ? retryPassing(ports.clock, { ...input.options, onRetry }, attempt) : attempt());
        return await work(environment);
    } finally {
        await ports.files.removeTree(directory);
    }
}

async function logIn(
    { target }: RegistryLoginPorts,
    { registry, directory, options, errorCode }: LoginInput,
    host: string,
    environment: Readonly<Record<string, string>>,
): Promise<void> {
    const { username, password } = registry;
    if (username === undefined || password === undefined) {
        return;
    }
    const login = dockerLogin({ host, username, password, directory, environment });
    const result = await target.run(login, { ...options, timeoutSeconds });
    options.signal.throwIfAborted();
    if (result.exitCode !== 0) {
        const words = result.timedOut ? "timed out" : result.stderrTail;
        throw registryError(`registry ${host}`, words, errorCode);
    }
}

/** What the name means may have changed since it was saved; and a password goes nowhere unencrypted by accident. */
async function checkHost({ lookUpHost, engine }: RegistryLoginPorts, registry: RegistryAccess, host: string) {
    const hostname = host.replace(/:\d+$/, "");
    // A name that only the engine can look up is the engine's to judge.
    const addresses = /^[[\d.]/.test(hostname) ? [] : await lookUpHost(hostname).catch(() => []);
    const literals = addresses.map((address) => address.replace(/%.*$/, "")).map(bracket);
    for (const address of [hostname, ...literals]) {
        const reason = whyRegistryHostRefused(address, registry.allowPrivateHost);
        if (reason !== undefined) {
            const details = { errorCode: "address_refused" };
            throw new AppError("invalid", `url: ${hostname}: ${reason}`, { details });
        }
    }
    const { insecureRegistries } = await engine.describe();
    if (!registry.insecure && !isOwnMachine(hostname) && insecureRegistries.includes(host)) {
        throw new AppError(
            "invalid",
            `insecure: the engine reaches ${host} without checked TLS, so that the password could be read on the way; ` +
                "say insecure where that is meant, or take it out of insecure-registries in the engine's daemon.json",
            { details: { errorCode: "push_failed" } },
        );
    }
}

function bracket(address: string): string {
    return address.includes(":") ? `[${address}]` : address;
}
