import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLink } from "../../../../../backend/cicd/adapters/ssh/link.ts";
import { promisesOf } from "../../../../../backend/cicd/adapters/ssh/sftp.ts";
import { type SftpServer, startSftpServer } from "../../../../support/sftp-server.ts";
import { until } from "../../../../support/until.ts";

describe("files over a connection that breaks", () => {
    let server: SftpServer;
    let folder: string;

    beforeEach(async () => {
        server = await startSftpServer();
        folder = await mkdtemp(join(tmpdir(), "cicd-sftp-"));
    });

    afterEach(async () => {
        await server.close();
        await rm(folder, { recursive: true });
    });

    const link = () => createLink("second", () => server.connect());
    const large = Buffer.alloc(2_000_000);

    it("fails to make a file whose content was on its way, with all others", async () => {
        const sftp = await link().sftp();
        server.holdFrom(40);
        const made = ["a", "b", "c"].map((name) => sftp.create(`/${name}`, large, 0o644));
        const ends = Promise.allSettled(made);
        await until(() => server.chunks() >= 40);

        server.cut();

        expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    });

    it("fails at once where the session has ended before", async () => {
        const sftp = await link().sftp();
        server.cut();
        await expect(sftp.create("/a", large, 0o644)).rejects.toThrow();

        await expect(sftp.unlink("/a")).rejects.toThrow("session has ended");
    });

    it("opens another session on the same connection where only the session has ended", async () => {
        const one = link();
        const first = await one.sftp();
        server.endSessions();
        await expect.poll(() => one.sftp()).not.toBe(first);

        await expect((await one.sftp()).unlink("/a")).resolves.toBeUndefined();
    });

    it("gives up a server that lives, but answers nothing any more", async () => {
        const client = await server.connect();
        let over = 0;
        const sftp = await new Promise<ReturnType<typeof promisesOf>>((resolve, reject) =>
            client.sftp((error, session) =>
                error === undefined
                    ? resolve(promisesOf(session, { silenceSeconds: 0.2, onOver: () => (over += 1) }))
                    : reject(error),
            ),
        );
        server.holdFrom(3);
        await writeFile(join(folder, "large"), large);

        await expect(sftp.create("/a", { localPath: join(folder, "large") }, 0o644)).rejects.toThrow(
            "no answer for 0.2 s",
        );
        expect(over).toBe(1);
    });
});
