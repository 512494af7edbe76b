import { constants } from "node:os";

/** @type {readonly NodeJS.Signals[]} */
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Keeps this process alive through signals that would end it, so that it can clean up first.
 *
 * @returns {{ received: () => number | undefined, letGo: () => void }} `received`: the exit status that the first
 *     signal asks for
 */
export function holdSignals() {
    /** @type {number | undefined} */
    let status;
    const note = (/** @type {NodeJS.Signals} */ signal) => {
        status ??= 128 + constants.signals[signal];
    };
    return { received: () => status, letGo: onEndingSignal(note) };
}

/**
 * @param {(signal: NodeJS.Signals) => void} listener
 * @returns {() => void} stops listening
 */
export function onEndingSignal(listener) {
    for (const signal of endingSignals) {
        process.on(signal, listener);
    }
    return () => {
        for (const signal of endingSignals) {
            process.off(signal, listener);
        }
    };
}
