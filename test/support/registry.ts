import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensurePackages, REGISTRY_PACKAGES } from "../../extra/testbed/packages.ts";
import { testbedPaths } from "../../extra/testbed/paths.ts";
import { docker } from "./docker.ts";
import { freePort } from "./server.ts";

export interface Registry {
    /** Host and port, as it stands in the names of images. */
    readonly host: string;
    /** Builds an image of these files and pushes it; no trace of it stays in the engine. Answers its digest. */
    publish(image: string, tag: string, files: Readonly<Record<string, string>>): Promise<string>;
    /** Gives an image that lies in the registry one more tag, as `crane tag` does. */
    promote(image: string, digest: string, tag: string): Promise<void>;
    stop(): Promise<void>;
}

export interface RegistryOptions {
    /** Any free port where it is left out. */
    readonly port?: number;
    /** Who is told of pushes, and with which headers. */
    readonly notify: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

const accepted = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
];

/** A real registry on the loopback address, which the engine trusts without TLS. */
export async function startRegistry({ port: wanted, notify }: RegistryOptions): Promise<Registry> {
    const root = await mkdtemp(join(tmpdir(), "cicd-registry-"));
    const port = wanted ?? (await freePort());
    const host = `127.0.0.1:${port}`;
    const config = join(root, "config.json");
    await writeFile(config, JSON.stringify(configuration(host, join(root, "data"), notify)));
    const programs = await ensurePackages(testbedPaths(), REGISTRY_PACKAGES, () => undefined);
    const child = spawn(join(programs, "usr/bin/docker-registry"), ["serve", config], { stdio: "ignore" });
    const gone = once(child, "exit");
    await untilAnswers(`http://${host}/v2/`, () => child.exitCode !== null);
    return {
        host,
        async publish(image, tag, files) {
            // By another name of this host: the name that stacks use must not come to life in the engine.
            const name = `localhost:${port}/${image}:${tag}`;
            const context = await mkdtemp(join(root, "context-"));
            for (const [path, text] of Object.entries(files)) {
                await mkdir(dirname(join(context, path)), { recursive: true });
                await writeFile(join(context, path), text);
            }
            await docker("build", "-q", "-t", name, context);
            await docker("push", "-q", name);
            await docker("rmi", name);
            return (await readManifest(host, image, tag)).digest;
        },
        async promote(image, digest, tag) {
            const { type, text } = await readManifest(host, image, digest);
            const put = { method: "PUT", headers: { "content-type": type }, body: text };
            const response = await fetch(`http://${host}/v2/${image}/manifests/${tag}`, put);
            if (!response.ok) {
                throw new Error(`The registry answers ${response.status}: ${await response.text()}`);
            }
        },
        async stop() {
            child.kill("SIGTERM");
            await gone;
            await rm(root, { recursive: true, force: true });
        },
    };
}

/** JSON is YAML. */
function configuration(host: string, directory: string, { url, headers }: RegistryOptions["notify"]): object {
    const values = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const endpoint = { name: "stacks", url, headers: values, timeout: "5s", threshold: 5, backoff: "1s" };
    const ignore = { actions: ["pull"], mediatypes: ["application/octet-stream"] };
    return {
        version: "0.1",
        log: { level: "error" },
        storage: { filesystem: { rootdirectory: directory } },
        http: { addr: host, secret: "not-secret" },
        notifications: { endpoints: [{ ...endpoint, ignore }] },
    };
}

async function readManifest(host: string, image: string, reference: string) {
    const headers = { accept: accepted.join(", ") };
    const response = await fetch(`http://${host}/v2/${image}/manifests/${reference}`, { headers });
    const text = await response.text();
    if (!response.ok) {
        throw new Error(`The registry answers ${response.status}: ${text}`);
    }
    return {
        text,
        type: response.headers.get("content-type") ?? "",
        digest: response.headers.get("docker-content-digest") ?? "",
    };
}

async function untilAnswers(url: string, hasEnded: () => boolean): Promise<void> {
    const end = Date.now() + 20_000;
    while (!(await fetch(url).catch(() => undefined))?.ok) {
        if (hasEnded() || Date.now() > end) {
            throw new Error("The registry did not start.");
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
