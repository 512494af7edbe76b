import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { inspect } from "node:util";
import type Dockerode from "dockerode";
import { AppError } from "../../../common/errors.ts";

/** Where the engine is: the values of DOCKER_HOST, DOCKER_CERT_PATH and DOCKER_TLS_VERIFY. */
export interface DockerAddress {
    readonly host?: string | undefined;
    readonly certPath?: string | undefined;
    readonly tlsVerify?: boolean | undefined;
    /** Makes the connections itself, wherever they lead; nothing else of the address counts then. */
    readonly agent?: Agent | undefined;
}

const defaultSocket = "/var/run/docker.sock";

/**
 * What the client library is given. Every field that it would otherwise take from this process' environment is set.
 * Throws AppError `invalid` for an address that it cannot use.
 */
export function clientOptions(address: DockerAddress): Dockerode.DockerOptions {
    if (address.agent !== undefined) {
        const options = { ...unset, host: "engine", port: 80, agent: Object.assign(address.agent, namedOnly) };
        return { ...options, protocol: "http" };
    }
    const host = address.host ?? "";
    if (host === "" || host.startsWith("unix://")) {
        // A fresh connection per call: a kept one would break the first call after the engine has restarted.
        const agent = Object.assign(new Agent({ keepAlive: false }), namedOnly);
        const options = { ...unset, socketPath: host.slice("unix://".length) || defaultSocket, agent };
        return { ...options, protocol: "http" };
    }
    if (host.startsWith("npipe://")) {
        return { ...unset, socketPath: host.slice("npipe://".length), protocol: "http" };
    }
    return { ...unset, ...tcpOptions(host, address) };
}

/** The library writes out every call with all that hangs on it, read by nobody: of the agent that takes milliseconds. */
const namedOnly = { [inspect.custom]: () => "Agent" };

const unset = {
    host: undefined,
    port: undefined,
    socketPath: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
};

function tcpOptions(host: string, address: DockerAddress): Dockerode.DockerOptions {
    const url = parse(host.includes("//") ? host : `tcp://${host}`);
    if (url === undefined || url.hostname === "" || !["tcp:", "http:", "https:"].includes(url.protocol)) {
        throw new AppError("invalid", `DOCKER_HOST: ${host} cannot be used; give unix:///path or tcp://host:port`);
    }
    const secure = address.tlsVerify === true || url.protocol === "https:" || url.port === "2376";
    return {
        host: url.hostname,
        port: url.port === "" ? "2375" : url.port,
        protocol: secure ? "https" : "http",
        ...(secure && address.certPath !== undefined && certificates(address.certPath)),
    };
}

function certificates(directory: string): Dockerode.DockerOptions {
    return {
        ca: readFileSync(join(directory, "ca.pem")),
        cert: readFileSync(join(directory, "cert.pem")),
        key: readFileSync(join(directory, "key.pem")),
    };
}

function parse(text: string): URL | undefined {
    return URL.canParse(text) ? new URL(text) : undefined;
}
