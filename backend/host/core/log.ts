type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The server's own log. An error goes in the field `err`. */
export interface Log {
    readonly debug: Write;
    readonly info: Write;
    readonly warn: Write;
    readonly error: Write;
}
