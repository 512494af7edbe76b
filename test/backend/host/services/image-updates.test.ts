import { expect, it } from "vitest";
import type { RegistryLogin } from "../../../../backend/host/core/image-digests.ts";
import { noExtension, type StackExtension } from "../../../../backend/host/core/stack-extension.ts";
import { checkImageUpdates, type ImageUpdatesPorts } from "../../../../backend/host/services/image-updates.ts";
import { AppError } from "../../../../common/errors.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";

/** A stack whose one service uses an image that has these digests here, and that one in its registry. */
function createPorts(given: {
    readonly image?: string;
    readonly isBuilt?: boolean;
    readonly local?: readonly string[] | undefined;
    readonly remote?: string;
    readonly extension?: Partial<StackExtension>;
    readonly hasFile?: boolean;
    readonly services?: number;
}) {
    const { image = "nginx", isBuilt = false, local, remote = "sha256:new", hasFile = true, services = 1 } = given;
    const asked: (RegistryLogin | undefined)[] = [];
    let atWork = 0;
    let mostAtWork = 0;
    const names = Array.from({ length: services }, (_, index) => `web${index}`);
    const ports: ImageUpdatesPorts = {
        files: { find: async (name) => (hasFile ? { name, composeFileName: "compose.yaml" } : undefined) },
        readServices: async () => names.map((name) => ({ name, image, isBuilt })),
        findContainers: async () =>
            hasFile
                ? []
                : [
                      {
                          ...{ id: "1", name: "a", service: "web0", replica: 1, state: "running" },
                          image,
                          imageId: "i",
                          oneOff: false,
                      },
                  ],
        digests: {
            local: async () => local,
            async remote(_image, login) {
                asked.push(login);
                atWork += 1;
                mostAtWork = Math.max(mostAtWork, atWork);
                await Promise.resolve();
                atWork -= 1;
                return remote.startsWith("sha256:") ? { digest: remote } : { reason: remote };
            },
        },
        extension: () => ({ ...noExtension, ...given.extension }),
        stopping: new AbortController().signal,
    };
    return { ports, asked, mostAtWork: () => mostAtWork };
}

it.each([
    ["current", { local: ["sha256:old", "sha256:new"] }, "current"],
    ["newer", { local: ["sha256:old"] }, "newer"],
    ["pinned", { image: "nginx@sha256:old" }, "pinned"],
    ["built", { isBuilt: true }, "built"],
    ["made here, though nobody says so", { local: [] }, "built"],
    ["not here yet", { local: undefined }, "unknown"],
    ["refused by its registry", { local: ["sha256:old"], remote: "unauthorized" }, "unknown"],
] as const)("knows an image that is %s", async (_what, given, state) => {
    const [update] = await checkImageUpdates(createPorts(given).ports, "shop");
    expect(update?.state).toBe(state);
    expect(update?.reason === undefined).toBe(state !== "unknown");
});

it("compares what a project without files runs", async () => {
    const { ports } = createPorts({ hasFile: false, local: ["sha256:old"] });
    expect(await checkImageUpdates(ports, "shop")).toEqual([
        { service: "web0", image: "nginx", state: "newer", digest: "sha256:new" },
    ]);
});

it("asks with the login of the stack's registry", async () => {
    const login = { username: "robot", password: "word" };
    const { ports, asked } = createPorts({ local: ["sha256:old"], extension: { registryLogin: async () => login } });
    await checkImageUpdates(ports, "shop");
    expect(asked).toEqual([login]);
});

it("asks no more than four registries at once, and keeps the order", async () => {
    const { ports, mostAtWork } = createPorts({ local: ["sha256:old"], services: 9 });
    const updates = await checkImageUpdates(ports, "shop");
    expect(updates.map(({ service }) => service)).toEqual(Array.from({ length: 9 }, (_, index) => `web${index}`));
    expect(mostAtWork()).toBe(4);
});

it("tells in the service's row why an engine cannot say", async () => {
    const { ports } = createPorts({ local: [] });
    const away = async (): Promise<never> => {
        throw new AppError("unavailable", "The Docker engine does not answer.");
    };
    const updates = await checkImageUpdates({ ...ports, digests: { ...ports.digests, local: away } }, "shop");
    expect(updates).toMatchObject([{ state: "unknown", reason: "The Docker engine does not answer." }]);
});

it("refuses stacks that run elsewhere, with the machines' names", async () => {
    const elsewhere = () => new Map([["shop", elsewhereOn([otherMachine("attic")])]]);
    const { ports } = createPorts({ extension: { elsewhere } });
    await expect(checkImageUpdates(ports, "shop")).rejects.toThrow("shop runs on attic");
});
