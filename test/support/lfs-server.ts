import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Intercept } from "./git-server.ts";

export interface LfsObjects {
    /** To be given to a git server: answers Git LFS's questions and downloads, and leaves the rest to git. */
    readonly intercept: Intercept;
    /** Keeps an object and answers the pointer that stands for it in a repository. */
    add(content: string): string;
    remove(content: string): void;
}

/**
 * The part of Git LFS's protocol that a download needs: the batch question, and a GET for each object, from the server
 * itself or from `origin`.
 */
export function createLfsObjects(origin?: () => string): LfsObjects {
    const objects = new Map<string, string>();

    async function batch(request: IncomingMessage, response: ServerResponse): Promise<void> {
        let body = "";
        for await (const chunk of request) {
            body += String(chunk);
        }
        const asked = JSON.parse(body) as { objects: { oid: string; size: number }[] };
        const from = origin?.() ?? `http://${request.headers.host ?? ""}`;
        const answers = asked.objects.map(({ oid, size }) =>
            objects.has(oid)
                ? { oid, size, actions: { download: { href: `${from}/lfs-object/${oid}` } } }
                : { oid, size, error: { code: 404, message: "Object does not exist" } },
        );
        response.writeHead(200, { "Content-Type": "application/vnd.git-lfs+json" });
        response.end(JSON.stringify({ transfer: "basic", objects: answers }));
    }

    return {
        async intercept(request, response) {
            const path = request.url ?? "";
            if (path.endsWith("/info/lfs/objects/batch")) {
                await batch(request, response);
                return true;
            }
            const oid = /^\/lfs-object\/([0-9a-f]{64})$/.exec(path)?.[1];
            if (oid !== undefined) {
                response.end(objects.get(oid));
            }
            return oid !== undefined;
        },
        add(content) {
            objects.set(hashOf(content), content);
            return `version https://git-lfs.github.com/spec/v1\noid sha256:${hashOf(content)}\nsize ${Buffer.byteLength(content)}\n`;
        },
        remove: (content) => objects.delete(hashOf(content)),
    };
}

function hashOf(content: string): string {
    return createHash("sha256").update(content).digest("hex");
}
