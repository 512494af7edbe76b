import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { composerizeRuns } from "../../../../../backend/host/adapters/composerize/composerize.ts";

const Read = z.looseObject({
    services: z.record(z.string(), z.unknown()),
    networks: z.unknown().optional(),
    volumes: z.unknown().optional(),
});
const runs = composerizeRuns();

it("reads a few commands at once, and refuses more", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => runs.toCompose("docker run nginx")));
    expect(answers.map(({ status }) => status)).toEqual([
        ...Array<string>(4).fill("fulfilled"),
        ...Array<string>(2).fill("rejected"),
    ]);
    expect(await runs.toCompose("docker run nginx")).toContain("nginx");
});

describe("a docker run command as a compose file", () => {
    it("has the command's options, and no name", async () => {
        const text = await runs.toCompose("docker run -d -p 8080:80 --name web --restart=always -e A=b nginx:1");

        expect(text).toMatch(/^services:\n {2}\S/);
        expect(parse(text)).toEqual({
            services: {
                nginx: {
                    ports: ["8080:80"],
                    container_name: "web",
                    restart: "always",
                    environment: ["A=b"],
                    image: "nginx:1",
                },
            },
        });
    });

    it("keeps a remark that stands before the name", async () => {
        const text = await runs.toCompose("docker run --network mine redis");
        expect(text).toMatch(/^# named network 'mine'[^\n]*\nservices:/);
        expect(Read.parse(parse(text)).networks).toEqual({ mine: { external: true, name: "mine" } });
    });

    it("makes a named volume where there is none, as the command does", async () => {
        const text = await runs.toCompose("docker run -v data:/data redis");
        expect(text).toMatch(/^services:/);
        expect(Read.parse(parse(text)).volumes).toEqual({ data: { name: "data" } });
    });

    it("reads several commands", async () => {
        const text = await runs.toCompose("docker run nginx\ndocker run redis");
        expect(Object.keys(Read.parse(parse(text)).services)).toEqual(["nginx", "redis"]);
    });

    it.each([
        ["", /begins with docker run/],
        ["ls -la", /begins with docker run/],
        ["docker run", /names no image/],
        ["docker run --no-such-option nginx", /names no image/],
        ["docker run --__proto__.x=1 nginx", /cannot be read/],
    ])("refuses %j with a sentence", async (command, sentence) => {
        await expect(runs.toCompose(command)).rejects.toMatchObject({ code: "invalid", message: sentence });
    });

    it("leaves the objects of the server alone", async () => {
        await runs
            .toCompose("docker run --__proto__.polluted=1 --constructor.prototype.polluted=1 nginx")
            .catch(() => 0);
        expect(Reflect.get({}, "polluted")).toBeUndefined();
    });

    it.each([
        ["many options", `docker run ${"-e A=b ".repeat(2800)}nginx`],
        ["quotes", `docker run ${"'".repeat(19_000)}`],
        ["blanks", `docker run ${"\t \n".repeat(6000)} x`],
        ["brackets", `docker run ${"$(".repeat(9000)} x`],
        ["mounts", `docker run ${"--mount type=bind,source=a,target=b ".repeat(500)} x`],
    ])("answers in time, and blocks nobody, where the command is full of %s", async (_what, command) => {
        let turns = 0;
        const clock = setInterval(() => (turns += 1), 5);
        await runs.toCompose(command).catch(() => undefined);
        clearInterval(clock);
        expect(turns).toBeGreaterThan(1);
    });

    it("gives up on what is too slow", async () => {
        await expect(composerizeRuns(1).toCompose("docker run nginx")).rejects.toThrow(/takes too long/);
    });
});
