import { pino } from "pino";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

type LogFunction = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The server's own log: one JSON line per message. An error goes in the field `err`. */
export interface Logger {
    readonly debug: LogFunction;
    readonly info: LogFunction;
    readonly warn: LogFunction;
    readonly error: LogFunction;
    /** A logger that adds these fields to every line. */
    child(fields: Readonly<Record<string, unknown>>): Logger;
}

const secretNames = [
    "password",
    "passphrase",
    "token",
    "secret",
    "webhookSecret",
    "privateKey",
    "credentials",
    "authorization",
    "cookie",
    "encryptionKey",
];

/** Paths of secrets, at the top and one or two levels down: pino redacts by path, not by name. */
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * A logger that writes to standard output, or to `destination`. Fields that are named like secrets read `***`.
 */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
    const options = {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label: string) => ({ level: label }) },
        redact: { paths: redactedPaths, censor: "***" },
    };
    return destination === undefined ? pino(options) : pino(options, destination);
}
