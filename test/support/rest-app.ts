import express, { type Express } from "express";
import request from "supertest";
import { z } from "zod";
import type { Caller } from "../../backend/cicd/core/host.ts";
import { createRestRouter, type RouterOptions } from "../../backend/cicd/http/router.ts";
import { admin, createEdge, reader, type Edge } from "./edge.ts";

export type Method = "get" | "put" | "post" | "delete";

const Answer = z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    text: z.string(),
    body: z.unknown(),
});
export type Answer = z.infer<typeof Answer>;

export interface RestApp extends Edge {
    readonly app: Express;
    /** Calls a route below `/api/v1`; as `admin` unless told otherwise, `token: ""` sends none. */
    call(method: Method, path: string, options?: CallOptions): Promise<Answer>;
    /** Errors that were reported as bugs. */
    readonly reported: unknown[];
}

interface CallOptions {
    readonly token?: string;
    readonly body?: string | object;
    readonly type?: string;
}

/** Tokens of the test: who each belongs to. */
const callers: Readonly<Record<string, Caller>> = {
    admin,
    reader,
    editor: { username: "editor", via: "login", rights: ["edit"] },
    deployer: { username: "deployer", via: "token", rights: ["deploy"] },
};

/** The REST router in an app, over real stores. The tokens are `admin`, `editor`, `deployer` and `reader`. */
export async function createRestApp(options: Partial<RouterOptions> = {}): Promise<RestApp> {
    const edge = await createEdge();
    const reported: unknown[] = [];
    const app = express().use(
        createRestRouter({
            services: edge.services,
            host: { authenticate: async (bearer) => callers[bearer] },
            version: "1.2.3",
            report: (error) => reported.push(error),
            ...options,
        }),
    );
    async function call(
        method: Method,
        path: string,
        { token = "admin", body, type = "json" }: CallOptions = {},
    ): Promise<Answer> {
        const test = request(app)[method](`/api/v1${path}`);
        if (token !== "") {
            test.auth(token, { type: "bearer" });
        }
        return Answer.parse(await (body === undefined ? test : test.type(type).send(body)));
    }
    return { ...edge, app, call, reported };
}
