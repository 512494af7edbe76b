import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { Machine } from "../../../../backend/cicd/core/machine.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { previewKept } from "../../../../backend/cicd/services/preview-kept.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";
import { createFakeEngine } from "../../../support/fake-engine.ts";
import { plant, releaseFiles } from "../../../support/release-files.ts";
import { connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const compose = "services: {}\n";

/** A stack with a live release and one that waits; Compose renders each as the test says. */
async function open(rendered: { readonly old: object; readonly wanted: object }, names = ["this machine"]) {
    const workshop = await openWorkshop();
    await connect(workshop, { approval: true });
    const { target, releases, directory, stackDirectory, deployments } = workshop;
    const machines = names.map((name, index): Machine => {
        return {
            ...workshop,
            id: index === 0 ? "local" : `t${index}`,
            name,
            engine: createFakeEngine(),
            files: diskFiles,
            probe: { status: () => Promise.reject(new Error("never")) },
            stackDirectory: async () => stackDirectory,
            createStackDirectory: async () => undefined,
        };
    });
    const [first, ...others] = machines;
    if (first === undefined) {
        throw new Error("no machine");
    }
    const stackMachines = { of: async () => [first, ...others] as const, find: async () => first };
    async function save(id: string, fields: Partial<Release>): Promise<void> {
        const source = join(directory, "source", id);
        const tree = { "compose.yaml": compose, [`${fields.override ?? ""}.txt`]: "x" };
        await plant(source, tree);
        await releases.save(release({ deploymentId: id, files: releaseFiles(tree), ...fields }), source);
    }
    const live = await deploymentAt(workshop, "successful");
    const waiting = await deploymentAt(workshop, "building", { phase: "approval" });
    await save(live.id, { override: "old" });
    await save(waiting.id, { override: "wanted" });
    const seen: string[] = [];
    target.answer = async ({ argv, directory: from }) => {
        seen.push(from);
        const override = argv.find((word) => word.endsWith("compose.override.yaml")) ?? "";
        const isOld = (await diskFiles.readText(join(override, ".."), "compose.override.yaml")) === "old";
        return { stdout: JSON.stringify({ name: "shop", services: { web: isOld ? rendered.old : rendered.wanted } }) };
    };
    const ports = { ...workshop, stackMachines, hash: sha256 };
    const preview = (id = waiting.id) => previewKept(ports, { id, signal: new AbortController().signal });
    return { ...workshop, deployments, live, waiting, seen, preview, save };
}

describe("the preview of a release that is kept", () => {
    it("compares it with what is live", async () => {
        const { preview } = await open({
            old: { image: "web:1", environment: { A: "1" } },
            wanted: { image: "web:2", environment: { A: "2" }, privileged: true },
        });

        expect(await preview()).toMatchObject({
            services: [
                {
                    service: "web",
                    action: "create",
                    image: "web:2",
                    previousImage: "web:1",
                    variables: { added: [], removed: [], changed: ["A"] },
                },
            ],
            filesWritten: ["compose.yaml", "wanted.txt"],
            warnings: [containing("privileged")],
            newWarnings: [containing("privileged")],
            machines: [{ id: "local", name: "this machine" }],
        });
    });

    it("does not call new what is live already", async () => {
        const { preview } = await open({ old: { privileged: true }, wanted: { privileged: true } });

        expect(await preview()).toMatchObject({ warnings: [containing("privileged")], newWarnings: [] });
    });

    it("renders copies, and leaves nothing behind: a deployment may be at the releases themselves", async () => {
        const { preview, seen, releases, live, waiting } = await open({ old: {}, wanted: {} });

        await preview();

        expect(seen).toHaveLength(2);
        expect(seen.some((place) => place.includes(live.id) || place.includes(waiting.id))).toBe(false);
        expect((await releases.list("shop")).toSorted()).toEqual([live.id, waiting.id].toSorted());
    });

    it("names each machine where there are several", async () => {
        const { preview } = await open({ old: {}, wanted: {} }, ["this machine", "nas"]);

        const { services, machines } = await preview();

        expect(services.map(({ machine }) => machine)).toEqual(["this machine", "nas"]);
        expect(machines?.map(({ id }) => id)).toEqual(["local", "t1"]);
    });

    it("tells the rest where what is live cannot be rendered any more", async () => {
        const { preview, target } = await open({ old: {}, wanted: { environment: { A: "1" } } });
        const answer = target.answer;
        target.answer = async (command, options) => {
            const given = await answer(command, options);
            return (given.stdout ?? "").includes("environment") ? given : { exitCode: 1 };
        };

        const told = await preview();

        expect(told.services).toMatchObject([{ service: "web", action: "create" }]);
        expect(told.services[0]).not.toHaveProperty("variables");
        expect(told).not.toHaveProperty("newWarnings");
    });

    it("hides secrets that stand in names", async () => {
        const mount = { type: "bind", source: "/srv/hunter2-hunter2", target: "/x" };
        const { preview, save, waiting } = await open({
            old: {},
            wanted: { image: "r/hunter2-hunter2", volumes: [mount] },
        });
        await save(waiting.id, {
            override: "wanted",
            variables: [{ name: "PASSWORD", value: "hunter2-hunter2", secret: true }],
        });

        const told = JSON.stringify(await preview());

        expect(told).not.toContain("hunter2");
        expect(told).toContain("/srv/***:/x");
    });

    it("holds nothing that a terminal obeys, or that turns the direction of writing", async () => {
        const wanted = {
            environment: { "A\u001b[2J": "1" },
            volumes: [{ type: "bind", source: "/srv/\u001b]0;owned\u0007a\u202eb", target: "/x\ny" }],
        };
        const { preview } = await open({ old: {}, wanted });

        const [web] = (await preview()).services;

        expect(web).toMatchObject({ variables: { added: ["A"] }, mounts: { added: ["/srv/ab:/x y"] } });
    });

    it("is refused where there is none", async () => {
        const { preview, releases, waiting } = await open({ old: {}, wanted: {} });
        await releases.remove(waiting.id);

        await expect(preview()).rejects.toMatchObject({ code: "conflict" });
        await expect(preview("nope")).rejects.toMatchObject({ code: "not_found" });
    });

    it("says in one sentence what Compose does not like", async () => {
        const { preview, target } = await open({ old: {}, wanted: {} });
        target.answer = () => ({ exitCode: 1, stderrTail: "services.web: no such thing" });

        await expect(preview()).rejects.toMatchObject({ code: "invalid", details: { errorCode: "compose_invalid" } });
    });
});
