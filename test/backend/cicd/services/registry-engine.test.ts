import { describe, expect, it } from "vitest";
import type { Engine } from "../../../../backend/cicd/core/engine.ts";
import { registryEngine } from "../../../../backend/cicd/services/registry-engine.ts";
import { connect, openWorkshop } from "../../../support/workshop.ts";

const given = { name: "Own", url: "registry.example/team", insecure: false, allowPrivateHost: false };
const quiet = { signal: new AbortController().signal, onLine: () => undefined };

describe("pulling for a stack", () => {
    it("uses the login of its registry, for images below its address alone", async () => {
        const workshop = await openWorkshop();
        const registry = { ...given, username: "robot", password: "s3cret" };
        const { id } = await workshop.imageRegistries.create(registry);
        await connect(workshop, { registryId: id });
        workshop.engine.pull = () => undefined;
        const engine = await registryEngine(workshop, "shop");

        for (const name of [
            "registry.example/team/a:1",
            "registry.example/other/a:1",
            "registry.example.evil/team/a",
            "a",
        ]) {
            await engine.pullImage(name, quiet);
        }

        expect(workshop.engine.done).toEqual([
            "pull registry.example/team/a:1 as robot",
            "pull registry.example/other/a:1",
            "pull registry.example.evil/team/a",
            "pull a",
        ]);
    });

    it("asks its registry for digests with the login, too", async () => {
        const workshop = await openWorkshop();
        const { id } = await workshop.imageRegistries.create({ ...given, username: "robot", password: "s3cret" });
        await connect(workshop, { registryId: id });
        const asked: (string | undefined)[] = [];
        const listening: Engine = {
            ...workshop.engine,
            findRemoteDigest: async (_name, { login }) => void asked.push(login?.username),
        };
        const engine = await registryEngine({ ...workshop, engine: listening }, "shop");

        await engine.findRemoteDigest("registry.example/team/a:1", quiet);
        await engine.findRemoteDigest("registry.example/other/a:1", quiet);

        expect(asked).toEqual(["robot", undefined]);
    });

    it("is the engine's own where there is no registry, or no login to it", async () => {
        const workshop = await openWorkshop();
        expect(await registryEngine(workshop, "shop")).toBe(workshop.engine);
        const { id } = await workshop.imageRegistries.create(given);
        await connect(workshop, { registryId: id });

        expect(await registryEngine(workshop, "shop")).toBe(workshop.engine);
    });
});
