import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createDockerConfigs } from "../../../../../backend/cicd/adapters/process/docker-configs.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

async function make(own: string, host: string) {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, ".docker/cli-plugins"), { recursive: true });
    await writeFile(join(directory, ".docker/cli-plugins/docker-buildx"), "program");
    await writeFile(join(directory, ".docker/config.json"), own);
    const made = join(directory, "login");
    const environment = await createDockerConfigs({ environment: { HOME: directory } }).make(made, host);
    const config: unknown = JSON.parse(await readFile(join(made, "config.json"), "utf8"));
    return { directory, made, environment, config };
}

describe("a private docker configuration", () => {
    it("can be read by nobody else, and leads to the user's plugins and builders", async () => {
        const { directory, made, environment } = await make("{}", "r.example");

        expect((await stat(made)).mode & 0o777).toBe(0o700);
        expect((await stat(join(made, "config.json"))).mode & 0o777).toBe(0o600);
        expect(await readFile(join(made, "cli-plugins/docker-buildx"), "utf8")).toBe("program");
        expect(environment).toEqual({ DOCKER_CONFIG: made, BUILDX_CONFIG: join(directory, ".docker/buildx") });
    });

    it("keeps the user's other logins and settings, and puts the new login into the file alone", async () => {
        const own = {
            auths: { "r.example": { auth: "old" }, "other.example": { auth: "kept" } },
            credsStore: "keychain",
            currentContext: "remote",
        };

        const { config } = await make(JSON.stringify(own), "r.example");

        expect(config).toEqual({
            auths: { "other.example": { auth: "kept" } },
            credsStore: "keychain",
            credHelpers: { "r.example": "" },
            currentContext: "remote",
        });
    });

    it.each(["", "no json", "[]"])("stands on its own where the user's cannot be read: %j", async (own) => {
        const { config } = await make(own, "docker.io");

        expect(config).toEqual({ auths: {}, credHelpers: { "docker.io": "", "https://index.docker.io/v1/": "" } });
    });
});
