import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ImageLogin } from "../../core/engine.ts";
import { readImageReference } from "../../core/image-reference.ts";
import { loginKeys } from "../../core/registry-address.ts";

const Configuration = z.object({
    auths: z
        .record(z.string(), z.object({ auth: z.string().optional() }).catch({}))
        .optional()
        .catch(undefined),
});

/**
 * The logins that a person has made with `docker login`, by image, where they stand in the file; those in a keychain are
 * not asked for. Of `environment` DOCKER_CONFIG and HOME are read.
 */
export async function readDockerLogins(
    environment: Readonly<Record<string, string | undefined>>,
): Promise<(image: string) => ImageLogin | undefined> {
    const { DOCKER_CONFIG: configured, HOME: home } = environment;
    const directory = configured || (home ? join(home, ".docker") : undefined);
    const text = directory === undefined ? "" : await readFile(join(directory, "config.json"), "utf8").catch(() => "");
    const logins = new Map(Object.entries(readAuths(text)).map(([key, { auth }]) => [key, readLogin(auth ?? "")]));
    return (image) => {
        const host = readImageReference(image)?.host;
        const keys = host === undefined ? [] : loginKeys(host);
        return keys.map((key) => logins.get(key)).find((login) => login !== undefined);
    };
}

function readAuths(text: string): NonNullable<z.infer<typeof Configuration>["auths"]> {
    try {
        return Configuration.parse(JSON.parse(text)).auths ?? {};
    } catch {
        return {};
    }
}

/** `user:password` in base64; undefined for what is none, such as an entry that a keychain stands behind. */
function readLogin(auth: string): ImageLogin | undefined {
    const [, username, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(auth, "base64").toString("utf8")) ?? [];
    return username === undefined || password === undefined ? undefined : { username, password };
}
