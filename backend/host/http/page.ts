import { existsSync } from "node:fs";
import { join } from "node:path";
import express, { type RequestHandler, type Router } from "express";

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Not built yet</title></head>
<body><h1>The page is not built yet</h1><p>Run <code>npm run build</code> in the server's folder, then load this page again.</p></body></html>
`;

/** Paths that programs ask for: they never get the page. */
const notForPages = /^\/(api|socket\.io|healthz|metrics)(\/|$)/;

/** Serves the built page: its files, and the page itself for every address that a browser opens. */
export function pageRouter(directory: string): Router {
    const router = express.Router();
    router.use("/assets", express.static(join(directory, "assets"), { immutable: true, maxAge: "1y", index: false }));
    router.use(express.static(directory, { index: false, cacheControl: true, maxAge: 0 }));
    router.use(sendPage(directory));
    return router;
}

function sendPage(directory: string): RequestHandler {
    const file = join(directory, "index.html");
    return (request, response, next) => {
        const wantsPage = request.method === "GET" || request.method === "HEAD";
        if (
            !wantsPage ||
            notForPages.test(request.path) ||
            request.accepts(["html"]) === false ||
            isFile(request.path)
        ) {
            next();
            return;
        }
        response.set("Cache-Control", "no-cache");
        if (existsSync(file)) {
            response.sendFile(file);
            return;
        }
        response.status(503).type("html").send(notBuilt);
    };
}

/** A script or picture that is gone must not be answered with a page. */
function isFile(path: string): boolean {
    return path.startsWith("/assets/");
}
