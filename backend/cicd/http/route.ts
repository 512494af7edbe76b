import type { Request, Response } from "express";
import type { z } from "zod";
import { AppError } from "../../../common/errors.ts";
import { invalidRequest } from "../../../common/invalid-input.ts";
import type { Right } from "../../../common/right.ts";
import type { Caller } from "../core/host.ts";
import type { CicdServices } from "../services/cicd-services.ts";

/** What a handler gets besides its input. */
export interface RouteContext {
    readonly services: CicdServices;
    readonly caller: Caller;
    /** Where the request came from. */
    readonly address: string;
    /** What the client calls itself. */
    readonly userAgent: string;
    /** Aborts when the client goes away. */
    readonly signal: AbortSignal;
}

type PublicContext = Omit<RouteContext, "caller">;
type AnyContext = PublicContext & { readonly caller?: Caller | undefined };

/** The parts of a request that a route takes; what is not named is ignored. */
export type RequestShape = Readonly<{ params?: z.ZodObject; query?: z.ZodObject; body?: z.ZodType }>;

/** An answer: JSON with a status, or one that writes itself. */
export type RouteAnswer =
    | { readonly status: number; readonly body: unknown }
    | { readonly send: (request: Request, response: Response) => Promise<void> };

interface Description {
    readonly method: "get" | "put" | "post" | "delete";
    /** Below `/api/v1`, with parameters as `{name}`. */
    readonly path: string;
    /** One sentence for the documentation. */
    readonly summary: string;
    /** The heading that it stands under. */
    readonly tag: string;
    /** Of a good answer; 200 where it is left out. */
    readonly status?: number;
    /** A body as a client would send it. */
    readonly example?: unknown;
}

/** A row of the table, ready to be served and described. */
export interface Route extends Description {
    readonly right: Right | "public";
    readonly request: z.ZodObject<RequestShape>;
    /** What a good answer holds; undefined for one that writes itself. */
    readonly response: z.ZodType | undefined;
    readonly contentTypes: readonly string[];
    /** Validates and calls. Throws AppError, `invalid` for input that does not fit. */
    run(raw: unknown, context: AnyContext): Promise<RouteAnswer>;
}

type Handler<I extends z.ZodType, C, A> = (input: z.output<I>, context: C) => Promise<A>;

/** A route that needs a login and a right, and answers JSON. */
export function route<I extends z.ZodObject<RequestShape>, R extends z.ZodType>(
    row: Description & { right: Right; request: I; response: R; handle: Handler<I, RouteContext, z.output<R>> },
): Route {
    return {
        ...row,
        contentTypes: ["application/json"],
        async run(raw, context) {
            const input = parse(row.request, raw);
            return { status: row.status ?? 200, body: await row.handle(input, withCaller(context)) };
        },
    };
}

/** A route for everybody, that answers JSON. */
export function publicRoute<I extends z.ZodObject<RequestShape>, R extends z.ZodType>(
    row: Description & { request: I; response: R; handle: Handler<I, PublicContext, z.output<R>> },
): Route {
    return {
        ...row,
        right: "public",
        contentTypes: ["application/json"],
        async run(raw, context) {
            const input = parse(row.request, raw);
            return { status: row.status ?? 200, body: await row.handle(input, context) };
        },
    };
}

/** A route that needs a login and a right, and writes its answer itself. */
export function streamRoute<I extends z.ZodObject<RequestShape>>(
    row: Description & {
        right: Right;
        request: I;
        contentTypes: readonly string[];
        handle: Handler<I, RouteContext, (request: Request, response: Response) => Promise<void>>;
    },
): Route {
    return {
        ...row,
        response: undefined,
        async run(raw, context) {
            return { send: await row.handle(parse(row.request, raw), withCaller(context)) };
        },
    };
}

/** A route for everybody, that writes its answer itself. */
export function publicStreamRoute<I extends z.ZodObject<RequestShape>>(
    row: Description & {
        request: I;
        contentTypes: readonly string[];
        handle: Handler<I, PublicContext, (request: Request, response: Response) => Promise<void>>;
    },
): Route {
    return {
        ...row,
        right: "public",
        response: undefined,
        async run(raw, context) {
            return { send: await row.handle(parse(row.request, raw), context) };
        },
    };
}

function parse<I extends z.ZodType>(request: I, raw: unknown): z.output<I> {
    const input = request.safeParse(raw);
    if (!input.success) {
        throw invalidRequest(input.error);
    }
    return input.data;
}

function withCaller({ caller, ...context }: AnyContext): RouteContext {
    if (caller === undefined) {
        throw new AppError("unauthorized", "Authorization: is missing; send Bearer with a token");
    }
    return { ...context, caller };
}
