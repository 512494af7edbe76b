import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { DockerConfigs } from "../../core/registry-login.ts";
import { loginKeys } from "../../core/registry-address.ts";

/** What of the user's own configuration other programs need to find: unread settings are kept as they are. */
const Configuration = z.looseObject({
    auths: z.record(z.string(), z.unknown()).optional().catch(undefined),
    credHelpers: z.record(z.string(), z.string()).optional().catch(undefined),
});

/** Private configurations that stand on that of the server's user. Of `environment` DOCKER_CONFIG and HOME are read. */
export function createDockerConfigs(options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
}): DockerConfigs {
    const { DOCKER_CONFIG: configured, HOME: home } = options.environment;
    const own = configured || (home ? join(home, ".docker") : undefined);
    return {
        async make(directory, host) {
            await mkdir(directory, { recursive: true, mode: 0o700 });
            const text =
                own === undefined ? undefined : await readFile(join(own, "config.json"), "utf8").catch(() => "");
            const configuration = withFileFor(host, text ?? "");
            const content = `${JSON.stringify(configuration, undefined, 4)}\n`;
            await writeFile(join(directory, "config.json"), content, { mode: 0o600 });
            if (own === undefined) {
                return { DOCKER_CONFIG: directory };
            }
            for (const name of ["cli-plugins", "contexts"]) {
                await symlink(join(own, name), join(directory, name));
            }
            // Builders are kept there, and stay in use.
            return { DOCKER_CONFIG: directory, BUILDX_CONFIG: join(own, "buildx") };
        },
    };
}

/** The user's own login there is left out, and no keychain is used for it: what is written goes with the folder. */
function withFileFor(host: string, text: string): object {
    const given = Configuration.safeParse(parse(text)).data ?? {};
    const keys = loginKeys(host);
    const auths = Object.entries(given.auths ?? {}).filter(([key]) => !keys.includes(key));
    const files = Object.fromEntries(keys.map((key) => [key, ""]));
    return { ...given, auths: Object.fromEntries(auths), credHelpers: { ...given.credHelpers, ...files } };
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return {};
    }
}
