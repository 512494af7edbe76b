import type { DeployTargetInput } from "../../../common/schema/deploy-target.ts";
import type { DeployTargetRecord } from "../core/deploy-target.ts";
import type { Ssh, SshKeyPair } from "../core/ssh.ts";
import { AppError } from "../../../common/errors.ts";

export interface TargetKeyRequest {
    readonly input: DeployTargetInput;
    readonly stored?: DeployTargetRecord;
    readonly signal: AbortSignal;
}

/**
 * The key that a target is logged in to with: a given one once it has been loaded, else the stored one; a new pair where
 * there is none, or `null` asks for one. Throws `invalid` for a key that cannot be loaded.
 */
export async function settleTargetKey(
    ssh: Pick<Ssh, "makeKey" | "readKey">,
    { input, stored, signal }: TargetKeyRequest,
): Promise<SshKeyPair> {
    const comment = `dockge-cicd ${input.name.replaceAll(/\s+/g, "-")}`;
    if (input.privateKey) {
        return readKey(ssh, { input: { ...input, privateKey: input.privateKey }, comment, signal });
    }
    if (input.privateKey === undefined && stored !== undefined && stored.privateKey !== "") {
        const { privateKey, passphrase, publicKey } = stored;
        return { privateKey, passphrase, publicKey };
    }
    return ssh.makeKey(comment);
}

/** What the port says of a repository's credentials is said of a target's fields. */
async function readKey(
    ssh: Pick<Ssh, "readKey">,
    request: {
        readonly input: DeployTargetInput & { readonly privateKey: string };
        readonly comment: string;
        readonly signal: AbortSignal;
    },
): Promise<SshKeyPair> {
    const { privateKey, passphrase } = request.input;
    const key = { privateKey, ...(passphrase !== undefined && passphrase !== "" && { passphrase }) };
    try {
        return await ssh.readKey(key, request.comment, request.signal);
    } catch (error) {
        if (error instanceof AppError && error.message.startsWith("credentials.")) {
            const { code, details } = error;
            throw new AppError(code, error.message.replace("credentials.", ""), { details, cause: error });
        }
        throw error;
    }
}
