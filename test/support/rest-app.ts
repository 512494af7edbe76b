import express, { type Express } from "express";
import type { Caller } from "../../backend/cicd/core/host.ts";
import { createRestRouter, type RouterOptions } from "../../backend/cicd/http/router.ts";
import { admin, createEdge, reader, type Edge } from "./edge.ts";

export interface RestApp extends Edge {
    readonly app: Express;
    /** Errors that were reported as bugs. */
    readonly reported: unknown[];
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
    return { ...edge, app, reported };
}
