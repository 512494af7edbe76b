import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";

/** The image's health check: exit status 0 where the server in this container answers on /healthz. */

const { DOCKGE_HOSTNAME, DOCKGE_PORT, DOCKGE_SSL_KEY } = process.env;
const own = ["", "0.0.0.0", "::"].includes(DOCKGE_HOSTNAME ?? "") ? "127.0.0.1" : DOCKGE_HOSTNAME;
const options = { host: own, port: Number(DOCKGE_PORT || 5001), path: "/healthz", timeout: 4000 };

// The certificate is for the server's public name, not for this address.
const request = DOCKGE_SSL_KEY ? getSecure({ ...options, rejectUnauthorized: false }, end) : getPlain(options, end);
request.on("timeout", () => request.destroy());
request.on("error", () => process.exit(1));

/** @param {import("node:http").IncomingMessage} answer */
function end(answer) {
    process.exit(answer.statusCode === 200 ? 0 : 1);
}
