const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a shell expects of a program that Ctrl-C has ended. */
const interrupted = 130;

/** The part of `process` that is listened to. */
interface Interrupted {
    on(event: (typeof signals)[number], listener: () => void): unknown;
    off(event: (typeof signals)[number], listener: () => void): unknown;
    exit(code: number): unknown;
    readonly stdout: { on(event: "error", listener: () => void): unknown };
}

/**
 * Calls back at the first signal to end, and when nobody reads standard output any more; at the second signal the program
 * ends. Answers what stops listening.
 */
export function onInterrupt(process: Interrupted, listener: () => void): () => void {
    let asked = false;

    function ask(): void {
        if (!asked) {
            asked = true;
            listener();
        }
    }

    function onSignal(): void {
        if (asked) {
            process.exit(interrupted);
        }
        ask();
    }

    signals.forEach((signal) => process.on(signal, onSignal));
    // Never stopped: whatever is written later fails in the same way.
    process.stdout.on("error", ask);
    return () => signals.forEach((signal) => process.off(signal, onSignal));
}
