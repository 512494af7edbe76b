import { readFile } from "node:fs/promises";
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { AppError } from "../../../common/errors.ts";

export interface TlsFiles {
    readonly keyFile: string;
    readonly certificateFile: string;
    readonly passphrase: string | undefined;
}

/** How long running requests may take once the server stops, in milliseconds. */
const stopPatience = 5000;

/** An HTTP server, or an HTTPS one where key and certificate are given. Throws AppError `invalid` for bad files. */
export async function createListener(handler: RequestListener, tls: TlsFiles | undefined): Promise<Server> {
    if (tls === undefined) {
        return createPlainServer(handler);
    }
    const [key, cert] = await Promise.all([
        readTlsFile("DOCKGE_SSL_KEY", tls.keyFile),
        readTlsFile("DOCKGE_SSL_CERT", tls.certificateFile),
    ]);
    try {
        return createSecureServer({ key, cert, passphrase: tls.passphrase }, handler);
    } catch (error) {
        const reason = error instanceof Error ? error.message : "unknown reason";
        throw new AppError(
            "invalid",
            `DOCKGE_SSL_KEY, DOCKGE_SSL_CERT: cannot be used (${reason}); check key, certificate and passphrase`,
        );
    }
}

/** Starts listening; resolves with the address. Throws AppError `unavailable` with the way out. */
export async function listen(server: Server, port: number, hostname: string | undefined): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", (error) => reject(cannotListen(error, port, hostname)));
        server.listen({ port, host: hostname }, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") {
        throw new AppError("internal", "The server has no address");
    }
    return address;
}

/** Takes no more connections, lets running requests end, then cuts what is left. */
export async function stopListening(server: Server): Promise<void> {
    const timer = setTimeout(() => server.closeAllConnections(), stopPatience);
    await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
    });
    clearTimeout(timer);
}

async function readTlsFile(variable: string, path: string): Promise<Buffer> {
    try {
        return await readFile(path);
    } catch (error) {
        throw new AppError("invalid", `${variable}: ${path} cannot be read; check the path and its permissions`, {
            cause: error,
        });
    }
}

function cannotListen(error: Error, port: number, hostname = "all interfaces"): AppError {
    const code = "code" in error ? String(error.code) : error.message;
    const reason = code === "EADDRINUSE" ? "is in use already" : `cannot be used (${code})`;
    const message = `port ${port} on ${hostname}: ${reason}; choose another with --port or DOCKGE_PORT`;
    return new AppError("unavailable", message, { cause: error });
}
