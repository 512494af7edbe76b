import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Headers that keep a page of ours from running or showing anything foreign. Styles may be inline, because terminal and
 * editor make theirs at run time; scripts may not.
 */
export function securityHeaders(isSecure: boolean): RequestHandler {
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
