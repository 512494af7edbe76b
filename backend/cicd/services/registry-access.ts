import { AppError } from "../../../common/errors.ts";
import type { RegistryTestInput } from "../../../common/schema/registry.ts";
import type { RegistryAccess, RegistryRecord } from "../core/registry.ts";
import {
    readRegistryAddress,
    storedAddress,
    whyRegistryHostRefused,
    writeRegistryAddress,
} from "../core/registry-address.ts";

/**
 * The registry that an input means. A password that is left out comes from the stored one, but is never sent to another
 * host or for another user. Throws `invalid` naming the field.
 */
export function registryAccess(input: RegistryTestInput, stored?: RegistryRecord): RegistryAccess {
    const address = readRegistryAddress(input.url);
    if ("refused" in address) {
        throw new AppError("invalid", `url: ${address.refused}`);
    }
    const reason = whyRegistryHostRefused(address.host, input.allowPrivateHost);
    if (reason !== undefined) {
        throw new AppError("invalid", `url: ${reason}`, { details: { errorCode: "address_refused" } });
    }
    const username = input.username || undefined;
    const password = input.password === undefined ? keptPassword(address.host, username, stored) : input.password;
    if ((username === undefined) !== ((password ?? undefined) === undefined)) {
        const [missing, given] = username === undefined ? ["username", "password"] : ["password", "username"];
        throw new AppError("invalid", `${missing}: is needed with the ${given}; give both, or neither`);
    }
    return {
        url: writeRegistryAddress(address),
        username,
        password: password ?? undefined,
        insecure: input.insecure,
        allowPrivateHost: input.allowPrivateHost,
    };
}

function keptPassword(host: string, username: string | undefined, stored: RegistryRecord | undefined) {
    if (stored?.password === undefined || username === undefined) {
        return undefined;
    }
    if (storedAddress(stored.url).host !== host || stored.username !== username) {
        throw new AppError("invalid", "password: the stored one is for another host or user; give it again");
    }
    return stored.password;
}
