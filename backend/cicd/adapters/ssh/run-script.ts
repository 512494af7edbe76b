import type { ClientChannel } from "ssh2";
import { AppError } from "../../../../common/errors.ts";
import { asError } from "./failures.ts";
import type { SshLink } from "./link.ts";

export interface ScriptOptions {
    /** Through `sudo -n`. */
    readonly sudo: boolean;
    readonly timeoutSeconds: number;
    readonly signal?: AbortSignal | undefined;
    readonly onStdout?: ((bytes: Buffer) => void) | undefined;
    readonly onStderr?: ((bytes: Buffer) => void) | undefined;
}

/** How a script ended: its exit status, or undefined where the connection broke before. */
export type ScriptEnd = { readonly status: number | undefined };

/**
 * Runs shell input on a machine. It goes to a POSIX shell's standard input as a whole: nothing of it is seen in a list of
 * processes, no login shell reads it, and of an input that is cut off nothing runs.
 *
 * Throws what `SshLink` throws, AppError `unavailable` when the time is up, and the signal's reason.
 */
export async function runScript(link: SshLink, script: string, options: ScriptOptions): Promise<ScriptEnd> {
    options.signal?.throwIfAborted();
    const channel = await link.exec(options.sudo ? "sudo -n sh" : "sh");
    return new Promise((resolve, reject) => {
        const stop = (error: Error): void => {
            settle();
            channel.close();
            reject(error);
        };
        const onAbort = (): void => stop(asError(options.signal?.reason));
        const timer = setTimeout(() => stop(tooSlow(link.host)), options.timeoutSeconds * 1000);
        const settle = (): void => {
            clearTimeout(timer);
            options.signal?.removeEventListener("abort", onAbort);
        };
        options.signal?.addEventListener("abort", onAbort);
        let status: number | undefined;
        channel.on("data", (bytes: Buffer) => options.onStdout?.(bytes));
        channel.stderr.on("data", (bytes: Buffer) => options.onStderr?.(bytes));
        channel.on("exit", (code: number | null) => (status = code ?? 255));
        channel.on("error", () => undefined);
        channel.once("close", () => {
            settle();
            resolve({ status });
        });
        feed(channel, script);
    });
}

/** Runs a short script for its output. Throws AppError `unavailable` where the connection breaks. */
export async function readScript(
    link: SshLink,
    script: string,
    options: { readonly sudo: boolean; readonly signal?: AbortSignal | undefined; readonly timeoutSeconds?: number },
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    const { status } = await runScript(link, script, {
        ...options,
        timeoutSeconds: options.timeoutSeconds ?? 30,
        onStdout: (bytes) => stdout.push(bytes),
        onStderr: (bytes) => stderr.push(bytes),
    });
    if (status === undefined) {
        throw tooSlow(link.host);
    }
    return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The braces make the shell read all of it before it runs any of it. */
function feed(channel: ClientChannel, script: string): void {
    channel.end(`{\n${script}\n}\n`);
}

function tooSlow(host: string): AppError {
    return new AppError("unavailable", `host: ${host} does not answer any more; try again`, {
        details: { errorCode: "remote_unavailable" },
    });
}
