import express, { type Express, type Router } from "express";
import type { Log } from "../core/log.ts";
import { errorHandler, notFound } from "./errors.ts";
import { pageRouter } from "./page.ts";
import { securityHeaders } from "./security-headers.ts";

export type { Router } from "express";

export interface HttpAppOptions {
    /** Serve before the page; they bring their own body parsers. */
    readonly routers: readonly Router[];
    readonly pageDirectory: string;
    readonly isSecure: boolean;
    /** Whether one proxy in front of the server is believed what it says about the client. */
    readonly trustProxy: () => boolean;
    readonly log: Log;
}

export function createHttpApp(options: HttpAppOptions): Express {
    const app = express();
    app.disable("x-powered-by");
    app.set("trust proxy", (_address: string, hop: number) => hop === 0 && options.trustProxy());
    app.use(securityHeaders(options.isSecure));
    options.routers.forEach((router) => app.use(router));
    app.use(pageRouter(options.pageDirectory));
    app.use(notFound);
    app.use(errorHandler(options.log));
    return app;
}
