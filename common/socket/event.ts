import type { z } from "zod";
import type { Right } from "../right.ts";

/**
 * One row of a socket edge's table: the arguments (a zod tuple), and the right that the caller needs (`public`: none,
 * not even a login). The answer's type is stated beside the table, in the handler map.
 */
export interface EventDefinition {
    readonly args: z.ZodType<readonly unknown[]>;
    readonly right: Right | "public";
}

export type EventArgs<D extends EventDefinition> = z.output<D["args"]>;

/** A good answer that is only a sentence: a key of the page's language files. */
export interface Done {
    readonly msg: string;
    readonly msgi18n?: true;
}

/** A failed answer. `msgi18n`: `msg` is a key of the page's language files. */
export interface Refusal {
    readonly ok: false;
    readonly msg: string;
    readonly msgi18n?: boolean;
    readonly code?: string;
    /** What a program needs to know beside the sentence, such as `errorCode`. */
    readonly details?: object;
}

export type Ack<T> = ({ readonly ok: true } & T) | Refusal;
