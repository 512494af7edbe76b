import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readDockerLogins } from "../../../../../backend/cicd/adapters/process/docker-logins.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

it("finds the login of an image's registry", async () => {
    const directory = await temporaryDirectory();
    const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
    const auths = {
        "https://index.docker.io/v1/": auth("ann:one"),
        "ghcr.io": auth("ben:t:wo"),
        "kept.example": {},
        "odd.example": auth("nothing"),
        "wrong.example": 3,
    };
    await writeFile(join(directory, "config.json"), JSON.stringify({ auths, credsStore: "desktop" }));

    const loginFor = await readDockerLogins({ DOCKER_CONFIG: directory });

    expect(loginFor("node:20")).toEqual({ username: "ann", password: "one" });
    expect(loginFor("ghcr.io/o/app@sha256:" + "a".repeat(64))).toEqual({ username: "ben", password: "t:wo" });
    for (const image of ["kept.example/app", "odd.example/app", "wrong.example/app", "other.example/app", "?"]) {
        expect(loginFor(image)).toBeUndefined();
    }
});

it.each(["", "{", '{"auths":3}'])("knows no login where the configuration is %j", async (text) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "config.json"), text);

    expect((await readDockerLogins({ DOCKER_CONFIG: directory }))("node")).toBeUndefined();
    expect((await readDockerLogins({}))("node")).toBeUndefined();
});
