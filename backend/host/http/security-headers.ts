import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Headers that keep a page of ours from running or showing anything foreign. Styles may be inline, because terminal and
 * editor make theirs at run time; scripts may not.
 */
export function securityHeaders(isSecure: boolean): RequestHandler {
    // They are the same for every answer, and working them out takes longer than sending them.
    const headers = headersOf(isSecure);
    return (_request, response, next) => {
        headers.forEach(([name, value]) => response.setHeader(name, value));
        next();
    };
}

function headersOf(isSecure: boolean): readonly (readonly [string, string])[] {
    const request = new IncomingMessage(new Socket());
    const response = new ServerResponse(request);
    helmetFor(isSecure)(request, response, () => undefined);
    return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}

function helmetFor(isSecure: boolean) {
    return helmet({
        contentSecurityPolicy: {
            useDefaults: false,
            directives: {
                defaultSrc: ["'self'"],
                scriptSrc: ["'self'"],
                scriptSrcAttr: ["'none'"],
                styleSrc: ["'self'", "'unsafe-inline'"],
                imgSrc: ["'self'", "data:"],
                fontSrc: ["'self'", "data:"],
                connectSrc: ["'self'"],
                objectSrc: ["'none'"],
                baseUri: ["'self'"],
                formAction: ["'self'"],
                frameAncestors: ["'none'"],
            },
        },
        // Over plain HTTP browsers ignore or complain about these.
        strictTransportSecurity: isSecure,
        crossOriginOpenerPolicy: isSecure,
        originAgentCluster: isSecure,
        xFrameOptions: { action: "deny" },
    });
}
