import { z } from "zod";
import type { Right } from "../../../common/right.ts";
import type { EventArgs, EventDefinition } from "../../../common/socket/event.ts";
import { AppError } from "../../../common/errors.ts";

export type EventTable = Readonly<Record<string, EventDefinition>>;

/** One handler per row; its answer is sent with `ok: true`, or as it is when it is `Verbatim`. */
export type EventHandlers<T extends EventTable, C, A extends Record<keyof T, object> = Record<keyof T, object>> = {
    readonly [E in keyof T]: (args: EventArgs<T[E]>, context: C) => Answer<A[E]> | Promise<Answer<A[E]>>;
};

type Answer<A> = A | Verbatim;

/** An answer that is no plain success. */
export class Verbatim {
    readonly answer: object;

    constructor(answer: object) {
        this.answer = answer;
    }
}

/** A row of a table with its handler. */
export interface BoundEvent<C> {
    readonly right: Right | "public";
    /** Checks the arguments and calls the handler. Throws AppError `invalid` that names the field. */
    call(args: readonly unknown[], context: C): Promise<object>;
}

export function bindEvents<T extends EventTable, C>(
    table: T,
    handlers: EventHandlers<T, C>,
): ReadonlyMap<string, BoundEvent<C>> {
    const bound = new Map<string, BoundEvent<C>>();
    for (const event in table) {
        bound.set(event, bind(table[event], handlers[event]));
    }
    return bound;
}

function bind<D extends EventDefinition, C>(
    definition: D,
    handler: (args: EventArgs<D>, context: C) => object | Promise<object>,
): BoundEvent<C> {
    return {
        right: definition.right,
        call: async (args, context) => handler(parse(definition, args), context),
    };
}

function parse<D extends EventDefinition>(definition: D, args: readonly unknown[]): EventArgs<D> {
    const given = withoutEmptyEnd(args);
    const parsed = z.safeParse<D["args"]>(definition.args, given);
    if (!parsed.success) {
        throw isTooShort(parsed.error)
            ? new AppError("invalid", `argument ${given.length + 1}: is missing`)
            : invalidArguments(parsed.error);
    }
    return parsed.data;
}

/** An argument that was left out arrives as null. */
function withoutEmptyEnd(args: readonly unknown[]): readonly unknown[] {
    const last = args.findLastIndex((argument) => argument !== null && argument !== undefined);
    return args.slice(0, last + 1);
}

function isTooShort({ issues: [issue] }: z.core.$ZodError): boolean {
    return issue?.code === "too_small" && issue.path.length === 0;
}

function invalidArguments(error: z.core.$ZodError): AppError {
    const [issue] = error.issues;
    const [position, ...path] = issue?.path ?? [];
    const field = path.length > 0 ? path.join(".") : `argument ${Number(position ?? 0) + 1}`;
    const message = issue?.message ?? "not understood";
    const isComplete = path.length === 0 && !/^(Invalid input|Too (big|small))/.test(message);
    return new AppError("invalid", isComplete ? message : `${field}: ${message}`, { details: error.issues });
}
