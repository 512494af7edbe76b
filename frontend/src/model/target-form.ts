import type { z } from "zod";
import type { DeployTarget, DeployTargetInput } from "../../../common/schema/deploy-target.ts";

/** Where a machine's key comes from; only a stored machine can keep one. */
export type TargetKeySource = "kept" | "make" | "paste";

/** A machine as it is typed. */
export interface TargetForm {
    name: string;
    host: string;
    port: number | "";
    username: string;
    keySource: TargetKeySource;
    privateKey: string;
    passphrase: string;
    sudo: boolean;
    stacksDirectory: string;
    allowPrivateHost: boolean;
}

type RawInput = z.input<typeof DeployTargetInput>;

export function targetForm(stored: DeployTarget | undefined): TargetForm {
    const unknown = { privateKey: "", passphrase: "" };
    if (stored === undefined) {
        return { ...emptyTarget, ...unknown, keySource: "make" };
    }
    const { name, host, port, username, sudo, stacksDirectory, allowPrivateHost } = stored;
    return { name, host, port, username, sudo, stacksDirectory, allowPrivateHost, ...unknown, keySource: "kept" };
}

const emptyTarget = {
    name: "",
    host: "",
    port: 22,
    username: "",
    sudo: false,
    stacksDirectory: "/opt/stacks",
    allowPrivateHost: false,
} as const;

/** What the form sends; an empty port or directory takes the usual one. */
export function targetInput(form: TargetForm): RawInput {
    const directory = form.stacksDirectory.trim();
    return {
        name: form.name.trim(),
        host: form.host.trim(),
        username: form.username.trim(),
        sudo: form.sudo,
        allowPrivateHost: form.allowPrivateHost,
        ...(form.port !== "" && { port: form.port }),
        ...(directory !== "" && { stacksDirectory: directory }),
        ...keyInput(form),
    };
}

/** `null` asks for another pair, a key that is left out is kept. */
function keyInput({ keySource, privateKey, passphrase }: TargetForm): Pick<RawInput, "privateKey" | "passphrase"> {
    if (keySource === "kept") {
        return {};
    }
    return keySource === "make" ? { privateKey: null } : { privateKey, ...(passphrase !== "" && { passphrase }) };
}

/** A shell's command that lets a public key in, to be run by the user on the machine. */
export function authorizeCommand(publicKey: string): string {
    const line = `'${publicKey.replaceAll("'", String.raw`'\''`)}'`;
    return `mkdir -p -m 700 ~/.ssh && echo ${line} >> ~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys`;
}
